"""The Sources screen: a secret is shown once, a test goes through the real door, fields are mapped by
choosing, and each source tells how late and how well it comes.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from django_q.models import OrmQ

from handoff.models import Clock
from leadboard.capture import fetching, source_figures, sources, trials
from leadboard.capture.models import Awaited, Refusal, Source, Submission
from leadboard.capture.vendors import VENDORS
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, UNSIGNED

SENT = {"Vorname": "Zoë", "Zuname": "Kühn", "Firma": "Halden", "E-Mail": "zoe@halden.example", "Wann": "bald"}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


@pytest.fixture
def make(db):
    """Return a function that makes the source of a vendor."""
    return lambda vendor: Source.objects.create(
        name=f"From {vendor}", vendor=vendor, secret="" if vendor in UNSIGNED else SECRET
    )


def post(source, document, **headers):
    """Post JSON to a source; return the submission."""
    answer = Client().generic(
        "POST", source.path, json.dumps(document), content_type="application/json", headers=headers
    )
    assert answer.status_code == 202, answer.content
    return Submission.objects.get(pk=answer.json()["id"])


# Secrets


def test_a_secret_is_shown_once_after_it_was_given_and_never_again(page, mia):
    browser = page(mia)
    typed = {"name": "Forms", "vendor": "typeform", "secret": "kept between us"}
    shown = browser.post("/sources/", typed, follow=True)
    assert "kept between us" in shown.text
    assert shown["Cache-Control"] == "no-store, private"
    for path in ("/sources/", f"/sources/{Source.objects.get().pk}/"):
        assert "kept between us" not in browser.get(path).text


def test_a_secret_can_be_made_for_whoever_has_none(page, mia):
    shown = page(mia).post(
        "/sources/", {"name": "Ads", "vendor": "google_ads", "make_secret": "on"}, follow=True
    )
    source = Source.objects.get()
    assert len(source.secret) == 32
    assert source.secret in shown.text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"vendor": "meta"}, "secret", "give the app secret as the secret"),
        ({"vendor": "jotform", "secret": "s"}, "secret", "Jotform signs nothing"),
        ({"vendor": "tally", "secret": "s", "token": "t"}, "token", "Nothing is fetched from Tally"),
        ({"vendor": "acme"}, "vendor", "Select a valid choice"),
    ],
)
def test_what_a_vendor_cannot_use_is_told_beside_its_field(page, mia, typed, field, words):
    answer = page(mia).post("/sources/", {"name": "A source"} | typed)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert Source.objects.count() == 0


def test_keys_are_replaced_and_what_is_left_empty_stays(page, mia, make):
    source, browser = make("meta"), page(mia)
    browser.post(f"/sources/{source.pk}/keys/", {"token": "the page's own token"})
    source.refresh_from_db()
    assert (source.secret, source.token) == (SECRET, "the page's own token")
    shown = browser.post(f"/sources/{source.pk}/keys/", {"secret": "another one"}, follow=True)
    source.refresh_from_db()
    assert (source.secret, source.token) == ("another one", "the page's own token")
    assert ("another one" in shown.text, "own token" in shown.text) == (True, False)
    browser.post(f"/sources/{source.pk}/keys/", {"forget_token": "on"})
    source.refresh_from_db()
    assert source.token == ""


def test_the_secret_before_is_taken_a_day_longer_when_that_is_ticked(page, mia, make):
    source, browser = make("tally"), page(mia)
    browser.post(f"/sources/{source.pk}/keys/", {"secret": "the next one", "keep_old": "on"})
    source.refresh_from_db()
    assert (source.secret, source.old_secret) == ("the next one", SECRET)
    assert "the one before is taken too" in browser.get(f"/sources/{source.pk}/").text
    browser.post(f"/sources/{source.pk}/keys/", {"secret": "a third one"})
    source.refresh_from_db()
    assert (source.secret, source.old_secret) == ("a third one", "")


def test_no_secret_is_shown_in_what_was_delivered(page, mia, api, make):
    """Google sends the key in the body; whoever reads the page may not learn it."""
    source = make("google_ads")
    body = json.dumps(papers.GOOGLE)
    pk = Client().post(source.path, body, content_type="application/json").json()["id"]
    sources.replace_secret(source, "another key", keep_old=False)
    shown = page(mia).get(f"/sources/{source.pk}/").text
    read = api(mia).get(f"/api/submissions/{pk}/").json()["body"]
    assert (SECRET in shown, escape(SECRET) in shown, SECRET in read) == (False, False, False)
    assert '"google_key": "••••"' in read
    assert bytes(Submission.objects.get().body).decode() == body


def test_a_key_that_cannot_be_is_refused_and_nothing_changes(page, mia, make):
    source = make("meta")
    answer = page(mia).post(f"/sources/{source.pk}/keys/", {"secret": "a\x07b"})
    source.refresh_from_db()
    assert (answer.status_code, source.secret) == (422, SECRET)
    assert "printable characters only" in answer.text


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_vendor_tells_how_to_connect_it(page, mia, make, vendor):
    source = make(vendor)
    text = page(mia).get(f"/sources/{source.pk}/").text
    assert sources.url_of(source) in text
    assert text.count("<li>") >= 2
    if vendor == "meta":
        assert "Verify token: " in text


# A test by the real door


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_test_goes_through_the_door_of_each_vendor_and_stays_off_the_board(page, mia, make, vendor):
    source, browser = make(vendor), page(mia)
    Source.objects.filter(pk=source.pk).update(token="t" if VENDORS[vendor].fetch else "")
    for _ in range(2):
        assert "The test came through" in browser.post(f"/sources/{source.pk}/try/", follow=True).text
    leads = list(Lead.objects.all())
    assert [(lead.desk, lead.extra["test_lead"], lead.due_at) for lead in leads] == [
        ("quarantine", True, None)
    ] * 2
    assert (Clock.objects.count(), fetching.JOB in {job.func() for job in OrmQ.objects.all()}) == (0, False)
    assert not Awaited.objects.exclude(ask_at=None).exists()
    if not VENDORS[vendor].fetch:
        assert {lead.email for lead in leads} == {"test.delivery@leadboard.example"}
        assert {lead.name for lead in leads} == {"Test Delivery"}
    figures = source_figures.of([source.pk])[source.pk]
    assert (figures.week.entries, figures.newest is not None) == (0, True)


def test_a_person_who_really_writes_does_not_join_the_lead_of_a_test(page, mia, source):
    page(mia).post(f"/sources/{source.pk}/try/")
    post(source, {"name": "Somebody", "email": "test.delivery@leadboard.example"})
    assert list(Lead.objects.order_by("id").values_list("desk", flat=True)) == ["quarantine", "board"]


@pytest.mark.parametrize("forged", ["yes", "", "0" * 64, "é"])
def test_nobody_outside_can_mark_a_delivery_as_a_test(source, forged):
    submission = post(source, SENT, **{trials.HEADER: forged})
    assert (submission.is_trial, submission.lead.desk) == (False, "board")


def test_the_proof_of_a_test_is_good_for_its_source_and_body_alone(source, make):
    body = json.dumps(SENT).encode()
    for proof in (trials.proof(make("jotform"), body), trials.proof(source, body + b" ")):
        assert not post(source, SENT, **{trials.HEADER: proof}).is_trial
    assert post(source, SENT, **{trials.HEADER: trials.proof(source, body)}).is_trial


def test_a_test_of_a_source_that_is_off_tells_so(page, mia, source):
    Source.objects.update(active=False)
    text = page(mia).post(f"/sources/{source.pk}/try/", follow=True).text
    assert "The door refused the test (404)." in text
    assert Submission.objects.count() == 0


def test_a_test_that_the_mapping_makes_unreadable_is_kept_and_told(page, mia, source):
    Source.objects.update(mapping={"colour": "colour", "*": None})
    text = page(mia).post(f"/sources/{source.pk}/try/", follow=True).text
    assert "The test was kept and made no lead." in text
    Source.objects.update(mapping={})
    page(mia).post(f"/sources/{source.pk}/replay/")
    assert Lead.objects.get().desk == "quarantine"


# Mapping by choosing


def picked(browser, source):
    """Return {their field: (sample, our field)} as the page shows it."""
    form = browser.get(f"/sources/{source.pk}/").context["pick"]
    return {row.path: (row.sample, row.field) for row in form.picked}


def test_the_newest_delivery_is_shown_with_guesses_to_choose_from(page, mia, source):
    post(source, SENT)
    assert picked(page(mia), source) == {
        "Vorname": ("Zoë", "first_name"),
        "Zuname": ("Kühn", "last_name"),
        "Firma": ("Halden", "company"),
        "E-Mail": ("zoe@halden.example", "email"),
        "Wann": ("bald", ""),
    }


def test_what_is_chosen_becomes_the_mapping_and_what_waits_is_replayed(page, mia, source):
    waiting = post(source, {"Wer": "Bo", "Noch": "Chen", "Abteilung": "Einkauf"})
    assert waiting.state == "quarantined"
    browser = page(mia)
    chosen = {"row_0": "name", "row_1": "name", "row_2": ""}
    assert browser.post(f"/sources/{source.pk}/map/{waiting.pk}/", chosen).status_code == 302
    source.refresh_from_db()
    assert source.mapping == {"name": ["Wer", "Noch"]}
    browser.post(f"/sources/{source.pk}/replay/")
    lead = Lead.objects.get()
    assert (lead.name, lead.extra) == ("Bo Chen", {"Abteilung": "Einkauf"})


def test_a_guess_that_is_taken_back_is_not_guessed_again(page, mia, source):
    source.mapping = {"seats": "Seats", "phone": "Tel", "*": None}
    source.save()
    submission = post(source, SENT)
    Source.objects.update(mapping={"seats": "Seats", "phone": "Tel"})
    choices = {"row_0": "first_name", "row_1": "last_name", "row_2": "", "row_3": "email", "row_4": "message"}
    page(mia).post(f"/sources/{source.pk}/map/{submission.pk}/", choices)
    source.refresh_from_db()
    assert source.mapping == {
        "seats": "Seats",
        "phone": "Tel",
        "company": None,
        "first_name": "Vorname",
        "last_name": "Zuname",
        "email": "E-Mail",
        "message": "Wann",
    }
    lead = post(source, SENT | {"E-Mail": "new@halden.example"}).lead
    assert (lead.name, lead.company, lead.message, lead.extra) == (
        "Zoë Kühn",
        "",
        "bald",
        {"Firma": "Halden"},
    )


def test_a_choice_that_is_none_of_ours_is_refused(page, mia, source):
    submission = post(source, SENT)
    answer = page(mia).post(f"/sources/{source.pk}/map/{submission.pk}/", {"row_0": "score"})
    source.refresh_from_db()
    assert (answer.status_code, source.mapping) == (422, {})


def test_the_delivery_to_map_by_is_chosen_and_belongs_to_the_source(page, mia, source, make):
    first, browser = post(source, {"email": "a@halden.example", "Stadt": "Wien"}), page(mia)
    post(source, SENT)
    shown = browser.get(f"/sources/{source.pk}/?delivery={first.pk}").context["pick"]
    assert [row.path for row in shown.picked] == ["email", "Stadt"]
    other = make("jotform")
    assert browser.get(f"/sources/{other.pk}/?delivery={first.pk}").context["pick"].picked == []
    assert browser.post(f"/sources/{other.pk}/map/{first.pk}/", {}).status_code == 404
    for odd in ("", "x", "1" * 300, "null"):
        assert browser.get(f"/sources/{source.pk}/?delivery={odd}").status_code == 200


def test_a_vendors_own_shape_is_mapped_by_its_questions(page, mia, make):
    source, browser = make("typeform"), page(mia)
    browser.post(f"/sources/{source.pk}/try/")
    assert picked(browser, source)["How can we help you?"][1] == "message"


# How a source does


def moved(submission, received, submitted):
    """Move a submission in time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE capture_submission SET received_at = %s, submitted_at = %s WHERE id = %s",
            [received, submitted, submission.pk],
        )


def test_lag_and_error_rate_are_told_for_a_day_and_a_week(source):
    now = timezone.now()
    for number in range(10):
        submission = post(source, {"email": f"p{number}@halden.example"})
        received = now - timedelta(days=3 if number >= 5 else 0, minutes=number)
        moved(submission, received, received - timedelta(seconds=number * 10))
    for body in ({"colour": "blue"}, {"colour": "red"}):
        post(source, body)
    figures = source_figures.of([source.pk])[source.pk]
    assert (figures.day.entries, figures.week.entries, figures.waiting) == (7, 12, 2)
    assert figures.day.lag == (20.0, 38.0)
    assert figures.week.lag == (45.0, 85.5)
    assert (figures.day.error_rate, figures.week.error_rate) == (2 / 7, 2 / 12)


def test_a_source_at_which_nothing_came_has_no_rate_and_no_lag(source):
    figures = source_figures.of([source.pk])[source.pk]
    assert (figures.newest, figures.day.lag, figures.week.error_rate) == (None, None, None)


def test_a_time_in_the_senders_future_is_no_negative_lag(source):
    submission = post(source, {"email": "a@halden.example"})
    moved(submission, timezone.now(), timezone.now() + timedelta(minutes=2))
    assert source_figures.of([source.pk])[source.pk].day.lag == (0.0, 0.0)


def test_what_the_door_refuses_is_counted_and_told_on_the_page(page, mia, make):
    source = make("tally")
    for _ in range(3):
        Client().post(source.path, {"a": 1}, content_type="application/json")
    Client().get(source.path)
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.times) == ("bad_signature", 3)
    text = page(mia).get(f"/sources/{source.pk}/").text
    assert "3 times, last" in text
    assert "the secret of this source must be the one that Tally signs with" in text
    figures = source_figures.of([source.pk])[source.pk]
    assert (figures.day.refused, figures.day.error_rate) == (3, 1.0)


def test_figures_of_all_sources_cost_two_queries(make, django_assert_num_queries):
    every = [make(vendor).pk for vendor in VENDORS]
    with django_assert_num_queries(2):
        assert set(source_figures.of(every)) == set(every)


def test_a_delivery_is_shown_with_its_headers_and_its_lag(page, mia, source):
    moment = (datetime.now(UTC) - timedelta(seconds=125)).isoformat()
    post(source, SENT | {"submitted_at": moment}, **{"user-agent": "<b>agent</b>"})
    text = page(mia).get(f"/sources/{source.pk}/").text
    assert "&lt;b&gt;agent&lt;/b&gt;" in text
    assert "2 min after it was sent" in text


# Who may


@pytest.mark.parametrize("path", ["keys/", "try/", "map/{delivery}/"])
def test_reps_and_strangers_may_not_touch_a_source(page, client, ana, source, path):
    submission = post(source, SENT)
    path = f"/sources/{source.pk}/" + path.format(delivery=submission.pk)
    assert client.post(path).status_code == 302
    assert page(ana).post(path, {"secret": "mine now", "row_0": "name"}).status_code == 403
    source.refresh_from_db()
    assert (source.secret, source.mapping, Submission.objects.count()) == ("", {}, 1)


@pytest.mark.parametrize("path", ["keys/", "try/", "map/{delivery}/"])
def test_nothing_is_changed_by_looking(page, mia, source, path):
    submission = post(source, SENT)
    assert page(mia).get(f"/sources/{source.pk}/" + path.format(delivery=submission.pk)).status_code == 405
