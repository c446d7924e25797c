"""The variants that vendors document beside their plain example: other types of question, other languages,
tests, deletions, numbers and lists where a text stands elsewhere.
"""

import copy
import json

import pytest
from django.test import Client

from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, SIGN

pytestmark = pytest.mark.django_db


def send(vendor, document, content_type="application/json", **fields):
    """Send a document as its vendor does; return the lead that it became, or None."""
    secret = "" if vendor in papers.UNSIGNED else SECRET
    source, _ = Source.objects.get_or_create(
        name=vendor, defaults={"vendor": vendor, "secret": secret} | fields
    )
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = SIGN[vendor](body, source) if vendor in SIGN else {}
    answer = Client().generic("POST", source.path, body, content_type=content_type, headers=headers)
    assert answer.status_code == 202, answer.content
    return Lead.objects.order_by("id").last()


def typeform(*asked, **response):
    """Return a form of Typeform: (type of question, title, type of answer, answer) each."""
    document = copy.deepcopy(papers.TYPEFORM)
    document["form_response"] |= {
        "hidden": {},
        "definition": {
            "id": "f",
            "fields": [
                {"id": f"i{n}", "ref": f"r{n}", "type": kind, "title": title}
                for n, (kind, title, _, _) in enumerate(asked)
            ],
        },
        "answers": [
            {"type": kind, kind: value, "field": {"id": f"i{n}", "type": question, "ref": f"r{n}"}}
            for n, (question, _, kind, value) in enumerate(asked)
        ],
    } | response
    return document


# Typeform


def test_each_type_of_answer_of_typeform_is_read():
    lead = send(
        "typeform",
        typeform(
            ("short_text", "Wie heißen Sie?", "text", "Zoë Kühn"),
            ("email", "Darf ich fragen, wohin?", "email", "zoe@halden.example"),
            ("phone_number", "Und wenn es brennt?", "phone_number", "+41446681800"),
            ("long_text", "Noch etwas?", "text", "Bitte bald"),
            ("website", "Wo sieht man Sie?", "url", "https://halden.example"),
            ("yes_no", "Neu hier?", "boolean", True),
            ("date", "Ab wann?", "date", "2026-12-01"),
            ("number", "Wie viele Plätze?", "number", 40),
            ("opinion_scale", "Dringend?", "number", 0),
            ("file_upload", "Plan", "file_url", "https://files.example/a.pdf"),
            ("payment", "Anzahlung", "payment", {"amount": "€1.00", "last4": "1234", "name": "Bea Blum"}),
            ("multiple_choice", "Wofür?", "choice", {"id": "a", "ref": "b", "label": "Optik"}),
            ("dropdown", "Womit?", "choice", {"other": "Linsen"}),
            ("ranking", "Reihenfolge", "choices", {"ids": ["a", "b"], "labels": ["Preis", "Tempo"]}),
            ("multi_format", "Erzählen", "multi_format", {"video_url": "https://v.example/1"}),
        ),
    )
    assert (lead.name, lead.email, lead.phone) == ("Zoë Kühn", "zoe@halden.example", "+41446681800")
    assert (lead.message, lead.website) == ("Bitte bald", "https://halden.example")
    assert lead.extra == {
        "Neu hier?": True,
        "Ab wann?": "2026-12-01",
        "Wie viele Plätze?": 40,
        "Dringend?": 0,
        "Plan": "https://files.example/a.pdf",
        "Anzahlung": "€1.00",
        "Wofür?": "Optik",
        "Womit?": "Linsen",
        "Reihenfolge": ["Preis", "Tempo"],
        "Erzählen.video_url": "https://v.example/1",
        "calculated.score": 9,
        "form.id": "lT4Z3j",
    }


def test_the_block_of_contact_details_of_typeform_is_read_by_its_parts():
    parts = ("First name", "Last name", "Phone number", "Email", "Company")
    values = ("Laura", "Ek", "+493012345678", "laura@halden.example", "Halden Optik")
    kinds = ("text", "text", "phone_number", "email", "text")
    document = typeform()
    inner = [{"id": f"c{n}", "title": title, "type": "short_text"} for n, title in enumerate(parts)]
    document["form_response"]["definition"]["fields"] = [
        {"id": "block", "title": "Your details", "type": "contact_info", "properties": {"fields": inner}}
    ]
    document["form_response"]["answers"] = [
        {"type": kind, kind: value, "field": {"id": f"c{n}", "type": "short_text"}}
        for n, (kind, value) in enumerate(zip(kinds, values, strict=True))
    ]
    lead = send("typeform", document)
    assert (lead.name, lead.phone, lead.email) == ("Laura Ek", "+493012345678", "laura@halden.example")
    assert lead.company == "Halden Optik"


def test_what_typeform_reckons_is_no_name_of_the_prospect():
    variables = [
        {"key": "score", "type": "number", "number": 4},
        {"key": "name", "type": "text", "text": "typeform"},
    ]
    asked = ("email", "E-mail", "email", "laura@halden.example")
    lead = send("typeform", typeform(asked, variables=variables, hidden={"utm_campaign": "Spring"}))
    assert (lead.name, lead.campaign) == ("", "Spring")
    assert (lead.extra["variable.score"], lead.extra["variable.name"]) == (4, "typeform")


def test_answers_without_their_definition_are_read_by_ref_and_type():
    document = typeform(("email", "x", "email", "laura@halden.example"), ("short_text", "y", "text", "Ek"))
    del document["form_response"]["definition"]
    lead = send("typeform", document)
    assert (lead.email, lead.extra["r1"]) == ("laura@halden.example", "Ek")


# Tally


def test_each_type_of_question_of_tally_is_read():
    options = [{"id": "o1", "text": "Preis"}, {"id": "o2", "text": "Tempo"}]
    fields = [
        {"key": "q1", "label": "Nom", "type": "INPUT_TEXT", "value": "Ek"},
        {"key": "q2", "label": "Prénom", "type": "INPUT_TEXT", "value": "Laura"},
        {"key": "q3", "label": None, "type": "INPUT_EMAIL", "value": "laura@halden.example"},
        {"key": "q4", "label": "Appelez-moi", "type": "INPUT_PHONE_NUMBER", "value": "+33142685300"},
        {"key": "q5", "label": "Dites-nous tout", "type": "TEXTAREA", "value": "Un essai"},
        {"key": "q6", "label": "Reihenfolge", "type": "RANKING", "value": ["o2", "o1"], "options": options},
        {"key": "q7", "label": "Eins", "type": "MULTIPLE_CHOICE", "value": ["o1"], "options": options},
        {"key": "q8", "label": "Mehr", "type": "MULTI_SELECT", "value": ["o1", "o2"], "options": options},
        {
            "key": "q9",
            "label": "Matrix",
            "type": "MATRIX",
            "value": {"r1": ["c1"], "r2": ["c2"]},
            "rows": [{"id": "r1", "text": "Heute"}, {"id": "r2", "text": "Morgen"}],
            "columns": [{"id": "c1", "text": "ja"}, {"id": "c2", "text": "nein"}],
        },
        {"key": "q10", "label": "Datei", "type": "FILE_UPLOAD",
         "value": [{"id": "f", "name": "a.pdf", "url": "https://files.example/a.pdf", "size": 1}]},
        {"key": "q11", "label": "Sterne", "type": "RATING", "value": 0},
        {"key": "q12", "label": "Leer", "type": "INPUT_TEXT", "value": None},
        {"key": "q13", "label": "utm_campaign", "type": "HIDDEN_FIELDS", "value": "Spring"},
        {"key": "q14", "label": "Preis", "type": "CALCULATED_FIELDS", "value": 12.5},
    ]  # fmt: skip
    document = copy.deepcopy(papers.TALLY)
    document["data"]["fields"] = fields
    lead = send("tally", document)
    assert (lead.name, lead.email, lead.phone) == ("Laura Ek", "laura@halden.example", "+33142685300")
    assert (lead.message, lead.campaign) == ("Un essai", "Spring")
    assert lead.extra == {
        "Reihenfolge": ["Tempo", "Preis"],
        "Eins": "Preis",
        "Mehr": ["Preis", "Tempo"],
        "Matrix.Heute": ["ja"],
        "Matrix.Morgen": ["nein"],
        "Datei": ["https://files.example/a.pdf"],
        "Sterne": 0,
        "Preis": 12.5,
        "form.name": "Webhook payload",
    }


# Meta


def answers(**values):
    """Return the answer of the Graph API for a lead."""
    data = [{"name": name.replace("_x_", "-"), "values": [value]} for name, value in values.items()]
    return papers.META_ANSWERS | {"field_data": data}


def test_the_questions_of_meta_are_understood_in_other_languages():
    lead = send(
        "meta",
        answers(
            vollständiger_name="Zoë Kühn",
            e_x_mail_x_adresse="zoe@halden.example",
            telefonnummer="+41446681800",
            firmenname="Halden Optik",
            berufsbezeichnung="Leiterin Einkauf",
            **{"wie_können_wir_ihnen_helfen?": "Eine Vorführung"},
        ),
    )
    assert (lead.name, lead.email, lead.phone) == ("Zoë Kühn", "zoe@halden.example", "+41446681800")
    assert (lead.company, lead.title, lead.message) == ("Halden Optik", "Leiterin Einkauf", "Eine Vorführung")


def test_what_metas_testing_tool_sends_stays_off_the_board():
    dummy = {name: f"<test lead: dummy data for {name}>" for name in ("full_name", "email")}
    lead = send("meta", answers(**dummy))
    assert (lead.desk, lead.extra["test_lead"], lead.due_at) == ("quarantine", True, None)
    button = copy.deepcopy(papers.META)
    button["entry"][0]["changes"][0]["value"]["leadgen_id"] = "444444444444"
    assert send("meta", button).extra["test_lead"] is True


def test_a_consent_that_was_ticked_at_meta_is_the_basis():
    ticked = [{"checkbox_key": "agree_to_be_called", "is_checked": "1"}]
    details = answers(full_name="Joe Example", email="joe@halden.example")
    lead = send("meta", details | {"custom_disclaimer_responses": ticked})
    assert (lead.basis, lead.extra["consent agree_to_be_called"]) == ("consent", True)


# LinkedIn


def test_the_options_of_linkedin_are_resolved_to_their_texts():
    document = copy.deepcopy(papers.LINKEDIN_ANSWERS)
    document["formResponse"]["answers"] += [
        {"questionId": 5, "answerDetails": {"multipleChoiceAnswer": {"options": [2]}}}
    ]
    document["formResponse"]["consentResponses"] = [{"consentId": 7, "accepted": True}]
    document["form"]["hiddenFields"] = [{"name": "utm_campaign", "value": "Spring"}]
    document["form"]["content"]["questions"] += [
        {
            "questionId": 5,
            "name": "Question 5",
            "question": {"localized": {"de_DE": "Wie groß ist das Team?"}},
            "questionDetails": {
                "multipleChoiceQuestionDetails": {
                    "options": [
                        {"id": 1, "text": {"localized": {"de_DE": "klein"}}},
                        {"id": 2, "text": {"localized": {"de_DE": "groß"}}},
                    ]
                }
            },
        }
    ]
    lead = send("linkedin", document)
    assert (lead.name, lead.email, lead.campaign) == ("Laura Ek", "laura@halden.example", "Spring")
    assert (lead.extra["Wie groß ist das Team?"], lead.basis) == (["groß"], "consent")


# Google


def test_googles_questions_of_the_firms_own_are_called_as_they_are_asked():
    document = papers.GOOGLE | {
        "user_column_data": [
            {"column_id": "FIRST_NAME", "string_value": "Laura"},
            {"column_id": "LAST_NAME", "string_value": "Ek", "column_name": "Nachname"},
            {"column_id": "WORK_EMAIL", "string_value": "laura@halden.example", "column_name": "E-Mail"},
            {"column_name": "Wie können wir helfen?", "string_value": "Vorführung", "column_id": "q_1"},
            {"column_id": "COMPANY_SIZE", "string_value": "11-50", "column_name": "Größe der Firma"},
        ]
    }
    lead = send("google_ads", document)
    assert (lead.name, lead.email, lead.message) == ("Laura Ek", "laura@halden.example", "Vorführung")
    assert (lead.company, lead.extra["Größe der Firma"]) == ("", "11-50")


@pytest.mark.parametrize("is_test", [True, "true", 1])
def test_a_test_of_google_is_known_however_it_is_written(is_test):
    assert send("google_ads", papers.GOOGLE | {"is_test": is_test}).desk == "quarantine"


# Jotform


def jotform(pretty="", **answers):
    """Return a submission of Jotform, multipart."""
    fields = papers.JOTFORM | {"rawRequest": json.dumps(answers), "pretty": pretty}
    return papers.multipart(fields)


def test_the_compound_fields_of_jotform_are_read():
    body = jotform(
        "Nom complet:Mme Laura Marie Ek, Courriel:laura@halden.example, Téléphone:+33 1 42685300, "
        "Adresse:1 rue de la Paix Paris 75002 France",
        q3_nomComplet={"prefix": "Mme", "first": "Laura", "middle": "Marie", "last": "Ek"},
        q4_courriel4="laura@halden.example",
        q5_telephone={"country": "+33", "area": "1", "phone": "42685300"},
        q6_adresse={
            "addr_line1": "1 rue de la Paix",
            "city": "Paris",
            "postal": "75002",
            "country": "France",
        },
        q7_date={"day": "06", "month": "05", "year": "2024"},
        q8_choix=["Scanner", "Lecteur"],
        q9_vide="",
    )
    lead = send("jotform", body, "multipart/form-data; boundary=q")
    assert (lead.name, lead.email, lead.phone) == ("Laura Ek", "laura@halden.example", "+33 1 42685300")
    assert lead.country == "FR"
    assert (lead.extra["date"], lead.extra["choix"]) == ("2024-05-06", ["Scanner", "Lecteur"])


def test_a_phone_number_of_jotform_may_come_in_one_piece():
    body = jotform(q3_name={"first": "Laura", "last": "Ek"}, q5_phoneNumber={"full": "+49 30 12345678"})
    lead = send("jotform", body, "multipart/form-data; boundary=q")
    assert (lead.name, lead.phone) == ("Laura Ek", "+49 30 12345678")


def test_jotform_may_send_its_form_encoded_too():
    body = b"formID=1&submissionID=2&rawRequest=%7B%22q4_email%22%3A%22laura%40halden.example%22%7D"
    assert send("jotform", body, "application/x-www-form-urlencoded").email == "laura@halden.example"


# Gravity Forms


def test_numbers_alone_are_understood_by_what_stands_in_them():
    entry = {
        "id": 19, "form_id": 3, "date_created": "2024-05-06 07:08:09", "form_title": "Kontakt",
        "1": "Laura Ek", "2": "laura.ek@halden-optik.example", "3": "030 12345678", "4": "Halden Optik GmbH",
        "5": "Leiterin Einkauf", "6": "Wir möchten bald eine Vorführung sehen", "7.1": "Scanner",
        "7.3": "Lesegerät", "8": "https://halden-optik.example", "9": "11-50",
    }  # fmt: skip
    lead = send("gravity_forms", entry)
    assert (lead.name, lead.email) == ("Laura Ek", "laura.ek@halden-optik.example")
    assert (lead.phone, lead.company, lead.title) == ("030 12345678", "Halden Optik GmbH", "Leiterin Einkauf")
    assert lead.message == "Wir möchten bald eine Vorführung sehen"
    assert lead.website == "https://halden-optik.example"
    assert {name: lead.extra[name] for name in ("7.1", "7.3", "9")} == {
        "7.1": "Scanner",
        "7.3": "Lesegerät",
        "9": "11-50",
    }


def test_a_list_of_ticks_of_gravity_forms_is_neither_name_nor_address():
    entry = {
        "id": "1",
        "form_id": "2",
        "2": "laura@halden.example",
        "1.1": "A",
        "1.2": "",
        "1.3": "B",
        "1.6": "C",
    }
    lead = send("gravity_forms", entry | {"4.1": "Weg 1", "4.3": "Wien", "4.6": "Österreich"})
    assert (lead.name, lead.country) == ("", "AT")


def test_labels_of_gravity_forms_are_read_when_they_are_sent():
    labels = {
        "Name (First)": "Laura",
        "Name (Last)": "Ek",
        "Email": "laura@halden.example",
        "Firma": "Halden",
    }
    lead = send("gravity_forms", {"id": "7", "form_id": "2"} | labels)
    assert (lead.name, lead.email, lead.company) == ("Laura Ek", "laura@halden.example", "Halden")


# HubSpot forms


def test_the_submit_time_of_a_workflow_is_that_of_its_latest_form():
    contact = {
        "vid": 1,
        "properties": {"email": {"value": "laura@halden.example"}, "createdate": {"value": "1517927174000"}},
        "form-submissions": [
            {"timestamp": 1700000000000, "conversion-id": "a"},
            {"timestamp": 1600000000000},
        ],
    }
    assert send("hubspot_forms", contact).submitted_at.isoformat() == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize(
    "document",
    [
        {"firstname": "Laura", "lastname": "Ek", "email": "laura@halden.example", "hs_object_id": 1},
        {"data": [{"name": "firstname", "value": "Laura"}, {"name": "lastname", "value": "Ek"},
                  {"name": "email", "value": "laura@halden.example"}]},
        {"data": {"submissionValues": {"firstname": "Laura", "lastname": "Ek",
                                       "email": "laura@halden.example"}}},
    ],
)  # fmt: skip
def test_a_hubspot_form_may_come_flat_or_as_its_own_event(document):
    lead = send("hubspot_forms", document)
    assert (lead.name, lead.email) == ("Laura Ek", "laura@halden.example")


# Webflow and Calendly


def test_webflow_tells_a_long_text_by_its_schema():
    document = copy.deepcopy(papers.WEBFLOW)
    document["payload"]["data"] = {"Nom": "Laura Ek", "Courriel": "laura@halden.example", "Zone 7": "Bientôt"}
    document["payload"]["schema"] = [{"fieldName": "Zone 7", "fieldType": "FormTextarea"}]
    lead = send("webflow", document)
    assert (lead.name, lead.email, lead.message) == ("Laura Ek", "laura@halden.example", "Bientôt")


def test_the_number_that_calendly_is_to_call_is_the_phone():
    document = copy.deepcopy(papers.CALENDLY)
    document["payload"]["text_reminder_number"] = None
    document["payload"]["scheduled_event"]["location"] = {"type": "outbound_call", "location": "+4930123456"}
    assert send("calendly", document).phone == "+4930123456"


def test_a_booking_by_first_and_last_name_alone_has_a_name():
    document = copy.deepcopy(papers.CALENDLY)
    document["payload"] |= {"name": None, "first_name": "Laura", "last_name": "Ek"}
    assert send("calendly", document).name == "Laura Ek"


def test_answers_of_a_routing_form_may_be_lists():
    document = copy.deepcopy(papers.ROUTING_FORM)
    document["payload"]["questions_and_answers"] += [{"question": "Produkte", "answer": ["A", "B"]}]
    assert send("calendly", document).extra["Produkte"] == ["A", "B"]


def test_a_consent_on_any_form_is_the_basis_and_a_refusal_is_not():
    label = "Ich stimme zu, dass Sie mich kontaktieren"
    assert send("generic", {"email": "a@halden.example", label: "ja"}, secret="").basis == "consent"
    assert send("generic", {"email": "b@halden.example", label: "nein"}).basis == ""
    assert send("generic", {"email": "c@halden.example", "I do not agree": "yes"}).basis == ""
    assert Submission.objects.filter(state="captured").count() == 3
