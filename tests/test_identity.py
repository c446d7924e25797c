"""The same person again joins the open lead; somebody else never does."""

import json
from concurrent.futures import ThreadPoolExecutor

import idna
import pytest
from django.db import connection
from django.test import Client
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from leadboard.capture import contact, naming, numbers
from leadboard.capture.duplicates.models import Merge
from leadboard.capture.models import IdentityKey, Source, Submission
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, Stage

ANA = {
    "name": "Ana Ruiz",
    "email": "ana@halden.example",
    "phone": "+49 30 1234567",
    "company": "Halden Optik",
}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


@pytest.fixture
def send(client, source):
    def post(**fields):
        answer = client.post(f"/intake/{source.key}/", json.dumps(fields), content_type="application/json")
        assert answer.status_code == 202
        return Submission.objects.select_related("lead").get(pk=answer.json()["id"])

    return post


@pytest.mark.parametrize(
    "again",
    [
        {"email": "ana@halden.example"},
        {"email": " ANA@Halden.EXAMPLE "},
        {"email": "ana@halden.example."},
        {"email": "ana+news@halden.example", "name": "Ana R."},
        {"name": "Somebody", "email": "ana@halden.example", "phone": "+49 40 999999"},
        {"phone": "+49301234567"},
        {"phone": "0049 (30) 123-4567"},
        {"phone": "030/1234567", "country": "DE"},
        {"name": "ana ruiz", "website": "https://www.halden.example/contact"},
        {"name": "Ána  Ruiz", "email": "ana.ruiz@halden.example"},
        {"name": "Ana Ruiz", "email": "ana@private.example", "phone": "+49301234567"},
        {"email": "Ana Ruiz <ana@halden.example>"},
        {"name": "Ruiz, Ana", "email": "a.ruiz@halden.example"},
        {"name": "Dr. Ana Ruiz", "email": "a.ruiz@halden.example"},
        {"name": "A. Ruiz", "phone": "+49 30 1234567 (Büro)"},
    ],
)
def test_the_same_person_joins_the_open_lead(send, again):
    first, second = send(**ANA), send(**again)
    assert (first.state, second.state) == ("captured", "joined")
    assert second.lead == first.lead
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Ana Ruiz", "email": "ana@other.example"},
        {"name": "Bo Chen", "email": "bo@halden.example"},
        {"name": "Bo Chen", "email": "bo@halden.example", "phone": "+49 30 1234567"},
        {"name": "Ana Ruiz", "company": "Halden Optik"},
        {"email": "аna@halden.example"},
        {"phone": "030 1234567"},
        {"name": "Ana Ruiz"},
        {"name": "Luis Ruiz", "phone": "+49 30 1234567"},
        {"name": "Ana Ruiz jun.", "phone": "+49 30 1234567"},
        {"phone": "+49 30 1234567 ext. 12"},
        {"name": "Ana", "email": "ana.lund@halden.example"},
        {"name": "Ana Ruiz", "email": "ana2@halden.example"},
    ],
    ids=[
        "another firm",
        "a colleague",
        "the same switchboard",
        "no domain",
        "homoglyph",
        "no country",
        "name",
        "a family's number",
        "a daughter",
        "an extension",
        "half a name",
        "of the same name in the same firm",
    ],
)
def test_somebody_else_gets_a_lead_of_their_own(send, other):
    first, second = send(**ANA), send(**other)
    assert (first.state, second.state) == ("captured", "captured")
    assert first.lead != second.lead


def test_people_behind_one_number_or_mailbox_are_told_apart_and_each_known_again(send):
    family = {"phone": "+49 30 7654321"}
    father, son = send(name="Hans Meier", **family), send(name="Hans Meier jun.", **family)
    shared = [send(name=name, email="info@halden.example").lead for name in ("Bo Chen", "Eva Lind")]
    assert len({father.lead, son.lead, *shared}) == 4
    assert send(name="Meier, Hans", **family).lead == father.lead
    assert send(name="Hans Meier Junior", **family).lead == son.lead
    assert [send(name=name, email="info@halden.example").lead for name in ("B. Chen", "Eva Lind")] == shared
    assert send(email="info@halden.example").lead == shared[0]
    assert {pair.kind for pair in IdentityKey.objects.filter(lead=father.lead)} == {"phone"}
    assert Lead.objects.count() == 4


@pytest.mark.parametrize("address", ["ana@mailinator.com", "ana@gmail.com"])
def test_a_host_of_everybody_is_no_company(send, address):
    site = {"website": "https://www.facebook.com/ana"}
    first = send(name="Ana Ruiz", email=address, **site)
    assert send(name="Ana Ruiz", email=f"x{address}", **site).lead != first.lead


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jörg Müller", "Joerg Mueller", True),
        ("Prof. Dr. Ana Ruiz", "RUIZ, Ana", True),
        ("Ann Lee, PhD", "Ann Lee", True),
        ("José Ñandú", "Jose Nandu", True),
        ("김철수", "김철수", True),
        ("Hans Meier", "Hans Meier jun.", False),
        ("John Smith Sr", "John Smith III", False),
        ("Ana", "Ana", False),
        ("A. Ruiz", "Ana Ruiz", False),
        ("", "", False),
    ],
)
def test_two_full_names_agree_or_not(one, other, same):
    assert (naming.agree(one, other), naming.agree(other, one)) == (same, same)


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ("Ana", "Ana Ruiz", False),
        ("A. R.", "Ana Ruiz", False),
        ("Ruiz Ana", "Ana María Ruiz", False),
        ("", "Ana Ruiz", False),
        ("Herr Meier", "Hans Meier", False),
        ("Herr Meier", "Frau Meier", True),
        ("Ana Ruiz", "Luis Ruiz", True),
        ("Ana Ruiz", "Ana Lund", True),
        ("Hans Meier sen.", "Hans Meier jun.", True),
        ("王伟", "王芳", True),
    ],
)
def test_two_names_contradict_or_not(one, other, different):
    assert (naming.contradict(one, other), naming.contradict(other, one)) == (different, different)


def test_two_people_of_one_free_mail_host_with_one_name_stay_two(send):
    assert (
        send(name="Ana Ruiz", email="ana1@gmail.com").lead
        != send(name="Ana Ruiz", email="ana2@gmail.com").lead
    )


def test_a_joining_submission_fills_only_what_is_empty_and_brings_the_newer_message(send):
    first = send(**ANA, message="First question")
    second = send(email=ANA["email"], name="A. R.", title="CEO", message="Second question", budget=5)
    lead = second.lead
    assert (lead.name, lead.title, lead.message) == ("Ana Ruiz", "CEO", "Second question")
    assert lead.extra == {"budget": 5}
    assert lead.uid == first.id
    assert lead.last_touch_at == second.received_at
    assert lead.events.order_by("version").values_list("kind", "version").first() == ("captured", 1)
    joined = lead.events.get(kind="joined")
    assert joined.facts == {
        "submission": str(second.id),
        "source": "Web form",
        "lead_type": joined.facts["lead_type"],
    }


def test_a_message_is_kept_when_the_next_submission_has_none(send):
    send(**ANA, message="First question")
    assert send(email=ANA["email"]).lead.message == "First question"


@pytest.mark.parametrize(
    "end",
    [
        {"stage": Stage.WON, "desk": Desk.CLOSED},
        {"stage": Stage.LOST, "desk": Desk.CLOSED},
        {"stage": Stage.DISQUALIFIED, "desk": Desk.LONG_NURTURE},
    ],
)
def test_after_the_end_of_a_lead_the_person_begins_a_new_one(send, end):
    old = send(**ANA).lead
    lifecycle.move(old, "won", **end)
    new = send(**ANA)
    assert new.state == "captured"
    assert new.lead != old
    assert set(IdentityKey.objects.values_list("lead", flat=True)) == {new.lead_id}
    assert send(phone=ANA["phone"]).lead == new.lead


def test_events_of_capture_and_join_carry_nothing_of_the_person(send):
    send(**ANA, message="Call me")
    send(**ANA)
    facts = json.dumps(
        list(LeadEvent.objects.filter(kind__in=["captured", "joined"]).values_list("facts", flat=True))
    )
    assert not any(value in facts for value in [*ANA.values(), "Call me"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "people",
    [
        [ANA] * 50,
        [{"email": ANA["email"]}, {"phone": ANA["phone"], "email": ANA["email"]}] * 25,
        [ANA, {"phone": ANA["phone"]}] * 25,
        [*[{"phone": ANA["phone"]}, {"email": ANA["email"]}] * 24, ANA, {"phone": ANA["phone"]}],
    ],
    ids=["all alike", "with and without a number", "some by number only", "one with both"],
)
def test_the_same_person_sent_fifty_times_at_once_is_one_lead(people):
    source = Source.objects.create(name="Web form")
    post_alone(source.key, {"email": "warm@up.example"})

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda fields: post_alone(source.key, fields), people))
    assert answers == [202] * 50
    of_ana = Submission.objects.exclude(lead__email="warm@up.example")
    left = Lead.objects.filter(merged_into=None).exclude(email="warm@up.example")
    assert [(lead.email, lead.phone) for lead in left] == [(ANA["email"], ANA["phone"])]
    # A number may come before anybody tied it to the address: then both were leads, and are one now.
    states = sorted(of_ana.values_list("state", flat=True))
    assert states.count("captured") - Merge.objects.filter(undone_at=None).count() == 1
    assert states.count("captured") + states.count("joined") == 50
    assert of_ana.filter(state="received").count() == 0
    for lead in Lead.objects.all():
        assert list(lead.events.order_by("version").values_list("version", flat=True)) == list(
            range(1, lead.version + 1)
        )


def post_alone(key, fields):
    """Post from a thread of its own and leave no connection behind."""
    try:
        return (
            Client().post(f"/intake/{key}/", json.dumps(fields), content_type="application/json").status_code
        )
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("Ana@Halden.EXAMPLE", "ana@halden.example"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana+x@halden.example", "ana@halden.example"),
        ("a.n.a+x@GoogleMail.com", "ana@gmail.com"),
        ("a.n.a@halden.example", "a.n.a@halden.example"),
        ("ana@halden.example.", "ana@halden.example"),
        ("ÜNAL@halden.example", "ünal@halden.example"),
        ("a@b", None),
        ("", None),
        ("a b@c.example", None),
        ("Ana <ana@halden.example>", "ana@halden.example"),
        ("<ana@halden.example>;", "ana@halden.example"),
        ("mailto:ana@halden.example?subject=Hi", "ana@halden.example"),
        ("\u200bana@halden.example\u00a0", "ana@halden.example"),
        ("ａｎａ＠ｈａｌｄｅｎ．ｅｘａｍｐｌｅ", "ana@halden.example"),
        ('"ana"@halden.example', "ana@halden.example"),
        ('"ana ruiz"@halden.example', '"ana ruiz"@halden.example'),
        ("ana@halden.example, bo@halden.example", None),
        ("ana(at)halden.example", None),
    ],
)
def test_an_address_has_one_canonical_form(sent, canonical):
    assert contact.canonical_email(sent) == canonical


@pytest.mark.parametrize(
    ("sent", "country", "canonical"),
    [
        ("+49 30 1234567", "", "+49301234567"),
        ("(030) 1234567", "DE", "+49301234567"),
        ("0049 30 1234567", "", "+49301234567"),
        ("＋４９３０１２３４５６７", "", "+49301234567"),
        ("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567"),
        ("4" * 400, "DE", None),
        ("+", "", None),
        ("letters", "DE", None),
        ("030 1234567", "", None),
        ("12", "DE", None),
        ("+49 171 1234567 (mobil)", "", "+491711234567"),
        ("Tel. 030 1234567", "DE", "+49301234567"),
        ("030 1234567 oder 0171 7654321", "DE", "+49301234567"),
        ("(040) 123 / 456 78", "DE", "+494012345678"),
        ("030 / 1234567 Durchwahl 12", "DE", "+49301234567"),
        ("+1 (415) 555-2671 x123", "", "+14155552671"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("tel:+49-30-1234567", "", "+49301234567"),
        ("+49 (0)30 1234567", "", "+49301234567"),
        ("011 49 30 1234567", "US", "+49301234567"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("02 1234 5678", "IT", "+390212345678"),
    ],
)
def test_a_phone_number_has_one_canonical_form(sent, country, canonical):
    assert numbers.canonical_phone(sent, country) == canonical


@pytest.mark.parametrize(
    ("email", "website", "domain"),
    [
        ("a@mail.acme.co.uk", "", "acme.co.uk"),
        ("a@gmail.com", "https://www.acme.example/x?y", "acme.example"),
        ("a@gmail.com", "", None),
        (None, "acme.example", "acme.example"),
        (None, "not a site", None),
        (None, "javascript:alert(1)", None),
        ("a@gmail.com", "https://www.linkedin.com/in/ana", None),
        ("a@gmail.com", "https://acme.wixsite.com/home", "acme.wixsite.com"),
    ],
)
def test_a_company_is_known_by_its_registrable_domain(email, website, domain):
    assert contact.company_domain(email, website) == domain


PIECES = st.lists(st.sampled_from(["a", "B7", "-", ".", "+", "_", "x" * 40]), min_size=1, max_size=5)
ENDS = st.sampled_from(["de", "example", "local", "invalid", "onion", "c", "test"])


@settings(max_examples=60, deadline=None)
@given(PIECES, PIECES, ENDS)
def test_the_short_way_for_plain_addresses_leads_to_the_answer_of_the_long_one(local, domain, end):
    address = f"{''.join(local)}@{''.join(domain)}.{end}"
    if contact.is_plain(address):
        assert validate_email(address, check_deliverability=False, test_environment=True).normalized
        host = address.partition("@")[2].lower()
        assert contact.ascii_domain(host) == idna.encode(host).decode()
    elif end in contact.OF_SPECIAL_USE - {"test"}:
        assert contact.canonical_email(address) is None
