"""Is it junk? Signs that a delivery comes from a robot or a nuisance; what has one is kept apart.

The honeypots, stop words and limits are the playbook's (`door`). A row of a file is never junk: a person
brought it. Nothing here tells the sender anything.
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from leadboard.capture import contact, entries, identity, robots
from leadboard.capture.entries import Entry
from leadboard.capture.leaves import leaves
from leadboard.capture.mapping import Person
from leadboard.capture.models import Submission
from leadboard.capture.page_token import Token
from leadboard.capture.screening.models import JunkReason
from leadboard.leads.models import Lead
from leadboard.limits.buckets import Rate, take
from leadboard.playbook.door import Door

DOUBT = "Doubt"  # among the kept headers: the sign that a page of a form of ours gave, reason and detail
TRAP = "fax_extension"  # on a page of ours: the field that people cannot see
# How form builders call the field that only robots fill in.
HONEYPOTS = frozenset(
    [
        "gotcha",
        "honey",
        "honeypot",
        "hp",
        "hpfield",
        "botfield",
        "botcheck",
        "botcatcher",
        "bottrap",
        "antispam",
        "antibot",
        "spamtrap",
        "formhp",
        "gformhp",
        "nffieldhp",
        "contactmebyfaxonly",
        "leavethisblank",
        "leaveblank",
        "leaveempty",
        "leavethisempty",
        "donotfill",
        "donotfillthis",
        "donotfillthisout",
    ]
)
READ = ("message", "name", "company", "title", "website")
EMPTY = ("", "0", "false", "off", "no", "null", "none")
HEARD = """
SELECT count(*) FROM (
    SELECT FROM capture_submission WHERE lead_id = %s AND received_at > %s - %s AND id <> %s LIMIT %s
) AS heard
"""


class Sign(NamedTuple):
    """Why it is junk, and the word or field that tells it."""

    reason: str
    detail: str = ""


def judge(submission: Submission, entry: Entry, person: Person, door: Door) -> Sign | None:
    """Return the sign by which a delivery is junk; None for everybody else.

    Asks the database only about those who give no contact data at all.
    """
    if submission.content_type == entries.ROW:
        return None
    if found := submission.headers.get(DOUBT):
        return _read(str(found))
    source = submission.source.name
    if field := _trapped(entry, door.words(source, "honeypots")):
        return Sign(JunkReason.HONEYPOT, field[:200])
    said = _said(person, tuple(door.words(source, "stop_words")), tuple(door.words(source, "link_words")))
    return said or _flood(submission, person, door)


def of_page(trap: str, page: Token, youngest: timedelta) -> Sign | None:
    """Return the sign by which a page of ours was filled in by a program: something in the `trap`, or back
    sooner than people type; None for people. A page with one question may be a matter of a moment.
    """
    if trap.strip():
        return Sign(JunkReason.HONEYPOT, TRAP)
    if len(page.asked) > 1 and page.age < youngest:
        return Sign(JunkReason.FORM, f"{page.age.total_seconds():.1f} s after the page was opened")
    return None


def _read(doubt: str) -> Sign:
    """Return the sign that was kept with a delivery; before reasons were kept it was a sentence."""
    reason, _, detail = doubt.partition(" ")
    known = reason in JunkReason.values
    return Sign(reason if known else JunkReason.FORM, (detail if known else doubt)[:200])


def is_heard_enough(lead: Lead, submission: Submission, door: Door) -> bool:
    """Did this person write so often lately that one more time need not wake anybody?"""
    most, within = door.repeats
    values: list[Any] = [lead.pk, submission.received_at, within, submission.pk, most]
    with connection.cursor() as cursor:
        cursor.execute(HEARD, values)
        return cursor.fetchone()[0] >= most


def _trapped(entry: Entry, own: list[str]) -> str:
    """Return the name of a field that only robots fill and that is filled."""
    traps = HONEYPOTS | {_squeezed(name) for name in own}
    for leaf in leaves(entry.fields):
        if _squeezed(leaf.steps[-1]) in traps and str(leaf.value).strip().lower() not in EMPTY:
            return leaf.path
    return ""


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", contact.folded(name))


def _said(person: Person, stop_words: tuple[str, ...], link_words: tuple[str, ...]) -> Sign | None:
    """Return the sign in what is said: its form, a stop word, or a word of spam beside a foreign link."""
    if sign := robots.sign_in(person.fields):
        return Sign(JunkReason.ROBOT, sign)
    if word := _stop_word(person, stop_words):
        return Sign(JunkReason.STOP_WORD, word)
    hosts = robots.foreign_links(person.fields.get("message", ""), person.email or "")
    if hosts and (word := _stop_word(person, link_words)):
        return Sign(JunkReason.LINK, f"{word}, {hosts[0]}"[:200])
    return None


def _stop_word(person: Person, words: tuple[str, ...]) -> str:
    pattern = _any_of(words)
    said = (contact.folded(person.fields.get(name, "")) for name in READ)
    found = next((hit for text in said if pattern and (hit := pattern.search(text))), None)
    return found[0] if found else ""


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds each of the words and phrases, whole."""
    escaped = [re.escape(contact.folded(word)) for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(filter(None, escaped))})(?!\w)") if any(escaped) else None


def _flood(submission: Submission, person: Person, door: Door) -> Sign | None:
    """Who gives contact data joins their own lead; the same text of nobody is counted."""
    if identity.keys_of(person):
        return None
    key = f"alike {submission.source_id} {bytes(submission.body_hash).hex()}"
    return Sign(JunkReason.FLOOD) if take({key: Rate(*door.alike)}) is not None else None
