"""Margin calls: until when each must be met."""

from xlmargin.margin_calls.due_dates import (
    CallKind,
    business_day_after,
    business_day_before,
    closings_after,
    is_business_day,
    last_day_to_meet,
    last_day_under,
)

__all__ = [
    "CallKind",
    "business_day_after",
    "business_day_before",
    "closings_after",
    "is_business_day",
    "last_day_to_meet",
    "last_day_under",
]
