"""When something was sent, by what a sender writes: a time with its zone, or seconds since 1970."""

from datetime import UTC, datetime, timedelta

from django.utils.dateparse import parse_datetime

FUTURE_ALLOWED, OLDEST = timedelta(minutes=5), datetime(2000, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 12  # digits
# A retry comes within days; what was made longer ago was not sent just now.
RECENT = timedelta(days=7)


def told(text: str, now: datetime) -> datetime | None:
    """Return an ISO time with its zone, or seconds or milliseconds since 1970; None before 2000 or over
    5 minutes in the future.
    """
    try:
        if text.isascii() and text.isdigit():
            seconds = int(text) / (1000 if len(text) >= MILLISECONDS_FROM else 1)
            text = datetime.fromtimestamp(seconds, UTC).isoformat()
        moment = parse_datetime(text.strip()) if text else None
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if OLDEST <= moment <= now + FUTURE_ALLOWED else None


def is_recent(text: str, now: datetime | None) -> bool:
    """Is it a time of the last days?"""
    moment = told(text, now) if now else None
    return moment is not None and now is not None and now - moment <= RECENT
