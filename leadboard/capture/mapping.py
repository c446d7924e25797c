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
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from leadboard.capture import contact, labels
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
FIELDS = (*PERSON, "campaign", "lead_type", "basis", "submitted_at")
# The product's own columns: nobody outside sets them, and they must not look like facts of the prospect.
OURS = labels.word_set(
    "id uid owner owner_id stage desk version digest score band probability reasons enquiry_class "
    "scored_at seq created "
    "created_at do_not_contact target_account due_at due_kind due_state contact_marks"
)
SALUTATIONS = labels.word_set("mr mrs ms mx miss herr frau divers m mme mlle monsieur madame sir madam")
REST = "*"
LOOK_LIKE_SPACE = "\u115f\u1160\u2800\u3164\uffa0"
MOST_EXTRA, LONGEST_EXTRA_NAME, MOST_MAPPED = 200, 200, 200
FUTURE_ALLOWED, OLDEST = timedelta(minutes=5), datetime(2000, 1, 1, tzinfo=UTC)


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
    rest = leaves(payload)
    found: dict[str, str] = {}
    extra: dict[str, Any] = {}
    named = {name: path for name, path in mapping.items() if name != REST}
    for name, path in named.items():
        taken = _take(rest, path)
        if name in FIELDS:
            found[name] = " ".join(filter(None, (leaf.text for leaf in taken)))
        elif taken:
            extra[name.removeprefix("extra.")] = taken[0].value
    if "name" in named:  # then nothing is put before or behind it
        found = {"first_name": "", "last_name": "", "nom": ""} | found
    used = {leaf.path for path in named.values() for leaf in _take(rest, path)}
    rest = [leaf for leaf in rest if leaf.path not in used and REST not in mapping]
    rest = _guess(rest, found)
    return _person(found, extra | _kept(rest, extra), now)


def _is_path(path: Any) -> bool:
    return isinstance(path, str) and 0 < len(path) <= 300


def _take(rest: list[Leaf], path: Any) -> list[Leaf]:
    """Return the leaves that a path means: by the exact path, else by the last step, else whatever the
    case.
    """
    if path is None:
        return []
    if isinstance(path, list):
        return [leaf for part in path for leaf in _take(rest, part)]
    wanted = labels.words(path)
    return (
        [leaf for leaf in rest if leaf.path == path][:1]
        or [leaf for leaf in rest if leaf.steps[-1:] == (path,)][:1]
        or [
            leaf
            for leaf in rest
            if wanted and wanted in (labels.words(leaf.path), labels.words(leaf.steps[-1]))
        ][:1]
    )


def _guess(rest: list[Leaf], found: dict[str, str]) -> list[Leaf]:
    """Fill what is not mapped by the labels, then by the values; return the leaves that nobody took."""
    left: list[Leaf] = []
    guessed: dict[str, Leaf] = {}
    for leaf in rest:
        meant = labels.meaning(leaf.steps)
        if meant is None or meant in found or not _fits(meant, leaf.text):
            left.append(leaf)
        elif meant not in guessed:
            guessed[meant] = leaf
        elif meant == "email" and "@" not in guessed[meant].text:  # a tick such as "E-mail me" came before it
            left.append(guessed[meant])
            guessed[meant] = leaf
        else:
            left.append(leaf)
    found |= {name: leaf.text for name, leaf in guessed.items()}
    return _guess_by_value(left, found)


def _fits(meant: str, text: str) -> bool:
    if meant == "title":
        return bool(text) and text.casefold().strip(". ") not in SALUTATIONS
    if meant == "country":
        return contact.country_code(text) is not None
    return bool(text)


def _guess_by_value(rest: list[Leaf], found: dict[str, str]) -> list[Leaf]:
    """Take an e-mail address, an international number or a long text wherever it stands."""
    looks_like = {
        "email": lambda text: "@" in text and contact.canonical_email(text) is not None,
        "phone": lambda text: text[:1] == "+" and contact.canonical_phone(text) is not None,
        "message": lambda text: text.count(" ") >= 4,
    }
    for name, looks in looks_like.items():
        if found.get(name) or name in found:
            continue
        leaf = next(
            (leaf for leaf in rest if looks(leaf.text) and not labels.is_about_others(leaf.steps)), None
        )
        if leaf:
            found[name] = leaf.text
            rest = [other for other in rest if other is not leaf]
    return rest


def _kept(rest: list[Leaf], extra: dict[str, Any]) -> dict[str, Any]:
    """Return what was not understood as extra fields, by path; our own names are left in the raw body
    only.
    """
    kept: dict[str, Any] = {}
    for leaf in rest:
        name = leaf.path[:LONGEST_EXTRA_NAME]
        if leaf.steps[0] in OURS or name in extra or name in kept:
            continue
        if len(kept) + len(extra) >= MOST_EXTRA:
            break
        kept[name] = leaf.value
    return kept


def _person(found: dict[str, str], extra: dict[str, Any], now: datetime) -> Person:
    fields = {name: found[name] for name in FIELDS if found.get(name)}
    submitted_at = _moment(fields.pop("submitted_at", ""), now)
    fields["name"] = _full_name(found)
    fields = {name: text for name, text in fields.items() if text and name not in ("first_name", "last_name")}
    if "country" in fields:
        code = contact.country_code(fields["country"])
        extra |= {} if code else {"country": fields["country"]}
        fields["country"] = code or ""
    email = contact.canonical_email(fields.get("email", ""))
    phone = contact.canonical_phone(fields.get("phone", ""), fields.get("country", ""))
    marks = [
        f"{name}_invalid"
        for name, good in (("email", email), ("phone", phone))
        if fields.get(name) and not good
    ]
    return Person(fields, extra | ({"contact_marks": marks} if marks else {}), submitted_at, email, phone)


def _full_name(found: dict[str, str]) -> str:
    """Return the name from whichever parts came; a French "nom" beside a first name is the last name."""
    first, last = found.get("first_name", ""), found.get("last_name", "")
    full = found.get("name", "")
    nom = found.get("nom", "")
    if nom and not full:
        full, last = ("", last or nom) if first else (nom, last)
    if full and first and not last and first.casefold() not in full.casefold().split():
        return f"{first} {full}"
    return full or " ".join(filter(None, (first, last)))


def _moment(text: str, now: datetime) -> datetime | None:
    """Return an ISO time with its zone, unless it lies before 2000 or over 5 minutes in the future."""
    try:
        moment = parse_datetime(text.strip()) if text else None
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if OLDEST <= moment <= now + FUTURE_ALLOWED else None


def _is_visible(text: str) -> bool:
    """Has a text anything to see, beyond space, joiners, marks and the letters that look like space?"""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in LOOK_LIKE_SPACE for sign in text)
