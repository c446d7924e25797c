"""Two leads of one person become one on a person's word, and two again when that was wrong."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from handoff import claims, outcomes
from handoff.mailing import stop_list
from handoff.mailing.suppression import suppress
from handoff.models import Claim, Clock, Enrolment
from handoff.nurturing import nurture
from leadboard.capture import importing
from leadboard.capture.duplicates import merging, suspicions, undoing
from leadboard.capture.duplicates.models import Merge, PossibleDuplicate
from leadboard.capture.models import IdentityKey, Source, Submission
from leadboard.doctor.invariants import ALL, violations
from leadboard.http.problems import Problem
from leadboard.leads import chain, lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.notify.models import Alert
from tests.hands import turn
from tests.mailing import fire_next, run_together

TIMED = {"events are numbered at once", "a lead's events are numbered in their order"}
DIANA = {"name": "Diana Ek", "email": "diana@barsund.test", "phone": "+49 30 1234567", "company": "Barsund"}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


@pytest.fixture
def send(client, source):
    def post(**fields):
        return lead_of(client, source, **fields)

    return post


def lead_of(client, source, **fields):
    answer = client.post(f"/intake/{source.key}/", json.dumps(fields), content_type="application/json")
    assert answer.status_code == 202
    return Submission.objects.select_related("lead").get(pk=answer.json()["id"]).lead


@pytest.fixture
def pair(send):
    """One person under two addresses: the older lead and the newer one."""
    return send(**DIANA, message="First"), send(
        email="d.ek@home.test", name="D. Ek", title="CEO", message="Second"
    )


def fresh(*leads):
    for lead in leads:
        lead.refresh_from_db()
    return leads


def broken():
    """Return every invariant that does not hold, and every broken link of the chain."""
    return [one.name for one in ALL if one.name not in TIMED and violations(one)]


def kinds(lead):
    return list(lead.events.order_by("version").values_list("kind", flat=True))


def test_one_lead_goes_on_in_the_other_with_what_both_knew(pair, mia):
    stays, goes = pair
    row = merging.merge(stays.pk, goes.pk, mia)
    fresh(stays, goes)
    assert (stays.name, stays.email, stays.title) == ("Diana Ek", "diana@barsund.test", "CEO")
    assert stays.message == "Second"
    assert (goes.desk, goes.merged_into, goes.owner, goes.due_state) == ("closed", stays, None, "")
    assert not Clock.objects.filter(lead=goes, state="running").exists()
    assert goes.events.get(kind="merged").facts["into"] == str(stays.uid)
    assert stays.events.get(kind="absorbed").facts == {
        "merge": row.pk, "from": str(goes.uid), "fields": ["message", "title"],
    }  # fmt: skip
    assert set(IdentityKey.objects.values_list("lead", flat=True)) == {stays.pk}
    assert broken() == []


def test_whoever_writes_from_either_address_joins_the_lead_that_stayed(pair, send, mia):
    stays, goes = pair
    merging.merge(stays.pk, goes.pk, mia)
    assert send(email="D.Ek+x@home.test") == stays
    assert send(phone="+49301234567") == stays
    assert Lead.objects.count() == 2


def test_an_undo_brings_both_back_as_they_were(pair, mia):
    stays, goes = pair
    before = [
        (lead.name, lead.title, lead.message, lead.desk, lead.stage, lead.due_kind) for lead in fresh(*pair)
    ]
    keys = list(IdentityKey.objects.order_by("pk").values_list("pk", "lead"))
    row = merging.merge(stays.pk, goes.pk, mia)
    undoing.undo(row.pk, mia)
    fresh(stays, goes)
    assert [(e.name, e.title, e.message, e.desk, e.stage, e.due_kind) for e in (stays, goes)] == before
    assert goes.merged_into is None
    assert list(IdentityKey.objects.order_by("pk").values_list("pk", "lead")) == keys
    assert Clock.objects.filter(lead=goes, state="running", kind="first_action").count() == 1
    assert kinds(goes)[-2:] == ["unmerged", "clock_started"]
    assert broken() == []
    again = merging.merge(stays.pk, goes.pk, mia)
    assert again.pk != row.pk


def test_what_came_after_the_merge_stays_with_the_lead_that_stayed(pair, send, mia):
    stays, goes = pair
    row = merging.merge(stays.pk, goes.pk, mia)
    send(email="d.ek@home.test", message="Third")
    undoing.undo(row.pk, mia)
    fresh(stays, goes)
    assert (stays.message, stays.title, goes.message) == ("Third", "", "Second")
    assert send(email="d.ek@home.test") == goes
    assert broken() == []


def test_a_person_may_choose_the_other_value(pair, mia):
    stays, goes = pair
    merging.merge(stays.pk, goes.pk, mia, take=["email", "-message"])
    fresh(stays)
    assert (stays.email, stays.name, stays.message) == ("d.ek@home.test", "Diana Ek", "First")


@pytest.mark.parametrize(("mine", "theirs", "strict"), [
    ("consent", "legitimate_interest", "legitimate_interest"),
    ("", "consent", "consent"),
    ("own word", "consent", "own word"),
    ("withdrawn", "consent", "withdrawn"),
])  # fmt: skip
def test_the_stricter_basis_wins(make_lead, mia, mine, theirs, strict):
    stays, goes = make_lead(basis=mine), make_lead(email="b@x.test", basis=theirs)
    row = merging.merge(stays.pk, goes.pk, mia)
    assert fresh(stays)[0].basis == strict
    undoing.undo(row.pk, mia)
    assert fresh(stays)[0].basis == mine


def test_an_earlier_promise_is_kept_and_given_back(make_lead, mia):
    stays, goes = make_lead(lead_type="hand_raiser"), make_lead(email="b@x.test", lead_type="demo")
    due = goes.due_at
    own = stays.due_at
    row = merging.merge(stays.pk, goes.pk, mia)
    assert fresh(stays)[0].due_at == due
    assert broken() == []
    undoing.undo(row.pk, mia)
    fresh(stays, goes)
    assert stays.due_at == own
    assert goes.due_at - due == row.__class__.objects.get(pk=row.pk).undone_at - row.at or goes.due_at > due
    assert broken() == []


def test_a_nurtured_lead_whose_person_wrote_again_comes_to_the_board_and_goes_back(make_lead, mia):
    stays = make_lead(lead_type="content", desk="nurture")
    step = fire_next(stays).step
    goes = make_lead(email="b@x.test")
    row = merging.merge(stays.pk, goes.pk, mia)
    fresh(stays)
    assert (stays.desk, stays.due_kind) == ("board", "first_action")
    assert Enrolment.objects.get(lead=stays).state == "paused"
    assert broken() == []
    undoing.undo(row.pk, mia)
    fresh(stays)
    assert (stays.desk, stays.due_kind) == ("nurture", "")
    assert (Enrolment.objects.get(lead=stays).state, Enrolment.objects.get(lead=stays).step) == (
        "active",
        step - 1,  # its mail was not out yet: it comes again
    )
    assert broken() == []


def test_the_track_of_the_lead_that_goes_ends_and_goes_on_after_an_undo(make_lead, mia, sink):
    goes = make_lead(lead_type="content", desk="nurture")
    fire_next(goes)
    stays = make_lead(email="b@x.test")
    row = merging.merge(stays.pk, goes.pk, mia)
    enrolment = Enrolment.objects.get(lead=goes)
    assert (enrolment.state, enrolment.why) == ("stopped", "merged")
    assert broken() == []
    undoing.undo(row.pk, mia)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.step) == ("active", 0)  # its mail was not out yet
    assert fire_next(goes).step == 1
    assert broken() == []


def test_two_leads_of_one_rep_leave_one_claim(pair, ana):
    stays, goes = pair
    for lead in pair:
        claims.claim(lead.pk, ana)
    row = merging.merge(stays.pk, goes.pk, ana)
    assert Claim.objects.get(lead=stays).ended_at is None
    assert (Claim.objects.get(lead=goes).end, Claim.objects.get(lead=goes).reason) == ("closed", "merged")
    assert broken() == []
    undoing.undo(row.pk, ana)
    fresh(stays, goes)
    assert (stays.owner, goes.owner, goes.desk) == (ana, ana, "sales")
    assert Clock.objects.filter(lead=goes, state="running", kind="contact").count() == 1
    assert broken() == []


def test_two_reps_need_a_manager_and_the_one_who_loses_is_told(pair, ana, sam, mia, lea):
    stays, goes = pair
    claims.claim(stays.pk, ana)
    claims.claim(goes.pk, sam)
    for person in (ana, sam, mia):
        with pytest.raises(Problem) as refused:
            merging.merge(stays.pk, goes.pk, person)
        assert (refused.value.status, refused.value.code) == (403, "two_owners")
    merging.merge(stays.pk, goes.pk, lea)
    fresh(stays, goes)
    assert (stays.owner, goes.owner) == (ana, None)
    assert set(Alert.objects.values_list("person", "kind")) == {(sam.pk, "merged_away"), (ana.pk, "merged")}
    assert broken() == []


@pytest.mark.parametrize("objector", ["stays", "goes", "by address"])
def test_two_claimed_leads_of_which_one_objects_are_closed_and_nobody_is_contacted(
    pair, ana, sam, lea, sink, objector
):
    stays, goes = pair
    claims.claim(stays.pk, ana)
    claims.claim(goes.pk, sam)
    if objector == "by address":
        with transaction.atomic():
            stop_list.add(stays.email, "objection")
    else:
        lifecycle.move(stays if objector == "stays" else goes, "suppressed", do_not_contact=True)
    row = merging.merge(stays.pk, goes.pk, lea)
    fresh(stays, goes)
    assert (stays.do_not_contact, stays.desk, stays.owner, goes.owner) == (True, "closed", None, None)
    assert Claim.objects.filter(ended_at=None).count() == 0
    assert not Clock.objects.filter(state="running").exists()
    assert nurture.open_enrolment(stays) is None
    assert broken() == []
    if objector == "goes":
        undoing.undo(row.pk, lea)
        fresh(stays, goes)
        assert (stays.do_not_contact, stays.owner, stays.desk) == (False, ana, "sales")
        assert goes.do_not_contact is True


def test_whoever_objected_under_one_address_is_not_contacted_under_the_other(pair, send, mia):
    stays, goes = pair
    merging.merge(stays.pk, goes.pk, mia)
    suppress("diana@barsund.test", "objection")
    again = send(email="d.ek@home.test", message="Hello?")
    assert (again.do_not_contact, again.desk) == (True, "closed")
    assert PossibleDuplicate.objects.get(other=again).why == "objected"
    assert broken() == []


def test_an_objection_since_stands_in_the_way_of_an_undo(pair, mia):
    stays, goes = pair
    row = merging.merge(stays.pk, goes.pk, mia)
    suppress("d.ek@home.test", "objection")
    with pytest.raises(Problem) as refused:
        undoing.undo(row.pk, mia)
    assert refused.value.extra["reasons"] == [
        "D. Ek asked not to be contacted since, and that holds for both"
    ]


def test_merges_are_undone_in_the_order_in_which_they_can_be(make_lead, mia):
    first, second, third = (make_lead(name=f"Lead {n}", email=f"{n}@x.test") for n in range(3))
    one = merging.merge(second.pk, third.pk, mia)
    two = merging.merge(first.pk, second.pk, mia)
    with pytest.raises(Problem, match="Lead 1 itself went into Lead 0"):
        undoing.undo(one.pk, mia)
    undoing.undo(two.pk, mia)
    undoing.undo(one.pk, mia)
    assert [lead.merged_into for lead in fresh(first, second, third)] == [None, None, None]
    assert broken() == []
    with pytest.raises(Problem, match="undone already"):
        undoing.undo(one.pk, mia)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stage": Stage.WON, "desk": Desk.CLOSED}, "wrong_way"),
        ({"desk": Desk.QUARANTINE}, "wrong_way"),
    ],
)
def test_an_open_lead_never_goes_into_one_that_is_over(make_lead, mia, change, code):
    over, open_lead = make_lead(), make_lead(email="b@x.test")
    lifecycle.move(over, "won", facts={name: str(value) for name, value in change.items()}, **change)
    with pytest.raises(Problem) as refused:
        merging.merge(over.pk, open_lead.pk, mia)
    assert (refused.value.status, refused.value.code) == (422, code)
    merging.merge(open_lead.pk, over.pk, mia)
    assert fresh(over)[0].merged_into == open_lead


def test_a_claimed_lead_never_goes_into_a_free_one(pair, ana, mia):
    claims.claim(pair[1].pk, ana)
    with pytest.raises(Problem, match="Ana Ruiz holds the other lead"):
        merging.merge(pair[0].pk, pair[1].pk, mia)
    with pytest.raises(Problem, match="one lead"):
        merging.merge(pair[0].pk, pair[0].pk, mia)


def test_a_merged_lead_can_neither_be_claimed_nor_reopened_nor_merged_again(make_lead, ana, lea, mia):
    stays, goes = make_lead(), make_lead(email="b@x.test")
    lifecycle.move(goes, "disqualified", stage=Stage.DISQUALIFIED, desk=Desk.CLOSED)
    merging.merge(stays.pk, goes.pk, mia)
    for act in (
        lambda: claims.claim(goes.pk, ana),
        lambda: outcomes.reopen(goes.pk, lea),
        lambda: outcomes.record(goes.pk, lea, "won"),
        lambda: merging.merge(stays.pk, goes.pk, mia),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert (refused.value.status, refused.value.extra["merged_into"]) == (409, str(stays.uid))


def test_whoever_looked_at_an_older_state_is_asked_to_look_again(pair, ana, mia):
    stays, goes = pair
    seen = (stays.version, goes.version)
    claims.claim(stays.pk, ana)
    with pytest.raises(Problem) as refused:
        merging.merge(stays.pk, goes.pk, mia, seen=seen)
    assert (refused.value.status, refused.value.code) == (409, "changed")


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_leave_one(make_lead, mia):
    for number in range(5):
        one, two = make_lead(email=f"a{number}@x.test"), make_lead(email=f"b{number}@x.test")
        run_together([refused_or(one, two, mia), refused_or(two, one, mia), refused_or(one, two, mia)])
        assert Merge.objects.filter(undone_at=None, kept_lead__in=[one, two]).count() == 1
    assert broken() == []


def refused_or(stays, goes, by):
    def act():
        try:
            merging.merge(stays.pk, goes.pk, by)
        except Problem as problem:
            if problem.status not in (403, 409, 422):
                raise

    return act


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_claim_at_once_leave_one_owner_or_none(make_lead, mia, ana):
    def claim(lead):
        def act():
            try:
                claims.claim(lead.pk, ana)
            except Problem as problem:
                if problem.status != 409:
                    raise

        return act

    for number in range(5):
        stays, goes = make_lead(email=f"a{number}@x.test"), make_lead(email=f"b{number}@x.test")
        run_together([refused_or(stays, goes, mia), claim(goes)])
        fresh(stays, goes)
        assert (goes.owner is None) == (goes.merged_into is not None)
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_a_submission_during_a_merge_finds_the_lead_that_stays(source, mia):
    for number in range(5):
        stays = lead_of(Client(), source, email=f"a{number}@x.test")
        goes = lead_of(Client(), source, email=f"b{number}@x.test")
        run_together(
            [refused_or(stays, goes, mia)]
            + [lambda n=number: lead_of(Client(), source, email=f"b{n}@x.test") for _ in range(3)]
        )
        fresh(stays, goes)
        assert goes.merged_into == stays
        assert Lead.objects.count() == 2 * (number + 1)
        assert lead_of(Client(), source, email=f"b{number}@x.test") == stays
    assert broken() == []


@pytest.mark.parametrize("end", ["won", "lost", "disqualified"])
def test_whoever_writes_after_the_end_begins_a_lead_that_may_be_a_duplicate(send, lea, end):
    old = send(**DIANA)
    code = "wrong_fit" if end == "disqualified" else ""
    outcomes.record(old.pk, lea, end, code=code)
    new = send(**DIANA)
    assert new != old
    pair = PossibleDuplicate.objects.get()
    assert (pair.one, pair.other, pair.why, pair.settled) == (old, new, end, "")
    for lead in (old, new):
        assert kinds(lead).count("duplicate_suspected") == 1
        assert [suspicions.other_of(each, lead) for each in suspicions.of(lead)] == [
            {old: new, new: old}[lead]
        ]
    send(**DIANA)
    assert PossibleDuplicate.objects.count() == 1
    assert broken() == []


def test_whoever_writes_while_a_rep_has_the_lead_joins_it_and_the_event_says_so(send, ana):
    lead = send(**DIANA)
    claims.claim(lead.pk, ana)
    assert send(**DIANA) == lead
    assert lead.events.get(kind="joined").facts["late"] == "claimed"


LINK = {"name": "Diana Ek", "email": "diana@barsund.test", "phone": "+49 30 1234567"}


def test_one_delivery_with_the_data_of_two_leads_makes_them_one_which_a_person_parts_for_good(send, mia, ana):
    by_mail = send(email="diana@barsund.test", title="CEO")
    by_phone = send(phone="+49 30 1234567", message="Call me")
    claims.claim(by_phone.pk, ana)
    assert by_mail != by_phone
    assert send(**LINK, message="Both") == by_phone  # a rep holds it, so it stays
    fresh(by_mail, by_phone)
    row = Merge.objects.get()
    assert (row.by, by_mail.merged_into, by_phone.message, by_phone.title) == (None, by_phone, "Both", "CEO")
    assert (by_phone.owner, by_phone.name, by_phone.email) == (ana, "Diana Ek", "diana@barsund.test")
    assert [kind for kind in kinds(by_phone) if kind in ("absorbed", "joined")] == ["absorbed", "joined"]
    assert broken() == []
    undoing.undo(row.pk, ana)
    assert fresh(by_mail)[0].merged_into is None
    assert broken() == []
    assert send(**LINK) == by_mail  # what a person parted is not joined again by itself
    assert PossibleDuplicate.objects.get().why == "bridged"
    assert Merge.objects.count() == 1


@pytest.mark.parametrize(("one", "other", "both"), [
    ({"phone": "+49 30 1111111"}, {"phone": "+49 30 1234567"}, {}),
    ({}, {"phone": "+49 30 1234567", "email": "d.ek@home.test", "name": "Diana Ek"}, {"name": "Diana Ek"}),
], ids=["another number", "another address"])  # fmt: skip
def test_two_leads_of_which_something_speaks_against_it_are_told_to_be_suspects(send, one, other, both):
    by_mail, by_phone = send(email="diana@barsund.test", **one), send(**other)
    assert send(email="diana@barsund.test", phone="+49 30 1234567", **both) == by_mail
    pair = PossibleDuplicate.objects.get()
    assert (pair.one, pair.other, pair.why) == (by_mail, by_phone, "bridged")
    assert Lead.objects.filter(merged_into=None).count() == 2
    assert broken() == []


def test_two_owners_a_parting_word_and_an_objection_are_for_people_to_settle(send, ana, sam, mia):
    by_mail, by_phone = send(email="diana@barsund.test"), send(phone="+49 30 1234567")
    claims.claim(by_mail.pk, ana)
    claims.claim(by_phone.pk, sam)
    send(**LINK)
    assert PossibleDuplicate.objects.get().why == "bridged"
    assert suspicions.dismiss(by_mail, by_phone, mia) is True
    for lead, rep in ((by_mail, ana), (by_phone, sam)):
        claims.release(lead.pk, rep)
    send(**LINK)
    suppress("eva@barsund.test", "objection")
    assert send(email="eva@barsund.test").do_not_contact is True
    assert send(email="eva@barsund.test", phone="+49 40 7654321").do_not_contact is True
    assert Merge.objects.count() == 0
    assert broken() == []


def test_a_file_in_which_one_row_links_two_others_brings_one_lead(source, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,email,phone\n,d@barsund.test,\n,,+49 30 1234567\n"
                    "Diana Ek,d@barsund.test,+49 30 1234567\nD. Ek,,+49 30 1234567\n")  # fmt: skip
    importing.import_file(path, source)
    assert Lead.objects.get(merged_into=None).name == "Diana Ek"
    assert Merge.objects.count() == 1
    assert Submission.objects.filter(state="received").count() == 0
    assert broken() == []


def test_a_colleague_behind_the_same_switchboard_is_no_suspect(send):
    send(**DIANA)
    send(name="Bo Chen", email="bo@barsund.test", phone=DIANA["phone"])
    assert PossibleDuplicate.objects.count() == 0


def test_a_suspicion_that_was_wrong_is_dismissed_for_good(send, mia):
    by_mail = send(email="diana@barsund.test", phone="+49 30 1111111")
    by_phone = send(phone="+49 30 1234567")
    send(email="diana@barsund.test", phone="+49 30 1234567")
    assert suspicions.dismiss(by_mail, by_phone, mia) is True
    assert suspicions.dismiss(by_mail, by_phone, mia) is False
    send(email="diana@barsund.test", phone="+49 30 1234567")
    assert not suspicions.of(by_mail).exists()
    assert kinds(by_phone)[-1] == "duplicate_dismissed"


def test_the_chain_holds_after_all_of_it(pair, mia):
    row = merging.merge(pair[0].pk, pair[1].pk, mia)
    undoing.undo(row.pk, mia)
    with connection.cursor() as cursor:
        assert chain.faults(cursor) == []
    assert not any(
        value in json.dumps(list(pair[0].events.values_list("facts", flat=True))) for value in DIANA.values()
    )


def test_a_deadline_that_passed_while_merged_is_not_missed_by_the_undo(make_lead, mia):
    stays, goes = make_lead(), make_lead(email="b@x.test")
    turn(goes, "first_action", overdue_by=-30)
    row = merging.merge(stays.pk, goes.pk, mia)
    Merge.objects.filter(pk=row.pk).update(at=row.at - timedelta(hours=2))
    undoing.undo(row.pk, mia)
    clock = Clock.objects.get(lead=goes, state="running", kind="first_action")
    assert clock.due_at - clock.started_at > timedelta(seconds=20)


def test_a_file_brings_nobody_back_who_objected_under_another_key(pair, source, mia, tmp_path):
    stays, goes = pair
    merging.merge(stays.pk, goes.pk, mia)
    suppress("diana@barsund.test", "objection")
    path = tmp_path / "people.csv"
    path.write_text("name,email\nD. Ek,d.ek+list@home.test\nBo,bo@x.test\n")
    importing.import_file(path, source)
    again, other = Lead.objects.order_by("pk")[2:]
    assert (again.do_not_contact, again.desk, other.desk) == (True, "closed", "board")
    assert PossibleDuplicate.objects.get().why == "objected"
    assert broken() == []
