"""A payload of any shape as a flat list of (path, value): what mapping and guessing work on."""

from collections.abc import Iterator
from typing import Any, NamedTuple

LABEL_KEYS = ("label", "title", "question", "name", "key", "field", "ref", "id")
VALUE_KEYS = ("value", "answer", "values", "text", "content")
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
        "answer",
        "versions",
    ]
)
MOST_LEAVES = 1_000


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
    form vendors send it, reads as if it were one object: its labels are the steps.
    """
    found: list[Leaf] = []
    for leaf in _walk(payload, ()):
        found.append(leaf)
        if len(found) == MOST_LEAVES:
            break
    return found


def _walk(value: Any, steps: tuple[str, ...]) -> Iterator[Leaf]:
    """Recurse no deeper than the strict parser lets a payload nest."""
    if isinstance(value, dict) and set(value) == {"file", "content_type", "bytes"}:
        yield Leaf(steps, value["file"])
    elif isinstance(value, dict):
        for key, member in value.items():
            label, inner = _as_field(key, member)
            yield from _walk(inner, (*steps, label))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        yield from _walk_list(value, steps)
    elif value not in (None, "", []):
        yield Leaf(steps, value)


def _as_field(key: str, member: Any) -> tuple[str, Any]:
    """Return (label, value) of a member that describes a field beside its value; else (key, member)."""
    if not isinstance(member, dict) or not OF_A_FIELD.issuperset(member):
        return key, member
    if not {"value", "answer"} & member.keys() or len(member) < 2:
        return key, member
    told = (member.get(name) for name in ("label", "title", "question"))
    label = next((text for text in told if isinstance(text, str) and text.strip()), key)
    return label, member["value"] if "value" in member else member["answer"]


def _walk_list(items: list[Any], steps: tuple[str, ...]) -> Iterator[Leaf]:
    named = [_as_pair(item) for item in items]
    for place, (item, pair) in enumerate(zip(items, named, strict=True)):
        if pair is None:
            yield from _walk(item, (*steps, str(place)))
        else:
            yield from _walk(pair[1], (*steps, pair[0]))


def _as_pair(item: Any) -> tuple[str, Any] | None:
    """Return (label, value) of an item such as {"name": "email", "value": "a@b.example"}."""
    if not isinstance(item, dict):
        return None
    label = next((item[key] for key in LABEL_KEYS if isinstance(item.get(key), str) and item[key]), None)
    answer = next((key for key in VALUE_KEYS if key in item), None)
    return (label, item[answer]) if label is not None and answer is not None else None
