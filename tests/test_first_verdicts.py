"""Many leads wait for their first verdict (an import, jobs that were away): judged together, each fares as it
would alone; nobody waits for them, and nothing is lost or done twice.
"""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from handoff.claims import claim
from handoff.mailing import sending
from handoff.models import AwaitedRep, Claim, Clock, Enrolment, Send, SendState
from handoff.nurturing import nurture
from leadboard.companies.models import Company, CompanySignal, Provider, ProviderAnswer, SignalKind
from leadboard.leads import chain, lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead, LeadEvent, LeadScore
from leadboard.notify.models import Alert
from leadboard.people.models import Team, Tier
from leadboard.playbook import versions
from leadboard.playbook.models import DEFAULT
from qualification import jobs, pipeline, thinking, verdicts
from qualification.corrections import correcting
from qualification.models import Enrichment, Verdict
from tests.live import waits_for_a_lock
from tests.mailing import run_together, wait_until
from tests.test_what_teaches import model  # noqa: F401 - reason: a fixture

BUYER = (
    "We run two sites, about 60 people. Budget is approved. We want to start in January. Can we have a demo?"
)
HOME = "I am a private person and only need one for my own kitchen at home."
SAID = (
    BUYER, BUYER, HOME, "Please send me the brochure and tell me how it works with our warehouse system.",
    "I would like to apply for the position of driver. My CV is attached.", "",
    "Online casino, 200 free spins, claim your prize now!!!", "Please reset my password, I cannot log in.",
    "Wir möchten ein Angebot für 40 Plätze, Budget ist freigegeben.", "ok", "💥" * 50,
    "Tarjouspyyntö, kiitos.",
)  # fmt: skip
STORED = (
    Lead, LeadScore, Verdict, LeadEvent, Clock, Enrolment, Send, AwaitedRep, Claim, Alert, Enrichment,
)  # fmt: skip
# Keys and chance: given anew each time something is stored.
GIVEN = {
    "id",
    "by_verdict",
    "verdict",
    "enrolment",
    "enrolment_id",
    "clock_id",
    "claim_id",
    "token",
    "digest",
}


def crowd(make_lead):
    """Capture a mixed lot: what was written, who wrote it, and what is known of them all differ."""
    leads = [
        make_lead(
            name=f"P {place}", email=f"p{place}@{('firm', 'gmail.com', 'mailinator.com')[place % 3]}"
            + (f"{place}.example" if place % 3 == 0 else ""),
            title=("VP Operations", "", "Intern")[place % 3],
            company=("Acme", "", f"Firm {place}")[place % 3],
            phone="+49 3641 555014" if place % 4 else "", country=("DE", "", "US")[place % 3],
            lead_type=("demo", "other", "content")[place % 3], message=said,
            extra={"plan": ("Max", "Basic", "New")[place % 3], "seats": str(place), "visits": str(place % 7)},
        )
        for place, said in enumerate(SAID * 2)
    ]  # fmt: skip
    same = [make_lead(message=HOME, email=email) for email in ("Nora@home.test", "nora@home.test")]
    return leads + same


def special(make_lead, ana, mia):
    """Leads to which something happened before: asleep, corrected, overridden, seen again, held, silent."""
    low = {"name": "Kim", "title": "Intern", "message": "", "lead_type": "other", "company": "Acme"}
    asleep, woken, parked = (make_lead(email=f"kim{n}@gmail.com", **low) for n in range(3))
    told, set_by_hand, again, held, silent = (
        make_lead(email=f"s{n}@s.test", message=BUYER) for n in range(5)
    )
    judged = [asleep, woken, parked, told, set_by_hand, again]
    for lead in judged:
        pipeline.qualify(lead.pk)
    correcting.correct(told.pk, mia, "wrong_fit")
    correcting.override(set_by_hand.pk, mia, code="talked", score=12)
    nurture.stop(Lead.objects.get(pk=parked.pk), "by hand")
    nurture.park(Lead.objects.get(pk=parked.pk), "track_finished")
    for lead in judged:
        lead.refresh_from_db()
        more = (
            {"message": BUYER, "phone": "+49 3641 555014"} if lead == woken else {"website": "https://a.test"}
        )
        lifecycle.move(lead, "touched" if lead == again else "enriched", facts={}, **more)
    claim(held.pk, ana)
    lifecycle.move(silent, "suppressed", do_not_contact=True)
    return [*judged, held, silent]


def known_company():
    """The firm's table and a provider know something of one of them."""
    acme = Company.objects.create(
        domain="firm0.example", name="Acme", folded="acme", employees=120, industry="Retail"
    )
    CompanySignal.objects.create(company=acme, kind=SignalKind.HIRING, date=date.today(), source="News")
    provider = Provider.objects.create(name="Firmo", url="https://firmo.test/{domain}")
    ProviderAnswer.objects.create(
        provider=provider, domain="firm3.example", state="answered", answered_at=db_now(),
        found={"fields": {"employees": 40}, "signals": []},
    )  # fmt: skip


def plain(name, value):
    """Return a value as two runs must agree on it: a moment of the run as how far it is from now."""
    if name in GIVEN:
        return value is not None
    if isinstance(value, dict):
        return {key: plain(key, inner) for key, inner in value.items()}
    if isinstance(value, str) and name in ("due", "anchor"):
        return plain("", datetime.fromisoformat(value))
    return value


def outcome(judge, leads):
    """Return all that is stored once the leads are judged in this way; and take it back."""
    with transaction.atomic():
        judge([lead.pk for lead in leads])
        found = {kind.__name__: rows_of(kind) for kind in STORED}
        asked = ProviderAnswer.objects.order_by("provider", "domain").values_list("domain", "state", "leads")
        found["wanted"] = list(asked)
        transaction.set_rollback(True)
    return found


def rows_of(kind):
    owner = {"LeadScore": "lead_id", "Lead": "id"}.get(kind.__name__)
    order = [owner] if owner else ["lead_id", "pk"]
    return [
        {"of": row.get("lead_id", row.get("id"))} | {name: plain(name, value) for name, value in row.items()}
        for row in kind.objects.order_by(*order).values()
    ]


def alike(one, other):
    """Are two rows equal, but for the seconds between the two runs?"""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < timedelta(minutes=5)
    return one == other


@pytest.fixture
def one_by_one_and_together(make_lead, ana, sam, mia, lea):
    """Return (all that is stored when leads are judged one by one, the same when together)."""

    def both():
        known_company()
        leads = [*crowd(make_lead), *special(make_lead, ana, mia)]
        alone = outcome(lambda keys: [pipeline.qualify(pk) for pk in keys], leads)
        return alone, outcome(pipeline.qualify_all, leads)

    return both


def agree(alone, together):
    for kind, rows in alone.items():
        differing = [pair for pair in zip(rows, together[kind], strict=True) if not alike(*pair)]
        assert differing == [], kind


def test_each_fares_together_as_it_would_alone(one_by_one_and_together):
    alone, together = one_by_one_and_together()
    agree(alone, together)
    assert {row["enquiry_class"] for row in together["Verdict"]} == {
        "buying", "information", "wrong_fit", "non_prospect", "unclear",
    }  # fmt: skip
    assert {row["desk"] for row in together["Lead"]} >= {"board", "nurture", "closed", "sales"}
    told = {row["kind"] for row in together["LeadEvent"]}
    assert told >= {"enrolled", "clock_cancelled", "answer_spared", "nurture_paused", "woke", "qualified"}
    assert together["AwaitedRep"]
    assert [row["answer"] for row in together["Send"]].count("wrong_fit") > 1


def test_so_do_those_that_a_model_judges(one_by_one_and_together, model):  # noqa: F811
    alone, together = one_by_one_and_together()
    agree(alone, together)
    assert {row["model_id"] for row in together["Verdict"]} >= {model.pk}


def test_hot_ones_are_given_to_reps_together_as_alone(one_by_one_and_together, ana, sam):
    versions.apply(DEFAULT.read_text().replace(", assign_after: 3m", ""))
    sam.cap = 1
    sam.team = Team.objects.create(name="Finders", tier=Tier.PRESALES)
    sam.save()
    alone, together = one_by_one_and_together()
    agree(alone, together)
    assert {row["rep_id"] for row in together["Claim"]} >= {ana.pk}
    assert [row for row in together["LeadEvent"] if row["kind"] == "assigned"]


def test_a_model_that_fails_on_one_judges_the_others(make_lead, model, monkeypatch):  # noqa: F811
    leads = crowd(make_lead)
    real = thinking.BlendScorer.judge
    bad = leads[3].extra["seats"]

    def fussy(self, playbook, facts):
        if str(facts.get("seats", "")).rstrip("0").rstrip(".") == bad:
            raise ArithmeticError
        return real(self, playbook, facts)

    monkeypatch.setattr(thinking.BlendScorer, "judge_all", lambda *_: 1 / 0)
    monkeypatch.setattr(thinking.BlendScorer, "judge", fussy)
    pipeline.qualify_all([lead.pk for lead in leads])
    found = {one.lead_id: (one.model_id, one.flags) for one in Verdict.objects.all()}
    assert found.pop(leads[3].pk) == (None, ["model failed: ArithmeticError"])
    assert set(map(str, found.values())) == {str((model.pk, []))}


def test_one_that_cannot_be_judged_holds_up_no_other(make_lead, monkeypatch):
    leads = [make_lead(email=f"a{n}@b.test") for n in range(4)]
    real = verdicts.change_of

    def fussy(lead, *rest):
        if lead.pk == leads[1].pk:
            raise ValueError("no way")
        return real(lead, *rest)

    monkeypatch.setattr(verdicts, "change_of", fussy)
    pipeline.qualify_all([lead.pk for lead in leads])
    assert [lead.verdicts.count() for lead in leads] == [1, 0, 1, 1]
    monkeypatch.undo()
    pipeline.qualify_all([lead.pk for lead in leads])
    assert [lead.verdicts.count() for lead in leads] == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_who_claims_meanwhile_keeps_the_lead_and_nobody_waits_for_anybody(make_lead, ana):
    leads = [make_lead(email=f"a{n}@b.test", message=BUYER) for n in range(3)]
    is_held, may_go = threading.Event(), threading.Event()

    def claims():
        with transaction.atomic():
            claim(leads[1].pk, ana)
            is_held.set()
            assert may_go.wait(90)

    def judges():
        assert is_held.wait(90)
        pipeline.qualify_all([lead.pk for lead in leads])

    def watches():
        wait_until(lambda: Verdict.objects.count() == 2)
        assert not leads[1].verdicts.exists()
        wait_until(waits_for_a_lock)  # read while it was open, judged once its claim is committed
        may_go.set()

    run_together([claims, judges, watches])
    lead = Lead.objects.get(pk=leads[1].pk)
    assert (lead.owner, lead.desk, lead.verdicts.count()) == (ana, "sales", 1)
    assert "route" not in lead.events.get(kind="qualified").facts
    assert [Lead.objects.get(pk=lead.pk).stage for lead in leads] == ["mql", "raw", "mql"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_judge_each_lead_once(make_lead):
    leads = [*crowd(make_lead), *[make_lead(message=HOME, email=f"h{n % 3}@home.test") for n in range(9)]]
    keys = [lead.pk for lead in leads]
    run_together([lambda: pipeline.qualify_all(keys), lambda: pipeline.qualify_all(keys[::-1])])
    assert sorted(Verdict.objects.values_list("lead", flat=True)) == sorted(keys)
    assert LeadEvent.objects.filter(kind="qualified").count() == len(keys)
    assert Send.objects.filter(lead__email__startswith="h").count() == 3
    with connection.cursor() as cursor:
        assert chain.faults(cursor) == []


@pytest.fixture
def three_leads(make_lead):
    """Three leads that came in together, a job's portion being two; nothing else is in the queue."""
    leads = [make_lead(email=f"a{n}@b.test") for n in range(3)]
    OrmQ.objects.all().delete()
    return leads


def queued():
    return [(row.task["func"], *row.task["args"]) for row in OrmQ.objects.order_by("id")]


def busy():
    """Both workers are at work and a third job waits."""
    for _ in range(3):
        async_task("leadboard.health.beats.canary")


def test_a_job_of_many_goes_on_while_nobody_waits_and_stands_back_when_somebody_does(
    three_leads, monkeypatch
):
    monkeypatch.setattr(jobs, "PORTION", 2)
    first, *_, last = LeadEvent.objects.order_by("pk").values_list("pk", flat=True)
    place = LeadEvent.objects.filter(lead=three_leads[1], kind="captured").get().pk
    busy()
    jobs.follow(first, last)
    assert [lead.verdicts.count() for lead in three_leads] == [1, 1, 0]
    assert queued()[3:] == [("qualification.jobs.follow", place + 1, last)]
    OrmQ.objects.all().delete()
    jobs.follow(place + 1, last)
    jobs.follow(first, last)
    assert [lead.verdicts.count() for lead in three_leads] == [1, 1, 1]
    assert queued() == []


def test_what_the_queue_lost_is_caught_up_with_by_one_job(three_leads, monkeypatch):
    monkeypatch.setattr(jobs, "PORTION", 2)
    Lead.objects.update(created_at=db_now() - timedelta(minutes=2))
    assert (jobs.sweep(), jobs.sweep()) == (1, 0)
    assert queued() == [("qualification.jobs.catch_up",)]
    jobs.catch_up()
    assert [lead.verdicts.count() for lead in three_leads] == [1, 1, 1]
    OrmQ.objects.all().delete()
    assert jobs.sweep() == 0


def test_answers_decided_together_are_sent_by_one_job_that_stands_back(make_lead, sink):
    leads = [make_lead(message=HOME, email=f"h{n}@home.test") for n in range(3)]
    OrmQ.objects.all().delete()
    pipeline.qualify_all([lead.pk for lead in leads])
    sends = list(Send.objects.order_by("pk").values_list("pk", flat=True))
    assert queued() == [("handoff.mailing.sending.deliver_all", sends)]
    busy()
    sending.deliver_all(sends)
    assert queued()[4:] == [("handoff.mailing.sending.deliver_all", sends[1:])]
    OrmQ.objects.all().delete()
    sending.deliver_all(sends[1:])
    sending.deliver_all(sends)
    assert set(Send.objects.values_list("state", flat=True)) == {SendState.SENT}
    assert len(sink.mails) == 3
