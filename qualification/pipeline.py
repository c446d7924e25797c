"""Qualify leads: read, enrich, classify, score, ask the playbook where they go, and commit all of it at once.

Nothing here may stand between a lead and a person: a lead is read without a lock, judged, and locked only for
the last write. A rep who claims meanwhile keeps the lead where it is. Many leads that wait (an import, jobs
that were away) go the same way together, a portion in one transaction, with the same outcome for each.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import InterfaceError, OperationalError

from leadboard.companies import firmographics, providers
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook
from qualification import before, waking
from qualification.before import Before, Heard
from qualification.models import Verdict
from qualification.thinking import Thought, think_all
from qualification.verdicts import Written, write_all

log = logging.getLogger(__name__)
UNCLAIMED = (Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE)
TROUBLE = "%s leads could not be judged together; each is judged alone"


class Begun(NamedTuple):
    """The verdicts that are there already, what was thought about the other leads by which agreement, and
    whom nothing was thought about because that failed.
    """

    verdicts: dict[int, Verdict]
    thoughts: list[tuple[Lead, Thought]]
    playbook: Playbook | None
    again: Sequence[int] = ()


def qualify(lead_id: int, *, asked: bool = False, anew: bool = False) -> Verdict | None:
    """The verdict on this lead as it is now; None when there is nothing to judge (gone, closed, claimed
    and not asked for) or nobody may judge: whoever objected to contact is not profiled either
    (GDPR Art. 21). Judging again what has not changed gives the verdict that is there; `anew`
    makes a new one.
    """
    done = _written(_begun([lead_id], asked=asked, anew=anew), waits=True)
    return qualify(lead_id, asked=asked, anew=anew) if done.again else done.verdicts.get(lead_id)


def qualify_all(lead_ids: Sequence[int]) -> None:
    """Qualify each of these leads, as `qualify` would, in one transaction.

    Nobody waits for them and they for nobody: a lead that somebody is changing just now is judged alone
    after the others, and so is each when they cannot be written together. One that cannot be judged at all
    holds up no other: it is logged, and the sweep comes back to it.
    """
    finish(begin(lead_ids))


def begin(lead_ids: Sequence[int]) -> Begun:
    """Do the first half of it: read and think. The other half may be done beside the next first one."""
    try:
        return _begun(lead_ids)
    except Exception:
        log.exception(TROUBLE, len(lead_ids))
        return Begun({}, [], None, list(lead_ids))


def finish(begun: Begun) -> None:
    """Write what was thought, and judge alone whoever could not be written with the others."""
    try:
        again = begun.again or _written(begun, waits=False).again
    except Exception:
        log.exception(TROUBLE, len(begun.thoughts))
        again = [lead.pk for lead, _ in begun.thoughts]
    for lead_id in again:
        _alone(lead_id)


def _alone(lead_id: int) -> None:
    try:
        qualify(lead_id)
    except (OperationalError, InterfaceError):
        raise  # the database is not there: the others would fare no better
    except Exception:
        log.exception("lead %s could not be judged", lead_id)


def _begun(lead_ids: Sequence[int], *, asked: bool = False, anew: bool = False) -> Begun:
    """Read these leads and think about those that are to be judged."""
    open_to_us = Lead.objects.filter(pk__in=lead_ids, erased_at=None, do_not_contact=False).order_by("pk")
    leads = [lead for lead in open_to_us if asked or lead.desk in UNCLAIMED]
    about = before.of_all([lead.pk for lead in leads]) if leads else {}
    newest = _newest(about)
    heard = {} if asked else {pk: one.heard for pk, one in about.items() if one.heard}
    verdicts = {
        pk: last for pk, last in newest.items() if pk in heard and last.lead_version >= heard[pk].version
    }
    due = [lead for lead in leads if lead.pk not in verdicts]
    if not due:
        return Begun(verdicts, [], None)
    playbook = versions.active()
    thoughts = _think(due, about[due[0].pk].now, playbook, heard)
    if not anew:
        verdicts |= {
            lead.pk: newest[lead.pk]
            for lead, thought in thoughts
            if lead.pk in newest and _is_the_same(newest[lead.pk], thought, playbook)
        }
    new = [(lead, thought) for lead, thought in thoughts if lead.pk not in verdicts]
    return Begun(verdicts, new, playbook)


def _written(begun: Begun, *, waits: bool) -> Written:
    """Write what was thought; the answer holds the verdicts that are there already too."""
    if not begun.thoughts or begun.playbook is None:
        return Written(begun.verdicts, [])
    done = write_all(begun.thoughts, begun.playbook, waits=waits)
    return Written(begun.verdicts | done.verdicts, done.again)


def _newest(about: dict[int, Before]) -> dict[int, Verdict]:
    """The newest verdict of each lead that has one."""
    keys = [one.newest for one in about.values() if one.newest]
    found = Verdict.objects.filter(pk__in=keys) if keys else []
    return {verdict.lead_id: verdict for verdict in found}


def _think(
    due: list[Lead], now: datetime, playbook: Playbook, heard: dict[int, Heard]
) -> list[tuple[Lead, Thought]]:
    """What is to be said of each lead; providers are told what they would be asked."""
    thoughts = think_all(due, playbook, now)
    providers.want_all((firmographics.domain_of(lead), lead.pk) for lead in due)
    for lead, thought in zip(due, thoughts, strict=True):
        last = heard.get(lead.pk)
        thought.stays = bool(last and waking.stays(lead, last, thought.route, playbook))
    return list(zip(due, thoughts, strict=True))


def _is_the_same(verdict: Verdict, thought: Thought, playbook: Playbook) -> bool:
    """Whether this verdict was made from the same facts by the same model and agreement."""
    made_by = (verdict.features, verdict.model_id, verdict.playbook_version)
    return made_by == (thought.facts, thought.model_id, playbook.version)
