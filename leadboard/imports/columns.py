"""Which column of a table of people is which field of a lead, by its heading and by what stands in it.

First as the door guesses; then what tables have and forms have not: headings that name table and field
("Person - Phone - Work"), the day on which somebody was put into a list, a first name under "Nombre".
"""

import re
from typing import Any

from leadboard.capture import guessing, labels
from leadboard.capture.leaves import Leaf, leaves
from leadboard.capture.mapping import NOM
from leadboard.companies.countries import country_code
from leadboard.sheets import dates

FIELDS_BY_PART = (
    "first_name", "last_name", "company", "website", "phone", "email", "title", "country", "message",
    "campaign",
)  # fmt: skip
PARTS = re.compile(r"\s*(?:[-–/:|()\[\]]|\.(?=\S))\s*")
OTHER_HOSTS = re.compile(r"linkedin|facebook|xing|twitter|instagram|//x\.com", re.IGNORECASE)
SITE = re.compile(r"\b(?:site|web|www|home ?page|internet|url)", re.IGNORECASE)
NO_PHONE = re.compile(r"\b(?:fax|id|no|nr|zip|plz|postal|code|employees|revenue|umsatz)\b", re.IGNORECASE)
DIALLED = re.compile(r"(?:\+|00|\(?0)[\d\s()/.\-–]{6,24}")
# How surely a heading over days tells when somebody asked, in the languages of the labels.
ASKED = labels.word_set(
    "submitted submission submit sent received registration registered signup optin enquiry inquiry anfrage "
    "eingang eingegangen gesendet envoi invio inscription demande recepcion recibido zgłoszenia solicitud "
    "ontvangen"
)
MADE = labels.word_set(
    "create created createddate creation erstellt erstelldatum angelegt alta creacion cadastro creazione "
    "aangemaakt utworzenia connected added order"
)
ANY = labels.word_set("date datum fecha data dato timestamp zeitstempel")
NOT_THEN = labels.word_set(
    "birth birthday geburtstag geburtsdatum naissance nacimiento nascita changed change modified "
    "modification update updated geändert last letzte next due close closed end expiry signal follow"
)


def guess(sample: dict[str, Any], fields: tuple[str, ...]) -> dict[str, str]:
    """Return {field of ours: column}; `sample` has one value of each column, "" where there is none."""
    guessed = guessing.guess(leaves(sample), ())
    found = {name: leaf.path for name, leaf in guessed.items() if leaf.path in sample}
    code = next((column for column in sample if column.casefold() == "cc"), None)
    if code and country_code(str(sample[code])):  # surer than a region, which the door takes where it is one
        found["country"] = code
    _add_by_part(sample, found)
    _add_by_content(sample, found)
    _add_moment(sample, found)
    _settle_names(found)
    return {name: column for name, column in found.items() if name in fields}


def _add_by_part(sample: dict[str, Any], found: dict[str, str]) -> None:
    """Take a column of which a part of the heading says what it is, and whose content does not contradict."""
    for column, value in sample.items():
        words = column.split()
        for part in [*PARTS.split(column)[::-1], " ".join(words[-2:]), words[-1]]:
            if column in found.values() or value in ("", None) or labels.is_about_others((column,)):
                break
            leaf = Leaf((part,), value)
            meant = guessing.guess([leaf], ())
            field = next((name for name in meant if name in FIELDS_BY_PART and name not in found), None)
            is_said = field == "website" and not guessing.ADDRESS.fullmatch(leaf.text)
            if field and labels.meanings((part,)) and not (is_said or _is_of_others(column)):
                found[field] = column


def _is_of_others(column: str) -> bool:
    return any(labels.is_about_others((part,)) for part in PARTS.split(column))


def _add_by_content(sample: dict[str, Any], found: dict[str, str]) -> None:
    """Take what can only be a web site or a number to call, whatever stands over it."""
    looks = {
        "website": lambda column, text: bool(
            SITE.search(column) and guessing.ADDRESS.fullmatch(text) and not OTHER_HOSTS.search(text)
        ),
        "phone": lambda column, text: bool(
            DIALLED.fullmatch(text)
            and not (dates.looks_like_one(text) or NO_PHONE.search(column) or _is_of_others(column))
        ),
    }
    for field, is_one in looks.items():
        free = (column for column in sample if column not in found.values())
        column = next((name for name in free if is_one(name, str(sample[name]).strip())), None)
        if field not in found and column:
            found[field] = column


def _add_moment(sample: dict[str, Any], found: dict[str, str]) -> None:
    """Take the column that tells when somebody asked, else when they were put into the list, else the only
    one with days.
    """
    days = [column for column, value in sample.items() if dates.looks_like_one(str(value))]
    free = [column for column in days if column not in found.values() and not NOT_THEN & _words(column)]
    for meant in (ASKED, MADE, ANY):
        telling = [column for column in free if meant & _words(column)]
        if telling and (meant is not ANY or len(free) == 1):
            found.setdefault("submitted_at", telling[0])


def _words(column: str) -> set[str]:
    """Return the words of a heading, as they are and folded."""
    return {*column.casefold().replace("_", " ").split(), *labels.words(column)}


def _settle_names(found: dict[str, str]) -> None:
    """Let a name beside a last name be the first name ("Nombre", "Apellidos"); both go before the whole."""
    nom = found.pop(NOM, None)
    if nom and nom not in found.values():
        found.setdefault("last_name" if "first_name" in found else "name", nom)
    if "last_name" in found and "first_name" not in found and "name" in found:
        found["first_name"] = found.pop("name")
    if {"first_name", "last_name"} <= found.keys():
        found.pop("name", None)
