"""A payload of any shape as a flat list of (path, value): what mapping and guessing work on."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from leadboard.http import strict_json
from leadboard.http.problems import Problem

LABEL_KEYS = (
    "label", "title", "question", "name", "key", "field", "property", "fieldName", "field_name", "fieldLabel",
    "field_label", "questionText", "question_text", "questionTitle", "attribute", "prompt", "caption",
    "frage", "feld", "q", "ref", "id",
)  # fmt: skip
VALUE_KEYS = ("value", "answer", "values", "response", "answerText", "string_value", "text", "content",
              "val", "reply", "input", "antwort", "wert", "reponse", "a")  # fmt: skip
# Lists of the same length under one of each are labels and values: {"questions": […], "responses": […]}.
LABEL_LISTS = frozenset(
    ["labels", "questions", "headers", "headings", "columns", "fields", "keys", "names", "fragen", "felder"]
)
VALUE_LISTS = frozenset(
    ["values", "answers", "responses", "replies", "row", "cells", "data", "inputs", "antworten", "werte"]
)
# An object of these keys alone is a field with a label: {"title": "E-mail", "value": …}.
OF_A_FIELD = frozenset(
    [
        "id",
        "key",
        "name",
        "label",
        "title",
        "question",
        "ref",
        "field",
        "type",
        "field_type",
        "required",
        "raw_value",
        "value",
        "val",
        "answer",
        "response",
        "versions",
    ]
)
MOST_LEAVES = 1_000
# "contact[email]", "fields[name][value]", "interests[]": objects and lists as forms write them.
BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
INNER = re.compile(r"\[([^\[\]]*)\]")
# An object with an address and one of these is a file; it reads as its address.
OF_A_FILE = frozenset(["filename", "fileName", "file_name", "mimeType", "mime_type", "contentType", "size"])
# An object of these alone is a telephone number in parts.
OF_A_NUMBER = ("country", "countrycode", "code", "area", "areacode", "number", "phone", "phonenumber")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LONGEST_ADDRESS, DEEPEST_NAME = 4_000, 8


class Leaf(NamedTuple):
    """One value (text, number, yes/no, or a list of those) and the steps that lead to it."""

    steps: tuple[str, ...]
    value: Any

    @property
    def path(self) -> str:
        """Return the steps joined by dots, as a mapping names them."""
        return ".".join(self.steps)

    @property
    def text(self) -> str:
        """Return the value as text without surrounding space; "" for what is no text: yes/no, objects,
        nothing.
        """
        value = self.value[0] if isinstance(self.value, list) and self.value else self.value
        return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def leaves(payload: dict[str, Any]) -> list[Leaf]:
    """Return the values of a payload in their order, at most 1,000.

    Objects add their keys as steps, lists of objects their place. A list of {label, value} pairs, as
    form vendors send it, reads as if it were one object: its labels are the steps. So do names in brackets
    and a text that is a JSON object; the utm marks of an address stand beside it, each as a value.
    """
    found: list[Leaf] = []
    for leaf in _walk(unbracketed(payload), ()):
        found.append(leaf)
        if len(found) == MOST_LEAVES:
            break
    return found + _marks(found)


def _marks(found: list[Leaf]) -> list[Leaf]:
    """Return the utm marks in the addresses of a payload that does not name them itself."""
    known = {leaf.steps[-1] for leaf in found}
    marks: dict[str, Leaf] = {}
    for leaf in found:
        if not isinstance(leaf.value, str) or "utm_" not in leaf.value or len(leaf.value) > LONGEST_ADDRESS:
            continue
        try:
            pairs = parse_qsl(urlsplit(leaf.value.strip()).query)
        except ValueError:
            continue
        for name, value in pairs:
            if name in UTM and name not in known and "\x00" not in value:
                marks.setdefault(name, Leaf((*leaf.steps, name), value))
    return list(marks.values())


def unbracketed(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a form whose names have brackets as the objects that they mean; one that contradicts itself as
    it is.
    """
    if not any(BRACKETED.fullmatch(name) for name in payload):
        return payload
    whole: dict[str, Any] = {}
    for name, value in payload.items():
        found = BRACKETED.fullmatch(name)
        steps = [found[1], *INNER.findall(found[2])] if found else [name]
        if len(steps) > DEEPEST_NAME:
            return payload
        *holders, last = steps[:1] + [step for step in steps[1:] if step]
        holder = whole
        for step in holders:
            holder = holder.setdefault(step, {})
            if not isinstance(holder, dict):
                return payload
        if last in holder:
            return payload
        holder[last] = value
    return whole


def _walk(value: Any, steps: tuple[str, ...], *, inner: bool = False) -> Iterator[Leaf]:
    """Recurse no deeper than the strict parser lets a payload nest, twice at most: a text may be JSON."""
    if isinstance(value, str) and not inner and (parsed := _parsed(value)) is not None:
        yield from _walk(parsed, steps, inner=True)
    elif steps and isinstance(value, dict) and (single := _single(value)) is not None:
        yield Leaf(steps, single)
    elif isinstance(value, dict):
        for key, member in _side_by_side(value).items():
            label, content = _as_field(key, member)
            yield from _walk(content, (*steps, label), inner=inner)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        yield from _walk_list(value, steps, inner=inner)
    elif value not in (None, "", []):
        yield Leaf(steps, value)


def _parsed(text: str) -> Any:
    """Return the object or list that a text is as JSON; None for any other text."""
    if text[:1] + text[-1:] not in ("{}", "[]") or len(text) <= 2:
        return None
    try:
        return strict_json.loads(text.encode())
    except (Problem, UnicodeEncodeError):
        return None


def _single(value: dict[str, Any]) -> Any:
    """Return what an object says in one text: the name or address of a file, a number that came in parts."""
    if set(value) == {"file", "content_type", "bytes"}:
        return value["file"]
    address = value.get("url")
    if isinstance(address, str) and address and OF_A_FILE.intersection(value):
        return address
    parts = {re.sub(r"[\W_]", "", name.casefold()): part for name, part in value.items()}
    digits = next((parts[name] for name in ("number", "phone", "phonenumber") if parts.get(name)), None)
    if digits is None or len(parts) < 2 or not set(parts) <= set(OF_A_NUMBER):
        return None
    told = [
        str(parts[name]) for name in OF_A_NUMBER if isinstance(parts.get(name), str | int) and parts[name]
    ]
    return " ".join(told) if sum(sign.isdigit() for sign in "".join(told)) >= 5 else None


def _as_field(key: str, member: Any) -> tuple[str, Any]:
    """Return (label, value) of a member that describes a field beside its value; else (key, member)."""
    if not isinstance(member, dict) or not OF_A_FIELD.issuperset(member):
        return key, member
    content = next((name for name in ("value", "answer", "val", "response") if name in member), None)
    if content is None or len(member) < 2:
        return key, member
    told = (member.get(name) for name in ("label", "title", "question"))
    label = next((text for text in told if isinstance(text, str) and text.strip()), key)
    return label, member[content]


def _side_by_side(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object in which labels and values stand in two lists as one with the labels as its keys."""
    labels = next((name for name in value if name.lower() in LABEL_LISTS), None)
    values = next((name for name in value if name.lower() in VALUE_LISTS), None)
    if labels is None or values is None:
        return value
    names, told = value[labels], value[values]
    if not (isinstance(names, list) and isinstance(told, list) and len(names) == len(told) > 1):
        return value
    if not all(isinstance(name, str) and name.strip() for name in names) or len(set(names)) < len(names):
        return value
    rest = {name: member for name, member in value.items() if name not in (labels, values)}
    return rest | {name: member for name, member in zip(names, told, strict=True) if name not in rest}


def _walk_list(items: list[Any], steps: tuple[str, ...], *, inner: bool) -> Iterator[Leaf]:
    single = [_only(item) if isinstance(item, dict) else None for item in items]
    if None not in single:
        yield Leaf(steps, single)
        return
    named = [_as_pair(item) for item in items]
    for place, (item, pair) in enumerate(zip(items, named, strict=True)):
        if pair is None:
            yield from _walk(item, (*steps, str(place)), inner=inner)
        else:
            yield from _walk(pair[1], (*steps, pair[0]), inner=inner)


def _only(item: dict[str, Any]) -> Any:
    """Return the one value of an item: of {"value": …} alone, of a file, of a number in parts."""
    value = item.get("value") if set(item) == {"value"} else None
    return value if isinstance(value, str | int) else _single(item)


def _as_pair(item: Any) -> tuple[str, Any] | None:
    """Return (label, value) of an item such as {"name": "email", "value": "a@b.example"}."""
    if not isinstance(item, dict):
        return None
    told = (_told(item.get(key)) for key in LABEL_KEYS)
    label = next((text for text in told if text), None)
    answer = next((key for key in VALUE_KEYS if key in item), None)
    return (label, item[answer]) if label is not None and answer is not None else None


def _told(label: Any) -> Any:
    """Return a label, which may be an object with its text ({"question": {"text": …}}); None for no text."""
    if isinstance(label, dict):
        label = next((label[key] for key in ("text", "title", "label") if label.get(key)), None)
    return label if isinstance(label, str) else None
