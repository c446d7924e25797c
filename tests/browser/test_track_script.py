"""The recorder on a real page of the firm's site: another origin, a real browser, the real door."""

import functools
import gzip
import http.server
import threading
from pathlib import Path

import pytest

from leadboard.capture import sources
from leadboard.leads.models import Lead
from leadboard.tracking.models import Touch, Visitor
from tests.live import until

SCRIPT = Path(__file__).resolve().parent.parent.parent / "static" / "track.js"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,">
<script>
window.leadboard = window.leadboard || function () {{ (leadboard.q = leadboard.q || []).push(arguments) }}
</script>
<script async src="{base}/track.js"></script></head>
<body><h1>{title}</h1>
<a id="next" href="/pricing.html">Prices</a> <a id="guide" href="/guide.pdf" download>Guide</a>
<form data-leadboard-form action="{base}{intake}" method="post">
<input name="email" value="ana@halden-optik.de">
<input name="name" value="Ana Lund"><button>Send</button></form></body></html>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the firm's pages without a word."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def firm(site, tmp_path):
    """Serve two static pages of a firm on an origin of its own; return its address."""
    intake = sources.path_of(sources.add("Contact form"))
    for name in ("index", "pricing"):
        html = PAGE.format(title=name.title(), base=site.base, intake=intake)
        (tmp_path / f"{name}.html").write_text(html)
    (tmp_path / "guide.pdf").write_bytes(b"%PDF-1.4")
    handler = functools.partial(Quiet, directory=tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def views():
    return list(Touch.objects.filter(kind="view").order_by("at", "id").values_list("what", flat=True))


def test_the_script_weighs_less_than_three_kilobytes():
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) < 3_072


def test_nothing_is_sent_before_consent_and_then_pages_stays_and_the_form_join(site, firm):
    page = site.open("/accounts/login/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/track/" in request.url else None)
    page.goto(f"{firm}/index.html?utm_source=google&utm_medium=cpc&utm_campaign=spring")
    page.wait_for_function("leadboard.on")
    page.wait_for_timeout(300)
    assert asked == []
    assert page.evaluate("localStorage.getItem('leadboard')") is None
    page.evaluate("leadboard('consent', true)")
    until(lambda: views() == ["/index.html"])
    page.wait_for_function("JSON.parse(localStorage.getItem('leadboard')).v")
    page.evaluate("history.pushState({}, '', '/tour')")
    until(lambda: views() == ["/index.html", "/tour"])
    page.goto(f"{firm}/index.html")
    page.wait_for_timeout(700)
    page.click("#next")
    until(lambda: views() == ["/index.html", "/tour", "/index.html", "/pricing.html"])
    until(lambda: Touch.objects.order_by("at")[2].seconds > 0)
    first = Touch.objects.order_by("at").first()
    assert (first.source, first.medium, first.campaign, first.title) == ("google", "cpc", "spring", "Index")
    assert (Visitor.objects.count(), first.device, first.hour is not None) == (1, "desktop", True)
    # Sent by script, as most sites do; the answer of a plain form would be a document without an icon.
    sent = "form => fetch(form.action, {method: 'POST', mode: 'no-cors', body: new FormData(form)})"
    page.eval_on_selector("form", sent)
    until(lambda: Lead.objects.exists())
    lead = Lead.objects.get()
    until(lambda: Touch.objects.filter(lead=lead, kind="view").count() == 4)
    assert "leadboard_visitor" not in lead.extra


def test_taking_consent_back_deletes_what_was_sent_and_ends_it(site, firm):
    page = site.open("/accounts/login/")
    page.goto(f"{firm}/index.html")
    page.evaluate("leadboard('consent', true)")
    until(lambda: views() == ["/index.html"])
    page.wait_for_function("JSON.parse(localStorage.getItem('leadboard')).v")
    page.click("#guide", no_wait_after=True)
    until(lambda: Touch.objects.filter(kind="download", what="/guide.pdf").count() == 1)
    page.evaluate("leadboard('consent', false)")
    until(lambda: Touch.objects.count() == 0)
    page.goto(f"{firm}/pricing.html")
    page.wait_for_function("leadboard.on")
    page.wait_for_timeout(500)
    assert Touch.objects.count() == 0
    assert "v" not in page.evaluate("JSON.parse(localStorage.getItem('leadboard'))")


def test_a_browser_that_objects_is_not_followed_whatever_the_banner_says(site, firm):
    page = site.open("/accounts/login/", extra_http_headers={"Sec-GPC": "1"})
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/track/" in request.url else None)
    page.goto(f"{firm}/index.html")
    page.evaluate("leadboard('consent', true)")
    page.wait_for_timeout(500)
    assert (asked, Touch.objects.count()) == ([], 0)


def test_two_tabs_are_one_visitor_and_a_no_in_one_ends_the_other(site, firm):
    one = site.open("/accounts/login/")
    two = one.context.new_page()
    for page in (one, two):
        page.goto(f"{firm}/index.html")
        page.wait_for_function("leadboard.on")
    one.evaluate("leadboard('consent', true)")
    until(lambda: Touch.objects.filter(kind="view").count() == 2)  # the other tab hears of the yes
    assert Visitor.objects.count() == 1
    two.evaluate("leadboard('consent', false)")
    until(lambda: Touch.objects.count() == 0)
    one.evaluate("history.pushState({}, '', '/after')")
    one.wait_for_timeout(300)
    assert (Touch.objects.count(), Visitor.objects.filter(withdrawn_at=None).count()) == (0, 0)


def test_a_page_seen_while_the_first_answer_is_still_read_is_the_same_visitors(site, firm):
    page = site.open("/accounts/login/")
    page.add_init_script(
        "const read = Response.prototype.json; Response.prototype.json = function () {"
        " return new Promise(done => { window.go = done }).then(() => read.call(this)) }"
    )
    page.goto(f"{firm}/index.html")
    page.evaluate("leadboard('consent', true)")
    page.wait_for_function("!!window.go")
    page.evaluate("history.pushState({}, '', '/tour')")
    page.wait_for_timeout(200)
    assert views() == ["/index.html"]
    page.evaluate("window.go()")
    until(lambda: views() == ["/index.html", "/tour"])
    assert Visitor.objects.count() == 1


def test_what_is_seen_without_a_line_is_sent_when_it_is_back(site, firm):
    page = site.open("/accounts/login/")
    page.goto(f"{firm}/index.html")
    page.evaluate("leadboard('consent', true)")
    until(lambda: views() == ["/index.html"])
    page.context.set_offline(True)
    page.evaluate("history.pushState({}, '', '/tunnel')")
    page.evaluate("location.hash = '#/inside?x=1'")
    page.wait_for_timeout(200)
    page.context.set_offline(False)
    until(lambda: views() == ["/index.html", "/tunnel", "/tunnel/inside"])
    assert Visitor.objects.count() == 1


def test_a_browser_that_keeps_nothing_is_recorded_for_a_page_under_a_strict_policy(site, firm, tmp_path):
    policy = f"default-src 'none'; script-src 'nonce-x' {site.base}; connect-src {site.base}; img-src data:"
    html = (tmp_path / "index.html").read_text().replace("<script>", '<script nonce="x">')
    html = html.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">')
    (tmp_path / "strict.html").write_text(html)
    page = site.open("/accounts/login/")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked') }})"
    )
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{firm}/strict.html?UTM_Source=Bing&MSCLKID=1#utm_campaign=Winter")
    page.evaluate("leadboard('consent', true)")
    until(lambda: views() == ["/strict.html"])
    page.evaluate("history.replaceState({}, '', '/moved')")
    until(lambda: views() == ["/strict.html", "/moved"])
    touch = Touch.objects.order_by("at").first()
    assert (touch.source, touch.campaign, said) == ("bing", "Winter", [])
    assert Visitor.objects.count() == 1
    assert page.context.cookies(firm) == []
