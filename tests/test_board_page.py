"""The board as a page: what it shows, in which order, to whom; how it is cut into pages."""

from datetime import UTC, datetime, timedelta

import pytest

from leadboard.board import clockface, feed
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def owe(lead, minutes_left, minutes=5, state="running", kind="first_action"):
    """Give a lead a clock with so many minutes left of so many, seen at NOON."""
    due_at = NOON + timedelta(minutes=minutes_left)
    clock = {"due_kind": kind, "due_at": due_at, "due_started_at": due_at - timedelta(minutes=minutes)}
    lifecycle.move(lead, "clock_started", facts={"clock": "First action"}, **clock, due_state=state)
    return lead


def names(answer):
    """Return the names on the board, in their order."""
    return [lead.name for lead in answer.context["page"].leads]


def test_a_stranger_is_sent_to_the_sign_in_and_comes_back(client):
    answer = client.get("/?view=high")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/%3Fview%3Dhigh"


def test_somebody_who_left_sees_nothing(client, otto):
    client.force_login(otto)
    assert client.get("/").status_code == 302


def test_both_teams_see_a_lead_that_nobody_scored_yet(page, ana, mia, make_lead):
    lead = make_lead(name="Priya Nair", message="Can it run beside our MES?")
    for person in (ana, mia):
        html = page(person).get("/").content.decode()
        assert f'id="lead-{lead.pk}"' in html
        assert "Priya Nair" in html
        assert "“Can it run beside our MES?”" in html


def test_only_sales_is_told_that_it_may_claim(page, ana, mia, make_lead):
    make_lead()
    assert 'data-claims="yes"' in page(ana).get("/").content.decode()
    assert 'data-claims="no"' in page(mia).get("/").content.decode()


def test_a_claim_is_a_form_that_needs_no_javascript(page, ana, make_lead):
    lead = make_lead()
    html = page(ana).get("/").content.decode()
    form = html[html.index('<form class="claim"') :]
    form = form[: form.index("</form>")]
    assert f'method="post" action="/leads/{lead.pk}/claim/"' in form
    assert "csrfmiddlewaretoken" in form
    assert '<button class="btn" type="submit">Claim' in form


def test_a_claimed_row_names_its_owner_and_offers_no_claim(page, ana, sam, make_lead):
    lead = make_lead()
    lifecycle.move(lead, "claimed", actor=sam, owner=sam, desk=Desk.SALES, stage=Stage.SAL)
    html = page(ana).get("/?view=sales").content.decode()
    assert "Sam Okafor" in html
    assert 'data-desk="taken"' in html
    assert 'class="claim"' not in html
    assert 'data-desk="mine"' in page(sam).get("/?view=sales").content.decode()


def test_the_nearest_deadline_comes_first_and_a_lead_without_a_clock_last(page, ana, make_lead):
    idle = make_lead(name="No clock")
    Lead.objects.filter(pk=idle.pk).update(due_at=None)
    owe(make_lead(name="Later", email="l@x.test"), 20)
    owe(make_lead(name="Sooner", email="s@x.test"), 3)
    assert names(page(ana).get("/")) == ["Sooner", "Later", "No clock"]


def test_the_best_score_comes_first_when_asked(page, ana, make_lead):
    for name, score in (("Low", 10), ("High", 90), ("None", None)):
        lead = make_lead(name=name, email=f"{name}@x.test")
        lifecycle.move(lead, "qualified", facts={}, score=score, band="high" if score == 90 else "")
    assert names(page(ana).get("/?sort=score")) == ["High", "Low", "None"]
    assert names(page(ana).get("/?view=high")) == ["High"]


@pytest.mark.parametrize("sort", ["deadline", "score", "newest"])
def test_the_pages_of_every_order_hold_each_lead_once(page, ana, make_lead, monkeypatch, sort):
    monkeypatch.setattr(feed, "PAGE", 3)
    for number in range(10):
        lead = make_lead(name=f"Lead {number}", email=f"{number}@x.test")
        due_at = NOON + timedelta(minutes=number // 2) if number % 3 else None
        score = number // 3 if number % 4 else None
        lifecycle.move(lead, "qualified", facts={}, due_at=due_at, score=score)
    session, seen, after = page(ana), [], ""
    while True:
        answer = session.get("/", {"sort": sort, "after": after})
        seen += names(answer)
        after = answer.context["page"].after
        if not after:
            break
    assert sorted(seen) == sorted(f"Lead {number}" for number in range(10))
    assert seen == names(_whole(session, sort, monkeypatch))


def _whole(session, sort, monkeypatch):
    monkeypatch.setattr(feed, "PAGE", 50)
    return session.get("/", {"sort": sort})


@pytest.mark.parametrize(
    "after", ["x", "~", "~x", "12~", "2026-99-99T00:00:00Z~1", "~99999999999999999999", "a~1", "~-1", "~¹"]
)
@pytest.mark.parametrize("sort", ["deadline", "score", "newest"])
def test_a_cursor_that_nobody_gave_is_refused_or_harmless(page, ana, make_lead, sort, after):
    make_lead()
    assert page(ana).get("/", {"sort": sort, "after": after}).status_code in {200, 400}


def test_a_search_finds_by_name_address_and_company(page, ana, make_lead):
    make_lead(name="Diana Ek", email="d@barsund.test", company="Barsund")
    make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar")
    assert names(page(ana).get("/?view=all&q=diana")) == ["Diana Ek"]
    assert names(page(ana).get("/?view=all&q=DELMAR.test")) == ["Bo Chen"]
    answer = page(ana).get("/?view=all&q=nobody")
    assert "0 leads match “nobody”" in answer.content.decode()


def test_an_empty_board_says_what_will_happen(page, lea, ana):
    assert "Leads appear here the second they arrive" in page(lea).get("/").content.decode()
    assert "Connect a form" in page(lea).get("/").content.decode()
    assert 'href="/sources/"' not in page(ana).get("/").content.decode()


def test_the_counts_are_those_of_the_views(ana, make_lead):
    for number in range(3):
        make_lead(email=f"{number}@x.test")
    mine = make_lead(email="mine@x.test")
    lifecycle.move(mine, "claimed", owner=ana, desk=Desk.SALES, stage=Stage.SAL)
    counts = feed.counts(ana)
    assert (counts["open"], counts["sales"], counts["mine"], counts["all"]) == (3, 1, 1, 4)


def test_counting_stops_at_a_thousand(ana, make_lead, monkeypatch):
    monkeypatch.setattr(feed, "MOST_COUNTED", 2)
    for number in range(3):
        make_lead(email=f"{number}@x.test")
    assert feed.counts(ana)["open"] == 2


def test_the_first_page_costs_six_small_queries(page, ana, make_lead, django_assert_max_num_queries):
    for number in range(30):
        make_lead(email=f"{number}@x.test")
    session = page(ana)
    session.get("/")
    with django_assert_max_num_queries(6):  # session, person, end of the log, rows, counts, bell
        session.get("/")


def test_mine_shows_what_i_hold_by_deadline(page, ana, sam, mia, make_lead):
    for name, owner, left in (("Later", ana, 20), ("Sooner", ana, 3), ("Not mine", sam, 1)):
        lead = owe(make_lead(name=name, email=f"{name}@x.test"), left)
        lifecycle.move(lead, "claimed", owner=owner, desk=Desk.SALES, stage=Stage.SAL)
    assert [lead.name for lead in page(ana).get("/mine/").context["leads"]] == ["Sooner", "Later"]
    assert page(mia).get("/mine/").status_code == 403


@pytest.mark.parametrize(
    ("left", "whole", "state", "words"),
    [
        (4.0, 5, "calm", "4:00"), (2.4, 5, "half", "2:24"), (1.15, 5, "soon", "1:09"),
        (0.8, 5, "last", "0:48"),
        (0, 5, "over", "0 s"), (-12, 5, "over", "12 min"), (29, 30, "calm", "29 min"),
        (230, 240, "calm", "3 h 50"),
        (23 * 60, 24 * 60, "calm", "23 h"), (72 * 60, 80 * 60, "calm", "3 days"),
    ],
)  # fmt: skip
def test_a_clock_gains_weight_as_its_time_runs_out(make_lead, left, whole, state, words):
    shown = clockface.face(owe(make_lead(), left, whole), NOON)
    assert (shown.state, shown.words, shown.owed) == (state, words, "first action")


def test_a_kept_clock_says_how_long_it_took(make_lead):
    lead = owe(make_lead(), 1, state="met")
    lead.first_action_at = NOON
    shown = clockface.face(lead, NOON)
    assert (shown.state, shown.words, shown.owed) == ("done", "Answered", "in 4 min")


def test_a_clock_that_has_not_begun_is_paused(make_lead):
    shown = clockface.face(owe(make_lead(), 60, 5), NOON)
    assert (shown.state, shown.words, shown.owed) == ("paused", "Paused", "until 12:55")


def test_a_lead_without_a_clock_says_why(make_lead):
    lead = make_lead()
    lead.due_state = ""
    lead.desk = Desk.NURTURE
    assert clockface.face(lead, NOON).owed == "in nurture"


def test_markup_in_a_lead_stays_text(page, ana, make_lead):
    lead = make_lead(name="<script>alert(1)</script>", message='"><img src=x onerror=alert(1)>')
    html = page(ana).get("/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<script>alert" not in page(ana).get(f"/leads/{lead.pk}/").content.decode()


def test_a_row_quotes_the_prospect_and_then_says_what_speaks_for_them(page, ana, make_lead):
    lead = make_lead(message="We need 40 seats in May.")
    silent = make_lead(email="silent@x.test", message="")
    reasons = [{"words": "Large enough for us", "points": 5}, {"words": "Private address", "points": -3}]
    for one in (lead, silent):
        lifecycle.move(one, "qualified", facts={}, score=70, band="high", reasons=reasons)
    html = page(ana).get("/").content.decode()
    assert "<p><bdi>“We need 40 seats in May.”</bdi></p>" in html
    assert html.count("Large enough for us") == 2
    assert "<p><bdi>Large enough for us</bdi></p>" in html


def test_the_search_box_repeats_only_its_own_words(page, ana, make_lead):
    lead = make_lead(name="Diana Ek", title="", company="", email="d@barsund.test")
    other = make_lead(name="Diana Lund", title="", company="", email="lund@x.test")
    assert 'value="diana"' in page(ana).get("/?view=all&q=diana").content.decode()
    html = page(ana).get(f"/leads/{lead.pk}/duplicates/?q=lund").content.decode()
    assert 'type="search" placeholder="Search" value=""' in html
    assert html.split(f'id="candidate-{other.pk}"')[1].split("</li>")[0].count("lund@x.test") == 1
