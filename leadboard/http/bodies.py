"""Bodies from outside: JSON, form-encoded or multipart, each read strictly or refused with a reason."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, RawPostDataException, UnreadablePostError

from leadboard.http import multipart, strict_json
from leadboard.http.problems import Problem

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MOST_FIELDS = 200
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
JSON_TYPE = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json")
CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}


def receive(request: HttpRequest, limit: int) -> bytes:
    """Return the raw body; 413 over `limit` bytes (declared or actual), 415 when compressed, 400 when
    empty.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise Problem(
            415,
            "unsupported_encoding",
            f"Content-Encoding {encoding[:40]!r} is not taken; send the body plain.",
        )
    declared = request.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)
    try:
        body = request.read(limit + 1)
    except (UnreadablePostError, RawPostDataException):
        raise Problem(400, "malformed", "The body broke off before its end.") from None
    if len(body) > limit:
        raise _too_large(limit)
    if not body.strip():
        raise Problem(400, "empty", "The body is empty.")
    return body


def parse(content_type: str, body: bytes, *, lists: bool = False, nothing: bool = False) -> Any:
    """Return what a body says: the object of a JSON document, {name: value or values} of a form. With
    `lists` the document may be a list too, with `nothing` an empty one.

    Raises Problem 415 for a type or charset that is not taken, 400 for a malformed body.
    """
    media_type, parameters = _split(content_type)
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in CHARSETS:
        raise Problem(415, "unsupported_charset", f"The charset {charset[:40]!r} is not taken; send UTF-8.")
    if JSON_TYPE.fullmatch(media_type):
        return _json(body, lists, nothing)
    if media_type == FORM:
        return _grouped(_form_pairs(body))
    if media_type == MULTIPART:
        return _grouped(multipart.pairs(body, parameters.get("boundary", "")))
    raise Problem(
        415,
        "unsupported_type",
        f"The content type {media_type[:60]!r} is not taken; send application/json, {FORM} or {MULTIPART}.",
    )


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"A body may have {limit} bytes.", limit=limit)


def _split(content_type: str) -> tuple[str, dict[str, str]]:
    """Return (media type in lower case, its parameters) of a Content-Type."""
    media_type, *rest = content_type.split(";", 20)
    pairs = (parameter.partition("=") for parameter in rest)
    return media_type.strip().lower(), {
        name.strip().lower(): value.strip().strip('"') for name, _, value in pairs
    }


def _json(body: bytes, lists: bool, nothing: bool) -> Any:
    value = strict_json.loads(body)
    fits = isinstance(value, dict | list) if lists else isinstance(value, dict)
    if fits and (value or (nothing and value == [])):
        return value
    if fits:
        raise Problem(400, "empty", "The object has no fields." if value == {} else "The list is empty.")
    raise Problem(400, "malformed", "The top level must be a JSON object with the fields of the form.")


def _form_pairs(body: bytes) -> list[tuple[str, str]]:
    if body.lstrip()[:1] in (b"{", b"["):
        raise Problem(
            400, "malformed", "This is JSON labelled as a form; send it with Content-Type: application/json."
        )
    pieces = [piece for piece in body.strip().split(b"&") if piece]
    if len(pieces) > MOST_FIELDS:
        raise Problem(400, "too_many_fields", f"A form may have {MOST_FIELDS} fields.")
    halves = (piece.partition(b"=") for piece in pieces)
    return [(_unquoted(name), _unquoted(value)) for name, _, value in halves]


def _unquoted(quoted: bytes) -> str:
    if BAD_ESCAPE.search(quoted):
        raise Problem(400, "malformed_form", "A % is not followed by two hexadecimal digits.")
    try:
        text = unquote_to_bytes(quoted.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "malformed_form", "A field is not UTF-8.") from None
    if "\x00" in text:
        raise Problem(400, "malformed_form", "A field has a NUL character.")
    return text


def _grouped(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return {name: value}; a name that comes several times has the list of its values."""
    if not pairs:
        raise Problem(400, "empty", "The form has no fields.")
    fields: dict[str, list[Any]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
