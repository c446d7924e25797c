"""What each form and calendar vendor documents, and the lead that it becomes."""

import copy
import json
from datetime import UTC, datetime

import pytest

from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, SIGN

pytestmark = pytest.mark.django_db
MULTIPART = "multipart/form-data; boundary=q"


@pytest.fixture
def send(client):
    """Return a function that sends a document as its vendor does; the source is made on first use."""

    def post(vendor, document, content_type="application/json", **fields):
        secret = "" if vendor in papers.UNSIGNED else SECRET
        source, _ = Source.objects.get_or_create(
            name=vendor, defaults={"vendor": vendor, "secret": secret} | fields
        )
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = SIGN[vendor](body, source) if vendor in SIGN else {}
        return client.generic("POST", source.path, body, content_type=content_type, headers=headers)

    return post


def changed(document, **fields):
    """Return a copy of a document with other fields at its top."""
    return copy.deepcopy(document) | fields


def test_a_typeform_response_becomes_a_lead_by_the_titles_of_its_questions(send):
    assert send("typeform", papers.TYPEFORM).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.phone) == ("Laura Ek", "laura@halden.example", "+493012345678")
    assert (lead.message, lead.campaign) == ("We want a demo of the scanner", "Spring")
    assert lead.extra == {
        "Which products?": ["London", "Sydney", "New York"],
        "Team size": "11-50",
        "calculated.score": 9,
        "form.id": "lT4Z3j",
    }
    assert lead.submitted_at == datetime(2018, 1, 18, 18, 17, 2, tzinfo=UTC)
    assert lead.desk == "board"


def test_the_options_of_tally_are_resolved_to_their_texts(send):
    assert send("tally", papers.TALLY).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.country) == ("Laura Ek", "laura@halden.example", "DE")
    assert lead.campaign == "Spring"
    assert lead.extra == {"Products": ["Scanner", "Reader"], "form.name": "Webhook payload"}
    assert lead.submitted_at == datetime(2023, 6, 28, 15, 0, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "name", "email"),
    [
        (papers.WEBFLOW, "Zaphod Beeblebrox", "zaphod@heartofgold.example"),
        (papers.WEBFLOW_V1, "Some One", "some.one@home.example"),
    ],
    ids=["v2", "v1"],
)
def test_both_shapes_of_webflow_are_understood(send, document, name, email):
    assert send("webflow", document).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email) == (name, email)
    assert lead.submitted_at == datetime(2022, 9, 14, 12, 35, 16, 117000, tzinfo=UTC)


def test_a_booking_at_calendly_becomes_a_lead(send):
    assert send("calendly", papers.CALENDLY).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.company) == ("Laura Ek", "laura@halden.example", "Halden Optik")
    assert (lead.phone, lead.campaign) == ("+49 30 12345678", "Spring")
    assert lead.message == "A demo of the scanner"
    assert lead.extra == {
        "event.name": "30 minutes",
        "event.starts": "2020-11-25T14:00:00.000000Z",
        "event.timezone": "Europe/Berlin",
    }
    assert lead.submitted_at == datetime(2020, 11, 23, 17, 51, 18, 327602, tzinfo=UTC)


def test_a_routing_form_of_calendly_is_a_lead_too(send):
    assert send("calendly", papers.ROUTING_FORM).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email) == ("Laura Ek", "laura@halden.example")
    assert lead.extra == {"What is your industry?": "IT & Software"}


def test_who_cancels_at_calendly_joins_the_lead_of_the_booking(send):
    send("calendly", papers.CALENDLY)
    cancelled = changed(papers.CALENDLY, event="invitee.canceled", created_at="2020-11-24T10:00:00.000000Z")
    cancelled["payload"] |= {"cancellation": {"canceler_type": "invitee", "reason": "Ill"}}
    assert send("calendly", cancelled).status_code == 202
    assert Lead.objects.get().message == "Cancelled the meeting: Ill"
    assert sorted(Submission.objects.values_list("state", flat=True)) == ["captured", "joined"]


@pytest.mark.parametrize(
    "payload",
    [{"rescheduled": True}, {"cancellation": {"canceler_type": "host", "reason": "Ill"}}],
    ids=["moved", "by the host"],
)
def test_a_cancellation_that_is_not_the_prospects_makes_no_lead(send, payload):
    cancelled = changed(papers.CALENDLY, event="invitee.canceled")
    cancelled["payload"] |= payload
    assert send("calendly", cancelled).status_code == 202
    assert (Lead.objects.count(), Submission.objects.get().state) == (0, "ignored")


def test_a_lead_form_of_google_becomes_a_lead(send):
    assert send("google_ads", papers.GOOGLE, campaign="Spring").status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.phone) == ("Laura Ek", "laura@halden.example", "+493012345678")
    assert (lead.company, lead.title, lead.campaign) == ("Halden Optik", "Head of Sales", "Spring")
    assert lead.extra["When do you start?"] == "Next month"
    assert (lead.extra["gcl_id"], lead.extra["campaign_id"]) == ("gcl-1", 123456)
    assert lead.submitted_at == datetime(2024, 9, 26, 12, 30, tzinfo=UTC)
    assert "google_key" not in lead.extra


def test_a_test_lead_of_google_is_marked_and_stays_off_the_board(send):
    assert send("google_ads", changed(papers.GOOGLE, is_test=True)).status_code == 202
    test = Lead.objects.get()
    assert (test.desk, test.extra["test_lead"], test.due_at) == ("quarantine", True, None)
    real = changed(papers.GOOGLE, lead_id="real 1")
    assert send("google_ads", real).status_code == 202
    assert list(Lead.objects.order_by("id").values_list("desk", flat=True)) == ["quarantine", "board"]


def test_jotform_hides_json_in_a_field_of_its_form(send):
    assert send("jotform", papers.multipart(papers.JOTFORM), MULTIPART).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.phone) == ("Laura Ek", "laura@halden.example", "030 12345678")
    assert lead.message == "A demo, please, and a price"
    assert lead.company == "Halden Optik"
    assert lead.submitted_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert lead.extra == {"form.title": "Contact"}
    assert [mark["mark"] for mark in lead.marks] == ["phone_no_country"]


def test_without_labels_jotforms_own_names_are_understood(send):
    document = {name: value for name, value in papers.JOTFORM.items() if name != "pretty"}
    assert send("jotform", papers.multipart(document), MULTIPART).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email) == ("Laura Ek", "laura@halden.example")
    assert lead.extra["typeA"] == "Halden Optik"


@pytest.mark.parametrize("raw", ['{"q3_name": "An', "[]", "{}", '"x"', "\ud7ff"])
def test_a_broken_raw_request_of_jotform_waits_with_words(send, raw):
    body = papers.multipart(papers.JOTFORM | {"rawRequest": raw})
    assert send("jotform", body, MULTIPART).status_code == 202
    submission = Submission.objects.get()
    assert submission.state == "quarantined"
    assert "rawRequest" in submission.problem


def test_gravity_forms_calls_its_fields_by_number(send):
    assert send("gravity_forms", papers.GRAVITY).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.country) == ("Laura Ek", "laura@halden.example", "DE")
    assert lead.phone == "(030) 1234-5678"
    assert lead.message == "We would like to see a demo soon"
    assert lead.submitted_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    place = {"4.1": "Hauptstr. 1", "4.3": "Berlin", "4.5": "10115", "6": "06/05/2024"}
    assert lead.extra == place | {"page.address": "https://www.halden.example/contact"}


def test_a_mapping_names_the_numbers_of_gravity_forms(send):
    rules = {"name": ["1.3", "1.6"], "company": "4.1", "size": "6", "*": None}
    assert send("gravity_forms", papers.GRAVITY, mapping=rules).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.company, lead.extra) == ("Laura Ek", "Hauptstr. 1", {"size": "06/05/2024"})


def test_gravity_forms_with_names_of_ones_own_reads_like_any_form(send):
    document = {"First name": "Laura", "Last name": "Ek", "Work e-mail": "laura@halden.example"}
    assert send("gravity_forms", document).status_code == 202
    assert (Lead.objects.get().name, Lead.objects.get().email) == ("Laura Ek", "laura@halden.example")


@pytest.mark.parametrize(
    "document",
    [
        papers.HUBSPOT_FORM,
        {
            "values": papers.HUBSPOT_FORM["fields"],
            "submittedAt": 1517927174000,
            "pageUrl": "https://x.example",
        },
        {
            "vid": 1,
            "properties": {
                "email": {"value": "laura@halden.example"},
                "firstname": {"value": "Laura"},
                "lastname": {"value": "Ek"},
                "company": {"value": "Halden Optik"},
                "message": {"value": "A demo, please"},
                "createdate": {"value": "1517927174000"},
                "hs_object_id": {"value": "1"},
            },
        },
    ],
    ids=["submission", "listed", "workflow"],
)
def test_every_shape_of_a_hubspot_form_is_understood(send, document):
    assert send("hubspot_forms", document).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.company) == ("Laura Ek", "laura@halden.example", "Halden Optik")
    assert lead.message == "A demo, please"
    assert lead.submitted_at == datetime(2018, 2, 6, 14, 26, 14, tzinfo=UTC)
    assert "hs_object_id" not in lead.extra


@pytest.mark.parametrize(
    ("vendor", "document", "state"),
    [
        ("typeform", changed(papers.TYPEFORM, event_type="form_response_partial"), "ignored"),
        ("typeform", changed(papers.TYPEFORM, event_type="form_exploded"), "quarantined"),
        ("typeform", {"event_type": "form_response", "form_response": None}, "quarantined"),
        ("typeform", {"event_type": ["form_response"], "form_response": {"answers": "x"}}, "quarantined"),
        ("tally", changed(papers.TALLY, eventType="FORM_VIEW"), "quarantined"),
        ("tally", {"eventType": "FORM_RESPONSE", "data": {"fields": []}}, "quarantined"),
        ("webflow", changed(papers.WEBFLOW, triggerType="site_publish"), "quarantined"),
        ("webflow", {"payload": {"data": {}}}, "quarantined"),
        ("calendly", changed(papers.CALENDLY, event="invitee_no_show.created"), "ignored"),
        ("calendly", changed(papers.CALENDLY, event="invitee.exploded"), "quarantined"),
        ("calendly", {"event": 7}, "quarantined"),
        ("google_ads", changed(papers.GOOGLE, user_column_data=[]), "quarantined"),
        ("google_ads", changed(papers.GOOGLE, user_column_data=[None, 7, {"x": 1}]), "quarantined"),
        ("gravity_forms", {"id": "1", "form_id": "2", "3": ""}, "quarantined"),
        ("hubspot_forms", {"fields": []}, "quarantined"),
        ("linkedin", {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"}, "quarantined"),
    ],
)
def test_an_unknown_type_or_an_empty_list_is_kept_with_words(send, vendor, document, state):
    assert send(vendor, document).status_code == 202
    submission = Submission.objects.get()
    assert (submission.state, bool(submission.problem), Lead.objects.count()) == (state, True, 0)


def test_a_newer_version_with_fields_nobody_knows_is_still_read(send):
    assert (
        send("google_ads", changed(papers.GOOGLE, api_version="7.0", novelty={"a": [1]})).status_code == 202
    )
    assert Lead.objects.get().email == "laura@halden.example"


@pytest.mark.parametrize(
    "vendor", ["typeform", "tally", "webflow", "calendly", "google_ads", "gravity_forms"]
)
def test_names_in_any_script_are_stored_exactly(send, vendor):
    name = "Zoë 李 أمل 👩‍👩‍👧 O'Brien"
    text = json.dumps(papers.PAPERS[vendor]).replace("Laura Ek", name).replace("Zaphod", name)
    text = text.replace('"Laura"', json.dumps(name))
    assert send(vendor, text.encode()).status_code == 202
    assert Lead.objects.get().name.startswith(name)


@pytest.mark.parametrize("vendor", [name for name in papers.PAPERS if name not in ("meta", "hubspot")])
def test_the_same_delivery_twice_is_one_submission(send, vendor):
    answers = [send(vendor, papers.PAPERS[vendor]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (Submission.objects.count(), Lead.objects.count()) == (1, 1)
    assert Lead.objects.get().version == Lead.objects.get().events.count()


def test_another_body_under_the_same_id_is_not_lost(send):
    send("webflow", papers.WEBFLOW)
    corrected = copy.deepcopy(papers.WEBFLOW)
    corrected["payload"]["data"]["Company"] = "Heart of Gold"
    assert send("webflow", corrected).status_code == 202
    assert (Submission.objects.count(), Lead.objects.get().company) == (2, "Heart of Gold")


def test_a_submit_time_in_the_future_is_not_believed(send):
    document = copy.deepcopy(papers.WEBFLOW)
    document["payload"]["submittedAt"] = "2999-01-01T00:00:00Z"
    send("webflow", document)
    assert Lead.objects.get().submitted_at is None
