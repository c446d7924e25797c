"""From a payload to a person: what a mapping says, and what is guessed in three languages."""

import re
from datetime import UTC, datetime

import pytest

from leadboard.capture import mapping

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def read(payload, rules=None):
    """Return the person of a payload by these rules."""
    return mapping.read(payload, rules or {}, now=NOW)


ANA = {
    "name": "Ana Ruiz",
    "email": "ana@halden.example",
    "phone": "+49 30 1234567",
    "company": "Halden Optik",
    "title": "Head of Sales",
    "message": "We want a demo next week, please",
}

FORMS = {
    "plain": dict(ANA),
    "labels for people": {
        "First name": "Ana",
        "Last name": "Ruiz",
        "Work e-mail": "ana@halden.example",
        "Phone number": "+49 30 1234567",
        "Company name": "Halden Optik",
        "Job title": "Head of Sales",
        "How can we help you?": "We want a demo next week, please",
    },
    "camel case": {
        "firstName": "Ana",
        "lastName": "Ruiz",
        "emailAddress": "ana@halden.example",
        "phoneNumber": "+49 30 1234567",
        "companyName": "Halden Optik",
        "jobTitle": "Head of Sales",
        "comments": "We want a demo next week, please",
    },
    "snake and kebab": {
        "first_name": "Ana",
        "last-name": "Ruiz",
        "YOUR_EMAIL": "ana@halden.example",
        "mobile_phone": "+49 30 1234567",
        "organisation": "Halden Optik",
        "position": "Head of Sales",
        "your-message": "We want a demo next week, please",
    },
    "German": {
        "Anrede": "Frau",
        "Vorname": "Ana",
        "Nachname": "Ruiz",
        "E-Mail-Adresse*": "ana@halden.example",
        "Telefon": "+49 30 1234567",
        "Firma": "Halden Optik",
        "Funktion": "Head of Sales",
        "Ihre Nachricht an uns": "We want a demo next week, please",
    },
    "German with Unternehmen": {
        "Ihr Name": "Ana Ruiz",
        "E-Mail": "ana@halden.example",
        "Telefonnummer:": "+49 30 1234567",
        "Unternehmen": "Halden Optik",
        "Position": "Head of Sales",
        "Wie können wir Ihnen helfen?": "We want a demo next week, please",
    },
    "French": {
        "Prénom": "Ana",
        "Nom": "Ruiz",
        "Adresse e-mail": "ana@halden.example",
        "Téléphone": "+49 30 1234567",
        "Société": "Halden Optik",
        "Poste": "Head of Sales",
        "Votre message": "We want a demo next week, please",
    },
    "French with Nom alone": {
        "Nom": "Ana Ruiz",
        "Courriel": "ana@halden.example",
        "N° de téléphone": "+49 30 1234567",
        "Entreprise": "Halden Optik",
        "Fonction": "Head of Sales",
        "Comment pouvons-nous vous aider ?": "We want a demo next week, please",
    },
    "nested": {
        "contact": {
            "name": {"first": "Ana", "last": "Ruiz"},
            "email": "ana@halden.example",
            "phone": "+49 30 1234567",
        },
        "company": {"name": "Halden Optik"},
        "role": "Head of Sales",
        "message": "We want a demo next week, please",
    },
    "name and value pairs": {
        "fields": [
            {"name": "firstname", "value": "Ana"},
            {"name": "lastname", "value": "Ruiz"},
            {"name": "email", "value": "ana@halden.example"},
            {"name": "phone", "value": "+49 30 1234567"},
            {"name": "company", "value": "Halden Optik"},
            {"name": "jobtitle", "value": "Head of Sales"},
            {"name": "message", "value": "We want a demo next week, please"},
        ]
    },
    "label and value pairs inside data": {
        "data": {
            "fields": [
                {"key": "q_1", "label": "Full name", "type": "TEXT", "value": "Ana Ruiz"},
                {"key": "q_2", "label": "E-mail", "type": "EMAIL", "value": "ana@halden.example"},
                {"key": "q_3", "label": "Telephone", "type": "TEXT", "value": "+49 30 1234567"},
                {"key": "q_4", "label": "Company", "type": "TEXT", "value": "Halden Optik"},
                {"key": "q_5", "label": "Your role", "type": "TEXT", "value": "Head of Sales"},
                {
                    "key": "q_6",
                    "label": "Comments",
                    "type": "TEXT",
                    "value": "We want a demo next week, please",
                },
            ]
        }
    },
    "form names with brackets": {
        "contact[name]": "Ana Ruiz",
        "contact[email]": "ana@halden.example",
        "contact[phone]": "+49 30 1234567",
        "contact[company]": "Halden Optik",
        "contact[job_title]": "Head of Sales",
        "contact[message]": "We want a demo next week, please",
    },
}


@pytest.mark.parametrize("payload", FORMS.values(), ids=FORMS.keys())
def test_a_form_without_a_mapping_is_understood_by_its_labels(payload):
    person = read(payload)
    assert person.fields == ANA
    assert (person.email, person.phone) == ("ana@halden.example", "+49301234567")


def test_an_address_is_recognised_by_its_value_when_the_label_says_nothing():
    person = read({"field_1": "Ana Ruiz", "field_2": "ana@halden.example", "field_3": "+49 30 1234567"})
    assert (person.fields["email"], person.fields["phone"]) == ("ana@halden.example", "+49 30 1234567")
    assert (person.fields["name"], person.extra) == ("Ana Ruiz", {})


def test_the_address_of_the_owner_or_of_the_form_is_not_the_prospects():
    person = read(
        {"owner": {"email": "rep@firm.example"}, "form": {"name": "Demo"}, "email": "ana@halden.example"}
    )
    assert person.fields == {"email": "ana@halden.example"}
    assert person.extra == {"form.name": "Demo"}


def test_a_tick_for_the_newsletter_is_not_the_address():
    person = read({"email_opt_in": "yes", "email": "ana@halden.example"})
    assert person.fields["email"] == "ana@halden.example"
    assert person.extra == {"email_opt_in": "yes"}


def test_a_salutation_is_not_a_job_title():
    assert read({"title": "Mrs.", "name": "Ana"}).fields == {"name": "Ana"}


def test_what_is_not_recognised_is_kept_under_its_path():
    person = read(
        {"email": "a@b.example", "budget": 5000, "utm": {"source": "ads"}, "topics": ["a", "b"], "vip": True}
    )
    assert person.extra == {"budget": 5000, "utm.source": "ads", "topics": ["a", "b"], "vip": True}


def test_the_campaign_and_the_country_are_understood():
    person = read({"email": "a@b.example", "utm_campaign": "Spring", "Land": "Österreich"})
    assert (person.fields["campaign"], person.fields["country"]) == ("Spring", "AT")


def test_a_national_number_is_read_by_the_country_of_the_form():
    assert read({"phone": "030 1234567", "country": "Deutschland"}).phone == "+49301234567"
    assert read({"phone": "030 1234567"}).phone is None


def test_the_submit_time_is_taken_with_its_zone_and_not_from_the_future():
    assert read({"submittedAt": "2026-11-20T12:59:00+01:00"}).submitted_at == datetime(
        2026, 11, 20, 11, 59, tzinfo=UTC
    )
    assert read({"submittedAt": "2026-11-20T12:04:00Z"}).submitted_at == datetime(
        2026, 11, 20, 12, 4, tzinfo=UTC
    )
    assert read({"submittedAt": "2026-11-20T12:06:00Z"}).submitted_at is None


def test_a_mapping_wins_over_the_labels():
    person = read({"email": "office@firm.example", "Q7": "ana@halden.example"}, {"email": "Q7"})
    assert person.fields["email"] == "ana@halden.example"
    assert person.extra == {"email": "office@firm.example"}


def test_a_mapping_joins_several_paths_and_names_own_fields():
    person = read(
        {"a": {"first": "Ana"}, "b": "Ruiz", "Team size": 12, "Plan": "Pro"},
        {"name": ["a.first", "b"], "team_size": "Team size", "extra.plan": "Plan"},
    )
    assert person.fields == {"name": "Ana Ruiz"}
    assert person.extra == {"team_size": 12, "plan": "Pro"}


def test_a_mapping_finds_a_field_whatever_its_case_and_place():
    person = read(
        {"data": {"fields": [{"label": "Your E-Mail", "value": "a@b.example"}]}}, {"email": "your e-mail"}
    )
    assert person.email == "a@b.example"


def test_a_mapping_to_null_keeps_a_field_empty():
    assert read({"email": "a@b.example", "title": "CEO"}, {"title": None}).fields == {"email": "a@b.example"}


def test_a_star_drops_what_the_mapping_does_not_name():
    person = read(
        {"mail": "a@b.example", "Tags": "will buy", "phone": "+49301234567"}, {"email": "mail", "*": None}
    )
    assert (person.fields, person.extra, person.phone) == ({"email": "a@b.example"}, {}, None)


def test_a_number_can_be_mapped_to_a_name():
    person = read({"Lead Number": 660737, "Country": "India"}, {"name": "Lead Number"})
    assert person.fields == {"name": "660737", "country": "IN"}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "A mapping is an object: {our field: path}."),
        ({"email": 5}, "email: a path is a text, a list of texts, or null, not 5."),
        ({"email": []}, "email: a path is a text, a list of texts, or null, not []."),
        ({"email": ["a", 1]}, "email: a path is a text, a list of texts, or null, not ['a', 1]."),
        ({"score": "points"}, "score is decided by leadboard and cannot be mapped."),
        ({"extra.owner": "rep"}, "extra.owner is decided by leadboard and cannot be mapped."),
        ({"*": "all"}, '"*" can only be null: drop what is not named.'),
        ({"": "a"}, "'' is no field name."),
    ],
)
def test_a_wrong_mapping_is_refused_in_exact_words(rules, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        mapping.check(rules)


def test_a_thousand_values_are_read_and_the_extra_fields_are_bounded():
    person = read({"email": "a@b.example"} | {f"field {n}": n for n in range(3_000)})
    assert len(person.extra) == 200
