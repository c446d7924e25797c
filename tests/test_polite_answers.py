"""The polite answer goes out once: whoever asks again, by whichever lead, and with how many workers."""

import pytest

from handoff.mailing import sending
from handoff.models import Send
from leadboard.leads import lifecycle
from qualification import pipeline
from qualification.corrections import correcting
from tests.mailing import run_together

HOME = "I am a private person and only need one for my own kitchen at home."


@pytest.mark.django_db(transaction=True)
def test_two_leads_of_one_address_judged_by_two_workers_get_one_answer(make_lead, sink):
    leads = [make_lead(message=HOME, email="nora@home.test"), make_lead(message=HOME, email="Nora@home.test")]
    run_together([lambda lead=lead: pipeline.qualify(lead.pk) for lead in leads])
    assert {lead.verdicts.get().enquiry_class for lead in leads} == {"wrong_fit"}
    decided = Send.objects.exclude(answer="").get()
    run_together([lambda: sending.deliver(decided.pk)] * 2)
    assert len(sink.mails) == 1


def test_being_judged_again_or_writing_again_brings_no_second_answer(make_lead):
    lead = make_lead(message=HOME, email="nora@home.test")
    pipeline.qualify(lead.pk)
    pipeline.qualify(lead.pk, asked=True, anew=True)
    lead.refresh_from_db()
    lifecycle.move(lead, "joined", facts={"source": "Form"}, message=f"{HOME} Please!")
    pipeline.qualify(lead.pk, asked=True)
    again = make_lead(message=HOME, email="nora@home.test")
    pipeline.qualify(again.pk)
    assert Send.objects.exclude(answer="").count() == 1
    assert again.events.filter(kind="answer_spared").count() == 1
    assert not lead.events.filter(kind="answer_spared").exists()


def test_spam_and_who_objected_get_none(make_lead):
    spam = make_lead(message="Online casino, 200 free spins, claim your prize now!!!", email="a@b.test")
    pipeline.qualify(spam.pk)
    silent = make_lead(message=HOME, email="c@d.test")
    lifecycle.move(silent, "suppressed", do_not_contact=True)
    pipeline.qualify(silent.pk)
    assert not Send.objects.exclude(answer="").exists()


def test_what_a_person_says_is_a_wrong_fit_is_answered_once(make_lead, mia):
    lead = make_lead(message="Something about the thing we discussed.", email="e@f.test")
    pipeline.qualify(lead.pk)
    correcting.correct(lead.pk, mia, "wrong_fit")
    correcting.correct(lead.pk, mia, "existing_customer")
    assert Send.objects.exclude(answer="").get().answer == "wrong_fit"
