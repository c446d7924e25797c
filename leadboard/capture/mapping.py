"""From a payload to the fields of a lead: what the source's mapping says, and a good guess for the rest.

A mapping is `{our field: path}`. A path is a name in the payload ("Your e-mail"), steps joined by dots
("contact.email"), or a list of paths whose texts are joined by a space. `null` leaves a field empty, so
that it is not guessed either. Our fields are those of FIELDS; any other name (also as `extra.<name>`)
becomes the firm's own field. `"*": null` drops what the mapping does not name; without it the rest is
guessed, and what is not understood is kept in `extra` under its path.
"""

import reprlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadboard.capture import contact, guessing, labels, moments, numbers
from leadboard.capture.leaves import Leaf, leaves

PERSON = (
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "title",
    "country",
    "website",
    "message",
)
NOM = "nom"  # in French the last name beside a first name, else the whole
NAMES = ("first_name", "last_name", NOM)
FIELDS = (*PERSON, "campaign", "lead_type", "basis", "submitted_at")
# The product's own columns: nobody outside sets them, and they must not look like facts of the prospect.
OURS = labels.word_set(
    "id uid owner owner_id stage desk version digest score fit intent band probability reasons enquiry_class "
    "scored_at seq created "
    "created_at do_not_contact target_account due_at due_kind due_state marks merged_into"
)
# The signed id of a visitor, in a hidden field: read from the raw body by those who follow visits.
VISITOR = "leadboard_visitor"
REST, CONSENT = "*", "consent"
LOOK_LIKE_SPACE = "\u115f\u1160\u2800\u3164\uffa0"
MOST_EXTRA, LONGEST_EXTRA_NAME, MOST_MAPPED = 200, 200, 200


@dataclass
class Person:
    """What a payload says: `fields` of the lead as sent, the firm's own in `extra`, canonical forms for
    identity.
    """

    fields: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    submitted_at: datetime | None = None
    email: str | None = None
    phone: str | None = None

    def is_usable(self) -> bool:
        """Is there anybody: a valid e-mail address or phone number, or a name or company that can be read?"""
        return bool(
            self.email
            or self.phone
            or any(_is_visible(self.fields.get(name, "")) for name in ("name", "company", "email", "phone"))
        )


def check(mapping: Any) -> dict[str, Any]:
    """Return the mapping when it is one; raise ValueError with the exact complaint otherwise."""
    if not isinstance(mapping, dict):
        raise ValueError("A mapping is an object: {our field: path}.")
    if len(mapping) > MOST_MAPPED:
        raise ValueError(f"A mapping may name {MOST_MAPPED} fields.")
    for name, path in mapping.items():
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_EXTRA_NAME:
            raise ValueError(f"{name!r} is no field name.")
        if name.removeprefix("extra.") in OURS:
            raise ValueError(f"{name} is decided by leadboard and cannot be mapped.")
        if name == REST and path is not None:
            raise ValueError('"*" can only be null: drop what is not named.')
        if not (
            path is None or _is_path(path) or (isinstance(path, list) and path and all(map(_is_path, path)))
        ):
            raise ValueError(f"{name}: a path is a text, a list of texts, or null, not {reprlib.repr(path)}.")
    return mapping


def read(payload: dict[str, Any], mapping: dict[str, Any], *, now: datetime) -> Person:
    """Return the person that a payload speaks of, by the mapping and, where it says nothing, by its
    labels.
    """
    assigned, rest = assign(payload, mapping, now)
    ours = [name for name in assigned if name in FIELDS or (name == NOM and name not in mapping)]
    found = {name: " ".join(filter(None, (leaf.text for leaf in assigned[name]))) for name in ours}
    if "basis" not in assigned and guessing.consents(rest):
        found["basis"] = CONSENT
    extra = {
        name.removeprefix("extra."): taken[0].value
        for name, taken in assigned.items()
        if taken and name not in ours
    }
    return _person(found, extra | _kept(rest, extra), now)


def assign(
    payload: dict[str, Any], mapping: dict[str, Any], now: datetime | None = None
) -> tuple[dict[str, list[Leaf]], list[Leaf]]:
    """Return {field: the values that make it} by the mapping, then by guessing; and the values that are left.

    A field that the mapping names is there even when nothing in the payload is. `now` is when it came: with
    it a time of these days is taken for that of sending.
    """
    every = [(leaf.path, leaf) for leaf in leaves(payload)]
    by_path: dict[str, Leaf] = {}
    for path, leaf in every:
        by_path.setdefault(path, leaf)
    named = {name: _take(by_path, path) for name, path in mapping.items() if name != REST}
    used = {leaf.path for taken in named.values() for leaf in taken}
    rest = [leaf for path, leaf in every if path not in used and REST not in mapping]
    parts_of_name = NAMES if "name" in named else ()  # then nothing is put before or behind it
    address = next((leaf.text for leaf in named.get("email", [])), "")
    guessed = guessing.guess(rest, {*named, *parts_of_name}, now, address)
    left = [leaf for leaf in rest if not any(leaf is other for other in guessed.values())]
    return named | {name: [leaf] for name, leaf in guessed.items()}, left


def _is_path(path: Any) -> bool:
    return isinstance(path, str) and 0 < len(path) <= 300


def _take(rest: dict[str, Leaf], path: Any) -> list[Leaf]:
    """Return the leaves that a path means: by the exact path, else by the last step, else whatever the
    case.
    """
    if path is None:
        return []
    if isinstance(path, list):
        return [leaf for part in path for leaf in _take(rest, part)]
    if path in rest:
        return [rest[path]]
    wanted = labels.words(path)
    return [leaf for leaf in rest.values() if leaf.steps[-1:] == (path,)][:1] or [
        leaf
        for name, leaf in rest.items()
        if wanted and wanted in (labels.words(name), labels.words(leaf.steps[-1]))
    ][:1]


def _kept(rest: list[Leaf], extra: dict[str, Any]) -> dict[str, Any]:
    """Return what was not understood as extra fields, by path; our own names are left in the raw body
    only.
    """
    kept: dict[str, Any] = {}
    for leaf in rest:
        name = leaf.path[:LONGEST_EXTRA_NAME]
        if leaf.steps[0] in OURS or leaf.steps[-1] == VISITOR or name in extra or name in kept:
            continue
        if len(kept) + len(extra) >= MOST_EXTRA:
            break
        kept[name] = leaf.value
    return kept


def _person(found: dict[str, str], extra: dict[str, Any], now: datetime) -> Person:
    fields = {name: found[name] for name in FIELDS if found.get(name)}
    submitted_at = moments.told(fields.pop("submitted_at", ""), now)
    fields["name"] = _full_name(found)
    fields = {name: text for name, text in fields.items() if text and name not in ("first_name", "last_name")}
    if len(fields.get("basis", "")) > guessing.LONGEST_BASIS:
        extra |= {"basis": fields.pop("basis")}
    if "country" in fields:
        code = contact.country_code(fields["country"])
        extra |= {} if code else {"country": fields["country"]}
        fields["country"] = code or ""
    if "email" in fields:
        fields["email"], written = contact.as_address(fields["email"])
        fields |= {"name": written} if written and "name" not in fields else {}
    email = contact.canonical_email(fields.get("email", ""))
    phone = numbers.phone_key(fields.get("phone", ""), fields.get("country", ""))
    return Person(fields, extra, submitted_at, email, phone)


def _full_name(found: dict[str, str]) -> str:
    """Return the name from whichever parts came; a French "nom" beside a first name is the last name."""
    first, last = found.get("first_name", ""), found.get("last_name", "")
    full = found.get("name", "")
    nom = found.get("nom", "")
    if nom and not full:
        full, last = ("", last or nom) if first else (nom, last)
    if last and not first and full and not _has(full, last):
        return f"{full} {last}"  # "Name" beside "Surname", "Nome" beside "Cognome": it is the first name
    parts = " ".join(filter(None, (first, last)))
    if not full or (first and last and not _has(full, last)):
        return parts or full
    return f"{first} {full}" if first and not _has(full, first) else full


def _has(full: str, part: str) -> bool:
    return part.casefold() in full.casefold()


def _is_visible(text: str) -> bool:
    """Has a text anything to see, beyond space, joiners, marks and the letters that look like space?"""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in LOOK_LIKE_SPACE for sign in text)
