"""Reading the log by `seq`: where it ends, what came after a number."""

from leadboard.leads.models import LeadEvent

LARGEST = 2**63 - 1


def last_seq() -> int:
    """Return the highest number given so far, 0 for none.

    A page reads it BEFORE its rows: then whatever it misses has a higher number.
    """
    numbered = LeadEvent.objects.filter(seq__isnull=False)
    return numbered.order_by("-seq").values_list("seq", flat=True).first() or 0


def events_after(seq: int, limit: int, until: int = LARGEST) -> list[LeadEvent]:
    """Return the numbered events with seq < e.seq <= until, in order, `limit` at most (without digests)."""
    return list(LeadEvent.objects.filter(seq__gt=seq, seq__lte=until).order_by("seq").defer("digest")[:limit])


def read_cursor(text: str | None) -> int | None:
    """Return the number in a page's `after`, or None when no event can have it."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdigit()) or int(text) > LARGEST:
        return None
    return int(text)
