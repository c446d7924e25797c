"""A lead changes through one door, and each change is one event."""

import threading

import pytest
from django.db import connection, transaction

from leadboard.leads import chain, lifecycle
from leadboard.leads.events import KINDS, sentence
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(monkeypatch):
    """Switch the reactions off: here only the door itself is looked at."""
    monkeypatch.setattr("leadboard.wiring.AT_ONCE", {})
    monkeypatch.setattr("leadboard.wiring.LATER", {})


@pytest.fixture
def diana(quiet, make_lead):
    """A lead nobody has touched."""
    return make_lead()


def faults():
    """Return the broken links of all chains."""
    with connection.cursor() as cursor:
        return chain.faults(cursor, limit=10)


def test_a_captured_lead_has_one_event_and_a_chain_that_verifies(diana):
    events = list(LeadEvent.objects.values_list("version", "kind"))
    assert (diana.version, events, faults()) == (1, [(1, "captured")], [])


def test_a_move_changes_the_row_and_writes_the_event_of_it(diana, ana):
    event = lifecycle.move(
        diana, "qualified", actor=ana, score=87, band="high", stage=Stage.MQL, facts={"score": 87}
    )
    row = Lead.objects.get()
    assert (row.version, row.score, row.band, row.stage) == (2, 87, "high", "mql")
    stored = LeadEvent.objects.get(pk=event.pk)
    assert (stored.version, stored.kind, stored.facts, stored.actor) == (2, "qualified", {"score": 87}, ana)
    assert faults() == []


def test_the_object_in_hand_is_as_the_row(diana, ana):
    lifecycle.move(diana, "claimed", owner=ana, desk=Desk.SALES)
    assert (diana.owner, diana.owner_id, diana.desk, diana.version) == (ana, ana.pk, "sales", 2)
    assert bytes(diana.digest) == bytes(Lead.objects.get().digest)


def test_a_move_that_expected_something_else_changes_nothing_and_says_how_it_is_now(diana, ana, sam):
    lifecycle.move(diana, "claimed", owner=ana, desk=Desk.SALES, expect={"owner": None})
    with pytest.raises(lifecycle.Conflict) as refused:
        lifecycle.move(diana, "claimed", owner=sam, desk=Desk.SALES, expect={"owner": None})
    assert refused.value.lead.owner == ana
    assert (Lead.objects.get().owner, LeadEvent.objects.count()) == (ana, 2)


def test_a_stage_moves_only_where_the_map_allows(diana):
    with pytest.raises(lifecycle.Conflict):
        lifecycle.move(diana, "sql_reached", stage=Stage.SQL)
    lifecycle.move(diana, "accepted", stage=Stage.SAL)
    lifecycle.move(diana, "handed_back", stage=Stage.MQL)
    assert Lead.objects.get().stage == "mql"


def test_an_unknown_kind_and_a_protected_column_are_refused(diana):
    with pytest.raises(ValueError, match="unknown kind of event: vanished"):
        lifecycle.move(diana, "vanished")
    with pytest.raises(ValueError, match="not to be set by a move"):
        lifecycle.move(diana, "qualified", version=9)
    assert LeadEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (
            "UPDATE leads_leadevent SET facts = '{\"score\": 1}' WHERE version = 2",
            "this row was changed after it was written",
        ),
        (
            "UPDATE leads_leadevent SET at = at - interval '1 hour' WHERE version = 2",
            "this row was changed after it was written",
        ),
        (
            "UPDATE leads_leadevent SET actor_id = NULL WHERE version = 2",
            "this row was changed after it was written",
        ),
        ("DELETE FROM leads_leadevent WHERE version = 2", "a version is missing or doubled before this row"),
        ("DELETE FROM leads_leadevent WHERE version = 3", "events after this row are missing"),
        ("UPDATE leads_lead SET digest = 'x'", "the lead does not end in this row"),
        ("DELETE FROM leads_leadevent", "the lead has no events"),
    ],
)
def test_whoever_changes_history_is_found(diana, ana, tamper, fault):
    lifecycle.move(diana, "qualified", actor=ana, facts={"score": 5})
    lifecycle.move(diana, "accepted", actor=ana)
    assert faults() == []
    with connection.cursor() as cursor:
        cursor.execute(tamper)
    assert faults()[0][3] == fault


def test_every_kind_of_event_has_a_sentence(diana):
    words = {"who": "Ana", "rep": "Sam"}
    for kind in KINDS:
        headline, detail = sentence(LeadEvent(lead=diana, kind=kind, facts={}), words)
        assert headline != ""
        assert "{" not in headline + detail


@pytest.mark.django_db(transaction=True)
def test_of_two_reps_at_once_exactly_one_wins(quiet, make_lead, ana, sam):
    lead, gate, told = make_lead(), threading.Barrier(2), []

    def go(rep):
        gate.wait()
        try:
            with transaction.atomic():
                lifecycle.move(
                    Lead.objects.get(pk=lead.pk),
                    "claimed",
                    owner=rep,
                    desk=Desk.SALES,
                    expect={"owner": None},
                )
            told.append("won")
        except lifecycle.Conflict:
            told.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(rep,)) for rep in (ana, sam)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(told), LeadEvent.objects.filter(kind="claimed").count(), faults()) == (
        ["lost", "won"],
        1,
        [],
    )
