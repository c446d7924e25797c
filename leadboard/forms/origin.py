"""Where somebody came from: UTM, referrer, page, as the address of the form says. Bounded, never an error."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

from leadboard.forms import facts
from leadboard.forms.answers import CONTROL, LONGEST_HIDDEN, texts
from leadboard.forms.schema import Definition

# The visitor's id is passed on as it came: tracking reads it in the delivery, if it is genuine.
NAMES = (*facts.UTM, facts.REFERRER, facts.PAGE, facts.VISITOR)


def clean(text: str) -> str:
    """Return a text from an address without what cannot be stored or read, at most 500 characters."""
    return CONTROL.sub("", text.replace("\n", " ").replace("\r", " "))[:LONGEST_HIDDEN].strip()


def of_address(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def of_request(request: HttpRequest, definition: Definition) -> dict[str, str]:
    """Return the hidden fields of a new page: {name: value}, those of the form's own included."""
    names = [*NAMES, *(question.name for question in definition.asks("hidden"))]
    found = {name: clean(request.GET.get(name, "")) for name in names}
    found[facts.REFERRER] = found[facts.REFERRER] or _referrer(request)
    return {name: value for name, value in found.items() if value}


def of_body(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the same from what was sent, without the form's own."""
    found = {name: clean(next(iter(texts(fields.get(name))), "")) for name in NAMES}
    return {name: value for name, value in found.items() if value}


def _referrer(request: HttpRequest) -> str:
    """Return the page that led here, unless it is one of ours."""
    referrer = clean(request.headers.get("Referer", ""))
    is_ours = referrer.partition("://")[2].partition("/")[0] == request.get_host()
    return "" if is_ours or not referrer.startswith(("http://", "https://")) else referrer
