"""A new model or playbook: all open leads are scored again in portions, and nobody is moved down by it."""

import pytest
from django.db import connection
from django_q.models import OrmQ

from leadboard.leads import chain, lifecycle
from leadboard.leads.models import Lead, LeadEvent
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from qualification import jobs, pipeline, portions, rescoring
from qualification.models import Rescoring, Verdict


@pytest.fixture
def judged(make_lead):
    """Four open leads with a verdict."""
    leads = [
        make_lead(title="CEO", message="We need a quote for 40 seats.", phone="+49 3641 555014"),
        make_lead(message="", lead_type="other", company=""),
        make_lead(message="What does it do?", lead_type="content"),
        make_lead(extra={"visits": "7", "plan": "Pro"}),
    ]
    for lead in leads:
        pipeline.qualify(lead.pk)
    return leads


def richer():
    """Put a playbook in force whose card gives everybody two points more."""
    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("base: 30", "base: 32"))


def shown(lead):
    return Lead.objects.values("score", "fit", "intent", "band", "desk", "version").get(pk=lead.pk)


def test_a_new_playbook_scores_every_open_lead_again(judged):
    before = [shown(lead) for lead in judged]
    richer()
    done = rescoring.rescore()
    assert (done.scored, done.last) == (4, judged[-1].pk)
    for lead, old in zip(judged, before, strict=True):
        new, verdict = shown(lead), lead.verdicts.order_by("-id").first()
        assert new["score"] == min(100, old["score"] + 2)
        assert new["version"] == old["version"] + 1
        assert (verdict.score, verdict.fit, verdict.intent) == (new["score"], new["fit"], new["intent"])
        assert verdict.playbook_version == versions.active().version
        event = LeadEvent.objects.filter(lead=lead).order_by("-version").first()
        assert (event.kind, event.facts["verdict"], event.facts["score"]) == (
            "rescored",
            verdict.pk,
            new["score"],
        )
    with connection.cursor() as cursor:
        assert chain.faults(cursor) == []


def test_scoring_again_twice_finds_nothing_to_do(judged):
    richer()
    rescoring.rescore()
    assert rescoring.rescore() == rescoring.Portion(0, 0, None)


def test_it_goes_on_from_where_it_stopped(judged):
    richer()
    first = rescoring.rescore(portion=3)
    assert (first.scored, first.last) == (3, judged[2].pk)
    assert rescoring.rescore(first.last, portion=3).scored == 1


def test_what_is_stored_is_what_one_by_one_would_be(judged):
    richer()
    rescoring.rescore()
    for lead in judged:
        newest = Verdict.objects.filter(lead=lead).order_by("-id").first()
        one = pipeline._judged(versions.active(), newest.features, [])[0]
        assert newest.reasons == one.reasons
        assert (newest.score, newest.probability, newest.method) == (one.score, one.probability, one.method)


def test_a_claimed_and_a_silenced_lead_are_left_alone(judged, ana):
    lifecycle.move(judged[0], "claimed", actor=ana, owner=ana, desk="sales", facts={})
    lifecycle.move(judged[1], "suppressed", do_not_contact=True)
    richer()
    assert rescoring.rescore().scored == 2


def test_a_lead_that_changes_meanwhile_keeps_what_changed_it(judged, ana):
    richer()
    scorer, by = rescoring._judge()
    found = portions.open_leads(0, by, 10)
    judgements, by = rescoring.judge_all(scorer, by, [one.facts for one in found])
    judged[0].refresh_from_db()
    lifecycle.move(judged[0], "claimed", actor=ana, owner=ana, desk="sales", facts={})
    assert portions.store_all(found, judgements, by) == 3
    assert shown(judged[0])["desk"] == "sales"
    assert judged[0].verdicts.count() == 1


def test_a_model_that_raises_leaves_the_rules_to_decide_and_says_so(judged, monkeypatch):
    class Broken:
        def judge_all(self, playbook, rows):
            raise RuntimeError("no numbers today")

    richer()
    monkeypatch.setattr(rescoring, "_judge", lambda: (Broken(), portions.By(None, versions.active(), [])))
    assert rescoring.rescore().scored == 4
    newest = judged[0].verdicts.order_by("-id").first()
    assert (newest.method, newest.flags) == ("scorecard", ["model failed: RuntimeError"])


def test_the_watch_enqueues_the_work_once_and_the_job_finishes_it(judged):
    assert jobs.watch_rescoring() is True
    jobs.rescore()
    assert jobs.watch_rescoring() is False
    richer()
    OrmQ.objects.all().delete()
    assert (jobs.watch_rescoring(), jobs.watch_rescoring()) == (True, False)
    assert OrmQ.objects.count() == 1
    jobs.rescore()
    work = Rescoring.objects.order_by("-pk").first()
    assert (work.to_do, work.scored, work.finished_at is not None) == (4, 4, True)
    assert jobs.watch_rescoring() is False
