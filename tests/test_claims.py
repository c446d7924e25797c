"""A lead is claimed by exactly one rep, and given back without losing anything."""

import contextlib
import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from handoff import actions, claims
from handoff.models import Claim, Clock, Enrolment
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import User


def kinds(lead):
    """Return the kinds of the lead's events in order."""
    return list(lead.events.order_by("version").values_list("kind", flat=True))


def states(lead):
    """Return {kind: state} of the lead's clocks, the newest of each kind."""
    return {clock.kind: clock.state for clock in lead.clocks.order_by("pk")}


def test_a_claimed_lead_is_on_the_sales_desk_and_owes_contact(ana, make_lead):
    lead = make_lead()
    claim = claims.claim(lead.pk, ana)
    lead.refresh_from_db()
    assert (lead.owner, lead.desk, lead.stage) == (ana, Desk.SALES, Stage.RAW)
    assert (claim.rep, claim.how, claim.from_desk, claim.ended_at) == (ana, "claimed", "board", None)
    contact = lead.clocks.get(kind="contact")
    assert (contact.state, contact.claim_id, contact.due_at - contact.anchored_at) == (
        "running", claim.pk, timedelta(hours=24))  # fmt: skip
    assert kinds(lead)[-1] == "claimed"


def test_a_claim_is_no_action_so_the_first_action_clock_goes_on(ana, make_lead):
    lead = make_lead()
    before = lead.clocks.get(kind="first_action")
    claims.claim(lead.pk, ana)
    after = lead.clocks.get(kind="first_action")
    lead.refresh_from_db()
    assert (after.state, after.due_at) == ("running", before.due_at)
    assert (lead.due_kind, lead.due_at) == ("first_action", before.due_at)


def test_a_second_rep_is_told_who_was_faster(ana, sam, make_lead):
    lead = make_lead()
    claim = claims.claim(lead.pk, sam)
    with pytest.raises(Problem) as refused:
        claims.claim(lead.pk, ana)
    assert refused.value.status == 409
    assert refused.value.code == "taken"
    assert refused.value.extra == {
        "winner": "Sam Okafor", "winner_id": sam.pk, "claimed_at": claim.started_at.isoformat()}  # fmt: skip
    assert refused.value.detail.startswith("Sam claimed it ")
    assert refused.value.detail.endswith(" s before you.")
    assert Claim.objects.count() == 1


def test_claiming_ones_own_lead_again_returns_the_same_claim(ana, make_lead):
    lead = make_lead()
    first = claims.claim(lead.pk, ana)
    version = Lead.objects.get(pk=lead.pk).version
    assert claims.take(lead.pk, ana) == (first, False)
    assert Lead.objects.get(pk=lead.pk).version == version


@pytest.mark.parametrize("who", ["mia", "otto"])
def test_marketers_and_former_colleagues_may_not_claim(who, request, make_lead):
    lead = make_lead()
    with pytest.raises(Problem) as refused:
        claims.claim(lead.pk, request.getfixturevalue(who))
    assert refused.value.status == 403
    assert not Claim.objects.exists()


def test_a_person_who_asked_not_to_be_contacted_may_not_be_claimed(ana, make_lead):
    lead = make_lead(do_not_contact=True)
    with pytest.raises(Problem) as refused:
        claims.claim(lead.pk, ana)
    assert (refused.value.status, refused.value.code) == (422, "do_not_contact")


@pytest.mark.parametrize(("desk", "stage", "code"), [
    (Desk.QUARANTINE, Stage.RAW, "in_quarantine"),
    (Desk.CLOSED, Stage.WON, "closed"),
    (Desk.CLOSED, Stage.LOST, "closed"),
])  # fmt: skip
def test_what_is_over_or_in_quarantine_may_not_be_claimed(ana, make_lead, desk, stage, code):
    lead = make_lead(desk=desk, stage=stage)
    with pytest.raises(Problem) as refused:
        claims.claim(lead.pk, ana)
    assert (refused.value.status, refused.value.code) == (422, code)


@pytest.mark.parametrize("desk", [Desk.NURTURE, Desk.LONG_NURTURE])
def test_sales_may_claim_from_nurture(ana, make_lead, desk):
    lead = make_lead(desk=desk)
    assert claims.claim(lead.pk, ana).from_desk == desk


def test_sales_may_claim_a_disqualified_lead_and_it_is_raw_again(ana, make_lead):
    lead = make_lead(desk=Desk.CLOSED, stage=Stage.DISQUALIFIED)
    claims.claim(lead.pk, ana)
    lead.refresh_from_db()
    assert (lead.desk, lead.stage, lead.closed_at) == (Desk.SALES, Stage.RAW, None)


def test_a_rep_at_the_cap_is_refused_in_words_until_there_is_room(ana, make_lead):
    User.objects.filter(pk=ana.pk).update(cap=1)
    first, second = make_lead(), make_lead(email="b@b.test")
    claims.claim(first.pk, ana)
    with pytest.raises(Problem) as refused:
        claims.claim(second.pk, ana)
    assert (refused.value.status, refused.value.code) == (422, "cap")
    assert refused.value.detail == "Ana Ruiz has 1 open leads, the most is 1. Release or finish one first."
    claims.release(first.pk, ana)
    assert claims.claim(second.pk, ana).rep == ana


def test_undo_puts_the_lead_back_where_it_was(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    claims.undo(lead.pk, ana)
    lead.refresh_from_db()
    assert (lead.owner, lead.desk, lead.due_kind, lead.due_state) == (
        None,
        Desk.BOARD,
        "first_action",
        "running",
    )
    assert Claim.objects.get().end == "undone"
    assert states(lead) == {"first_action": "running", "contact": "cancelled"}


def test_undo_is_refused_after_an_action(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call")
    with pytest.raises(Problem) as refused:
        claims.undo(lead.pk, ana)
    assert (refused.value.status, refused.value.code) == (422, "too_late")


def test_undo_is_refused_after_two_minutes(ana, make_lead):
    lead = make_lead()
    claim = claims.claim(lead.pk, ana)
    Claim.objects.filter(pk=claim.pk).update(started_at=claim.started_at - timedelta(minutes=3))
    with pytest.raises(Problem) as refused:
        claims.undo(lead.pk, ana)
    assert refused.value.code == "too_late"


def test_release_and_claim_again_does_not_lengthen_the_first_response_time(ana, sam, make_lead):
    lead = make_lead()
    due = lead.clocks.get(kind="first_action").due_at
    for _ in range(3):
        claims.claim(lead.pk, ana)
        claims.release(lead.pk, ana)
    claims.claim(lead.pk, sam)
    clock = lead.clocks.get(kind="first_action")
    assert (clock.state, clock.due_at) == ("running", due)


def test_a_released_lead_whose_first_action_was_done_goes_to_marketing(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="no_answer")
    claims.release(lead.pk, ana, note="wrong team")
    lead.refresh_from_db()
    assert (lead.owner, lead.desk, lead.due_kind) == (None, Desk.NURTURE, "")
    ended = Claim.objects.get()
    assert (ended.end, ended.attempts, ended.note) == ("released", 1, "wrong team")
    assert Enrolment.objects.get(lead=lead).state == "active"


def test_only_the_rep_who_has_it_may_release_a_lead(ana, sam, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    with pytest.raises(Problem) as refused:
        claims.release(lead.pk, sam)
    assert (refused.value.status, refused.value.code, refused.value.extra["winner"]) == (
        409,
        "not_yours",
        "Ana Ruiz",
    )


def test_a_hand_back_carries_its_reason_and_the_attempts(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="no_answer")
    actions.log(lead.pk, ana, "note", note="sounds busy")
    claims.hand_back(lead.pk, ana, "no_answer")
    lead.refresh_from_db()
    event = LeadEvent.objects.get(lead=lead, kind="handed_back")
    assert (lead.desk, lead.owner) == (Desk.NURTURE, None)
    assert event.facts["attempts"] == 1
    assert event.facts["reason"] == "no_answer"
    assert event.facts["lacking"] == ["1 of 4 attempts", "1 of 2 channels", "1 of 3 days"]


def test_an_unknown_reason_is_refused_with_the_list(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    with pytest.raises(Problem) as refused:
        claims.hand_back(lead.pk, ana, "bored")
    assert (refused.value.status, refused.value.code) == (422, "unknown_reason")
    assert set(refused.value.extra["reasons"]) == {
        "no_answer",
        "wrong_time",
        "needs_information",
        "no_capacity",
    }


def test_a_manager_assigns_and_reassigns(lea, ana, sam, make_lead):
    lead = make_lead()
    claims.assign(lead.pk, ana, lea)
    claims.assign(lead.pk, sam, lea)
    lead.refresh_from_db()
    assert lead.owner == sam
    assert list(Claim.objects.order_by("pk").values_list("rep", "how", "end", "from_desk")) == [
        (ana.pk, "assigned", "reassigned", "board"), (sam.pk, "assigned", "", "board")]  # fmt: skip


def test_a_rep_may_not_assign(ana, sam, make_lead):
    lead = make_lead()
    with pytest.raises(Problem) as refused:
        claims.assign(lead.pk, sam, ana)
    assert refused.value.status == 403


def test_a_claim_pauses_nurture_and_a_hand_back_resumes_it(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    claims.hand_back(lead.pk, ana, "wrong_time")
    enrolment = Enrolment.objects.get(lead=lead)
    assert enrolment.state == "active"
    claims.claim(lead.pk, ana)
    enrolment.refresh_from_db()
    assert enrolment.state == "paused"
    assert not Clock.objects.filter(lead=lead, kind="nurture", state="running").exists()
    claims.hand_back(lead.pk, ana, "wrong_time")
    enrolment.refresh_from_db()
    assert enrolment.state == "active"


def race(count, work):
    """Run `work(n)` in so many threads that begin together; return what each returned or raised."""
    gate, results = threading.Barrier(count), [None] * count

    def run(number):
        gate.wait()
        try:
            results[number] = work(number)
        except Problem as problem:
            results[number] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_many_reps_at_once_exactly_one_wins_each_lead(make_lead):
    reps = [User.objects.create_user(f"r{n}@firm.test", name=f"Rep {n}") for n in range(8)]
    leads = [make_lead(email=f"{n}@a.test") for n in range(5)]
    for lead in leads:
        results = race(len(reps), lambda n, lead=lead: claims.claim(lead.pk, reps[n]))
        winners = [one for one in results if isinstance(one, Claim)]
        losers = [one for one in results if isinstance(one, Problem)]
        assert (len(winners), len(losers)) == (1, 7)
        assert {(one.status, one.extra["winner_id"]) for one in losers} == {(409, winners[0].rep_id)}
        assert Lead.objects.get(pk=lead.pk).owner_id == winners[0].rep_id


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_when_a_rep_claims_many_leads_at_once(ana, make_lead):
    User.objects.filter(pk=ana.pk).update(cap=3)
    leads = [make_lead(email=f"{n}@a.test") for n in range(8)]
    results = race(8, lambda n: claims.claim(leads[n].pk, ana))
    assert sum(isinstance(one, Claim) for one in results) == 3
    assert {one.code for one in results if isinstance(one, Problem)} == {"cap"}
    assert Claim.objects.filter(ended_at__isnull=True).count() == 3


@pytest.mark.django_db(transaction=True)
def test_claims_releases_and_assignments_at_once_leave_a_whole_log(lea, ana, sam, make_lead):
    leads = [make_lead(email=f"{n}@a.test") for n in range(3)]
    people = [ana, sam]

    def work(number):
        for turn in range(12):
            lead, rep = leads[(number + turn) % 3], people[number % 2]
            for act in (claims.claim, claims.release, partial(claims.assign, by=lea)):
                with contextlib.suppress(Problem):
                    act(lead.pk, rep)

    assert race(6, work) == [None] * 6
    for lead in leads:
        lead.refresh_from_db()
        assert list(lead.events.order_by("version").values_list("version", flat=True)) == list(
            range(1, lead.version + 1)
        )
        held = lead.claims.filter(ended_at__isnull=True)
        assert [claim.rep_id for claim in held] == ([lead.owner_id] if lead.owner_id else [])


def test_a_lead_that_is_gone_is_not_found(ana, db):
    with pytest.raises(Problem) as refused:
        claims.claim(999_999_999, ana)
    assert refused.value.status == 404


@pytest.mark.django_db(transaction=True)
def test_a_claim_refused_by_the_cap_leaves_nothing_behind(ana, make_lead):
    User.objects.filter(pk=ana.pk).update(cap=0)
    lead = make_lead()
    version = lead.version
    with pytest.raises(Problem):
        claims.claim(lead.pk, ana)
    assert lifecycle.Lead.objects.get(pk=lead.pk).version == version
    assert not connection.in_atomic_block
