"""/health/live, /health/ready, /metrics, and the heartbeats behind them."""

import pytest
from django.db import OperationalError, connection

from leadboard.health import beats, listener, readiness

TOKEN = "a long token for the metrics"


@pytest.fixture
def working(db):
    """Jobs and clocks are at work, and the listener of this process is forgotten afterwards."""
    beats.beat("jobs")
    beats.beat("clocks")
    yield
    listener.forget()


def test_alive_is_said_without_the_database(client):
    """No `db` here: a query would fail the test."""
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_when_all_programs_work(client, working):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": []})


def test_not_ready_names_every_program_that_is_missing(client, db):
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [
        "The program `jobs` never ran on this database.",
        "The program `clocks` never ran on this database.",
    ]


def test_not_ready_when_a_program_fell_silent(client, working):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE health_heartbeat SET at = now() - interval '90 s' WHERE name = 'jobs'")
    assert client.get("/health/ready").json()["reasons"] == ["The program `jobs` was silent for 90 s."]


def test_not_ready_without_the_database(client, working, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(readiness, "silence", refuse)
    assert client.get("/health/ready").json()["reasons"] == ["The database does not answer."]


def test_not_ready_when_live_updates_stopped_in_this_process(client, working, monkeypatch):
    listener.looked()
    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr(listener, "PATIENCE", -1.0)
    answer = client.get("/health/ready")
    assert answer.json()["reasons"] == ["Live updates have stopped in this web process."]


def test_a_program_that_beats_again_is_alive_again(working):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE health_heartbeat SET at = now() - interval '90 s'")
    beats.beat("clocks")
    assert beats.silence("clocks") < 60
    assert beats.silence("jobs") > 60
    assert beats.silence("nobody") is None


def test_every_job_is_a_sign_of_life(db, monkeypatch):
    monkeypatch.setattr(beats, "_last_job_beat", float("-inf"))
    beats.note_job(sender="django_q")
    assert beats.silence("jobs") < 60


def test_a_failed_beat_does_not_fail_the_job(db, monkeypatch, caplog):
    def refuse(name):
        raise OperationalError("gone")

    monkeypatch.setattr(beats, "_last_job_beat", float("-inf"))
    monkeypatch.setattr(beats, "beat", refuse)
    beats.note_job(sender="django_q")
    assert "the jobs heartbeat could not be written" in caplog.text


def test_the_metrics_are_closed_while_there_is_no_token(client, db):
    assert client.get("/metrics").status_code == 404


def test_the_metrics_want_their_token(client, db, settings):
    settings.LEADBOARD_METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_metrics_count_leads_by_desk(client, settings, db, make_lead):
    settings.LEADBOARD_METRICS_TOKEN = TOKEN
    make_lead(desk="board")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'leadboard_leads{desk="board"} 1\n' in text
    assert "leadboard_clocks_overdue 0\n" in text


def test_health_is_only_read(client, db):
    assert client.post("/health/live").status_code == 405
