"""The way out, and providers: nothing inside is reached, no lead waits, an answer judges the lead again."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django_q.models import OrmQ

from leadboard.companies import answers, providers, upsert
from leadboard.companies.models import CompanySignal, Provider, ProviderAnswer
from leadboard.http import outbound
from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadEvent
from leadboard.playbook import policy, versions
from qualification import pipeline
from qualification.models import Enrichment

MAPPING = {
    "employees": "org.size",
    "industry": "org.industry",
    "country": "hq.country",
    "signals": "news",
    "signal_kind": "type",
    "signal_date": "on",
    "signal_url": "link",
}


@contextmanager
def server(answer):
    """Run a provider on this machine; `answer(handler)` speaks for it. Yields its address and what it was
    asked.
    """
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            answer(self)

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        running.block_on_close = False
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}", asked
        finally:
            running.shutdown()
            thread.join()


def saying(body, status=200, **headers):
    """Return a speaker of one answer."""

    def speak(handler):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        try:
            handler.wfile.write(content)
        except OSError:
            return

    return speak


def drip(handler):
    """Send a byte now and then for much longer than anybody waits."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        return


# The guard


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fec0::1]/",
        "http://[fe80::1]/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://172.16.5.4/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://198.18.0.1/",
        "http://192.0.0.8/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "https://good@127.0.0.1/",
        "https://127.0.0.1#@good/",
        "https://good\\@127.0.0.1/",
        "http://exa mple/",
        "http://a\tb/",
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://x/",
        "unix:/x",
        "data:,x",
        "//x/",
        "http://x:22/",
        "http://x:5432/",
        "http://x:0/",
        "http://x:65536/",
        "https://x:80/",
        "http://u:p@example.com/",
        "http:///x",
        "http://①②⑦.⓪.⓪.①/",
        "",
    ],
)
def test_nothing_inside_is_called(settings, url, monkeypatch):
    settings.OUTBOUND_ALLOW = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it was dialled"))
    with pytest.raises((outbound.Refused, outbound.NotReached)):
        outbound.call(url, seconds=1)


def test_a_name_with_one_address_inside_is_refused_and_the_judged_one_is_dialled(settings, monkeypatch):
    settings.OUTBOUND_ALLOW = []
    dialled = []
    names = {"mixed.example": ["93.184.215.14", "10.0.0.1"], "good.example": ["93.184.215.14"]}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **k: [(2, 1, 6, "", (ip, port)) for ip in names[host]]
    )

    def dial(place, timeout):
        dialled.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(outbound.Refused):
        outbound.call("https://mixed.example/")
    with pytest.raises(outbound.NotReached):
        outbound.call("https://good.example/x")
    assert dialled == [("93.184.215.14", 443)]


def test_a_redirect_is_an_answer_and_nobody_follows_it():
    with server(saying(b"", 302, Location="http://127.0.0.1:1/")) as (base, asked):
        assert outbound.call(base + "/a").status == 302
    assert [path for path, _ in asked] == ["/a"]


def test_a_huge_a_dripping_and_a_broken_answer_end(db):
    with (
        server(saying(b"x" * 300_000)) as (base, _),
        pytest.raises(outbound.NotReached, match="larger than 1000"),
    ):
        outbound.call(base, largest=1_000)
    began = time.monotonic()
    with server(drip) as (base, _), pytest.raises(outbound.NotReached):
        outbound.call(base, seconds=0.5, largest=10)
    assert time.monotonic() - began < 30
    with (
        server(lambda handler: handler.wfile.write(b"garbage\r\n\r\n")) as (base, _),
        pytest.raises(outbound.NotReached),
    ):
        outbound.call(base)


def test_a_header_with_a_line_break_is_never_sent():
    with server(saying({})) as (base, asked), pytest.raises(outbound.NotReached):
        outbound.call(base, headers={"X": "a\r\nEvil: 1"})
    assert asked == []


# Providers


@pytest.fixture
def provider(db):
    """Return a function that makes a provider that is on."""
    return lambda base, **fields: Provider.objects.create(
        **{
            "name": "Firmo",
            "url": base + "/c/{domain}",
            "mapping": MAPPING,
            "headers": {"X-Key": "k"},
            "timeout": 1,
        }
        | fields
    )


def body():
    """Return what the provider knows of Halden."""
    recent = (db_now().date() - timedelta(days=10)).isoformat()
    return {
        "org": {"size": "1,500", "industry": "Optics"},
        "hq": {"country": "Norway"},
        "news": [{"type": "series_b funding", "on": recent, "link": "javascript:1"}, {"type": "hired"}, 5],
    }


def test_a_lead_is_judged_at_once_and_again_when_the_answer_comes(
    provider, make_lead, django_capture_on_commit_callbacks
):
    lead = make_lead(email="d@halden.example", company="Halden")
    with server(saying(body())) as (base, asked):
        provider(base)
        with django_capture_on_commit_callbacks(execute=True):
            first = pipeline.qualify(lead.pk)
        assert asked == []
        assert "employees" not in first.features
        assert [job.task["func"] for job in OrmQ.objects.all() if "providers" in job.task["func"]] == [
            providers.JOB
        ]
        OrmQ.objects.all().delete()
        assert (providers.ask_next(), providers.ask_next()) == (1, 0)
    assert [(path, headers["X-Key"]) for path, headers in asked] == [("/c/halden.example", "k")]
    event = LeadEvent.objects.get(lead=lead, kind="enriched")
    assert event.facts == {"provider": "Firmo", "fields": "country, employees, industry, signals"}
    assert [job.task["func"] for job in OrmQ.objects.all()] == ["qualification.jobs.qualify"]
    second = pipeline.qualify(lead.pk)
    known = {
        name: second.features.get(name)
        for name in ("employees", "industry", "tier", "country", "recent_funding_days")
    }
    assert known == {
        "employees": 1500,
        "industry": "Optics",
        "tier": "1",
        "country": "NO",
        "recent_funding_days": 10,
    }
    assert second.score > first.score
    row = Enrichment.objects.get(lead=lead, field="employees")
    assert (row.value, row.source, row.method) == (1500, "Firmo", "asked by domain")
    assert pipeline.qualify(lead.pk) == second


def test_an_answer_is_kept_and_asked_for_once_for_many_leads(provider, make_lead):
    with server(saying(body())) as (base, asked):
        provider(base)
        leads = [make_lead(email=f"{n}@halden.example") for n in "abc"]
        for lead in leads:
            providers.want("halden.example", lead.pk)
        assert providers.ask_next() == 1
        for lead in leads:
            providers.want("halden.example", lead.pk)
        providers.ask_next()
    assert len(asked) == 1
    assert LeadEvent.objects.filter(kind="enriched").count() == 3


@pytest.mark.parametrize(
    ("speak", "words"),
    [
        (saying(b"", 500), "answered 500"),
        (saying(b"<html>"), "no JSON"),
        (saying(b"5"), "neither an object"),
        (saying(b"x" * 300_000), "larger than"),
        (saying(b"", 302, Location="http://127.0.0.1:1/"), "answered 302"),
        (drip, ""),
    ],
    ids=["500", "garbage", "number", "huge", "redirect", "drip"],
)
def test_a_provider_that_fails_delays_nobody_and_is_given_up(provider, make_lead, speak, words):
    lead = make_lead(email="d@halden.example")
    with server(speak) as (base, asked):
        one = provider(base)
        assert pipeline.qualify(lead.pk).score is not None
        for _ in range(4):
            ProviderAnswer.objects.update(wanted_at=db_now() - timedelta(seconds=1))
            Provider.objects.update(rests_until=None)
            assert providers.ask_next() == 0
    answer = ProviderAnswer.objects.get()
    assert (answer.state, words in answer.problem, answer.tries, len(asked)) == ("failed", True, 3, 3)
    one.refresh_from_db()
    assert one.failed == 3
    assert not LeadEvent.objects.filter(kind="enriched").exists()


def test_a_provider_that_keeps_failing_rests(provider, make_lead):
    with server(saying(b"", 503)) as (base, asked):
        provider(base, failed=2)
        for domain in ("a.example", "b.example", "c.example"):
            providers.want(domain, make_lead().pk)
        providers.ask_next()
    assert len(asked) == 1
    assert Provider.objects.get().rests_until > db_now()
    assert providers.ask_left_behind() == 0


def test_a_provider_that_has_too_much_to_do_is_left_alone_as_long_as_it_says(provider, make_lead):
    with server(saying(b"", 429, **{"Retry-After": "300"})) as (base, asked):
        provider(base)
        for domain in ("a.example", "b.example"):
            providers.want(domain, make_lead().pk)
        assert providers.ask_next() == 0
    busy = Provider.objects.get()
    assert timedelta(seconds=290) < busy.rests_until - db_now() <= timedelta(seconds=300)
    assert (len(asked), busy.failed, providers.ask_left_behind()) == (1, 0, 0)
    assert set(ProviderAnswer.objects.values_list("state", "tries")) == {("wanted", 0)}


def test_the_prospect_goes_before_the_table_before_providers_before_guesses(provider, make_lead, page, mia):
    with server(saying(body())) as (base, _):
        provider(base)
        lead = make_lead(email="d@halden.example", extra={"Employees": "51-200"}, phone="+33140000000")
        providers.want("halden.example", lead.pk)
        providers.ask_next()
    company = upsert.put(
        [{"domain": "halden.example", "employees": 240, "industry": "Lenses"}], source="list.csv"
    )[0].company
    CompanySignal.objects.create(
        company=company, kind="hiring", date=db_now().date() - timedelta(days=3), source="Jobs"
    )
    facts = pipeline.qualify(lead.pk).features
    read = {name: facts[name] for name in ("employees", "industry", "country", "tier", "recent_hiring_days")}
    assert read == {
        "employees": 51,
        "industry": "Lenses",
        "country": "NO",
        "tier": "3",
        "recent_hiring_days": 3,
    }
    shown = page(mia).get(f"/leads/{lead.pk}/").text
    assert "240</s> <small>company table: list.csv, by e-mail domain" in shown
    assert "1500</s> <small>Firmo, asked by domain" in shown
    assert "said by the prospect" in shown


def test_what_a_provider_says_is_read_exactly_or_left_out():
    today = date(2026, 6, 1)
    mapping = {
        "employees": "a.0.n",
        "country": "c",
        "name": "x",
        "signals": "s",
        "signal_kind": "k",
        "signal_date": "d",
    }
    said = {
        "a": [{"n": "many"}],
        "c": "NO",
        "x": {"y": 1},
        "s": [
            {"k": "New CEO", "d": "2026-05-01"},
            {"k": "weather", "d": "2026-05-01"},
            {"k": "ipo", "d": "2030-01-01"},
        ],
    }
    found = answers.read(json.dumps(said).encode(), mapping, today)
    assert found["fields"] == {"country": "NO"}
    assert [(one["kind"], one["date"]) for one in found["signals"]] == [("leadership_change", "2026-05-01")]


def test_the_tier_of_the_playbook_is_the_first_rule_that_holds(db):
    playbook = versions.active()
    tiers = [policy.tier(playbook, {"employees": number}) for number in (5000, 250, 3)]
    assert [(tier.tier, tier.rule) for tier in tiers] == [
        ("1", "tiers.0"),
        ("2", "tiers.1"),
        ("3", "tiers.2"),
    ]
    assert policy.tier(playbook, {}) is None


def test_a_manager_adds_tries_and_switches_a_provider_and_never_sees_its_token(page, lea, mia, db):
    browser = page(lea)
    typed = {
        "name": "Firmo",
        "header": "Authorization",
        "token": "Bearer s3cret",
        "timeout": 1,
        "keep_days": 30,
        "mapping": json.dumps(MAPPING),
    }
    for wrong in (
        "http://10.0.0.1:99/{domain}",
        "https://{domain}/x",
        "https://api.example.com/x",
        "file:///{domain}",
    ):
        assert browser.post("/companies/providers/", typed | {"url": wrong}).status_code == 422
    assert (
        browser.post(
            "/companies/providers/", typed | {"url": "https://a.example/{domain}", "mapping": "[]"}
        ).status_code
        == 422
    )
    with server(saying(body())) as (base, _asked):
        assert browser.post("/companies/providers/", typed | {"url": base + "/{domain}"}).status_code == 302
        one = Provider.objects.get()
        assert one.active is False
        said = browser.post(
            f"/companies/providers/{one.pk}/try/", {"domain": "www.halden.example"}, follow=True
        ).text
    assert "Firmo says of halden.example: employees: 1500" in said
    assert "s3cret" not in said
    browser.post(f"/companies/providers/{one.pk}/switch/")
    one.refresh_from_db()
    assert one.active is True
    for path in ("", f"{one.pk}/try/", f"{one.pk}/switch/", f"{one.pk}/remove/"):
        assert page(mia).post(f"/companies/providers/{path}").status_code == 403
    page(lea).post(f"/companies/providers/{one.pk}/remove/")
    assert not Provider.objects.exists()
