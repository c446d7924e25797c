"""Somebody looks at the firm's pages: with consent it is kept, a form gives it a name, nobody is mixed up."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadboard.capture import sources
from leadboard.capture.duplicates import merging, undoing
from leadboard.leads.models import Lead, LeadEvent
from leadboard.playbook import versions
from leadboard.tracking import behaviour, interest, partitions, storing, tokens, visits
from leadboard.tracking.models import Interest, Touch, Visitor

GOOGLE = {"source": "google", "medium": "cpc", "campaign": "spring"}
ANA = {"name": "Ana Lund", "email": "ana@halden-optik.de", "message": "Please call me about your product."}


@pytest.fixture
def browse(db):
    """Return a function that sends events as the recorder does; it gives the answer."""

    def send(events=(), visitor=None, consent=True, headers=None, **more):
        body = {"consent": consent, "events": list(events)} | ({"visitor": visitor} if visitor else {}) | more
        return Client().post(
            "/track/", json.dumps(body), content_type="text/plain;charset=UTF-8", headers=headers or {}
        )

    return send


@pytest.fixture
def visit(browse):
    """Return a function by which a visitor looks at pages; it gives the visitor's token."""

    def look(*paths, visitor=None, **first):
        events = [{"kind": "view", "page": uuid.uuid4().hex[:10], "path": path} for path in paths]
        events[0] |= first
        answer = browse(events, visitor)
        assert answer.status_code == 202, answer.content
        return answer.json()["visitor"]

    return look


@pytest.fixture
def send_form(db):
    """Return a function that sends the firm's contact form to the real intake; it gives the lead."""
    path = sources.path_of(sources.add("Contact form"))

    def send(**fields):
        answer = Client().post(path, json.dumps(fields), content_type="application/json")
        assert answer.status_code == 202, answer.content
        return Lead.objects.filter(submissions=answer.json()["id"]).get()

    return send


def paths_of(lead):
    return list(
        Touch.objects.filter(lead=lead, kind="view").order_by("at", "id").values_list("what", flat=True)
    )


def later(minutes):
    """Let the past of all visitors lie so much further back."""
    back = f"interval '{minutes} minutes'"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE tracking_visitor SET seen_at = seen_at - {back}")
        cursor.execute(f"UPDATE tracking_touch SET at = at - {back}")


# ------------------------------------------------------------------------------------------ consent


def test_a_visit_with_consent_is_kept_without_anything_that_names_a_person(browse):
    event = {"kind": "view", "page": "k1", "path": "/pricing?email=a@b.c#x", "title": "Prices",
             "referrer": "https://www.google.com/search?q=secret", "hour": 14, "utm": GOOGLE}  # fmt: skip
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}
    left = {"kind": "left", "page": "k1", "seconds": 42, "depth": 80}
    answer = browse([event, left, left | {"seconds": 3, "depth": 900}], headers=phone)
    assert (answer.status_code, answer.json()["stored"]) == (202, 1)
    touch = Touch.objects.get()
    kept = (touch.what, touch.title, touch.seconds, touch.device, touch.hour, touch.referrer)
    assert kept == ("/pricing", "Prices", 42, "mobile", 14, "google.com")
    assert touch.depth == 100
    assert (touch.source, touch.medium, touch.campaign, touch.lead_id) == ("google", "cpc", "spring", None)
    assert tokens.visitor_uid(answer.json()["visitor"]) == Visitor.objects.get().uid


@pytest.mark.parametrize(
    ("consent", "headers"),
    [
        (False, {}),
        (True, {"Sec-GPC": "1"}),
        (True, {"DNT": "1"}),
        (False, {"Sec-GPC": "1"}),
        (True, {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}),
    ],
)
def test_without_consent_or_against_an_objection_nothing_is_kept(browse, consent, headers):
    answer = browse([{"path": "/pricing"}], consent=consent, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (Touch.objects.count(), Visitor.objects.count()) == (0, 0)


def test_whoever_takes_consent_back_is_forgotten_at_once_also_as_a_lead(browse, visit, send_form):
    token = visit("/pricing", "/demo")
    lead = send_form(**ANA, leadboard_visitor=token)
    other = visit("/about")
    assert paths_of(lead) == ["/pricing", "/demo"]
    assert browse(visitor=token, consent=False).status_code == 204
    assert list(Touch.objects.filter(kind="view").values_list("what", flat=True)) == ["/about"]
    assert tokens.visitor_uid(other) == Visitor.objects.get(withdrawn_at=None).uid
    assert LeadEvent.objects.filter(lead=lead).latest("version").kind == "consent_withdrawn"
    late = browse([{"path": "/pricing"}], token)
    assert (late.status_code, late.json()["code"]) == (410, "withdrawn")
    assert paths_of(lead) == []


def test_a_form_that_carries_a_withdrawn_visitor_joins_nothing(browse, visit, send_form):
    token = visit("/pricing")
    browse(visitor=token, consent=False)
    assert paths_of(send_form(**ANA, leadboard_visitor=token)) == []


# ------------------------------------------------------------------------------------------ joining


def test_anonymous_visits_join_the_lead_once_a_form_carries_the_visitor(visit, send_form, page, ana):
    token = visit("/", "/pricing", utm=GOOGLE)
    later(90)
    visit("/blog", "/demo", visitor=token)
    lead = send_form(**ANA, leadboard_visitor=token)
    visit("/contact", visitor=token)
    assert paths_of(lead) == ["/", "/pricing", "/blog", "/demo", "/contact"]
    assert "leadboard_visitor" not in lead.extra
    told = {entry.headline: entry.detail for entry in visits.entries(lead)}
    assert told == {
        "Visited 2 pages, from google / cpc, spring": "/, /pricing",
        "Visited 3 pages": "/blog, /demo, /contact",
    }
    shown = page(ana).get(f"/leads/{lead.pk}/").content.decode()
    assert "Visited 2 pages, from google / cpc, spring" in shown
    assert "How they came" in shown


@pytest.mark.parametrize(
    "body",
    [
        {"form_response": {"hidden": {"leadboard_visitor": "{}"}, "answers": []}},
        {"name": "Ana", "fields": [{"name": "leadboard_visitor", "value": "{}"}]},
        {"name": "Ana", "raw": '{{"visitor": "{}"}}'},
    ],
)  # fmt: skip
def test_the_visitor_is_found_wherever_a_vendor_puts_the_hidden_field(visit, send_form, body):
    token = visit("/pricing")
    filled = json.loads(json.dumps(body).replace("{}", token).replace("{{", "{").replace("}}}", "}}"))
    lead = send_form(email="ana@halden-optik.de", **filled)
    assert paths_of(lead) == ["/pricing"]


def test_a_form_encoded_form_joins_too(visit):
    token = visit("/pricing")
    path = sources.path_of(sources.add("Plain form"))
    Client().post(path, {"email": "ana@halden-optik.de", "leadboard_visitor": token})
    assert paths_of(Lead.objects.get()) == ["/pricing"]


def test_two_people_at_one_computer_are_never_mixed(visit, send_form, page, lea):
    token = visit("/pricing")
    ana = send_form(**ANA, leadboard_visitor=token)
    visit("/demo", visitor=token)
    sam = send_form(
        name="Sam Roth", email="sam@other.test", message="Another firm asks.", leadboard_visitor=token
    )
    visit("/careers", visitor=token)
    assert (paths_of(ana), paths_of(sam)) == (["/pricing", "/demo"], ["/careers"])
    assert "also used by another lead" in page(lea).get(f"/leads/{sam.pk}/").content.decode()


def test_one_person_with_two_computers_is_one_lead(visit, send_form):
    first, second = visit("/a"), visit("/b")
    lead = send_form(**ANA, leadboard_visitor=first)
    assert send_form(**ANA, leadboard_visitor=second) == lead
    assert sorted(paths_of(lead)) == ["/a", "/b"]


def test_what_was_seen_of_a_merged_lead_goes_along_and_comes_back_with_it(visit, send_form, lea):
    first, second = visit("/a"), visit("/b")
    stays = send_form(name="Ana Lund", email="ana@halden-optik.de", leadboard_visitor=first)
    goes = send_form(name="A. Lund", email="a.lund@gmail.com", leadboard_visitor=second)
    row = merging.merge(stays.pk, goes.pk, lea)
    visit("/c", visitor=second)
    assert (paths_of(stays), paths_of(goes)) == (["/a", "/b", "/c"], [])
    undoing.undo(row.pk, lea)
    visit("/d", visitor=second)
    assert (sorted(paths_of(stays)), paths_of(goes)) == (["/a", "/c"], ["/b", "/d"])


def test_a_form_may_be_faster_than_the_first_view(browse, visit, send_form):
    token = browse().json()["visitor"]
    assert Visitor.objects.count() == 0
    lead = send_form(**ANA, leadboard_visitor=token)
    visit("/pricing", visitor=token)
    assert paths_of(lead) == ["/pricing"]


def test_forged_ids_join_nothing_and_are_refused(browse, visit, send_form):
    genuine = visit("/pricing")
    _, uid, signature = genuine.split(".")
    forged = [f"lbv1.{uuid.uuid4().hex}.{signature}" for _ in range(50)]
    forged += [f"lbv1.{uid}.{'A' * 43}", f"lbv1.{uid}.", "x", uid, f"lbv2.{uid}.{signature}", genuine + "x"]
    for token in forged:
        answer = browse([{"path": "/demo"}], token)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_visitor")
    for token in forged[-6:]:
        lead = send_form(name="A", email=f"{uuid.uuid4().hex}@b.test", leadboard_visitor=token[:81])
        if token[:81] != genuine:
            assert paths_of(lead) == []
    assert Touch.objects.filter(kind="view").count() == 1


# ------------------------------------------------------------------------------------------- quota


def test_a_visitor_has_a_quota_and_what_is_over_it_is_refused_whole(browse, visit):
    token = visit("/")
    batch = [{"path": f"/{number}"} for number in range(50)]
    answers = [browse(batch, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "quota"
    assert int(answers[2].headers["Retry-After"]) > 0
    assert Touch.objects.count() == 101
    assert visit("/other") != token


def test_a_page_view_sent_twice_is_stored_once_and_only_its_longest_stay_counts(browse):
    view = {"kind": "view", "page": "k1", "path": "/pricing"}
    token = browse([view, view]).json()["visitor"]
    for seconds in (10, 40, 25):
        browse([view, {"kind": "left", "page": "k1", "seconds": seconds}], token)
    assert list(Touch.objects.values_list("what", "seconds")) == [("/pricing", 40)]


def test_half_an_hour_of_silence_ends_a_visit(visit):
    token = visit("/a")
    later(20)
    visit("/b", visitor=token)
    later(31)
    visit("/c", visitor=token)
    assert list(Touch.objects.order_by("at").values_list("what", "visit")) == [
        ("/a", 1),
        ("/b", 1),
        ("/c", 2),
    ]


# ------------------------------------------------------------------------------------------- sites


def test_pages_of_named_sites_may_send_and_no_others(browse, mia, page):
    elsewhere = {"Origin": "https://evil.test"}
    assert (
        browse([{"path": "/"}], headers=elsewhere).headers["Access-Control-Allow-Origin"]
        == "https://evil.test"
    )
    page(mia).post("/tracking/", {"site": "www.Firm.test/some/page"})
    refused = browse([{"path": "/"}], headers=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (403, "unknown_site")
    assert "Access-Control-Allow-Origin" not in refused.headers
    ours = {"Origin": "https://www.firm.test"}
    taken = browse([{"path": "/"}], headers=ours)
    assert (taken.status_code, taken.headers["Access-Control-Allow-Origin"]) == (202, "https://www.firm.test")
    assert "Access-Control-Allow-Credentials" not in taken.headers
    asked = Client().options("/track/", headers=ours)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "POST")
    assert Touch.objects.count() == 2


def test_the_tracking_pages_are_for_those_who_change_sources(page, mia, ana, otto, client):
    assert "track.js" in page(mia).get("/tracking/").content.decode()
    assert page(mia).get("/campaigns/").status_code == 200
    assert page(ana).get("/tracking/").status_code == 403
    assert page(ana).get("/campaigns/").status_code == 403
    client.force_login(otto)
    assert client.get("/tracking/").status_code in (302, 403)
    assert Client().get("/tracking/").status_code == 302
    assert page(mia).post("/tracking/", {"site": "not a site at all"}).status_code == 422


def test_the_script_is_small_and_kept_by_browsers(client):
    answer = client.get("/track.js", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 3072
    assert "max-age" in answer["Cache-Control"]
    again = client.get("/track.js", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# ------------------------------------------------------------------------------------------- facts


def test_the_facts_are_those_of_the_moment(visit, send_form, make_lead):
    token = visit("/", "/pricing", "/pricing/teams")
    later(60 * 24 * 2)
    visit("/demo", visitor=token)
    lead = send_form(**ANA, leadboard_visitor=token)
    facts = behaviour.facts_of(lead, versions.active())
    assert facts["pages"] == ["/", "/pricing", "/pricing/teams", "/demo"]
    assert (facts["visits"], facts["page_views"], facts["pages_per_visit"]) == (2.0, 4.0, 2.0)
    assert (facts["pricing_views"], facts["demo_views"], facts["contact_views"]) == (2.0, 1.0, 0.0)
    assert (facts["first_page"], facts["last_page"], facts["most_pages_in_a_visit"]) == ("/", "/demo", 3.0)
    assert facts["days_since_touch"] == 0.0
    assert behaviour.facts_of(make_lead(), versions.active()) == {}


def test_a_machine_that_clicks_all_night_raises_no_count_beyond_its_cap(visit, send_form):
    token = visit("/pricing")
    lead = send_form(**ANA, leadboard_visitor=token)
    visitor = Visitor.objects.get()
    Touch.objects.bulk_create(
        Touch(
            at=timezone.now() - timedelta(hours=1),
            kind="view",
            visitor=visitor,
            lead=lead,
            visit=number,
            what="/pricing",
            seconds=9_999,
        )
        for number in range(500)
    )
    facts = behaviour.facts_of(lead, versions.active())
    assert (facts["visits"], facts["page_views"], facts["pricing_views"]) == (50.0, 200.0, 20.0)
    assert (facts["seconds_on_site"], facts["touches"]) == (14_400.0, 100.0)


def test_the_facts_cost_one_query(visit, send_form, django_assert_num_queries):
    lead = send_form(**ANA, leadboard_visitor=visit("/pricing"))
    playbook = versions.active()
    with django_assert_num_queries(1):
        behaviour.facts_of(lead, playbook)


# ------------------------------------------------------------------------------------ the lead's log


def kinds(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("version").values_list("kind", flat=True))


def test_a_hot_page_is_told_at_once_others_wait_and_come_as_one(visit, send_form):
    token = visit("/")
    lead = send_form(**ANA, leadboard_visitor=token)
    before = kinds(lead).count("touched")
    visit("/blog", visitor=token)
    visit("/about", "/team", visitor=token)
    assert kinds(lead).count("touched") == before
    assert interest.tell_due() == 0
    visit("/pricing", visitor=token)
    event = LeadEvent.objects.filter(lead=lead, kind="touched").get()
    assert event.facts == {"touches": 4, "hot": True}
    lead.refresh_from_db()
    assert lead.last_touch_at == event.at
    visit("/blog/2", visitor=token)
    Interest.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert (interest.tell_due(), interest.tell_due()) == (1, 0)
    assert LeadEvent.objects.filter(lead=lead, kind="touched").latest("version").facts == {
        "touches": 1,
        "hot": False,
    }


def test_many_hot_pages_in_a_row_are_few_events(visit, send_form):
    token = visit("/")
    lead = send_form(**ANA, leadboard_visitor=token)
    for _ in range(10):
        visit("/pricing", visitor=token)
    assert kinds(lead).count("touched") == 1
    assert Interest.objects.get(lead=lead).fresh == 9


# ------------------------------------------------------------------------------------------- months


def test_next_months_have_their_tables_and_old_ones_are_dropped(db, settings, visit):
    visit("/")
    now = timezone.now()
    with connection.cursor() as cursor:
        there = partitions.names(cursor)
        assert partitions.name_of(partitions.month_of(now, partitions.MONTHS_AHEAD)) in there
        for ahead in (-20, -2):
            partitions.make(cursor, partitions.month_of(now, ahead))
    Touch.objects.create(
        at=partitions.month_of(now, -20), kind="view", visitor=Visitor.objects.get(), what="/old"
    )
    Touch.objects.create(
        at=partitions.month_of(now, -2), kind="view", visitor=Visitor.objects.get(), what="/kept"
    )
    partitions.keep_months()
    with connection.cursor() as cursor:
        there = partitions.names(cursor)
    assert partitions.name_of(partitions.month_of(now, -20)) not in there
    assert sorted(Touch.objects.values_list("what", flat=True)) == ["/", "/kept"]


def test_what_came_before_its_month_was_made_is_moved_into_it(db, visit):
    visit("/")
    month = partitions.month_of(timezone.now(), -5)
    Touch.objects.create(
        at=month + timedelta(days=3), kind="view", visitor=Visitor.objects.get(), what="/late"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracking_touch_default")
        assert cursor.fetchone() == (1,)
        partitions.make(cursor, month)
        cursor.execute(f"SELECT what FROM {partitions.name_of(month)}")
        assert cursor.fetchall() == [("/late",)]
    assert Touch.objects.count() == 2


def test_forgotten_months_take_their_silent_visitors_along(db, settings, visit):
    visit("/")
    Visitor.objects.update(
        seen_at=timezone.now() - timedelta(days=31 * (settings.LEADBOARD_TOUCH_MONTHS + 2))
    )
    partitions.keep_months()
    assert Visitor.objects.count() == 0
    assert Visitor._meta.get_field("tokens").default == storing.MOST_TOKENS
