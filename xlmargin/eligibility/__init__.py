"""Who may have a portfolio margin account: the checklist, and how far an applicant is."""

from xlmargin.eligibility.checklist import Checklist, checklist
from xlmargin.eligibility.facts import Answer, Facts, Monitoring, Registration, Status
from xlmargin.eligibility.onboarding import Check, Met, Step, steps_done

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
    "steps_done",
]
