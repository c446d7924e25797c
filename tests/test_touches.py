"""What other tools and our own mails report of a lead, and which campaigns are said to have brought it."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from handoff.mailing import sending
from handoff.models import Send
from leadboard.capture import sources
from leadboard.leads.models import Lead, LeadEvent
from leadboard.playbook import versions
from leadboard.tracking import attribution, behaviour, campaigns, letters, sites, tokens, visits
from leadboard.tracking.campaign_screens import picture
from leadboard.tracking.campaigns import Campaign
from leadboard.tracking.models import Interest, Touch, Visitor
from leadboard.tracking.tokens import MailLink
from tests.mailing import fire_next

CALM = timedelta(minutes=5)
PERSON = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}


@pytest.fixture
def lead(make_lead):
    return make_lead()


def link(lead, url="https://www.firm.test/pricing?a=1"):
    return f"/t/c/{tokens.sign_link(MailLink(lead.pk, 'welcome:1 of send 7', url), 'click')}"


def kept(lead):
    return list(Touch.objects.filter(lead=lead).order_by("at", "id").values_list("kind", "what"))


# ----------------------------------------------------------------------------------------------- API


def test_a_tool_reports_what_a_lead_did_and_the_timeline_tells_it(api, mia, ana, lead, page):
    touches = [
        {"kind": "open", "lead": str(lead.uid), "title": "What you asked us about"},
        {"kind": "download", "email": "DIANA@barsund.test", "what": "guide.pdf", "campaign": "guides"},
        {"kind": "webinar", "email": lead.email, "what": "Spring demo", "minutes": 42.5},
        {"kind": "reply", "email": "nobody@nowhere.test"},
    ]
    answer = api(mia).post("/api/touches/", {"touches": touches}, format="json")
    assert (answer.status_code, answer.json()) == (
        202, {"stored": 3, "left_out": [{"place": 3, "why": "unknown_lead"}]},
    )  # fmt: skip
    told = {(entry.headline, entry.detail) for entry in visits.entries(lead)}
    assert told == {
        ("Opened a mail", "What you asked us about"),
        ("Downloaded something", "guide.pdf"),
        ("Was in a webinar, 42 min", "Spring demo"),
    }
    assert "Was in a webinar, 42 min" in page(ana).get(f"/leads/{lead.pk}/").content.decode()
    read = api(ana).get(f"/api/leads/{lead.uid}/touches/").json()["results"]
    assert {one["kind"] for one in read} == {"open", "download", "webinar"}


def test_the_same_report_twice_is_stored_once(api, mia, lead):
    touch = {"kind": "click", "lead": str(lead.uid), "id": "esp-17", "at": "2026-11-01T10:00:00Z"}
    tool, body = api(mia), {"touches": [touch]}
    counts = [tool.post("/api/touches/", body, format="json").json()["stored"] for _ in "ab"]
    assert counts == [1, 0]
    assert kept(lead) == [("click", "")]


def test_a_reply_is_told_at_once(api, mia, lead):
    api(mia).post("/api/touches/", {"touches": [{"kind": "reply", "lead": str(lead.uid)}]}, format="json")
    assert LeadEvent.objects.filter(lead=lead, kind="touched").get().facts == {"touches": 1, "hot": True}


def test_a_mail_that_a_program_opened_is_told_and_counts_for_nothing(api, mia, ana, lead, page):
    opened = {"lead": str(lead.uid), "kind": "open", "title": "welcome:1", "by_machine": True}
    assert api(mia).post("/api/touches/", {"touches": [opened] * 20}, format="json").json()["stored"] == 20
    facts = behaviour.facts_of(lead, versions.active())
    assert (facts.get("touches", 0), facts.get("mail_opens", 0)) == (0, 0)
    assert not Interest.objects.filter(lead=lead, due_at__isnull=False).exists()
    html = page(ana).get(f"/leads/{lead.pk}/").content.decode()
    assert html.count("Opened a mail, perhaps only by a program") == 20


def test_whoever_objected_to_contact_is_not_followed_by_tools_either(api, mia, lead):
    Lead.objects.filter(pk=lead.pk).update(do_not_contact=True)
    answer = api(mia).post(
        "/api/touches/", {"touches": [{"kind": "open", "email": lead.email}]}, format="json"
    )
    assert answer.json() == {"stored": 0, "left_out": [{"place": 0, "why": "objected"}]}
    assert kept(lead) == []


@pytest.mark.parametrize(
    "touch",
    [
        {"kind": "open"},
        {"kind": "form", "email": "a@b.c"},
        {"kind": "nothing", "email": "a@b.c"},
        {"kind": "open", "email": "a@b.c", "score": 99},
        {"kind": "open", "email": "a@b.c", "at": "9999-01-01T00:00:00Z"},
        {"kind": "open", "email": "a@b.c", "at": "2023-02-29T00:00:00Z"},
        {"kind": "open", "email": "a@b.c", "id": "no time beside it"},
        {"kind": "webinar", "email": "a@b.c", "minutes": -1},
        {"kind": "webinar", "email": "a@b.c", "minutes": 10**9},
        {"kind": "open", "email": "a@b.c", "campaign": "u" * 201},
        {"kind": "open", "email": ["a@b.c"]},
        "open",
    ],
)
def test_a_report_that_is_not_right_is_refused_whole(api, mia, lead, touch):
    good = {"kind": "open", "email": lead.email}
    answer = api(mia).post("/api/touches/", {"touches": [good, touch]}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert kept(lead) == []


def test_reps_and_outsiders_may_not_report(api, ana, otto, lead):
    body = {"touches": [{"kind": "open", "email": lead.email}]}
    assert api(ana).post("/api/touches/", body, format="json").status_code == 403
    assert api(otto).post("/api/touches/", body, format="json").status_code == 401
    assert Client().post("/api/touches/", body).status_code == 401
    assert Client().get(f"/api/leads/{lead.uid}/attribution/").status_code == 401
    assert Client().get(f"/api/leads/{lead.uid}/touches/").status_code == 401
    assert kept(lead) == []


# --------------------------------------------------------------------------------------- our own mails


@pytest.fixture
def old_link(lead, monkeypatch):
    """Return a link that was signed some minutes ago."""
    with monkeypatch.context() as past:
        now = tokens.time.time()
        past.setattr(tokens.time, "time", lambda: now - CALM.total_seconds())
        return link(lead)


def test_a_person_who_follows_a_link_is_counted_once_an_hour(lead, old_link):
    for _ in range(3):
        assert Client().get(old_link, headers=PERSON)["Location"] == "https://www.firm.test/pricing?a=1"
    assert kept(lead) == [("click", "/pricing")]


def test_machines_that_look_at_links_are_led_on_and_leave_no_trace(lead, old_link):
    asked = [
        Client().head(old_link, headers=PERSON),
        Client().get(old_link, headers=PERSON | {"Sec-Purpose": "prefetch"}),
        Client().get(old_link, headers={"User-Agent": "Barracuda Sentinel link scanner"}),
        Client().get(link(lead), headers=PERSON),  # within the first seconds
    ]
    assert [answer.status_code for answer in asked] == [302] * 4
    assert kept(lead) == []


def test_a_link_that_is_not_ours_leads_nowhere(lead, old_link):
    forged = [old_link + "x", old_link[:-3] + "AAA", "/t/c/https://evil.test", "/t/c/x", f"/t/c/{'a' * 500}"]
    other = tokens.sign_link(MailLink(lead.pk, "m", "https://evil.test"), "open")
    risky = tokens.sign_link(MailLink(lead.pk, "m", "javascript:alert(1)"), "click")
    for address in [*forged, f"/t/c/{other}", f"/t/c/{risky}"]:
        assert Client().get(address, headers=PERSON).status_code == 404
    assert kept(lead) == []


def test_the_picture_is_only_in_mails_to_people_who_agreed(lead):
    text = "Look at https://www.firm.test/a?b=1&c=<2>.\n\nBye"
    plain = letters.html_of(text, lead, "m", written=text)
    assert "<img" not in plain
    assert re.findall(r">(https[^<]*)<", plain) == ["https://www.firm.test/a?b=1&amp;c="]
    lead.basis = "consent"
    picture = re.search(r'<img src="[^"]*?(/t/o/[^"]+)"', letters.html_of(text, lead, "m", written=text))[1]
    answer = Client().get(picture, headers=PERSON)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert Client().get("/t/o/forged").content == answer.content


def test_nobody_can_have_our_mails_carry_links_of_his_own(make_lead, sink):
    lead = make_lead(lead_type="content", desk="nurture", name="https://evil.test/login Ek")
    send = fire_next(lead)
    sending.deliver(send.pk)
    assert Send.objects.get(pk=send.pk).state == "sent"
    html = sink.mails[0].get_body(("html",)).get_content()
    assert "Hello https://evil.test/login," in html
    assert "/t/c/" not in html
    assert "/t/o/" not in html


def test_a_mail_link_names_the_browser_only_after_consent_and_only_the_first_one(lead, old_link, mia):
    sites.allow("https://www.firm.test", mia)
    landed = Client().get(old_link, headers=PERSON)["Location"]
    assert landed.startswith("https://www.firm.test/pricing?a=1&lb=")
    came = landed.partition("lb=")[2]
    body = {"consent": True, "link": unquote(came), "events": [{"path": "/pricing"}]}
    first = Client().post("/track/", json.dumps(body), content_type="text/plain").json()["visitor"]
    second = Client().post("/track/", json.dumps(body), content_type="text/plain").json()["visitor"]
    owners = {tokens.visitor_token(one.uid): one.lead_id for one in Visitor.objects.all()}
    assert owners == {first: lead.pk, second: None}
    assert ("view", "/pricing") in kept(lead)
    silent = body | {"consent": False}
    assert Client().post("/track/", json.dumps(silent), content_type="text/plain").status_code == 204
    assert Visitor.objects.count() == 2


# ----------------------------------------------------------------------------------------- attribution


def form(**fields):
    path = sources.path_of(sources.Source.objects.first() or sources.add("Contact form"))
    answer = Client().post(path, json.dumps(fields), content_type="application/json")
    return Lead.objects.filter(submissions=answer.json()["id"]).get()


def test_first_last_and_all_touches_of_a_lead(api, ana, db):
    def browse(visitor=None, **event):
        body = {"consent": True, "events": [event]} | ({"visitor": visitor} if visitor else {})
        return Client().post("/track/", json.dumps(body), content_type="text/plain").json()["visitor"]

    token = browse(path="/blog", referrer="https://www.google.com/", age=3_000)
    browse(
        token, path="/pricing", utm={"source": "linkedin", "medium": "cpc", "campaign": "spring"}, age=2_000
    )
    browse(token, path="/demo", age=1_900)
    lead = form(
        email="ana@halden-optik.de",
        name="Ana",
        leadboard_visitor=token,
        utm_source="newsletter",
        utm_campaign="may",
    )
    got = api(ana).get(f"/api/leads/{lead.uid}/attribution/").json()
    seen = [(step["kind"], step["source"], step["campaign"], step["landing"]) for step in got["touches"]]
    assert seen == [
        ("view", "google", "", "/blog"),
        ("view", "linkedin", "spring", "/pricing"),
        ("form", "newsletter", "may", ""),
    ]
    assert (got["first"]["source"], got["last"]["source"]) == ("google", "newsletter")


def test_a_lead_of_which_only_the_form_is_known_has_that(api, ana, lead):
    got = api(ana).get(f"/api/leads/{lead.uid}/attribution/").json()
    assert [(step["kind"], step["source"]) for step in got["touches"]] == [("capture", "Demo form")]
    assert got["first"] == got["last"] == got["touches"][0]


@pytest.mark.parametrize("clicked", [{"gclid": "x"}, {"hidden": {"gclid": "x"}}])
def test_an_advertisers_click_id_in_a_form_says_where_the_lead_came_from(db, clicked):
    lead = form(email="ana@halden-optik.de", **clicked)
    steps = attribution.touches_of(lead)
    assert [(step.source, step.medium) for step in steps] == [("google", "cpc")]


def test_campaigns_are_counted_by_first_last_any_and_equal_shares(make_lead, page, mia):
    now = timezone.now()
    one, two, three = make_lead(), make_lead(), make_lead(campaign="fair", source="Stand")
    for lead, names in ((one, ["ads", "mail", "ads"]), (two, ["mail"])):
        for place, name in enumerate(names):
            Touch.objects.create(
                at=now - timedelta(hours=9 - place),
                kind="view",
                lead=lead,
                visit=place,
                campaign=name,
                what="/",
            )
    Lead.objects.filter(pk=one.pk).update(stage="won")
    counted = {
        model: {row.name: (row.leads, row.won) for row in campaigns.report(model, 30)}
        for model in campaigns.MODELS
    }
    assert counted == {
        "first": {"ads": (1, 1), "mail": (1, 0), "fair": (1, 0)},
        "last": {"ads": (1, 1), "mail": (1, 0), "fair": (1, 0)},
        "any": {"ads": (1, 1), "mail": (2, 1), "fair": (1, 0)},
        "linear": {"ads": (0.67, 0.67), "mail": (1.33, 0.33), "fair": (1, 0)},
    }
    assert three.campaign == "fair"
    shown = page(mia).get("/campaigns/?model=linear&days=30").content.decode()
    assert "<bdi>mail</bdi>" in shown
    assert page(mia).get("/campaigns/?model=nonsense&days=1e9").status_code == 200


def test_the_best_campaign_is_one_of_which_enough_is_known_and_it_is_drawn():
    sizes = {"large": (200, 50), "best": (40, 20), "tiny": (7, 5)} | {f"c{n}": (90 - n, 9) for n in range(9)}
    rows = sorted(
        (Campaign(name, leads, 0, talked, 0, 0) for name, (leads, talked) in sizes.items()),
        key=lambda row: -row.leads,
    )
    drawn = picture(rows, "90 days")
    assert drawn.finding == "best leads to conversations most often: 50 of 100 leads"
    assert (drawn.about.endswith("8 of 12"), "best: 40 leads" in drawn.said) == (True, True)


def test_each_figure_of_a_campaign_opens_its_leads_and_spellings_are_one(make_lead, page, mia, ana):
    now = timezone.now()
    talked, silent, alone = make_lead(name="Tina"), make_lead(name="Sven"), make_lead(name="Udo")
    Lead.objects.filter(pk=talked.pk).update(conversation_at=now)
    marks = {"kind": "view", "what": "/", "visit": 1, "at": now - timedelta(hours=1)}
    Touch.objects.create(lead=talked, campaign="Spring Fair", source="linkedin", medium="cpc", **marks)
    Touch.objects.create(lead=silent, campaign="spring fair", source="linkedin", medium="cpc", **marks)
    Touch.objects.create(lead=alone, **marks)
    rows = {row.name.lower(): (row.leads, row.talked) for row in campaigns.report("first", 30)}
    assert rows == {"spring fair": (2, 1), "direct": (1, 0)}
    by_source = {row.name: row.leads for row in campaigns.report("last", 30, "source")}
    assert by_source == {"linkedin / cpc": 2, "direct": 1}
    shown = page(mia).get("/campaigns/").content.decode()
    assert "Too few leads yet to say which campaign leads to conversations" in shown
    found = re.search(r'href="(/campaigns/leads/[^"]*reached=talked[^"]*)"', shown)
    behind = page(mia).get(found[1].replace("&amp;", "&")).content.decode()
    assert ("Tina" in behind, "Sven" in behind, "Udo" in behind) == (True, False, False)
    strange = "/campaigns/leads/?name=%00x&reached=evil&model=x&days=-1&by=drop"
    assert page(mia).get(strange.replace("%00", "%27")).status_code == 200
    assert page(ana).get("/campaigns/leads/?name=direct").status_code == 403
    table = b"".join(page(mia).get("/campaigns/?by=source&as=csv&mark=0").streaming_content).decode()
    assert table.splitlines()[0] == "Source and medium,Leads,MQL,Conversations,SQL,Won"
    assert attribution.touches_of(alone)[0].words == "direct"
