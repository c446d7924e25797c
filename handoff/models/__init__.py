"""The rows of the handoff, by what they are about."""

from handoff.models.claims import Action, ActionKind, AwaitedRep, Claim, ClaimEnd, ClaimStart
from handoff.models.clocks import AGREED, Breach, Clock, ClockKind, ClockState, Escalation
from handoff.models.mailing import Enrolment, EnrolmentState, Send, SendState, Suppression, SuppressionKey
from handoff.models.periodic import PeriodicRun

__all__ = [
    "AGREED",
    "Action",
    "ActionKind",
    "AwaitedRep",
    "Breach",
    "Claim",
    "ClaimEnd",
    "ClaimStart",
    "Clock",
    "ClockKind",
    "ClockState",
    "Enrolment",
    "EnrolmentState",
    "Escalation",
    "PeriodicRun",
    "Send",
    "SendState",
    "Suppression",
    "SuppressionKey",
]
