"""Ask a vendor's API for one object, with patience that ends."""

from collections.abc import Mapping
from typing import Any

import requests

from leadboard.http import strict_json
from leadboard.http.problems import Problem

CONNECT, READ = 5, 10  # seconds
LARGEST_ANSWER = 1_048_576


class NotAnswered(Exception):
    """The vendor did not give the object; `is_final`: asking again will not help."""

    def __init__(self, words: str, *, is_final: bool = False):
        super().__init__(words)
        self.is_final = is_final


def get_object(url: str, *, headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object at an address; raises NotAnswered, in words without token and person."""
    try:
        with requests.get(
            url, headers=headers, params=query, timeout=(CONNECT, READ), allow_redirects=False, stream=True
        ) as answer:
            body = _body_of(answer)
            status = answer.status_code
    except (requests.RequestException, OSError) as fault:
        raise NotAnswered(f"The vendor could not be reached: {type(fault).__name__}.") from None
    if status != 200:
        raise NotAnswered(f"The vendor answered {status}.", is_final=status in (404, 410))
    if len(body) > LARGEST_ANSWER:
        raise NotAnswered("The vendor's answer is too large.", is_final=True)
    try:
        value = strict_json.loads(body)
    except Problem as problem:
        raise NotAnswered(f"The vendor's answer cannot be read: {problem.detail}") from None
    if not isinstance(value, dict):
        raise NotAnswered("The vendor's answer is no object.")
    return value


def _body_of(answer: requests.Response) -> bytes:
    """Return the body, read no further than a little over the limit."""
    body = b""
    for piece in answer.iter_content(65_536):
        body += piece
        if len(body) > LARGEST_ANSWER:
            break
    return body
