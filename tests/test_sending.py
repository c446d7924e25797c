"""A mail from the decision to the mail server: at most once, never silently lost."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django_q.models import OrmQ

from handoff.mailing import sending
from handoff.models import Clock, ClockKind, ClockState, Enrolment, EnrolmentState, Send, SendState
from handoff.nurturing import nurture
from handoff.timing import clocks
from leadboard.leads import lifecycle
from leadboard.leads.models import LeadEvent
from tests.mailing import database_url, fire_next, kinds, run_together, wait_until

DELIVER = "import django; django.setup(); from handoff.mailing.sending import deliver; deliver({})"


@pytest.fixture
def decided(make_lead):
    """Return the first step of a lead's track, decided and not yet handed over."""
    lead = make_lead(lead_type="content", desk="nurture")
    with transaction.atomic():
        nurture.stop(lead, "test")
        nurture.enrol(lead, "welcome")
    return fire_next(lead)


@pytest.fixture
def decided_for_real(transactional_db, make_lead):
    """The same, committed, for tests with several connections."""
    lead = make_lead(lead_type="content", desk="nurture")
    with transaction.atomic():
        nurture.stop(lead, "test")
        nurture.enrol(lead, "welcome")
    return fire_next(lead)


def age(send, **how_long):
    """Move a send and its last try into the past, so that the pause after that try is just over."""
    length = timedelta(**how_long)
    Send.objects.filter(pk=send.pk).update(decided_at=Now() - length, handed_over_at=Now() - length * 0.6)


def test_a_step_reaches_the_mail_server_once_when_its_job_runs_twice(decided, sink):
    sending.deliver(decided.pk)
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert decided.state == SendState.SENT
    assert len(sink.mails) == 1
    assert sink.recipients == ["diana@barsund.test"]
    assert kinds(decided.lead)[-1] == "nurture_sent"
    assert kinds(decided.lead).count("nurture_sent") == 1


def test_a_mail_carries_text_html_one_click_unsubscribe_and_a_stable_message_id(decided, sink, settings):
    settings.MARKETING_EMAIL = "marketing@firm.test"
    sending.deliver(decided.pk)
    mail = sink.mails[0]
    url = f"{settings.LEADBOARD_URL}/unsubscribe/{decided.token}/"
    assert mail["List-Unsubscribe"].strip() == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Reply-To"] == "marketing@firm.test"
    assert mail["Subject"] == "What you asked us about"
    assert mail["Message-ID"] == Send.objects.get(pk=decided.pk).message_id
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Hello Diana," in mail.get_body(("plain",)).get_content()
    assert url in mail.get_body(("plain",)).get_content()
    assert url in mail.get_body(("html",)).get_content()


def test_what_a_prospect_calls_himself_can_neither_add_a_header_nor_markup(make_lead, sink):
    lead = make_lead(
        name="<b>Eve</b>\r\nBcc: all@firm.test", company="X\r\nBcc: all@firm.test", desk="nurture"
    )
    with transaction.atomic():
        nurture.enrol(lead, "welcome")
        Enrolment.objects.filter(lead=lead).update(step=1)
    sending.deliver(fire_next(lead).pk)
    mail = sink.mails[0]
    assert mail["Bcc"] is None
    assert sink.recipients == ["diana@barsund.test"]
    assert mail["Subject"] == "How others at X Bcc: all@firm.test began"
    assert "&lt;b&gt;Eve" in mail.get_body(("html",)).get_content()


def test_a_mail_server_that_says_later_is_asked_again_later_and_not_twice(decided, sink):
    sink.mode = "try_later"
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert decided.state == SendState.DECIDED
    assert decided.trouble == "451 4.7.1 Greylisted, try again later"
    sending.deliver(decided.pk)
    assert sink.asked == 1, "asked again before the pause was over"

    age(decided, minutes=4)
    sink.mode = "ok"
    OrmQ.objects.all().delete()
    sending.sweep()
    assert OrmQ.objects.count() == 1
    sending.deliver(decided.pk)
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert (decided.state, len(sink.mails)) == (SendState.SENT, 1)


def test_later_for_a_whole_day_is_a_failure_that_is_told(decided, sink):
    sink.mode = "try_later"
    age(decided, hours=49)
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert decided.state == SendState.FAILED
    assert kinds(decided.lead)[-1] == "nurture_failed"


def test_a_refused_mail_is_final_and_the_track_goes_on(decided, sink):
    sink.mode = "refuse"
    sending.deliver(decided.pk)
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert (decided.state, sink.asked) == (SendState.FAILED, 1)
    assert LeadEvent.objects.filter(lead=decided.lead).latest("version").facts["reason"] == "failed"
    assert decided.enrolment.state == EnrolmentState.ACTIVE


def test_an_address_that_does_not_exist_gets_no_more_mail_and_a_person_looks_at_the_lead(decided, sink):
    sink.mode = "no_such_user"
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    enrolment = Enrolment.objects.get(pk=decided.enrolment_id)
    assert (decided.state, enrolment.state, enrolment.why) == (
        SendState.FAILED,
        EnrolmentState.STOPPED,
        "undeliverable",
    )
    assert kinds(decided.lead)[-3:] == ["nurture_failed", "nurture_stopped", "parked"]
    assert (
        Clock.objects.filter(lead=decided.lead, kind=ClockKind.PARKED, state=ClockState.RUNNING).count() == 1
    )


def test_a_line_that_breaks_after_the_data_leaves_an_unknown_that_is_never_sent_again(decided, sink):
    sink.mode = "drop"
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert decided.state == SendState.UNKNOWN
    assert decided.trouble.startswith("The line broke before the mail server answered")
    sink.mode = "ok"
    age(decided, hours=1)
    OrmQ.objects.all().delete()
    sending.sweep()
    assert OrmQ.objects.count() == 0
    sending.deliver(decided.pk)
    assert len(sink.mails) == 1
    assert kinds(decided.lead).count("nurture_failed") == 1


def test_a_mail_server_that_is_down_costs_nothing_but_time(decided, sink, settings):
    settings.EMAIL_PORT = 1
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert decided.state == SendState.DECIDED
    assert decided.trouble.startswith("The mail server cannot be reached")


def test_a_lost_job_is_made_again_from_the_row(decided, sink):
    OrmQ.objects.all().delete()
    sending.sweep()
    assert OrmQ.objects.count() == 0, "a fresh decision still has its job"
    Send.objects.filter(pk=decided.pk).update(decided_at=Now() - timedelta(minutes=1))
    sending.sweep()
    assert OrmQ.objects.count() == 1


def test_a_claim_after_the_decision_holds_the_mail_and_the_hand_back_sends_it_after_all(decided, sink, ana):
    lead = decided.lead
    with transaction.atomic():
        nurture.pause(lead, "claimed")
    sending.deliver(decided.pk)
    decided.refresh_from_db()
    assert (decided.state, sink.asked) == (SendState.CANCELLED, 0)
    with transaction.atomic():
        nurture.resume_or_begin(lead, why="no_answer")
    again = fire_next(lead)
    assert (again.pk, again.step, again.state) == (decided.pk, 1, SendState.DECIDED)
    sending.deliver(again.pk)
    assert len(sink.mails) == 1


def test_a_person_settles_an_unknown_mail_once(decided, sink, mia):
    sink.mode = "drop"
    sending.deliver(decided.pk)
    assert sending.settle(decided, "arrived", mia) is True
    assert sending.settle(decided, "again", mia) is False
    decided.refresh_from_db()
    assert decided.state == SendState.SENT
    assert LeadEvent.objects.filter(lead=decided.lead).latest("version").actor == mia


def test_a_person_may_send_an_unknown_mail_again_while_no_later_step_is_out(decided, sink, mia):
    sink.mode = "drop"
    sending.deliver(decided.pk)
    assert sending.settle(decided, "again", mia) is True
    sink.mode = "ok"
    sending.deliver(decided.pk)
    assert len(sink.mails) == 2
    Send.objects.filter(pk=decided.pk).update(state=SendState.UNKNOWN)
    fire_next(decided.lead)
    assert sending.settle(decided, "again", mia) is False


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_the_mail_server_thinks_leaves_an_unknown_and_no_second_mail(
    decided_for_real, sink
):
    sink.mode, sink.seconds = "delay", 30
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "leadboard.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
    }
    worker = subprocess.Popen([sys.executable, "-c", DELIVER.format(decided_for_real.pk)], env=environment)
    wait_until(lambda: sink.mails)
    worker.kill()
    worker.wait()
    sink.mode = "ok"
    decided_for_real.refresh_from_db()
    assert (decided_for_real.state, decided_for_real.trouble) == (SendState.UNKNOWN, "")
    sending.deliver(decided_for_real.pk)
    Send.objects.filter(pk=decided_for_real.pk).update(handed_over_at=Now() - timedelta(minutes=11))
    sending.sweep()
    decided_for_real.refresh_from_db()
    assert decided_for_real.trouble == "The program ended before the mail server answered."
    assert len(sink.mails) == 1
    assert kinds(decided_for_real.lead)[-1] == "nurture_failed"


@pytest.mark.django_db(transaction=True)
def test_eight_workers_with_the_same_job_send_one_mail(decided_for_real, sink):
    run_together([lambda: sending.deliver(decided_for_real.pk)] * 8)
    assert len(sink.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_handed_over_after_the_commit_of_a_claim(make_lead, sink):
    """Whoever gets the lead's lock first wins; a mail that went out was handed over before the pause."""
    for number in range(20):
        lead = make_lead(email=f"p{number}@race.test", desk="nurture")
        with transaction.atomic():
            nurture.stop(lead, "test")
            nurture.enrol(lead, "welcome")
        send = fire_next(lead)

        locked = []

        def claim(lead=lead, locked=locked):
            with transaction.atomic():
                lifecycle.lock(lead.pk)
                locked.append(clocks.moment())
                nurture.pause(lead, "claimed")

        run_together([claim, lambda send=send: sending.deliver(send.pk)])
        send.refresh_from_db()
        assert send.state in (SendState.SENT, SendState.CANCELLED)
        assert (f"p{number}@race.test" in sink.recipients) == (send.state == SendState.SENT)
        if send.state == SendState.SENT:
            assert send.handed_over_at < locked[0]
