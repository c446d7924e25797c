"""What is understood without a mapping: labels as people, plugins and ad platforms write them, in three
languages; and what must never be mistaken.
"""

from datetime import UTC, datetime

import pytest

from leadboard.capture import mapping

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
VALUES = {
    "email": "ana@halden.example",
    "phone": "+49 30 1234567",
    "name": "Ana Ruiz",
    "first_name": "Ana",
    "last_name": "Ruiz",
    "company": "Halden Optik",
    "title": "Head of Sales",
    "country": "FR",
    "website": "www.halden.example",
    "message": "A demo of it, for two sites",
    "campaign": "Spring",
}
LABELS = {
    "email": "email|E-Mail|EMAIL|e_mail|Email Address|emailAddress|Your e-mail:|Work email*|Business E-mail|"
    "Company e-mail|company_email|contact_email|your-email|field_3_email|input_2_email|email_1|email2|"
    "form_fields[email]|contact[email]|lead[email_address]|User Email|What's your work email?|"
    "What is the best email to reach you?|Email (required)|Where can we email you?|"
    "Wie lautet Ihre E-Mail-Adresse?|Ihre geschäftliche E-Mail|Geschaeftliche E-Mail|E-Mail-Adresse*|"
    "Mailadresse|Unter welcher E-Mail erreichen wir Sie?|Firmen-E-Mail|Kontakt-E-Mail|"
    "Adresse e-mail|Votre adresse e-mail|Courriel|Adresse électronique|E-mail professionnel|Mél|"
    "Quelle est votre adresse e-mail professionnelle ?|Votre mail",
    "phone": "phone|Phone Number|phoneNumber|PHONE_NUMBER|Telephone|Tel.|Mobile|Mobile phone|Cell|your-phone|"
    "Contact number|Work phone|Company phone|field_4_phone|What's the best number to reach you?|WhatsApp|"
    "What number can we call you on?|Phone (optional)|phone_1|contact_phone_number|Daytime telephone|"
    "Telefon|Telefonnummer|Telefon-Nr.|Handynummer|Mobilnummer|Rückrufnummer|Rueckrufnummer|Durchwahl|"
    "Wie lautet Ihre Telefonnummer?|Unter welcher Nummer erreichen wir Sie?|Telefon (geschäftlich)|Natel|"
    "Téléphone|Votre numéro de téléphone|N° de téléphone|Tél.|Téléphone portable|Portable|"
    "À quel numéro pouvons-nous vous joindre ?",
    "name": "name|Full name|fullName|FULL_NAME|your-name|contact_name|Your full name|What is your name?|"
    "What's your full name?|Contact person|First and last name|field_1_name|name-1|form_fields[name]|"
    "Customer name|Name *|What should we call you?|Ihr Name|Vor- und Nachname|Ansprechpartner|"
    "Vollständiger Name|Wie ist Ihr Name?|Wie heißen Sie?|Wie dürfen wir Sie ansprechen?|Name, Vorname|"
    "Kontaktperson|"
    "Nom complet|Nom et prénom|Votre nom complet|Comment vous appelez-vous ?|Prénom et nom",
    "company": "company|Company name|companyName|COMPANY_NAME|Organisation|Organization name|Business name|"
    "Employer|company_1|your-company|field_5_company|Name of your company|What company do you work for?|"
    "Where do you work?|What is the name of your organization?|Company / Organisation|Company (legal name)|"
    "Firma|Firmenname|Unternehmen|Name des Unternehmens|Ihre Firma|Bei welchem Unternehmen arbeiten Sie?|"
    "Wo arbeiten Sie?|Firma / Organisation|Arbeitgeber|"
    "Société|Entreprise|Nom de l'entreprise|Votre société|Nom de la société|Raison sociale|"
    "Dans quelle entreprise travaillez-vous ?|Pour quelle société travaillez-vous ?",
    "title": "title|Job title|jobTitle|JOB_TITLE|Job role|Role|Your role|Position|your-job-title|job_title_1|"
    "What is your job title?|What's your role at the company?|What's your role there?|Current position|"
    "Job function|What do you do?|"
    "Funktion|Position im Unternehmen|Berufsbezeichnung|Stellenbezeichnung|Ihre Position|"
    "Welche Position haben Sie?|Was ist Ihre Funktion im Unternehmen?|"
    "Poste|Fonction|Intitulé du poste|Intitulé de votre poste|Votre fonction|Quel poste occupez-vous ?|"
    "Quelle est votre fonction ?|"
    "Rôle au sein de l'entreprise",
    "country": "country|Country/Region|Your country|countryCode|In which country are you "
    "based?|Location|Land|"
    "In welchem Land sind Sie?|Pays|Dans quel pays êtes-vous ?|Pays de résidence",
    "website": "website|Website URL|Company website|Your website|Homepage|What is your website?|Webseite|"
    "Internetseite|Site web|Site internet|Votre site web|company_domain",
    "message": "message|Your message|Comments|Comments or questions|How can we help?|How can we help you "
    "today?|"
    "What can we do for you?|Tell us about your project|Tell us more about your needs|Anything else?|"
    "Anything else we should know?|What are you looking for?|What brings you here?|Additional information|"
    "Describe your use case|Project details|your-message|field_9_message|Notes|Your enquiry|Reason for "
    "contact|"
    "What problem are you trying to solve?|What would you like to discuss?|"
    "Please share anything that will help prepare for our meeting.|Which product are you interested in?|"
    "Nachricht|Ihre Nachricht|Ihre Nachricht an uns|Wie können wir Ihnen helfen?|Womit können wir helfen?|"
    "Ihr Anliegen|Ihre Anfrage|Was können wir für Sie tun?|Beschreiben Sie Ihr Projekt|Worum geht es?|"
    "Bemerkungen|Kommentar|Erzählen Sie uns von Ihrem Vorhaben|"
    "Votre message|Comment pouvons-nous vous aider ?|Votre demande|Décrivez votre projet|Votre besoin|"
    "Parlez-nous de votre projet|Commentaires|Que pouvons-nous faire pour vous ?|Précisions",
    "campaign": "utm_campaign|UTM Campaign|utmCampaign|campaign|campaign_name|Kampagne|Campagne",
}
CASES = [(field, label) for field, row in LABELS.items() for label in row.split("|")]


def read(payload, rules=None):
    """Return the person of a payload."""
    return mapping.read(payload, rules or {}, now=NOW)


@pytest.mark.parametrize(("field", "label"), CASES, ids=[label for _, label in CASES])
def test_a_label_alone_tells_which_field_it_is(field, label):
    assert read({label: VALUES[field]}).fields == {field: VALUES[field]}


FIRSTS = "First name|firstname|FIRST_NAME|Given name|What is your first name?|Vorname|Ihr Vorname|Prénom"
LASTS = "Last name|lastname|Surname|Family name|What's your last name?|Nachname|Familienname|Nom de famille"


@pytest.mark.parametrize(("first", "last"), list(zip(FIRSTS.split("|"), LASTS.split("|"), strict=True)))
def test_first_and_last_name_make_the_name(first, last):
    assert read({last: "Ruiz", first: "Ana"}).fields == {"name": "Ana Ruiz"}


OTHER_THINGS = {
    "Company e-mail": "ana@halden.example",
    "Company size": "50-100",
    "Company type": "Manufacturer",
    "What does your company do?": "Lenses",
    "How many employees does your company have?": "120",
    "Number of employees": "1200000",
    "Company address": "Hauptstr. 1",
    "Is this for your company?": "yes",
    "Order number": "1234567",
    "Customer number": "1234567",
    "Best time to phone": "Morning",
    "May we phone you?": "Yes",
    "Preferred contact method": "Phone",
    "Product name": "Scanner",
    "Event name": "Fair",
    "Username": "aruiz",
    "Form name": "Contact",
    "page_title": "Book a demo of our scanner now",
    "referrer": "https://www.search.example/q",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox 1",
    "Street address": "12 Long Road behind the old mill",
    "Budget": "5000",
    "Birthday": "1980-01-02",
    "When do you need it?": "Next month",
    "How did you hear about us?": "From a friend of mine at work",
    "Wie haben Sie von uns erfahren?": "Von einem Freund in der Firma",
    "Comment avez-vous entendu parler de nous ?": "Par un ami de mon village",
    "Combien d'employés ?": "120",
    "Anzahl Mitarbeiter": "120",
    "Anrede": "Frau",
    "Title": "Mrs.",
    "Titre": "Mme",
    "Department": "Sales",
    "Industry": "Optics",
    "City": "Berlin",
    "last_contact": "2026",
    "Job description": "Sells",
    "utm_content": "a long text that has many words",
    "Colleague's e-mail": "bo@halden.example",
    "E-mail of the person who referred you": "bo@halden.example",
}


@pytest.mark.parametrize("label", OTHER_THINGS)
def test_a_label_about_something_else_is_not_mistaken(label):
    person = read({"email": "bea@halden.example", label: OTHER_THINGS[label]})
    assert (person.fields, person.extra) == ({"email": "bea@halden.example"}, {label: OTHER_THINGS[label]})


ANA = {"name": "Ana Ruiz", "email": "ana@halden.example"}
FORMS = {
    "Elementor": {"form_fields[name]": "Ana Ruiz", "form_fields[email]": "ana@halden.example",
                  "form_fields[field_4a2b]": "0301234567", "form_fields[message]": "Hi"},
    "Elementor, with its fields described": {
        "form": {"id": "abc", "name": "New form"},
        "fields": {
            "name": {"id": "name", "type": "text", "title": "Name", "value": "Ana Ruiz", "required": "1"},
            "email": {"id": "email", "type": "email", "title": "E-mail", "value": "ana@halden.example"},
            "field_1": {"id": "field_1", "type": "tel", "title": "Telefon", "value": "0301234567"},
            "message": {"id": "message", "type": "textarea", "title": "Nachricht", "value": "Hi"},
        },
    },
    "Contact Form 7": {"your-name": "Ana Ruiz", "your-email": "ana@halden.example", "your-tel": "0301234567",
                       "your-message": "Hi", "_wpcf7": "12"},
    "Ninja Forms": {"firstname_1523908368154": "Ana", "lastname_1523908369534": "Ruiz",
                    "email_1523908370": "ana@halden.example", "phone_1523909": "0301234567",
                    "textarea_1": "Hi"},
    "Divi": {"et_pb_contact_name_0": "Ana Ruiz", "et_pb_contact_email_0": "ana@halden.example",
             "et_pb_contact_phone_0": "0301234567", "et_pb_contact_message_0": "Hi"},
    "a chat": {"visitor": {"name": "Ana Ruiz", "email": "ana@halden.example", "phone": "0301234567"},
               "message": {"text": "Hi"}, "agent": {"name": "Bo", "email": "bo@firm.example"}},
    "an event list": {"attendee": {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@halden.example",
                                   "phone": "0301234567"}, "event": {"name": "Fair"}, "notes": "Hi"},
    "questions and answers": {"responses": [
        {"question": "Full name", "answer": "Ana Ruiz"}, {"question": "Work e-mail",
        "answer": "ana@halden.example"},
        {"question": "Phone", "answer": "0301234567"}, {"question": "Message", "answer": "Hi"}]},
}  # fmt: skip


@pytest.mark.parametrize("payload", FORMS.values(), ids=FORMS)
def test_what_plugins_and_tools_send_is_understood_as_it_comes(payload):
    assert read(payload).fields == ANA | {"phone": "0301234567", "message": "Hi"}


def test_a_whole_german_form_is_told_apart():
    person = read(
        {
            "Anrede": "Frau",
            "Titel": "Dr.",
            "Vorname": "Ana",
            "Name": "Ruiz",
            "Firma/Institution": "Halden",
            "Abteilung": "Einkauf",
            "Straße und Hausnummer": "Hauptstr. 1 im dritten Hof links",
            "Land": "Deutschland",
            "Telefon (tagsüber)": "030 1234567",
            "Telefax": "030 1234568",
            "E-Mail": "ana@halden.example",
            "Wie sind Sie auf uns aufmerksam geworden?": "Messe in Hannover im letzten Jahr",
            "Ihre Mitteilung": "Bitte ein Angebot",
        }
    )
    assert person.fields == ANA | {
        "company": "Halden",
        "phone": "030 1234567",
        "country": "DE",
        "message": "Bitte ein Angebot",
    }


def test_a_form_asked_in_questions_is_told_apart():
    person = read(
        {
            "What's your first name?": "Ana",
            "And your last name?": "Ruiz",
            "Great! What's your work email?": "ana@halden.example",
            "What company are you with?": "Halden",
            "How big is your team?": "11-50",
            "What's the main challenge you're facing right now?": "Speed",
            "Can we contact you by email?": "Yes",
        }
    )
    assert person.fields == ANA | {"company": "Halden", "message": "Speed"}
    assert person.extra == {"How big is your team?": "11-50", "Can we contact you by email?": "Yes"}


def test_a_very_long_label_is_read_by_its_beginning():
    assert read({"email " + "x" * 60_000: "ana@halden.example"}).email == "ana@halden.example"
