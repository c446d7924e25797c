"""The doctor's findings: each wrong thing is named with the next command."""

import re
import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from leadboard.doctor import database, machine
from leadboard.doctor.examination import examine
from leadboard.health import beats
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion


@pytest.fixture
def nobody_listens(settings):
    """A port on which nothing answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.LEADBOARD_PORT = taken.getsockname()[1]


def by_name():
    return {finding.name: finding for finding in examine()}


def test_it_says_the_next_command_and_fails(db, nobody_listens, settings):
    out = StringIO()
    with pytest.raises(CommandError, match="wrong"):
        call_command("doctor", stdout=out)
    assert f"WRONG  web: nothing answers on 127.0.0.1:{settings.LEADBOARD_PORT}" in out.getvalue()
    assert "       next: make up\n" in out.getvalue()
    assert "ok     migrations: all applied\n" in out.getvalue()


def test_without_a_database_only_that_is_said_and_nothing_that_hangs_on_it(monkeypatch, nobody_listens):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(database.connection, "cursor", refuse)
    findings = by_name()
    assert list(findings) == ["python", "data folder", "secret key", "e-mail", "web", "database"]
    assert findings["database"].says == "it does not answer: connection refused"
    assert findings["database"].next == "make up"


def test_programs_are_well_while_they_beat(db, nobody_listens):
    assert [by_name()[name].is_ok for name in ("jobs", "clocks")] == [False, False]
    beats.beat("jobs")
    beats.beat("clocks")
    findings = by_name()
    assert [findings[name].is_ok for name in ("jobs", "clocks")] == [True, True]
    assert re.fullmatch(r"last seen at work \d s ago", findings["jobs"].says)


def test_a_program_that_fell_silent_is_named(db, nobody_listens):
    beats.beat("clocks")
    with database.connection.cursor() as cursor:
        cursor.execute("UPDATE health_heartbeat SET at = now() - interval '61 s'")
    assert by_name()["clocks"].is_ok is False
    assert by_name()["clocks"].next == "make up (or manage.py run_clocks)"


def test_a_house_without_people_is_told_how_to_add_one(db, nobody_listens, otto):
    assert database.people().says == "0 active"
    assert database.people().next == "manage.py user add you@example.com --role admin"


def test_one_active_person_is_enough(ana):
    assert database.people().is_ok


def test_an_agreement_has_to_be_in_force(db):
    version = versions.active().version
    assert database.playbook().says == f"version {version}"
    PlaybookVersion.objects.update(active=False)
    assert database.playbook().is_ok is False
    assert database.playbook().next == "manage.py prepare"


def test_the_secret_key_must_not_be_readable_by_others(tmp_path, settings, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    settings.LEADBOARD_DATA = tmp_path
    (tmp_path / "secret_key").write_text("k")
    (tmp_path / "secret_key").chmod(0o644)
    assert machine.secret_key().is_ok is False
    assert machine.secret_key().next == f"chmod 600 {tmp_path / 'secret_key'}"
    (tmp_path / "secret_key").chmod(0o600)
    assert machine.secret_key().is_ok


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path, settings):
    settings.LEADBOARD_DATA = tmp_path / "gone"
    assert machine.data_folder().is_ok is False
    settings.LEADBOARD_DATA = tmp_path
    assert machine.data_folder().is_ok
    assert list(tmp_path.iterdir()) == []


def test_mail_to_the_console_is_fine_in_the_demo_only(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.LEADBOARD_DEMO = False
    assert machine.mail().is_ok is False
    settings.LEADBOARD_DEMO = True
    assert machine.mail().is_ok


def test_the_demo_is_not_for_the_internet(settings):
    settings.LEADBOARD_DEMO, settings.HTTPS = True, True
    assert database.demo().is_ok is False
    settings.HTTPS = False
    assert database.demo().is_ok


def test_the_clocks_of_machine_and_database_agree(db):
    assert database.time_of_day().is_ok
