"""The facts that stand with the verdicts, read by the thousand."""

import json
from typing import Any

import orjson


def facts_in(text: str) -> dict[str, Any]:
    """The facts in this JSON. orjson takes a third of the time of the reader of the standard library, which
    remains for a number beyond any float.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
