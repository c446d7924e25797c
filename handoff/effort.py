"""The effort meter: how much was tried in a spell of ownership, held against the playbook."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate

from handoff.models import Action, ActionKind, Claim
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook


@dataclass(frozen=True)
class Effort:
    """Attempts (notes are none), by how many channels, on how many days (UTC)."""

    attempts: int = 0
    channels: int = 0
    days: int = 0

    def facts(self) -> dict[str, Any]:
        """Return it as facts of an event."""
        return {"attempts": self.attempts, "channels": self.channels, "days": self.days}

    def missing(self, playbook: Playbook) -> list[str]:
        """Return in words what lacks for real follow-up ("1 of 4 attempts"); [] when it was enough."""
        return [one.words for one in policy.effort_missing(playbook, **self.facts())]


def measure(claims: Iterable[Claim]) -> dict[int, Effort]:
    """Return {claim id: Effort} of each claim."""
    ids = [claim.pk for claim in claims]
    tries = (
        Action.objects.filter(claim__in=ids).exclude(kind=ActionKind.NOTE).values("claim").order_by("claim")
    )
    days = Count(TruncDate("at"), distinct=True)
    rows = tries.annotate(attempts=Count("id"), channels=Count("kind", distinct=True), days=days)
    made = {row["claim"]: Effort(row["attempts"], row["channels"], row["days"]) for row in rows}
    return {pk: made.get(pk, Effort()) for pk in ids}
