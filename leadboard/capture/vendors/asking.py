"""Ask a vendor's API for one object, with patience that ends."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from leadboard.http import outbound, strict_json
from leadboard.http.problems import Problem

SECONDS = 15
LONGEST_WAIT = 86_400  # seconds; a vendor that asks for more is asked daily
MEANT = {
    401: "It does not take the token: replace it.",
    403: "The token may not read this: it lacks a permission.",
    404: "It knows no such id, or the token may not see it.",
    429: "It was asked too often.",
}


class NotAnswered(Exception):
    """The vendor did not give the object; `is_final`: asking again will not help; `after`: not before so many
    seconds, where the vendor says so.
    """

    def __init__(self, words: str, *, is_final: bool = False, after: int = 0):
        super().__init__(words)
        self.is_final, self.after = is_final, after


def get_object(url: str, *, headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object at an address; raises NotAnswered, in words without token and person."""
    try:
        answer = outbound.call(f"{url}?{urlencode(query)}", headers=headers, seconds=SECONDS)
    except outbound.Refused as refusal:
        raise NotAnswered(f"The vendor is not asked: {refusal}", is_final=True) from None
    except outbound.TooLarge:
        raise NotAnswered("The vendor's answer is too large.", is_final=True) from None
    except outbound.NotReached as fault:
        raise NotAnswered(f"The vendor did not answer. {fault}") from None
    if answer.status != 200:
        raise NotAnswered(
            f"The vendor answered {answer.status}. {MEANT.get(answer.status, '')}".strip(),
            is_final=answer.status in (404, 410),
            after=_retry_after(answer.headers.get("retry-after", "")),
        )
    try:
        value = strict_json.loads(answer.body)
    except Problem as problem:
        raise NotAnswered(f"The vendor's answer cannot be read: {problem.detail}") from None
    if not isinstance(value, dict):
        raise NotAnswered("The vendor's answer is no object.")
    return value


def _retry_after(header: str) -> int:
    """Return the seconds of a Retry-After header, given so or as a date (RFC 9110, 10.2.3); 0 for none."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0
    return max(0, min(int(seconds), LONGEST_WAIT))
