"""Ask a vendor's API for one object, with patience that ends."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from leadboard.http import outbound, strict_json
from leadboard.http.problems import Problem

SECONDS = 15


class NotAnswered(Exception):
    """The vendor did not give the object; `is_final`: asking again will not help."""

    def __init__(self, words: str, *, is_final: bool = False):
        super().__init__(words)
        self.is_final = is_final


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
        raise NotAnswered(f"The vendor answered {answer.status}.", is_final=answer.status in (404, 410))
    try:
        value = strict_json.loads(answer.body)
    except Problem as problem:
        raise NotAnswered(f"The vendor's answer cannot be read: {problem.detail}") from None
    if not isinstance(value, dict):
        raise NotAnswered("The vendor's answer is no object.")
    return value
