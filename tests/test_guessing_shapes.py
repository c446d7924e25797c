"""What other tools send, in their own shapes: objects within objects, names in brackets, JSON within a text,
chats, relays, several languages. Nothing of it is mapped by anybody.
"""

import json
from datetime import UTC, datetime

import pytest

from leadboard.capture import mapping
from leadboard.capture.vendors import VENDORS

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def read(payload, vendor="generic"):
    """Return the person of a payload as a source of the vendor reads it."""
    entry = VENDORS[vendor].read(payload)
    assert (entry.problem, entry.ignored) == ("", "")
    person = mapping.read(entry.fields, entry.hints, now=NOW)
    person.submitted_at = entry.submitted_at or person.submitted_at
    return person


FORMS = {
    "names in brackets": (
        {"fields[name][title]": "Nombre", "fields[name][value]": "Iñigo Sáez",
         "fields[mail][title]": "Correo",
         "fields[mail][value]": "inigo@cantera.example", "form[name]": "Contacto",
         "meta[page_url][value]": "https://cantera.example/?utm_campaign=oto%C3%B1o"},
        {"name": "Iñigo Sáez", "email": "inigo@cantera.example", "campaign": "otoño"},
    ),
    "a list subscription, its marks in brackets": (
        {"type": "subscribe", "data[email]": "mira@holt.example", "data[merges][FNAME]": "Mira",
         "data[merges][LNAME]": "Holt", "data[merges][INTERESTS]": "One,Two", "data[ip_opt]": "203.0.113.9"},
        {"name": "Mira Holt", "email": "mira@holt.example"},
    ),
    "JSON within a text": (
        {"page_url": "https://go.example/?utm_campaign=brand+uk",
         "data.json": json.dumps({"first_name": ["Noor"], "last_name": ["Haddad"],
         "email": ["n@haddad.example"]})},
        {"name": "Noor Haddad", "email": "n@haddad.example", "campaign": "brand uk"},
    ),
    "the call of a tool": (
        {"type": "function", "function": {"name": "create_lead", "arguments": json.dumps(
            {"full_name": "Hana Sato", "email": "hana@sato.example", "summary": "Wants a trial"})}},
        {"name": "Hana Sato", "email": "hana@sato.example", "message": "Wants a trial"},
    ),
    "a chat, whose inbox and account have names too": (
        {"account": {"name": "Firm Support"}, "inbox": {"name": "Website", "email": "inbox@firm.example"},
         "meta": {"sender": {"name": "Yuki Abe", "email": "yuki@abe.example", "role": "lead",
                             "attributes": {"company_name": "Abe KK"}},
                  "assignee": {"name": "Bo", "email": "bo@firm.example"}},
         "messages": [{"content": "Have you an API?"}]},
        {"name": "Yuki Abe", "email": "yuki@abe.example", "company": "Abe KK", "message": "Have you an API?"},
    ),
    "answers within the submission of a form": (
        {"formName": "Contact", "formSubmission": {
            "Name": {"First": "Ada", "Last": "Ferro"}, "Email": "ada@ferro.example",
            "Phone": {"Country": "+39", "Number": "06 555 1234"}, "Message": "In Italian?"}},
        {"name": "Ada Ferro", "email": "ada@ferro.example", "phone": "+39 06 555 1234",
         "message": "In Italian?"},
    ),
    "several people: the first is one person, not a mixture": (
        {"people": [{"name": "Ana One", "email": "one@multi.example"}, {"name": "Bo", "company": "Two"}]},
        {"name": "Ana One", "email": "one@multi.example", "company": "Two"},
    ),
    "a call, and staff that made the record": (
        {"created_by": {"name": "Bot", "email": "bot@firm.example"}, "call": {"title": "Inbound"},
         "account_manager": {"name": "Sue", "email": "sue@firm.example"}, "url": "https://firm.example/pricing",
         "lead": {"name": "Gil Roe", "email": "gil@roe.example"}, "attribution": {"campaign": "Autumn"}},
        {"name": "Gil Roe", "email": "gil@roe.example", "campaign": "Autumn"},
    ),
    "pairs under other names": (
        {"properties": [{"property": "email", "value": "uma@ray.example"},
                        {"property": "lastname", "value": "Ray"}],
         "answers": [{"questionText": "Job title", "response": "Head of IT"}]},
        {"name": "Ray", "email": "uma@ray.example", "title": "Head of IT"},
    ),
    "objects in German, one of a firm": (
        {"kontakt": {"vorname": "Al", "nachname": "Be", "emailAdresse": "al@be.example"},
         "firma": {"name": "Be GmbH", "land": "Schweiz"}, "nachricht": {"text": "Hallo"}},
        {"name": "Al Be", "email": "al@be.example", "company": "Be GmbH", "country": "CH",
         "message": "Hallo"},
    ),
    "questions that are objects, values in lists": (
        {"survey": [{"question": {"text": "What do you want to improve?"}, "answer": {"text": "Speed"}}],
         "custom_fields": [{"name": "Email", "values": [{"value": "rob@kom.example"}]}]},
        {"email": "rob@kom.example", "message": "Speed"},
    ),
    "pairs under short names, and an employer": (
        {"submission": {"id": "sub_91", "form": {"title": "Kiosk"}},
         "answers": [{"q": "Who are you?", "a": "Milena Safar"}, {"q": "Employer", "a": "Ostra"},
                     {"q": "How can we reach you?", "a": "milena@ostra.example"}]},
        {"name": "Milena Safar", "company": "Ostra", "email": "milena@ostra.example"},
    ),
    "fields by id, each with title and value": (
        {"event": "entry.created", "data": {"entry": {"values": {
            "a1": {"title": "Votre nom", "val": "Chloé Garnier"},
            "a2": {"title": "Courriel", "val": "chloe@vallon.example"},
            "a3": {"title": "Votre message", "val": "Une démonstration."}}}}},
        {"name": "Chloé Garnier", "email": "chloe@vallon.example", "message": "Une démonstration."},
    ),
    "labels and values in two lists": (
        {"questions": ["Full name", "Work e-mail", "Message"],
         "responses": ["Rosa Prado", "rosa@altura.example", "Do you have an API?"]},
        {"name": "Rosa Prado", "email": "rosa@altura.example", "message": "Do you have an API?"},
    ),
    "fields that are only numbered": (
        {"fld_001": "Jörg Bäcker", "fld_002": "joerg.baecker@bw.example", "fld_003": "0049 3641 5550123"},
        {"name": "Jörg Bäcker", "email": "joerg.baecker@bw.example", "phone": "0049 3641 5550123"},
    ),
    "a file is no website": (
        {"email": "li@wu.example", "Brief": [{"fileName": "a.pdf", "url": "https://files.example/a.pdf"}]},
        {"email": "li@wu.example"},
    ),
    "an address at work is meant before a private one": (
        {"Email": "eva@free.example", "Geschäftliche E-Mail": "eva@kurz.example"},
        {"email": "eva@kurz.example"},
    ),
    "Italian": (
        {"Nome": "Paolo", "Cognome": "Ricci", "Azienda": "Ricci Marmi", "Ruolo": "Titolare",
         "Paese": "Italia",
         "Indirizzo e-mail": "paolo@ricci.example", "Cellulare": "+39 333 1234567",
         "Come possiamo aiutarla?": "Un preventivo", "Acconsento a ricevere informazioni": "Sì"},
        {"name": "Paolo Ricci", "company": "Ricci Marmi", "title": "Titolare", "country": "IT",
         "email": "paolo@ricci.example", "phone": "+39 333 1234567", "message": "Un preventivo",
         "basis": "consent"},
    ),
    "Spanish, and a notice of privacy that is no consent": (
        {"Nombre": "Marta", "Apellidos": "Gil Ruiz", "Cargo": "Directora", "Empresa": "Gil SA",
         "País": "España",
         "Correo electrónico": "marta@gil.example", "Móvil": "+34 600 000 111", "Mensaje": "Ayuda",
         "He leído y acepto la política de privacidad": "on"},
        {"name": "Marta Gil Ruiz", "title": "Directora", "company": "Gil SA", "country": "ES",
         "email": "marta@gil.example", "phone": "+34 600 000 111", "message": "Ayuda"},
    ),
    "Dutch": (
        {"Naam": "Sanne de Vries", "Bedrijfsnaam": "De Vries", "E-mailadres": "sanne@vries.example",
         "Telefoonnummer": "+31 20 123 4567", "Functie": "Inkoper", "Land": "Nederland",
         "Waarmee kunnen we u helpen?": "Offerte"},
        {"name": "Sanne de Vries", "company": "De Vries", "email": "sanne@vries.example", "title": "Inkoper",
         "phone": "+31 20 123 4567", "country": "NL", "message": "Offerte"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("payload", "fields"), FORMS.values(), ids=FORMS)
def test_a_shape_that_nobody_mapped_is_understood(payload, fields):
    assert read(payload).fields == fields


def test_the_marks_of_an_address_stand_beside_it_unless_the_form_names_them():
    page = "https://firm.example/?utm_campaign=autumn&utm_source=mail"
    person = read({"email": "a@halden.example", "page": page, "utm_source": "print"})
    assert person.fields["campaign"] == "autumn"
    assert person.extra == {"page": page, "utm_source": "print"}


@pytest.mark.parametrize(
    ("name", "value", "at"),
    [
        ("Submission time", "2026-11-20T10:00:00Z", THEN),
        ("submitDate", "2026-11-20T11:00:00+01:00", THEN),
        ("created_at", "1795168800", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
        ("createdAt", "2026-11-20T10:00:00Z", THEN),
        ("createdAt", "2019-02-01T10:00:00Z", None),  # when the contact was made, not this enquiry
        ("Date", "2026-11-20", None),  # of which zone?
        ("Submission time", "2026-11-20T10:00:00", None),
    ],
)
def test_when_it_was_sent_is_told_by_a_time_with_its_zone(name, value, at):
    assert read({"email": "a@halden.example", name: value}).submitted_at == at


def test_names_in_brackets_that_contradict_each_other_are_left_as_they_are():
    payload = {"a": "1", "a[b]": "2", "email": "a@halden.example"}
    assert read(payload).extra == {"a": "1", "a[b]": "2"}


VENDOR_FORMS = {
    "Typeform, with an answer recalled in a title": (
        "typeform",
        {"event_id": "1", "event_type": "form_response", "form_response": {"token": "t",
         "definition": {"fields": [
            {"id": "n", "type": "short_text", "title": "First, what's your *name*?"},
            {"id": "c", "type": "short_text", "title": "Which company are you from, {{field:n}}?"}]},
            "answers": [{"type": "text", "text": "Maya Lin", "field": {"id": "n"}},
                        {"type": "text", "text": "Lin Labs", "field": {"id": "c"}}]}},
        {"name": "Maya Lin", "company": "Lin Labs"},
    ),
    "Tally, where only the payer is known": (
        "tally",
        {"eventId": "1", "eventType": "FORM_RESPONSE", "data": {"fields": [
            {"key": "question_p_name", "label": "Payment (name)", "type": "PAYMENT", "value": "Bob Payer"},
            {"key": "question_p_email", "label": "Payment (email)", "type": "PAYMENT",
             "value": "b@payer.example"}]}},
        {"name": "Bob Payer", "email": "b@payer.example"},
    ),
    "Tally, with questions that nobody named": (
        "tally",
        {"eventId": "1", "eventType": "FORM_RESPONSE", "data": {"fields": [
            {"key": "question_1", "label": None, "type": "INPUT_EMAIL", "value": "kai@lund.example"},
            {"key": "question_2", "label": "Untitled short answer field", "type": "INPUT_TEXT",
             "value": "Kai Berg"},
            {"key": "question_3", "label": "Untitled checkboxes field", "type": "CHECKBOXES", "value": ["z"],
             "options": [{"id": "z", "text": "I agree to receive marketing emails"}]}]}},
        {"name": "Kai Berg", "email": "kai@lund.example", "basis": "consent"},
    ),
    "Jotform, sent on as a form": (
        "jotform",
        {"submissionID": "7", "q3_name[first]": "Pia", "q3_name[last]": "Berg",
         "q4_email": "pia@berg.example",
         "q5_phone[full]": "+47 22 33 44 55"},
        {"name": "Pia Berg", "email": "pia@berg.example", "phone": "+47 22 33 44 55"},
    ),
    "Jotform, with entities": (
        "jotform",
        {"submissionID": "7", "rawRequest": json.dumps({"q4_email": "pia@berg.example",
         "q5_message": "We&#039;d pay"})},
        {"email": "pia@berg.example", "message": "We'd pay"},
    ),
    "Gravity Forms, with its form": (
        "gravity_forms",
        {"entry": {"id": "1", "form_id": "3", "1.3": "Tess", "1.6": "Byrne", "2": "tess@byrne.example",
                   "3": "A demo", "source_url": "https://firm.example/?utm_campaign=gf"},
         "form": {"fields": [{"id": 1, "label": "Name", "inputs": [{"id": "1.3", "label": "First"},
                                                                  {"id": "1.6", "label": "Last"}]},
                             {"id": 2, "label": "Email"}, {"id": 3, "label": "How can we help?"}]}},
        {"name": "Tess Byrne", "email": "tess@byrne.example", "message": "A demo", "campaign": "gf"},
    ),
    "Gravity Forms, with a consent": (
        "gravity_forms",
        {"id": "1", "form_id": "3", "2": "t@byrne.example", "9.1": "1",
         "9.2": "I agree to be contacted about this."},
        {"email": "t@byrne.example", "basis": "consent"},
    ),
    "HubSpot forms, by the event of the page": (
        "hubspot_forms",
        {"type": "hsFormCallback", "data": {"submissionValues": {
            "email": "al@dee.example", "firstname": "Al", "lastname": "Dee", "0-2/name": "Dee Inc"}}},
        {"name": "Al Dee", "email": "al@dee.example", "company": "Dee Inc"},
    ),
    "HubSpot forms, with consent": (
        "hubspot_forms",
        {"fields": [{"objectTypeId": "0-1", "name": "email", "value": "al@dee.example"}],
         "legalConsentOptions": {"consent": {"consentToProcess": True, "text": "I agree"}}},
        {"email": "al@dee.example", "basis": "consent"},
    ),
    "HubSpot, by a workflow": (
        "hubspot",
        {"vid": 5, "properties": {"firstname": {"value": "Vi"}, "lastname": {"value": "Ray"},
                                  "email": {"value": "vi@ray.example"}, "company": {"value": "Ray Ltd"}}},
        {"name": "Vi Ray", "email": "vi@ray.example", "company": "Ray Ltd"},
    ),
    "LinkedIn, with the name of the campaign": (
        "linkedin",
        {"id": "r-1", "leadMetadataInfo": {"sponsoredLeadMetadataInfo": {"campaign": {"name": "May"}}},
         "formResponse": {"answers": [{"questionId": 1,
         "answerDetails": {"textQuestionAnswer": {"answer": "e@k.example"}}}]},
         "form": {"content": {"questions": [{"questionId": 1, "predefinedField": "WORK_EMAIL"}]}}},
        {"email": "e@k.example", "campaign": "May"},
    ),
    "Webflow, by the address of its page": (
        "webflow",
        {"triggerType": "form_submission", "payload": {"id": "1",
         "pageUrl": "https://x.example/?utm_campaign=wf",
                                                       "data": {"Email": "abe@fox.example"}}},
        {"email": "abe@fox.example", "campaign": "wf"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("vendor", "payload", "fields"), VENDOR_FORMS.values(), ids=VENDOR_FORMS)
def test_a_shape_that_a_vendor_sends_beside_its_plain_one_is_understood(vendor, payload, fields):
    assert read(payload, vendor).fields == fields


@pytest.mark.parametrize(
    ("vendor", "payload"),
    [
        ("calendly", {"event": "meeting_recap.created", "payload": {"uri": "x"}}),
        ("calendly", {"event": "contact.updated", "payload": {"email": "a@halden.example"}}),
        (
            "meta",
            {"object": "instagram", "entry": [{"id": "1", "changes": [{"field": "comments", "value": {}}]}]},
        ),
        ("meta", {"object": "page", "entry": [{"id": "1", "messaging": [{"sender": {"id": "9"}}]}]}),
        ("meta", {"object": "page", "entry": [{"changes": [{"field": "message_reads", "value": {}}]}]}),
    ],
)
def test_what_a_vendor_tells_of_others_is_kept_and_is_no_lead(vendor, payload):
    entry = VENDORS[vendor].read(payload)
    assert (bool(entry.ignored), entry.problem) == (True, "")
