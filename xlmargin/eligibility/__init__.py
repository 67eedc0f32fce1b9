"""Who may have a portfolio margin account: the checklist, and how far an applicant is."""

from xlmargin.eligibility.checklist import Check, Checklist, Met, Step, checklist
from xlmargin.eligibility.facts import Answer, Facts, Monitoring, Registration, Status

__all__ = [
    "Answer",
    "Check",
    "Checklist",
    "Facts",
    "Met",
    "Monitoring",
    "Registration",
    "Status",
    "Step",
    "checklist",
]
