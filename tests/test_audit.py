"""`manage.py audit verify` finds what somebody changed behind the product's back."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from leadboard.leads.models import LeadEvent
from qualification.governance import acts
from qualification.models import ScoringModel
from tests.live import capture_lead, touch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def diana(quiet):
    """A lead with four events, among others."""
    capture_lead(name="Ed Fox")
    lead = capture_lead()
    for number in range(3):
        touch(lead, attempt=number)
    touch(capture_lead(name="Bo Chen"))
    return lead


def tamper(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def verdict():
    with pytest.raises(CommandError) as refusal:
        call_command("audit", "verify")
    return str(refusal.value)


def row(lead, version):
    return LeadEvent.objects.get(lead=lead, version=version).pk


def test_an_untouched_log_verifies(diana, capsys):
    call_command("audit", "verify")
    assert capsys.readouterr().out == "7 events verify.\n"


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{\"attempt\": 9}'",
        "kind = 'won'",
        "at = at - interval '1 microsecond'",
        "recorded_at = recorded_at + interval '1 day'",
        "actor_id = NULL, playbook_version = 3",
        "digest = sha256('x')",
    ],
)
def test_a_changed_row_is_named(diana, change):
    bad = row(diana, 2)
    tamper(f"UPDATE leads_leadevent SET {change} WHERE id = %s", bad)
    place = f"event {bad} (lead {diana.pk}, version 2)"
    assert verdict() == f"{place}: this row was changed after it was written"


def test_a_deleted_row_is_noticed_at_the_next_one(diana):
    tamper("DELETE FROM leads_leadevent WHERE id = %s", row(diana, 2))
    place = f"event {row(diana, 3)} (lead {diana.pk}, version 3)"
    assert verdict() == f"{place}: a version is missing or doubled before this row"


def test_a_deleted_last_row_is_noticed(diana):
    tamper("DELETE FROM leads_leadevent WHERE id = %s", row(diana, 4))
    place = f"event {row(diana, 3)} (lead {diana.pk}, version 3)"
    assert verdict() == f"{place}: events after this row are missing"


def test_a_lead_without_any_event_is_named(diana):
    tamper("DELETE FROM leads_leadevent WHERE lead_id = %s", diana.pk)
    assert verdict() == f"lead {diana.pk}: the lead has no events"


def test_numbering_an_event_breaks_nothing(diana, capsys):
    tamper("UPDATE leads_leadevent SET seq = id")
    call_command("audit", "verify")
    assert capsys.readouterr().out == "7 events verify.\n"


def test_all_bad_rows_are_named_when_asked_for(diana):
    tamper("UPDATE leads_leadevent SET kind = 'won' WHERE lead_id = %s AND version IN (2, 4)", diana.pk)
    with pytest.raises(CommandError) as refusal:
        call_command("audit", "verify", "--all")
    assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == [
        f"event {row(diana, version)} (lead {diana.pk}, version {version})" for version in (2, 4)
    ]


def test_the_acts_on_the_models_are_verified_with_the_leads(diana, capsys):
    with transaction.atomic():
        act = acts.record("fell_back", why="The scorecard is better on the newest outcomes.")
        acts.record("rolled_back", why="Nobody asked.")
    call_command("audit", "verify")
    assert capsys.readouterr().out == "7 events verify.\n2 acts on the models verify.\n"
    tamper("ALTER TABLE governance_act DISABLE TRIGGER USER")
    tamper("UPDATE governance_act SET why = 'Everybody agreed.' WHERE id = %s", act.pk)
    tamper("ALTER TABLE governance_act ENABLE TRIGGER USER")
    changed = f"acts on the models: Entry {act.pk} is not what was written, or the one before it is missing."
    assert verdict() == changed
    bad = row(diana, 2)
    tamper("UPDATE leads_leadevent SET kind = 'won' WHERE id = %s", bad)
    assert [line.partition(":")[0] for line in verdict().splitlines()] == [
        f"event {bad} (lead {diana.pk}, version 2)",
        "acts on the models",
    ]


def test_a_model_that_was_put_live_behind_the_log_is_named(diana):
    with transaction.atomic():
        act = acts.record("fell_back", why="The scorecard is better on the newest outcomes.")
    ScoringModel.objects.create(number=1, state="live", content=b"", sha256="", outcomes=0)
    assert verdict() == f"acts on the models: What judges now is not what entry {act.pk} put in charge."
