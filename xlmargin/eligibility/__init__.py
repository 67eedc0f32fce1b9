"""Who may have a portfolio margin account: the checklist, and how far an applicant is."""

from xlmargin.eligibility.checklist import (
    Checklist,
    ChecklistStep,
    EligibilityCheck,
    Met,
    checklist,
)
from xlmargin.eligibility.facts import (
    AccountStatus,
    EligibilityFacts,
    Monitoring,
    Registration,
    YesNo,
)

__all__ = [
    "AccountStatus",
    "Checklist",
    "ChecklistStep",
    "EligibilityCheck",
    "EligibilityFacts",
    "Met",
    "Monitoring",
    "Registration",
    "YesNo",
    "checklist",
]
