"""A form that was sent without a word: what its answers say of who it is and what is wanted."""

import pytest

from qualification import pipeline
from qualification.text.answers import by_answers
from qualification.text.classify import classify


@pytest.mark.parametrize(
    ("extra", "enquiry_class", "kind"),
    [
        ({"I am": "looking for a job"}, "non_prospect", "job_seeker"),
        ({"you_are": "A student"}, "non_prospect", "other"),
        ({"i_am": "a reseller"}, "non_prospect", "other"),
        ({"Reason for contact": "Technical support"}, "non_prospect", "existing_customer"),
        ({"Type of enquiry": "Supplier"}, "non_prospect", "vendor"),
        ({"Ich bin": "Privatperson"}, "wrong_fit", ""),
        ({"Thema": "Angebot"}, "buying", ""),
        ({"Objet": "Demande de renseignements"}, "information", ""),
        ({"Topic": ["Pricing"]}, "buying", ""),
        ({"Timeline": "this quarter"}, "buying", ""),
        ({"Zeitrahmen": "bis Ende März", "Firma": "Huber"}, "buying", ""),
        ({"Budget": "20.000 EUR"}, "buying", ""),
        # Of neither may be made more than is said.
        ({"Department": "Support"}, "unclear", ""),
        ({"Timeline": "no date yet"}, "unclear", ""),
        ({"Budget": "no budget"}, "unclear", ""),
        ({"I am": "not a student"}, "unclear", ""),
        ({"Topic": ["Pricing", "Support"]}, "unclear", ""),
        ({"Topic": 7, "I am": None, "Subject": "", "x": {"a": ["b"]}}, "unclear", ""),
    ],
)
def test_the_answers_decide_where_the_text_says_nothing(extra, enquiry_class, kind):
    for text in ("", "ok"):
        read = by_answers(classify(text), extra)
        assert (read.enquiry_class, read.kind) == (enquiry_class, kind)
        assert all(any(said in str(value) for value in extra.values()) for said in read.evidence)


def test_what_is_written_goes_before_what_is_chosen():
    text = "Can we get a quote for 40 seats?"
    assert by_answers(classify(text), {"I am": "a student"}) == classify(text)


def test_a_form_without_words_from_somebody_who_looks_for_work_is_closed_with_the_answer_as_evidence(
    make_lead,
):
    lead = make_lead(message="", email="diana@barsund.test", extra={"I am": "looking for a job"})
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    verdict = lead.verdicts.get()
    assert (lead.enquiry_class, lead.desk, verdict.class_kind) == ("non_prospect", "closed", "job_seeker")
    assert [word["words"] for word in verdict.evidence] == ["looking for a job"]
