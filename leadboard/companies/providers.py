"""Ask the firm's providers about a company: one question at a time, in a job, with an end; answers are kept.

Nothing waits for a provider. Whoever judges a lead says that an answer is wanted and goes on with what it
has; one job at a time asks, so that a slow provider never holds more than one of the workers, and a
provider that fails rests for longer each time. When an answer says something new, each lead that wanted
it gets one event and is judged again.
"""

import json
import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django_q.tasks import async_task

from leadboard.companies import answers
from leadboard.companies.models import AnswerState, Provider, ProviderAnswer
from leadboard.http import outbound
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.stages import Desk

log = logging.getLogger(__name__)
JOB = "leadboard.companies.providers.ask_next"
LOCK = 0x1EADC2
SECONDS, TRIES, MOST_LEADS, LARGEST = 15, 3, 1_000, 262_144
PATIENCE_AFTER_FAILURES, LONGEST_REST = 3, timedelta(hours=6)
AGAIN_AFTER = timedelta(seconds=30)
AT_LEAST = 60
WANT = """
INSERT INTO companies_provideranswer AS a
    (provider_id, domain, state, found, problem, tries, leads, wanted_at)
SELECT p.id, w.domain, 'wanted', '{}', '', 0, w.leads[:%(most)s], now()
FROM companies_provider p, jsonb_to_recordset(%(wanted)s::jsonb) AS w (domain text, leads bigint[])
WHERE p.active
ORDER BY p.id, w.domain
ON CONFLICT (provider_id, domain) DO UPDATE
SET state = 'wanted', tries = 0, wanted_at = now(),
    leads = CASE WHEN a.state <> 'wanted' THEN excluded.leads ELSE (a.leads || ARRAY(
        SELECT lead FROM unnest(excluded.leads) AS lead WHERE NOT lead = ANY(a.leads)))[:%(most)s] END
WHERE (a.state = 'wanted' AND NOT excluded.leads <@ a.leads AND cardinality(a.leads) < %(most)s)
   OR (a.state <> 'wanted' AND a.answered_at < now() - interval '1 day' * (
        SELECT p.keep_days FROM companies_provider p WHERE p.id = a.provider_id))
RETURNING 1
"""


class Busy(outbound.NotReached):
    """The provider asks to be left alone for so many seconds."""

    def __init__(self, seconds: int):
        super().__init__(f"It is busy and asks to wait {seconds} seconds.")
        self.seconds = seconds


def want(domain: str, lead_id: int) -> None:
    """Note that a lead wants to know what the providers say of a domain; answers that are kept are kept."""
    want_all([(domain, lead_id)])


def want_all(wanted: Iterable[tuple[str, int]]) -> None:
    """The same for many pairs of a domain and a lead."""
    leads: dict[str, list[int]] = {}
    for domain, lead_id in wanted:
        leads.setdefault(domain, []).append(lead_id)
    leads.pop("", None)
    if not leads:
        return
    rows = [{"domain": domain, "leads": ids} for domain, ids in leads.items()]
    with connection.cursor() as cursor:
        cursor.execute(WANT, {"wanted": json.dumps(rows), "most": MOST_LEADS})
        if cursor.rowcount:
            transaction.on_commit(lambda: async_task(JOB))


def ask_next() -> int:
    """Ask what is wanted, oldest first, for 15 seconds; return how many answers came. One job at a time
    asks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return _ask_until(time.monotonic() + SECONDS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _ask_until(end: float) -> int:
    answered = 0
    while wanted := _wanted().first():
        if time.monotonic() > end:
            async_task(JOB)
            return answered
        answered += _ask(wanted)
    return answered


def _wanted():
    may_be_asked = Q(provider__rests_until=None) | Q(provider__rests_until__lte=Now())
    wanted = ProviderAnswer.objects.filter(
        may_be_asked, state=AnswerState.WANTED, wanted_at__lte=Now(), provider__active=True
    )
    return wanted.select_related("provider").order_by("wanted_at", "id")


def ask_left_behind() -> int:
    """Enqueue a job when something is wanted and may be asked now; return 1, or 0."""
    if not _wanted().exists():
        return 0
    async_task(JOB)
    return 1


def _ask(wanted: ProviderAnswer) -> bool:
    """Ask one question; True when it was answered."""
    provider = wanted.provider
    try:
        found = fetch(provider, wanted.domain)
    except Busy as busy:  # it is well and has too much to do: the question stays, nothing is held against it
        Provider.objects.filter(pk=provider.pk).update(rests_until=db_now() + timedelta(seconds=busy.seconds))
        ProviderAnswer.objects.filter(pk=wanted.pk).update(problem=str(busy))
        return False
    except (outbound.Refused, outbound.NotReached, answers.Unreadable) as refusal:
        log.warning("provider %s gave no answer: %s", provider.name, refusal)
        _failed(wanted, str(refusal))
        return False
    Provider.objects.filter(pk=provider.pk).update(failed=0, rests_until=None)
    _keep(wanted, found)
    return True


def fetch(provider: Provider, domain: str) -> dict[str, Any]:
    """Return {"fields", "signals"} of the provider's answer; raises Refused, NotReached or Unreadable."""
    url = provider.url.replace("{domain}", quote(domain, safe=""))
    answer = outbound.call(url, headers=provider.headers, seconds=provider.timeout, largest=LARGEST)
    if answer.status == 404:
        return {"fields": {}, "signals": []}
    wait = answer.headers.get("retry-after", "")
    if answer.status == 429 or (answer.status == 503 and wait):
        raise Busy(_seconds(wait))
    if answer.status != 200:
        raise outbound.NotReached(f"It answered {answer.status}.")
    return answers.read(answer.body, provider.mapping, db_now().date())


def _seconds(retry_after: str) -> int:
    """Return for how long a provider wants to be left alone, a minute when it says no number."""
    says = retry_after.strip()
    seconds = int(says) if says.isascii() and says.isdigit() and len(says) < 7 else AT_LEAST
    return min(max(seconds, 1), int(LONGEST_REST.total_seconds()))


def _failed(wanted: ProviderAnswer, words: str) -> None:
    """Count the failure; a question is given up after three, a provider rests after three in a row."""
    provider = wanted.provider
    failed = provider.failed + 1
    rest = None
    if failed >= PATIENCE_AFTER_FAILURES:
        rest = min(timedelta(minutes=2 ** min(failed - PATIENCE_AFTER_FAILURES, 10)), LONGEST_REST)
    Provider.objects.filter(pk=provider.pk).update(
        failed=failed, rests_until=db_now() + rest if rest else provider.rests_until
    )
    is_over = wanted.tries + 1 >= TRIES
    ProviderAnswer.objects.filter(pk=wanted.pk).update(
        tries=F("tries") + 1, problem=words[:300], wanted_at=db_now() + AGAIN_AFTER * 4**wanted.tries,
        **({"state": AnswerState.FAILED, "answered_at": Now(), "leads": []} if is_over else {}),
    )  # fmt: skip


def _keep(wanted: ProviderAnswer, found: dict[str, Any]) -> None:
    """Store an answer and tell the leads that wanted it, unless it says what was known before."""
    with transaction.atomic():
        row = ProviderAnswer.objects.select_for_update(of=("self",)).get(pk=wanted.pk)
        is_news, leads = found != row.found and any(found.values()), list(row.leads)
        row.state, row.found, row.problem, row.leads = AnswerState.ANSWERED, found, "", []
        row.answered_at = Now()
        row.save(update_fields=["state", "found", "problem", "leads", "answered_at"])
    if is_news:
        for lead_id in leads:
            _tell(lead_id, wanted.provider, found)


def _tell(lead_id: int, provider: Provider, found: dict[str, Any]) -> None:
    with transaction.atomic():
        lead = lifecycle.lock(lead_id)
        if lead is None or lead.erased_at or lead.do_not_contact or lead.desk == Desk.CLOSED:
            return
        names = sorted(found["fields"]) + (["signals"] if found["signals"] else [])
        lifecycle.move(lead, "enriched", facts={"provider": provider.name, "fields": ", ".join(names)})
