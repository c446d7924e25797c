"""A form of ours from outside: filled in without JavaScript, recognised, scored, guarded."""

import itertools
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.db import connection
from django.test import Client

from leadboard.capture.duplicates import merging
from leadboard.capture.models import Source, Submission
from leadboard.capture.screening import acts
from leadboard.forms import answers, known, publishing
from leadboard.forms.models import FormDay, Sending
from leadboard.forms.schema import DefinitionError, Question
from leadboard.forms.starters import starters
from leadboard.leads.models import Lead
from leadboard.playbook import policy, versions
from leadboard.tracking import letters, tokens
from leadboard.tracking.models import Visitor
from tests.test_limits import set_limit

GOOD = {
    "name": "Diana Ek",
    "email": "diana@barsund.example",
    "company": "Barsund",
    "message": "Please call",
    "privacy": "yes",
}


SENDERS = itertools.count()


@pytest.fixture
def publish(db, mia):
    """Return a function that publishes a form made of a starter, changed as said."""

    def published(starter="demo", name="Demo request", **changes):
        form = publishing.create(name, starters()[starter].definition | changes, by=mia)
        publishing.publish(form, by=mia)
        return form

    return published


def opened(client, path, **headers):
    """Return (the page, {name: value} of its hidden fields)."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    return answer.text, dict(hidden)


def send(client, form, fields, *, path=None, after=30, **headers):
    """Open the form, wait as people do, send it; return the answer."""
    _, hidden = opened(client, path or form.path, **headers)
    return post(client, form, hidden | fields, after=after)


def post(client, form, fields, *, after=30, address=None):
    """Send fields, each time from another address unless one is given; the page is so many seconds old."""
    body = urlencode(fields, doseq=True)
    if after:
        aged = fields | {"t": older(fields.get("t", ""), after)}
        body = urlencode(aged, doseq=True)
    sender = {"REMOTE_ADDR": address or f"10.1.{next(SENDERS) // 250}.{next(SENDERS) % 250}"}
    return client.post(form.path, body, content_type="application/x-www-form-urlencoded", **sender)


def older(text, seconds):
    """Return the token as if its page had been opened so many seconds earlier."""
    try:
        said = signing.loads(text, salt="leadboard.forms.page")
    except signing.BadSignature:
        return text
    return signing.dumps(
        said | {"at": said["at"] - 1000 * seconds}, salt="leadboard.forms.page", compress=True
    )


def test_a_prospect_fills_it_in_without_javascript_and_is_on_the_board(client, page, ana, publish):
    form = publish()
    answer = send(
        client,
        form,
        GOOD,
        path=form.path + "?utm_source=ads&utm_campaign=spring",
        referer="https://ads.test/x",
    )
    assert answer.status_code == 303, answer.text
    sending = Sending.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/f/demo-request/done/{sending.pk}/")
    assert "We are on it" in client.get(answer["Location"]).text
    lead = Lead.objects.get()
    assert (
        lead.name,
        lead.email,
        lead.company,
        lead.lead_type,
        lead.source,
        lead.campaign,
        lead.basis,
        lead.desk,
    ) == (
        "Diana Ek",
        "diana@barsund.example",
        "Barsund",
        "demo",
        "Demo request",
        "spring",
        "consent",
        "board",
    )
    assert lead.extra == {
        "privacy": True,
        "utm_source": "ads",
        "utm_campaign": "spring",
        "referrer": "https://ads.test/x",
        "consent_to": "You may contact me to arrange the demo.",
        "consent_version": "demo-request version 1",
        "consent_at": lead.extra["consent_at"],
    }
    assert f'id="lead-{lead.pk}"' in page(ana).get("/").text


def test_a_form_that_is_off_or_whose_source_is_off_answers_404(client, publish):
    form = publish()
    assert [client.get(path).status_code for path in (form.path, form.path + "embed.js", "/f/nobody/")] == [
        200,
        200,
        404,
    ]
    Source.objects.update(active=False)
    assert client.get(form.path).status_code == 404
    Source.objects.update(active=True)
    publishing.unpublish(form)
    assert [client.get(path).status_code for path in (form.path, form.path + "embed.js")] == [404, 404]
    assert post(client, form, GOOD).status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_in_the_summary_and_the_rest_is_kept(client, publish):
    form = publish()
    answer = send(client, form, GOOD | {"email": "diana@", "company": " "})
    assert answer.status_code == 422
    assert "2 answers need another look." in answer.text
    assert '<a href="#q-email">Work e-mail</a>: Please enter an address like name@company.com.' in answer.text
    assert 'value="diana@" required aria-invalid="true" aria-describedby="q-email-error"' in answer.text
    assert '<p class="err" id="q-company-error">' in answer.text
    assert 'value="Diana Ek"' in answer.text
    assert (Lead.objects.count(), Submission.objects.count()) == (0, 0)


def test_sent_twice_is_one_and_other_answers_from_the_same_page_are_asked_about(client, publish):
    form = publish()
    _, hidden = opened(client, form.path)
    first, second = post(client, form, hidden | GOOD), post(client, form, hidden | GOOD)
    assert (first["Location"], second.status_code) == (second["Location"], 303)
    changed = post(client, form, hidden | GOOD | {"message": "Rather not"})
    assert (changed.status_code, "You sent this already." in changed.text) == (422, True)
    assert (Lead.objects.count(), Submission.objects.count(), Sending.objects.count()) == (1, 1, 1)
    fresh = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', changed.text))
    assert post(client, form, fresh | GOOD | {"message": "Rather not"}).status_code == 303
    assert (Lead.objects.get().message, Submission.objects.count()) == ("Rather not", 2)


@pytest.mark.parametrize("forged", ["", "x", "é", "a" * 9000, "eyJmIjoxfQ:1abc:xyz", ".eJw:1:2", "None"])
def test_a_page_that_is_not_ours_is_asked_again_with_what_was_typed(client, publish, forged):
    form = publish()
    answer = post(client, form, GOOD | {"t": forged})
    assert (answer.status_code, "This page lay open for too long" in answer.text) == (422, True)
    assert 'value="Diana Ek"' in answer.text
    assert Submission.objects.count() == 0


def test_a_page_of_yesterday_and_a_page_of_another_form_are_asked_again(client, publish):
    form, other = publish(), publish("contact", "Contact")
    _, hidden = opened(client, form.path)
    assert post(client, form, hidden | GOOD, after=86_500).status_code == 422
    _, foreign = opened(client, other.path)
    assert post(client, form, foreign | GOOD).status_code == 422
    assert Submission.objects.count() == 0


def test_a_program_is_thanked_and_waits_on_the_junk_desk_until_a_person_says_otherwise(client, mia, publish):
    form = publish()
    trapped = send(client, form, GOOD | {"fax_extension": "1"})
    hasty = send(client, form, GOOD | {"email": "quick@bot.example"}, after=0)
    assert [answer.status_code for answer in (trapped, hasty)] == [303, 303]
    assert "We are on it" in client.get(trapped["Location"]).text
    leads = Lead.objects.order_by("pk")
    assert [(lead.desk, lead.junk.reason, lead.due_at) for lead in leads] == [
        ("quarantine", "honeypot", None),
        ("quarantine", "form", None),
    ]
    assert leads[0].junk.detail == "fax_extension"
    acts.rescue(leads[0].pk, mia)
    rescued = Lead.objects.get(desk="board")
    assert (rescued.email, rescued.lead_type) == ("diana@barsund.example", "demo")


def test_known_people_are_asked_the_next_questions_and_nothing_known_is_in_the_page(client, publish):
    form = publish()
    assert client.cookies.get(known.COOKIE) is None
    send(client, form, GOOD | {"phone": "+49 3641 123456"})
    cookie = client.cookies[known.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/f/", True, "Lax")
    text, hidden = opened(client, form.path)
    assert re.findall(r'id="q-(\w+)"', text) == ["title", "team_size", "message", "privacy"]
    for value in ("Diana", "barsund", "3641"):
        assert value not in text
    assert "Diana" not in json.dumps(signing.loads(hidden["t"], salt="leadboard.forms.page"))
    post(client, form, hidden | {"title": "CFO", "team_size": "11 to 50", "privacy": "yes"})
    lead = Lead.objects.get()
    assert (lead.email, lead.title, lead.extra["team_size"], lead.name) == (
        "diana@barsund.example",
        "CFO",
        "11 to 50",
        "Diana Ek",
    )
    assert re.findall(r'id="q-(\w+)"', opened(client, form.path)[0]) == ["country", "message", "privacy"]


def test_whoever_did_not_agree_or_is_somebody_else_is_asked_everything(client, publish):
    form = publish("content", "Guide")
    send(client, form, {"email": "diana@barsund.example"})
    assert client.cookies.get(known.COOKIE) is None
    token = known.link_token(Lead.objects.get())
    asked = re.findall(r'id="q-(\w+)"', opened(client, f"{form.path}?lb={token}")[0])
    assert asked == ["name", "company", "title", "letters"]
    everything = ["email", "name", "letters"]
    for address in (
        form.path,
        f"{form.path}?lb={token}&fresh=1",
        f"{form.path}?lb={token[:-2]}",
        f"{form.path}?lb=%C3%A9",
    ):
        assert re.findall(r'id="q-(\w+)"', opened(client, address)[0]) == everything
    Lead.objects.update(desk="closed", stage="lost")
    assert re.findall(r'id="q-(\w+)"', opened(client, f"{form.path}?lb={token}")[0]) == everything


def test_whoever_is_known_stays_known_when_their_lead_goes_into_another(client, publish, mia):
    form = publish()
    send(client, form, GOOD)
    send(Client(), form, GOOD | {"email": "d.ek@home.example"})
    gone, stays = Lead.objects.order_by("pk")
    merging.merge(stays.pk, gone.pk, mia)
    text, hidden = opened(client, form.path)
    assert ("Welcome back" in text, "q-email" in text) == (True, False)
    assert post(client, form, hidden | {"message": "Again", "privacy": "yes"}).status_code == 303
    stays.refresh_from_db()
    assert (stays.message, Lead.objects.count()) == ("Again", 2)


def test_answers_of_a_lead_that_was_closed_meanwhile_are_not_lost(client, publish):
    form = publish()
    send(client, form, GOOD)
    _, hidden = opened(client, form.path)
    Lead.objects.update(desk="closed", stage="lost")
    answer = post(client, form, hidden | {"title": "CFO", "privacy": "yes"})
    assert (answer.status_code, "We need a little more from you" in answer.text) == (422, True)
    assert 'id="q-email"' in answer.text


ANSWERS = {
    "answer_time": "Within days",
    "enquiries": "More than 100",
    "planned": "Being discussed",
    "part": "I decide",
    "starts": "This quarter",
    "email": "diana@barsund.example",
}


def test_an_assessment_shows_its_result_and_its_scores_reach_the_scorecard(client, publish):
    form = publish("assessment", "Assessment")
    answer = send(client, form, ANSWERS)
    text = client.get(answer["Location"]).text
    for words in ("This costs you money today", "<b>82</b> of 100", "Need: pressing", "Begin with an alarm"):
        assert words in text, words
    lead = Lead.objects.get()
    assert {
        name: lead.extra[name]
        for name in lead.extra
        if name.startswith(("budget", "auth", "need", "tim", "answers_"))
    } == {
        "budget_score": 50,
        "authority_score": 100,
        "need_score": 95,
        "timing_score": 70,
        "answers_score": 82,
        "answers_result": "This costs you money today",
    }
    told = [part.because for part in policy.scorecard(versions.active(), lead.extra).parts]
    assert told == [
        "Answered that they decide",
        "Answered that the need is large",
        "Answered that it is soon",
    ]


def test_an_assessment_taken_again_counts_as_answered_last(client, publish):
    form = publish("assessment", "Assessment")
    send(client, form, ANSWERS)
    send(client, form, ANSWERS | {"planned": "Yes, for this year"})
    assert Lead.objects.get().extra["budget_score"] == 100


def test_a_checklist_advises_what_is_not_ticked(client, publish):
    form = publish("checklist", "Checklist")
    ticked = ["Nights and weekends are covered", "We know which channel brings business"]
    answer = send(client, form, {"in_place": ticked, "email": "diana@barsund.example"})
    text = client.get(answer["Location"]).text
    assert "<b>2</b> of 5 done" in text
    assert "On the way" in text
    assert "Give each enquiry one owner" in text
    assert "Let a machine say" not in text
    assert Lead.objects.get().extra["answers_score"] == 40


def test_a_calculator_shows_what_it_works_out_or_that_there_is_no_result(client, publish):
    form = publish("calculator", "Calculator")
    numbers = {
        "enquiries": "200",
        "lost_share": "12,5",
        "close_rate": "20",
        "deal_value": "4000",
        "email": "d@barsund.example",
    }
    text = client.get(send(client, form, numbers)["Location"]).text
    for shown in ("<dd>25</dd>", "<dd>60.0</dd>", "<dd>€240,000</dd>"):
        assert shown in text
    assert Lead.objects.get().extra["worth"] == 240_000
    figure = {"name": "rest", "label": "Rest", "formula": "enquiries ÷ lost_share"}
    other = publish(
        "calculator", "Another", figures=[figure, figure | {"name": "two", "formula": "rest × 2"}]
    )
    text = client.get(send(client, other, numbers | {"lost_share": "0"})["Location"]).text
    assert text.count("These answers give no result here.") == 2


def test_a_form_speaks_its_language_and_reads_numbers_as_it_writes_them(client, publish):
    form = publish("calculator", language="de")
    text, _ = opened(client, form.path)
    assert ('<html lang="de"' in text, "Ihre Zahlen bis jetzt" in text, "(freiwillig)" in text) == (True,) * 3
    said = {"enquiries": "1.200", "lost_share": "12,5", "close_rate": "x", "deal_value": "2 000 000 000"}
    text = send(client, form, said | {"email": "d@barsund.example"}).text
    assert "Bitte sehen Sie 2 Antworten noch einmal an." in text
    assert "Bitte geben Sie eine Zahl wie 12 oder 12,5 ein." in text
    assert "Bitte höchstens 1.000.000.000." in text
    good = said | {"close_rate": "20", "deal_value": "9.999,5", "email": "d@barsund.example"}
    text = client.get(send(client, form, good)["Location"]).text
    assert "3.599.820 €" in text
    assert Lead.objects.get().extra["enquiries"] == 1200


@pytest.mark.parametrize(("typed", "english", "german"), [
    ("1,234", 1234, 1.234), ("1.234", 1.234, 1234), ("1,5", 1.5, 1.5), ("1.5", 1.5, 1.5),
    ("1,234.5", 1234.5, None), ("1.234,5", None, 1234.5), ("12 345", 12345, 12345), ("1’234", 1234, 1234),
    ("1,23,4", None, None), ("−2", -2, -2), ("1e3", None, None), ("1 2", None, None),
])  # fmt: skip
def test_a_number_is_read_as_its_language_writes_it(typed, english, german):
    asked = [Question(name="n", type="number", label="N")]
    for language, number in (("en", english), ("de", german)):
        assert answers.read(asked, {"n": typed}, language).answers.get("n") == number


def test_a_form_leads_on_at_once_to_its_own_address_and_to_no_other(client, publish):
    link = "https://guides.example/read?id=1"
    form = publish("content", thanks={"title": "T", "text": "", "link": link, "at_once": True})
    page = client.get(form.path)
    assert "form-action 'self' https://guides.example" in page.headers["Content-Security-Policy"]
    fields = {"email": "d@barsund.example", "next": "https://evil.example", "link": "https://evil.example"}
    assert send(client, form, fields)["Location"] == link
    _, hidden = opened(client, f"{form.path}?embed=1&parent=https://firm.example")
    aged = urlencode(hidden | fields | {"t": older(hidden["t"], 30)})
    framed = client.post(f"{form.path}?embed=1", aged, content_type="application/x-www-form-urlencoded")
    assert f'data-go="{link.replace("&", "&amp;")}"' in client.get(framed["Location"]).text
    with pytest.raises(DefinitionError, match="would pass over the result"):
        publish("assessment", name="A", thanks={"link": link, "at_once": True})


def test_a_form_may_stand_in_the_frames_of_its_sites_and_no_other_page_may(client, page, mia, publish):
    anywhere, listed = publish(), publish("contact", "Contact", sites=["https://www.barsund.example"])
    policies = [client.get(form.path + "?embed=1")["Content-Security-Policy"] for form in (anywhere, listed)]
    assert "frame-ancestors *" in policies[0]
    assert "frame-ancestors 'self' https://www.barsund.example" in policies[1]
    assert "frame-ancestors 'none'" in page(mia).get("/forms/")["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/accounts/login/")["Content-Security-Policy"]
    assert client.get(anywhere.path)["Cache-Control"] == "private, no-cache"


def test_looks_are_counted_and_a_program_that_only_looks_at_the_head_is_not(client, publish):
    form = publish()
    client.get(form.path)
    client.get(form.path)
    client.head(form.path)
    assert FormDay.objects.get().views == 2


def test_titles_help_and_answers_are_text_and_never_markup(client, page, ana, publish):
    evil = '"><img src=x onerror=alert(1)>'
    questions = [
        {"name": "email", "type": "email", "label": evil, "required": True, "help": evil},
        {"name": "pick", "type": "choice", "label": evil, "choices": [{"label": evil}, {"label": "{{7*7}}"}]},
    ]
    form = publish(
        name="Odd",
        title=evil,
        intro=evil,
        button=evil,
        questions=questions,
        thanks={"title": evil, "text": evil, "link": 'https://x.example/"onx', "link_label": evil},
    )
    answer = send(
        client, form, {"email": "d@barsund.example", "pick": evil}, path=form.path + f"?utm_source={evil}"
    )
    pages = [
        opened(client, form.path)[0],
        post(client, form, {"email": evil}).text,
        client.get(answer["Location"]).text,
    ]
    pages.append(page(ana).get(Lead.objects.get().get_absolute_url()).text)
    for text in pages:
        assert "<img" not in text
        assert '"onx' not in text
    assert Lead.objects.get().extra["pick"] == evil


def test_one_address_may_not_send_without_end(client, publish):
    form = publish()
    _, hidden = opened(client, form.path)
    set_limit(address="6/1d")
    codes = [post(client, form, hidden, address="10.9.9.9").status_code for _ in range(8)]
    assert codes == [422] * 6 + [429] * 2
    refused = post(client, form, hidden, address="10.9.9.9")
    assert (int(refused["Retry-After"]) >= 1, "Too many deliveries" in refused.text) == (True, True)
    assert post(client, form, hidden | GOOD, address="10.9.9.8").status_code == 303


def test_a_visitor_who_agreed_and_became_a_lead_is_known_and_stays_the_same_visitor(client, publish):
    form = publish()
    visitor = Visitor.objects.create(uid=uuid.uuid4())
    token = tokens.visitor_token(visitor.uid)
    address = f"{form.path}?embed=1&leadboard_visitor={token}"
    assert "q-email" in opened(client, address)[0]
    send(client, form, GOOD, path=address)
    lead = Lead.objects.get()
    visitor.refresh_from_db()
    assert (visitor.lead_id, tokens.FIELD in lead.extra) == (lead.pk, False)
    client.cookies.clear()
    assert "q-email" not in opened(client, address)[0]
    assert "q-email" in opened(client, address[:-1])[0]
    Visitor.objects.update(withdrawn_at=visitor.seen_at)
    assert "q-email" in opened(client, address)[0]


def test_the_link_of_a_letter_to_a_form_says_who_comes(client, publish, settings):
    form = publish()
    send(client, form, GOOD | {"privacy": "yes"})
    client.cookies.clear()
    text = f"See {form.url} for more."
    letter = letters.html_of(text, Lead.objects.get(), "letter 1", written=text)
    answer = client.get(re.search(r'href="[^"]*(/t/c/[^"]+)"', letter)[1])
    assert answer["Location"].startswith(f"{form.url}?lb=")
    assert "q-email" not in opened(client, answer["Location"].removeprefix(settings.LEADBOARD_URL))[0]


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_sending(transactional_db, mia):
    form = publishing.create("Race", starters()["demo"].definition, by=mia)
    publishing.publish(form, by=mia)
    _, hidden = opened(Client(), form.path)

    def click(_):
        try:
            return post(Client(), form, hidden | GOOD)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(click, range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Lead.objects.count(), Submission.objects.count(), Sending.objects.count()) == (1, 1, 1)
