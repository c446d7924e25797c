"""The dense `seq`: nothing lost, nothing twice, each lead in its order, whoever dies."""

import random
import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from leadboard.leads import own_line
from leadboard.leads.lifecycle import move
from leadboard.leads.models import LeadEvent
from leadboard.leads.sequencer import LEADER, NUMBERED, Sequencer, stamp
from tests.live import capture_lead, numbers, start_sequencer, touch, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(quiet):
    """A session of its own beside the test's."""
    with own_line.connect("test") as line:
        yield line


def in_threads(act, count):
    """Do something `count` times at once, each with its own connection; raise what went wrong."""
    faults = []

    def acted(number):
        try:
            act(number)
        except Exception as fault:  # noqa: BLE001 - reason: shown to the test below
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=acted, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def unnumbered():
    return LeadEvent.objects.filter(seq__isnull=True).count()


def test_committed_events_get_dense_numbers_in_the_order_of_their_writing(line):
    diana, ed = capture_lead(), capture_lead(name="Ed Fox")
    touch(diana)
    assert stamp(line) == 3
    assert numbers() == [(1, diana.pk, 1), (2, ed.pk, 1), (3, diana.pk, 2)]
    touch(ed)
    assert stamp(line) == 1
    assert numbers()[3:] == [(4, ed.pk, 2)]
    assert stamp(line) == 0


def test_a_batch_has_a_limit_and_the_rest_follows(line):
    lead = capture_lead()
    for _ in range(4):
        touch(lead)
    assert [stamp(line, 2), stamp(line, 2), stamp(line, 2)] == [2, 2, 1]
    assert numbers() == [(seq, lead.pk, seq) for seq in range(1, 6)]


def test_listeners_are_told_once_a_batch_and_only_when_there_is_news(line):
    with own_line.connect("listener") as listener:
        listener.execute(f"LISTEN {NUMBERED}")
        lead = capture_lead()
        touch(lead)
        stamp(line)
        stamp(line)
        assert [told.payload for told in listener.notifies(timeout=0.3)] == ["2"]


def test_an_event_that_commits_late_is_numbered_late_and_not_lost(line):
    late, other = capture_lead(), capture_lead(name="Ed Fox")
    stamp(line)
    with own_line.connect("slow writer") as writer, writer.transaction():
        writer.execute(
            "INSERT INTO leads_leadevent (lead_id, version, kind, at, recorded_at, facts, digest)"
            " VALUES (%s, 2, 'action', now(), now(), '{}', '')",
            [late.pk],
        )
        touch(other)
        stamp(line)
    stamp(line)
    assert numbers()[2:] == [(3, other.pk, 2), (4, late.pk, 2)]


def test_what_was_rolled_back_gets_no_number_and_leaves_no_gap(line):
    lead = capture_lead()
    with transaction.atomic():
        touch(lead)
        stamp(line)
        transaction.set_rollback(True)
    lead.refresh_from_db()
    touch(lead)
    stamp(line)
    assert numbers() == [(1, lead.pk, 1), (2, lead.pk, 2)]


def test_sixteen_writers_with_pauses_and_rollbacks_lose_nothing(numbering):
    leads = [capture_lead(name=f"Lead {number}") for number in range(20)]

    def write(number):
        dice = random.Random(number)
        for _ in range(25):
            with transaction.atomic():
                lead = dice.choice(leads)
                move(type(lead)(pk=lead.pk), "action", facts={"writer": number})
                time.sleep(dice.random() * 0.02)
                if dice.random() < 0.1:
                    transaction.set_rollback(True)

    in_threads(write, 16)
    until(lambda: unnumbered() == 0)
    found = numbers()
    assert [seq for seq, _, _ in found] == list(range(1, LeadEvent.objects.count() + 1))
    for lead in leads:
        lead.refresh_from_db()
        assert [version for _, pk, version in found if pk == lead.pk] == list(range(1, lead.version + 1))


def test_who_does_not_lead_numbers_nothing(line):
    assert line.execute("SELECT pg_try_advisory_lock(%s)", [LEADER]).fetchone() == (True,)
    stop = threading.Event()
    second = Sequencer(stop)
    thread = threading.Thread(target=second.run)
    thread.start()
    capture_lead()
    time.sleep(0.7)
    assert (second.is_leader, unnumbered()) == (False, 1)
    line.execute("SELECT pg_advisory_unlock(%s)", [LEADER])
    until(lambda: unnumbered() == 0)
    assert second.is_leader
    stop.set()
    thread.join()


def test_when_the_leader_is_killed_the_other_goes_on_without_a_gap(quiet):
    lead = capture_lead()
    contenders = [start_sequencer(), start_sequencer()]
    try:
        until(lambda: unnumbered() == 0, 30)
        for _ in range(3):
            writers = threading.Thread(target=in_threads, args=[lambda _: touch_often(lead), 4])
            writers.start()
            time.sleep(0.1)
            end_process(contenders.pop(leader_among(contenders)))
            contenders.append(start_sequencer())
            writers.join()
            until(lambda: unnumbered() == 0, 15)
    finally:
        for contender in contenders:
            end_process(contender)
    lead.refresh_from_db()
    assert lead.version == 1 + 3 * 4 * 30
    assert numbers() == [(seq, lead.pk, seq) for seq in range(1, lead.version + 1)]


def test_a_sequencer_whose_session_is_ended_by_the_database_comes_back(numbering):
    lead = capture_lead()
    until(lambda: unnumbered() == 0)
    for _ in range(3):
        end_sessions("leadboard sequencer")
        touch(lead)
        until(lambda: unnumbered() == 0)
    assert [seq for seq, _, _ in numbers()] == [1, 2, 3, 4]


def test_two_numbers_can_never_be_the_same(line):
    lead = capture_lead()
    touch(lead)
    stamp(line)
    with pytest.raises(psycopg.errors.UniqueViolation):
        line.execute("UPDATE leads_leadevent SET seq = 1 WHERE lead_id = %s", [lead.pk])


def touch_often(lead):
    """Commit thirty events of a lead that others touch at the same time."""
    for _ in range(30):
        touch(type(lead)(pk=lead.pk))


def end_process(process):
    """kill -9."""
    process.kill()
    process.wait()


def leader_among(processes):
    """Return the place of the process whose session holds the leader's lock (0 when none does yet)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        )
        names = [name for (name,) in cursor.fetchall()]
    places = (place for place, one in enumerate(processes) if f"leadboard sequencer {one.pid}" in names)
    return next(places, 0)


def end_sessions(name):
    """Have the database end all sessions of a program."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE %s AND datname = current_database()",
            [f"{name} %"],
        )
