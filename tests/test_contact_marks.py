"""Contact data are marked, never dropped; one spelling of an address stands for all of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.mailing.addresses import canonical
from leadboard.capture import contact
from leadboard.capture.models import Source
from leadboard.leads.models import Lead
from qualification.enrich import find_out

NAMES = st.text("abcxyz019éüßΣ.-_", min_size=1, max_size=12).filter(
    lambda t: t.strip(".") == t and ".." not in t
)
DOMAINS = st.sampled_from(
    ["halden.example", "bücher.example", "STRASSE.example", "gmail.com", "mail.acme.co.uk", "例え.example"]
)


@given(NAMES, DOMAINS, st.text("abc+.1", max_size=5))
def test_all_spellings_of_one_address_are_one(name, domain, tag):
    plain = contact.one_spelling(f"{name}@{domain}")
    spellings = [
        f"{name}@{domain}".upper() if name.upper().casefold() == name.casefold() else f"{name}@{domain}",
        f"  {name}@{domain} ",
        f"{name}@{domain}.",
        f"{name}+{tag}@{domain}",
        f"{name}@{contact.ascii_domain(domain)}",
        f"{name}@{domain}".replace("@", "＠"),
    ]
    if domain == "gmail.com":
        spellings += [f"{name}@googlemail.com", ".".join(name.replace(".", "")) + "@gmail.com"]
    assert {contact.one_spelling(spelling) for spelling in spellings} == {plain}


@given(st.text(max_size=60))
def test_the_one_spelling_is_its_own_spelling(text):
    once = contact.one_spelling(text)
    assert contact.one_spelling(once) == once


@given(st.emails())
def test_the_list_of_those_who_object_knows_people_by_the_same_spelling(address):
    canonical_form = contact.canonical_email(address)
    assert canonical_form is None or canonical_form == canonical(address) == contact.one_spelling(address)


def test_dots_count_where_the_provider_counts_them():
    assert contact.one_spelling("a.b@firm.test") != contact.one_spelling("ab@firm.test")


@pytest.fixture
def send(client, db):
    source = Source.objects.create(name="Web form")

    def post(**fields):
        answer = client.post(f"/intake/{source.key}/", json.dumps(fields), content_type="application/json")
        assert answer.status_code == 202
        return Lead.objects.latest("pk")

    return post


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ({"email": "diana@barsund.example"}, []),
        ({"email": "diana@gmail.com"}, ["email_free"]),
        ({"email": "x@mailinator.com"}, ["email_disposable"]),
        ({"email": "Info+web@barsund.example"}, ["email_role"]),
        ({"email": "diana@", "name": "Diana"}, ["email_invalid"]),
        ({"phone": "+49 30 1234567"}, ["phone_valid"]),
        ({"phone": "030 1234567", "country": "Germany"}, ["phone_valid"]),
        ({"phone": "030 1234567", "name": "Diana"}, ["phone_no_country"]),
        ({"phone": "+49 1 234567"}, ["phone_possible"]),
        ({"phone": "call me", "name": "Diana"}, ["phone_invalid"]),
        ({"phone": "4" * 400, "name": "Diana"}, ["phone_invalid"]),
        ({"phone": "+1 202 555 0123", "email": "a@gmx.de"}, ["email_free", "phone_valid"]),
    ],
)
def test_what_is_odd_about_contact_data_is_marked_and_nothing_is_changed(send, fields, marks):
    lead = send(**fields)
    assert [mark["mark"] for mark in lead.marks] == marks
    assert (lead.email, lead.phone) == (fields.get("email", ""), fields.get("phone", ""))
    assert lead.desk == "board"


def test_a_mark_says_by_what_it_was_judged_and_when_and_reads_the_number(send, ana, api):
    lead = send(phone="(030) 1234567", country="DE")
    shown = api(ana).get(f"/api/leads/{lead.uid}/").json()
    assert shown["marks"] == [
        {
            "field": "phone",
            "mark": "phone_valid",
            "source": "numbering plan",
            "at": lead.last_touch_at.isoformat(),
            "value": "+49301234567",
        }
    ]
    assert shown["merged_into"] is None


def test_contact_data_that_come_later_are_marked_then(send):
    lead = send(email="diana@gmail.com")
    assert [mark["mark"] for mark in lead.marks] == ["email_free"]
    again = send(email="diana@gmail.com", phone="+49 30 1234567")
    assert again == lead
    assert [mark["mark"] for mark in again.marks] == ["email_free", "phone_valid"]
    assert again.marks[0] == lead.marks[0]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("diana@barsund.example", "work"),
        ("diana@web.de", "free"),
        ("D.iana@GoogleMail.com", "free"),
        ("sales@barsund.example", "role"),
        ("x@mailinator.com", "disposable"),
        ("x@any.mailinator.com", "disposable"),
        ("nobody", "none"),
    ],
)
def test_marks_and_scores_judge_a_mailbox_alike(address, kind):
    assert contact.email_kind(address) == kind
    found = {finding.field: finding.value for finding in find_out(address, "", "")}
    assert found["email_kind"] == kind
