"""Whoever said no gets no mail, in any spelling, whatever is imported later."""

import pytest
from django.db import transaction
from django.test import Client

from handoff.claims import claim
from handoff.mailing import answers, sending
from handoff.mailing.addresses import canonical, is_mailable
from handoff.mailing.suppression import is_suppressed, suppress
from handoff.models import (
    Claim,
    Clock,
    ClockState,
    Enrolment,
    EnrolmentState,
    Send,
    SendState,
    Suppression,
    SuppressionKey,
)
from handoff.nurturing import nurture
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import LeadEvent
from tests.mailing import fire_next, run_together

SPELLINGS = [
    "Diana@Barsund.test",
    "diana+news@barsund.test",
    " diana@BARSUND.test ",
    "diana@barsund.test.",
]


def newest(lead):
    """Return the lead's newest event."""
    return LeadEvent.objects.filter(lead=lead).latest("version")


@pytest.fixture
def nurtured(make_lead):
    """Return a lead whose first step is decided."""
    lead = make_lead(lead_type="content", desk="nurture")
    return fire_next(lead).lead


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_address_is_on_the_list_in_every_spelling(db, spelling):
    suppress("diana@barsund.test", "objection")
    assert is_suppressed(spelling)
    assert not is_suppressed("dian@barsund.test")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jo@straße.test", "jo@xn--strae-oqa.test"),
        ("j.o.e+shop@gmail.com", "JOE@googlemail.com"),
        ("José@firm.test", "JOSÉ@firm.test"),
    ],
)
def test_two_spellings_of_one_person_are_one(one, other):
    assert canonical(one) == canonical(other)


def test_dots_and_names_count_where_the_provider_counts_them():
    assert canonical("a.b@firm.test") != canonical("ab@firm.test")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "diana",
        "a@b\r\nBcc: c@d.test",
        "Diana <d@firm.test>",
        "a@b.test,c@d.test",
        "jö@firm.test",
        "x" * 250 + "@a.test",
    ],
)
def test_what_is_no_single_plain_address_is_not_mailed(address):
    assert not is_mailable(address)


def test_the_list_holds_no_address_and_outlasts_a_new_secret_key(db, settings):
    suppress("diana@barsund.test", "objection")
    assert len(bytes(Suppression.objects.get().hash)) == 32
    settings.SECRET_KEY = "another key that is long enough for everybody here"
    assert is_suppressed("diana@barsund.test")
    assert SuppressionKey.objects.count() == 1


def test_an_objection_closes_every_lead_of_the_address_and_ends_what_was_planned(nurtured, make_lead, sink):
    other = make_lead(email="Diana+old@Barsund.test")
    stranger = make_lead(email="dianas@barsund.test")
    assert suppress("diana@barsund.test", "objection") == 2
    for lead in (nurtured, other):
        lead.refresh_from_db()
        assert (lead.do_not_contact, lead.desk, lead.stage) == (True, "closed", "disqualified")
        assert not Clock.objects.filter(lead=lead, state=ClockState.RUNNING).exists()
    stranger.refresh_from_db()
    assert stranger.do_not_contact is False
    assert Enrolment.objects.get(lead=nurtured).state == EnrolmentState.STOPPED
    send = Send.objects.get(lead=nurtured)
    assert send.state == SendState.CANCELLED
    sending.deliver(send.pk)
    assert sink.asked == 0


def test_an_objection_ends_an_open_claim_too_and_nobody_claims_again(make_lead, ana):
    lead = make_lead()
    claim(lead.pk, ana)
    suppress("diana@barsund.test", "objection")
    lead.refresh_from_db()
    assert (lead.owner, lead.desk) == (None, "closed")
    assert Claim.objects.get(lead=lead).end == "closed"
    with pytest.raises(Problem):
        claim(lead.pk, ana)


def test_objecting_twice_is_objecting_once(nurtured):
    assert suppress("diana@barsund.test", "objection") == 1
    version = newest(nurtured).version
    assert suppress("DIANA@barsund.test", "objection") == 0
    assert newest(nurtured).version == version
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("spelling", ["DIANA+again@barsund.test", "diana@barsund.test."])
def test_a_suppressed_person_who_is_imported_again_is_closed_from_the_start(db, make_lead, spelling, sink):
    suppress("diana@barsund.test", "objection")
    lead = make_lead(email=spelling, lead_type="content", desk="nurture")
    assert (lead.do_not_contact, lead.desk) == (True, "closed")
    assert nurture.open_enrolment(lead) is None
    assert not Send.objects.filter(lead=lead).exists()


def test_the_button_of_a_mail_needs_no_cookie_works_twice_and_ends_all_mail(nurtured, client):
    send = Send.objects.get(lead=nurtured)
    for _ in range(2):
        answer = client.post(f"/unsubscribe/{send.token}/", {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert b"No more mails from us" in answer.content
    assert newest(nurtured).kind == "unsubscribed"
    assert is_suppressed("diana@barsund.test")


def test_one_click_passes_the_origin_check_of_a_real_browserless_sender(nurtured):
    send = Send.objects.get(lead=nurtured)
    stern = Client(enforce_csrf_checks=True)
    assert stern.post(f"/unsubscribe/{send.token}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert is_suppressed("diana@barsund.test")


def test_scanners_that_look_at_the_link_unsubscribe_nobody(nurtured, client):
    send = Send.objects.get(lead=nurtured)
    assert b"Opening this page alone changes nothing" in client.get(f"/unsubscribe/{send.token}/").content
    assert client.head(f"/unsubscribe/{send.token}/").status_code == 200
    assert client.put(f"/unsubscribe/{send.token}/").status_code == 405
    assert not is_suppressed("diana@barsund.test")


def test_a_guessed_token_learns_nothing_and_changes_nothing(db, client):
    assert client.get("/unsubscribe/guess/").status_code == 404
    assert client.post("/unsubscribe/guess/").status_code == 404
    assert Suppression.objects.count() == 0


def test_a_polite_answer_goes_out_once_and_never_twice(make_lead, sink):
    lead = make_lead()
    with transaction.atomic():
        (send,) = answers.answer_all([(lead, "wrong_fit")])
        assert answers.answer_all([(lead, "wrong_fit")]) == []
        assert answers.answer_all([(lead, "non_prospect")]) == []
    sending.deliver(send)
    sending.deliver(send)
    assert [mail["Subject"] for mail in sink.mails] == ["Your enquiry to our company"]
    assert newest(lead).kind == "answered"


@pytest.mark.parametrize(
    "fields", [{"email": ""}, {"email": "x@mailinator.com"}, {"desk": "quarantine"}, {"do_not_contact": True}]
)
def test_no_polite_answer_goes_where_it_would_not_be_one(make_lead, fields):
    lead = make_lead(**fields)
    with transaction.atomic():
        assert answers.answer_all([(lead, "wrong_fit")]) == []


def test_no_polite_answer_where_the_playbook_has_none_nor_to_spam(make_lead):
    lead, spammer = make_lead(), make_lead()
    lifecycle.move(
        spammer, "qualified", facts={"kind": "spam", "enquiry_class": "non_prospect"}, desk="closed"
    )
    with transaction.atomic():
        assert answers.answer_all([(lead, "buying")]) == []
        assert answers.answer_all([(spammer, "non_prospect")]) == []


def test_a_rep_records_an_objection_over_the_api_and_nobody_reads_the_list(nurtured, ana, otto, api):
    answer = api(ana).post(
        "/api/suppressions/", {"email": "Diana@barsund.test", "why": "objection"}, format="json"
    )
    assert (answer.status_code, answer.json()) == (201, {"leads_closed": 1})
    assert newest(nurtured).actor == ana
    assert api(ana).get("/api/suppressions/").status_code == 405
    assert api(ana).post("/api/suppressions/", {"email": "no address"}, format="json").status_code == 400
    assert (
        api(ana)
        .post("/api/suppressions/", {"email": "a@b.test", "why": "for fun"}, format="json")
        .status_code
        == 400
    )
    assert api(otto).post("/api/suppressions/", {"email": "a@b.test"}, format="json").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_handed_over_after_the_commit_of_an_objection(transactional_db, make_lead, sink):
    for number in range(10):
        lead = make_lead(email=f"p{number}@race.test", desk="nurture")
        send = fire_next(lead)
        run_together(
            [lambda n=number: suppress(f"P{n}@race.test", "objection"), lambda s=send: sending.deliver(s.pk)]
        )
        send.refresh_from_db()
        assert send.state in (SendState.SENT, SendState.CANCELLED)
        assert (f"p{number}@race.test" in sink.recipients) == (send.state == SendState.SENT)
        version = newest(lead).version
        sending.deliver(send.pk)
        assert newest(lead).version == version
