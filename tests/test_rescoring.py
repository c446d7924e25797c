"""A new model or playbook: all open leads are scored again in portions, and nobody is moved down by it."""

import math
import os
import signal
import time
from itertools import product
from threading import Thread

import pytest
from django.db import connection
from django_q.models import OrmQ
from django_q.tasks import async_task

from leadboard.board import fragments
from leadboard.leads import chain, feed_log, lifecycle, timeline
from leadboard.leads.models import Lead, LeadEvent, LeadScore
from leadboard.playbook import policy, versions
from leadboard.playbook.models import PlaybookVersion
from qualification import jobs, panels, pipeline, thinking
from qualification.again import lanes, portions, rescoring, untold
from qualification.corrections import correcting
from qualification.models import Rescoring, ScoredAgain
from qualification.score.scorer import CardScorer
from tests.live import capture_lead


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
    fresh = Lead.objects.get(pk=lead.pk)
    return {name: getattr(fresh, name) for name in ("score", "fit", "intent", "band", "desk", "version")}


def newest(lead):
    return ScoredAgain.objects.filter(lead=lead).order_by("-pk").first()


def test_a_new_playbook_scores_every_open_lead_again(judged):
    before = [shown(lead) for lead in judged]
    richer()
    done = rescoring.rescore()
    assert (done.scored, done.last) == (4, judged[-1].pk)
    for lead, old in zip(judged, before, strict=True):
        new, again = shown(lead), newest(lead)
        assert new["score"] == min(100, old["score"] + 2)
        assert (again.was, again.score, again.fit, again.intent) == (
            old["score"], new["score"], new["fit"], new["intent"],
        )  # fmt: skip
        assert (again.verdict, again.playbook_version) == (lead.verdicts.get(), versions.active().version)
        stands = LeadScore.objects.get(pk=lead.pk)
        assert (stands.by_verdict, stands.by_playbook) == (again.verdict_id, again.playbook_version)


def test_only_another_band_is_an_event_of_the_lead(judged):
    """The line between two bands is drawn above Diana; who only asked stays where they are."""
    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("high: 60", f"high: {shown(judged[0])['score'] + 1}"))
    before = [shown(lead) for lead in judged]
    assert rescoring.rescore().scored == 4
    assert shown(judged[2]) == before[2]
    assert shown(judged[0]) == before[0] | {"band": "medium", "version": before[0]["version"] + 1}
    event = LeadEvent.objects.filter(lead=judged[0]).order_by("-version").first()
    assert (event.kind, event.facts["band"], event.facts["verdict"]) == (
        "rescored", "medium", newest(judged[0]).verdict_id,
    )  # fmt: skip
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
        again = newest(lead)
        assert LeadScore.objects.get(pk=lead.pk).reasons is None
        assert Lead.objects.get(pk=lead.pk).reasons == []
        untold.tell(lead.pk - 1, 1)
        one = thinking.judge_all(versions.active(), [again.verdict.features], [[]])[0].judgement
        assert LeadScore.objects.get(pk=lead.pk).reasons == one.reasons
        said = ("score", "probability", "fit", "intent", "method")
        assert [getattr(again, name) for name in said] == [getattr(one, name) for name in said]


def test_a_claimed_and_a_silenced_lead_are_left_alone(judged, ana):
    lifecycle.move(judged[0], "claimed", actor=ana, owner=ana, desk="sales", facts={})
    lifecycle.move(judged[1], "suppressed", do_not_contact=True)
    richer()
    assert rescoring.rescore().scored == 2


def test_a_lead_that_is_judged_anew_meanwhile_keeps_that(judged):
    richer()
    scorer, by = rescoring._judge()
    found = portions.open_leads(0, by, 10)
    judgements, by = rescoring.judge_all(scorer, by, [one.facts for one in found])
    pipeline.qualify(judged[0].pk, asked=True, anew=True)
    fresh = shown(judged[0])
    wrong = [judgements[0]._replace(score=1, probability=0.01), *judgements[1:]]
    assert portions.store_all(found, wrong, by) == 3
    same_band = [found[0]._replace(band=policy.band(by.playbook, 1)), *found[1:]]
    assert portions.store_all(same_band, wrong, by) == 0
    assert shown(judged[0]) == fresh


def test_a_claim_meanwhile_is_never_undone(judged, ana):
    richer()
    scorer, by = rescoring._judge()
    found = portions.open_leads(0, by, 10)
    judgements, by = rescoring.judge_all(scorer, by, [one.facts for one in found])
    judged[0].refresh_from_db()
    lifecycle.move(judged[0], "claimed", actor=ana, owner=ana, desk="sales", facts={})
    claimed = shown(judged[0])
    portions.store_all(found, judgements, by)
    after = shown(judged[0])
    assert (after["desk"], after["version"]) == ("sales", claimed["version"])


def test_a_model_that_raises_leaves_the_rules_to_decide_and_says_so(judged, monkeypatch):
    class Broken:
        def numbers(self, playbook, rows, memory):
            raise RuntimeError("no numbers today")

    richer()
    monkeypatch.setattr(rescoring, "_judge", lambda: (Broken(), portions.By(None, versions.active(), [])))
    assert rescoring.rescore().scored == 4
    again = newest(judged[0])
    assert (again.method, again.flags) == ("scorecard", ["model failed: RuntimeError"])


def test_the_watch_enqueues_the_work_once_and_the_job_finishes_it(judged):
    assert jobs.watch_rescoring() is True
    jobs.rescore()
    assert jobs.watch_rescoring() is False
    richer()
    OrmQ.objects.all().delete()
    assert (jobs.watch_rescoring(), jobs.watch_rescoring()) == (True, False)
    assert OrmQ.objects.count() == lanes.LANES
    jobs.rescore()
    work = Rescoring.objects.order_by("-pk").first()
    assert (work.to_do, work.scored, work.finished_at is not None) == (4, 4, True)
    assert jobs.watch_rescoring() is False


def test_one_event_tells_the_boards_and_the_page_of_each_lead_its_own_story(judged):
    richer()
    jobs.watch_rescoring()
    before = feed_log.last_seq()
    jobs.rescore()
    events = LeadEvent.objects.filter(kind="all_rescored")
    assert [(event.lead, event.facts["leads"]) for event in events] == [(judged[-1], 4)]
    LeadEvent.objects.filter(pk=events[0].pk).update(seq=before + 1)
    assert "data-resync" in fragments.frame_after(before).html
    told = [entry.headline for entry in timeline.stories(judged[1])]
    assert told == [f"Scored again: {newest(judged[1]).was} → {newest(judged[1]).score}"]
    jobs.rescore()
    assert events.count() == 1
    assert not LeadScore.objects.filter(reasons=None).exists()


def test_the_lead_page_explains_the_score_that_stands(judged):
    richer()
    rescoring.rescore()
    untold.tell()
    stands = panels.newest_of(Lead.objects.get(pk=judged[3].pk))
    assert (stands.score, stands.playbook_version) == (shown(judged[3])["score"], versions.active().version)
    assert stands.reasons == LeadScore.objects.get(pk=judged[3].pk).reasons != []


def test_whose_score_a_person_set_is_not_scored_again(judged, lea):
    correcting.override(judged[0].pk, lea, code="talked", score=12)
    richer()
    assert rescoring.rescore().scored == 3
    assert shown(judged[0])["score"] == 12


def test_a_lead_judged_anew_before_its_reasons_came_keeps_its_own(judged, monkeypatch):
    richer()
    rescoring.rescore()
    scores = untold._reasons

    def meanwhile(*about):
        pipeline.qualify(judged[0].pk, asked=True, anew=True)
        return [[{"words": "late"}]] * len(scores(*about))

    monkeypatch.setattr(untold, "_reasons", meanwhile)
    untold.tell()
    assert Lead.objects.get(pk=judged[0].pk).reasons == judged[0].verdicts.order_by("-pk").first().reasons
    assert Lead.objects.get(pk=judged[1].pk).reasons == [{"words": "late"}]


@pytest.fixture
def five_changed(monkeypatch, quiet):
    """Five open leads whose playbook has changed since, in portions of two; the work is begun."""
    leads = [capture_lead(email=f"d{number}@barsund.test") for number in range(5)]
    for lead in leads:
        pipeline.qualify(lead.pk)
    monkeypatch.setattr(rescoring, "PORTION", 2)
    rescoring.begin()
    richer()
    OrmQ.objects.all().delete()
    return rescoring.begin()


def all_done_once(work):
    """Whether each of the five was scored again exactly once, and said why."""
    work.refresh_from_db()
    again = list(ScoredAgain.objects.order_by("lead").values_list("playbook_version", flat=True))
    told = not LeadScore.objects.filter(reasons=None).exists()
    return (work.scored, work.finished_at is not None, again, told) == (
        5,
        True,
        [work.playbook_version] * 5,
        True,
    )


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_portions_of_their_own(five_changed):
    def worker():
        jobs.rescore()
        connection.close()

    workers = [Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert all_done_once(five_changed)


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_taken_is_done_by_the_next(five_changed, monkeypatch):
    stored = rescoring.stored

    def stored_until_the_second(done):
        if done.found[0].lead > Lead.objects.earliest("pk").pk:
            time.sleep(60)
        return stored(done)

    connection.close()
    if not (child := os.fork()):
        try:
            monkeypatch.setattr(rescoring, "stored", stored_until_the_second)
            rescoring.go_on(five_changed, math.inf)
        finally:
            os._exit(0)
    for _ in range(500):
        five_changed.refresh_from_db()
        if five_changed.handed_out == 3:
            break
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (five_changed.handed_out, five_changed.brought_back, ScoredAgain.objects.count()) == (3, 1, 2)
    jobs.rescore()
    assert all_done_once(five_changed)


@pytest.mark.django_db(transaction=True)
def test_the_second_worker_gives_way_when_other_jobs_wait(five_changed):
    for lead in Lead.objects.all()[: lanes.LANES + 1]:
        async_task("qualification.jobs.qualify", lead.pk)
    jobs.rescore(gives_way=True)
    five_changed.refresh_from_db()
    assert (five_changed.scored, OrmQ.objects.count()) == (2, lanes.LANES + 2)
    assert OrmQ.objects.latest("pk").task["args"] == (True,)


def test_the_numbers_of_many_are_those_of_one(judged):
    """Numbers, words, lists, nothing; a line on two facts; and True is not 1."""
    text = PlaybookVersion.objects.get(active=True).text
    lines = """points:
    - {when: {all: [{field: plan, equals: Pro}, {field: seats, at_least: 2}]}, points: 7, because: Many}
    - {when: {field: paid, equals: true}, points: 5, because: Paid}
    - {when: {field: pages, present: true}, points: 2, because: Looked}"""
    playbook = versions.check(text.replace("points:", lines, 1))
    odd = [None, True, 1, 1.0, 2.5, "1", "Pro", ["a", "b"], "", 40]
    rows = [
        dict(zip(("plan", "seats", "paid", "title_level", "pages"), values, strict=True))
        for values in product(odd, odd[:6], odd[:5], ["c_level", None], [["/prices"], None])
    ]
    many = CardScorer().numbers(playbook, rows)
    assert many == [one._replace(reasons=[]) for one in CardScorer().judge_all(playbook, rows)]
