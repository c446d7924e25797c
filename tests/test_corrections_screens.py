"""Correcting and overruling on the screen: one click on the lead, and the inbox of marketing."""

import pytest

from leadboard.leads.marked import parts_of
from qualification import pipeline
from qualification.corrections import correcting, standing
from qualification.corrections.models import Correction, Override

BUYER = "Hello <b>, we need a quote for 40 seats. The budget is approved and it has to be live by October."
VAGUE = "Something about the thing we discussed."
BY_HTMX = {"HX-Request": "true"}


@pytest.fixture
def buyer(make_lead):
    lead = make_lead(message=BUYER)
    pipeline.qualify(lead.pk)
    return lead


@pytest.fixture
def unsure(make_lead):
    lead = make_lead(
        name="Nils Unsure", email="nils@x.test", message="Something about the thing we discussed."
    )
    pipeline.qualify(lead.pk)
    return lead


def test_the_words_that_made_the_case_are_marked_in_the_message_and_nothing_of_it_is_run(buyer, mia, page):
    shown = page(mia).get(f"/leads/{buyer.pk}/").content.decode()
    assert '<mark title="budget">budget is approved</mark>' in shown
    assert "Hello &lt;b&gt;" in shown
    assert "Hello <b>" not in shown
    assert "Write and offer two dates for the demo." in shown


@pytest.mark.parametrize(
    ("marks", "parts"),
    [
        ([], [("one two", "")]),
        ([(0, 3, "a")], [("one", "a"), (" two", "")]),
        ([(4, 7, "b"), (0, 3, "a"), (2, 5, "c")], [("one", "a"), (" ", ""), ("two", "b")]),
        ([(-1, 2, "a"), (5, 99, "b"), (3, 3, "c")], [("one two", "")]),
    ],
)
def test_marks_that_do_not_fit_leave_the_text_whole(marks, parts):
    assert parts_of("one two", marks) == parts


def test_one_click_on_the_lead_page_corrects_and_one_gives_it_back(buyer, mia, page):
    browser = page(mia)
    answer = browser.post(f"/leads/{buyer.pk}/correct/", {"label": "vendor"})
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{buyer.pk}/")
    part = browser.post(f"/leads/{buyer.pk}/override/", {"score": "71", "code": "talked"}, headers=BY_HTMX)
    assert "Mia Sato set the score to 71" in part.content.decode()
    browser.post(f"/leads/{buyer.pk}/automatic/")
    assert Override.objects.get().ended_at is not None


@pytest.mark.parametrize("given", [{"score": "x", "code": "talked"}, {"score": "-1"}, {"code": ""}, {}])
def test_what_was_filled_in_wrongly_is_said_where_it_was(buyer, mia, page, given):
    part = page(mia).post(f"/leads/{buyer.pk}/override/", given, headers=BY_HTMX)
    assert part.status_code == 200
    assert 'role="alert"' in part.content.decode()
    assert not Override.objects.exists()


def test_the_inbox_shows_what_was_unclear_and_a_click_takes_it_off(unsure, buyer, mia, page):
    browser = page(mia)
    shown = browser.get("/corrections/").content.decode()
    assert "Nils Unsure" in shown
    assert "Diana Ek" not in shown
    answer = browser.post(f"/leads/{unsure.pk}/correct/", {"label": "buying", "from": "inbox"})
    assert answer["Location"] == "/corrections/"
    assert (
        "Nils Unsure"
        not in browser.get("/corrections/").content.decode().split("messages")[0].split("<ul")[-1]
    )
    assert "Buying signal" in browser.get("/corrections/?view=corrected").content.decode()


def test_what_the_machine_read_right_is_accepted_in_bulk(buyer, unsure, mia, page):
    verdicts = [lead.verdicts.get().pk for lead in (buyer, unsure)]
    page(mia).post("/corrections/accept/", {"verdict": [*verdicts, "x", "9" * 30]})
    assert [(one.lead, one.label) for one in Correction.objects.all()] == [(buyer, "buying")]


def test_reps_correct_on_the_lead_and_have_no_inbox(buyer, ana, otto, client, page):
    assert page(ana).get("/corrections/").status_code == 403
    assert page(ana).post("/corrections/accept/").status_code == 403
    page(ana).post(f"/leads/{buyer.pk}/correct/", {"label": "information"})
    assert Correction.objects.get().by == ana
    client.force_login(otto)
    assert client.post(f"/leads/{buyer.pk}/correct/", {"label": "vendor"}).status_code in (302, 403)
    assert Correction.objects.get().label == "information"


def test_an_override_names_its_author_on_the_page(buyer, mia, page):
    correcting.override(buyer.pk, mia, code="talked", desk="long_nurture")
    assert "set the desk to long-term nurture" in page(mia).get(f"/leads/{buyer.pk}/").content.decode()


def test_an_answer_stays_in_its_place_and_a_slower_one_is_told_who_said_what(unsure, mia, lea, page):
    path, inbox = f"/leads/{unsure.pk}/correct/", {"from": "inbox", "seen": standing.seen(unsure)}
    said = page(mia).post(path, inbox | {"label": "vendor"}, headers=BY_HTMX).content.decode()
    assert f'id="v-{unsure.pk}"' in said
    assert "<b>Vendor&#x27;s pitch</b>" in said
    slower = page(lea).post(path, inbox | {"label": "buying"}, headers=BY_HTMX).content.decode()
    assert "Mia Sato said meanwhile that it is: vendor&#x27;s pitch." in slower
    assert slower.count('name="label"') == 8
    undone = page(lea).post(f"{path}undo/", {"from": "inbox"}, headers=BY_HTMX).content.decode()
    assert "The machine could not tell." in undone
    assert not Correction.objects.exists()


def test_what_was_answered_meanwhile_is_not_accepted_over(buyer, mia, lea, page):
    correcting.correct(buyer.pk, lea, "vendor")
    answer = page(mia).post(
        "/corrections/accept/", {"verdict": [buyer.verdicts.earliest("pk").pk]}, follow=True
    )
    assert "1 had been answered meanwhile." in answer.content.decode()
    assert Correction.objects.get().label == "vendor"
