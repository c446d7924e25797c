"""Forms in real browsers: built, previewed, filled in, embedded elsewhere; axe finds nothing."""

import base64
import hashlib
import http.server
import threading

import pytest

from leadboard.forms import figures, publishing
from leadboard.forms.formula import parse
from leadboard.forms.models import Sending
from leadboard.forms.schema import Figure
from leadboard.forms.starters import starters
from leadboard.leads.models import Lead
from leadboard.tracking.models import Touch
from tests.browser.reading import faults_of, picture
from tests.live import until


@pytest.fixture
def published(mia):
    """Return {starter: published form} of all starters."""
    forms = {}
    for key, starter in starters().items():
        forms[key] = publishing.create(starter.title, starter.definition, by=mia)
        publishing.publish(forms[key], by=mia)
    return forms


def fill(page, *, scored=True):
    """Answer all there is, as a person does."""
    for box in page.locator("input.input, textarea.input").all():
        kind, mode = box.get_attribute("type"), box.get_attribute("inputmode")
        box.fill(
            "diana@barsund.example"
            if kind == "email"
            else "60"
            if mode == "decimal"
            else "+49 3641 123456"
            if kind == "tel"
            else "Barsund"
        )
    for group in page.locator("fieldset").all():
        group.locator("input").first.check()
    for box in page.locator(".form-consent input").all():
        box.check()


def test_everybody_can_read_and_use_forms(site, mia, published):
    faults = []
    inside = site.open("/accounts/login/", person=mia)
    screens = {
        "forms": "/forms/",
        "form-new": "/forms/new/",
        "form-builder": f"/forms/{published['demo'].pk}/",
        "form-assessment": f"/forms/{published['assessment'].pk}/",
        "form-calculator": f"/forms/{published['calculator'].pk}/",
        "form-versions": f"/forms/{published['demo'].pk}/versions/",
    }
    for name, path in screens.items():
        inside.goto(site.base + path)
        if after := inside.locator(".form-after summary").all():
            after[0].click()
        faults += faults_of(inside, name)
    outside = site.open("/accounts/login/")
    for key in ("demo", "checklist", "assessment", "calculator"):
        outside.goto(site.base + published[key].path)
        faults += faults_of(outside, f"public-{key}")
        fill(outside)
        outside.click("button.form-send")
        outside.wait_for_url("**/done/**")
        faults += faults_of(outside, f"public-{key}-done")
    assert faults == []


@pytest.fixture
def elsewhere():
    """A page of another site; return a function that says what stands in it and gives its address."""
    shown = {}

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = shown["html"].encode() if self.path.startswith("/page") else b""
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if body and "policy" in shown:
                self.send_header("Content-Security-Policy", shown["policy"])
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(html, **more):
        shown.update(more, html=html)
        return f"http://127.0.0.1:{server.server_port}/page"

    yield show
    server.shutdown()
    server.server_close()


def test_a_form_in_a_page_of_another_site_is_as_high_as_it_is_and_can_be_sent(site, published, elsewhere):
    script = f'<script src="{site.base}/f/demo-request/embed.js" data-theme="dark" async></script>'
    address = elsewhere(f"<!doctype html><title>Firm</title><h1>Firm</h1>{script}")
    page = site.browser.new_context(viewport={"width": 700, "height": 800}).new_page()
    page.goto(f"{address}?utm_source=ads&utm_campaign=autumn")
    frame = page.frame_locator("iframe")
    frame.locator("#q-email").wait_for()
    page.wait_for_function("document.querySelector('iframe').clientHeight > 600")
    high = page.evaluate("document.querySelector('iframe').clientHeight")
    inside = next(one for one in page.frames if one != page.main_frame)
    assert abs(inside.evaluate("document.body.getBoundingClientRect().height") - high) <= 1
    assert inside.evaluate("document.documentElement.scrollHeight - innerHeight") <= 1
    picture(page, "embedded")
    page.evaluate("postMessage({leadboard: 'height', height: 5000}, '*')")
    for box, text in (("name", "Diana Ek"), ("email", "diana@barsund.example"), ("company", "Barsund")):
        frame.locator(f"#q-{box}").fill(text)
    frame.locator("#q-privacy").check()
    assert page.evaluate("document.querySelector('iframe').clientHeight") == high
    page.wait_for_timeout(2100)
    frame.locator("button.form-send").click()
    frame.get_by_role("heading", name="We are on it").wait_for()
    page.wait_for_function(f"document.querySelector('iframe').clientHeight < {high / 2}")
    lead = Lead.objects.get()
    assert (lead.lead_type, lead.campaign, lead.extra["utm_source"], lead.extra["page"]) == (
        "demo",
        "autumn",
        "ads",
        address,
    )
    page.context.close()


STRICT = "default-src 'none'; script-src {0}; frame-src {0}; connect-src {0}; style-src 'self'; img-src data:"
STUB = (
    "window.leadboard = window.leadboard || function () { (leadboard.q = leadboard.q || []).push(arguments) }"
)


def test_two_forms_beside_the_recorder_on_a_page_with_a_strict_policy(site, published, elsewhere):
    recorder, demo, contact = (
        f'<script src="{site.base}/{path}" async></script>'
        for path in ("track.js", "f/demo-request/embed.js", 'f/contact/embed.js" data-into="#there')
    )
    hashed = base64.b64encode(hashlib.sha256(STUB.encode()).digest()).decode()
    address = elsewhere(
        f'<!doctype html><title>Firm</title><link rel="icon" href="data:,"><script>{STUB}</script>'
        f"<style>* {{ all: revert; font: 40px serif; color: red }}</style>{recorder}{contact}"
        f"<body><h1>Firm</h1>{demo}<div id=there></div>",
        policy=STRICT.format(site.base).replace("script-src", f"script-src 'sha256-{hashed}'"),
    )
    context = site.browser.new_context(viewport={"width": 700, "height": 800})
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if "style" not in said.text else None)
    page.goto(f"{address}?lb=nonsense&utm_source=ads")
    # The page's policy keeps the browser from polling by itself.
    until(lambda: page.evaluate("document.querySelectorAll('iframe').length") == 2)
    first = next(one for one in page.frames if "/f/demo-request/" in one.url)
    first.locator("#q-email").wait_for()
    until(lambda: page.evaluate("document.querySelector('iframe').clientHeight") > 600)
    assert first.locator("[name=leadboard_visitor]").count() == 0
    page.evaluate("window.sent = []; addEventListener('leadboard:sent', (e) => sent.push(e.detail.form))")
    page.evaluate("leadboard('consent', true)")
    until(lambda: page.evaluate("JSON.parse(localStorage.getItem('leadboard')).v"))
    for box, text in (("name", "Diana Ek"), ("email", "diana@barsund.example"), ("company", "Barsund")):
        first.locator(f"#q-{box}").fill(text)
    first.locator("[name=leadboard_visitor]").wait_for(state="attached")
    first.locator("#q-privacy").check()
    page.wait_for_timeout(2100)
    first.locator("button.form-send").dblclick()
    first.get_by_role("heading", name="We are on it").wait_for()
    until(lambda: page.evaluate("sent.length") == 1)
    assert page.evaluate("sent") == [f"{site.base}/f/demo-request/"]
    until(lambda: Touch.objects.filter(lead=Lead.objects.get(), kind="view").exists())
    page.reload()
    known = page.frame_locator("iframe[src*=contact]")
    known.get_by_text("Welcome back").wait_for()  # by the recorder's id, which came with the page this time
    assert known.locator("#q-email").count() == 0
    assert complaints == []
    context.close()


def test_a_calculator_works_out_while_typing_what_the_server_works_out(site, published):
    page = site.open(published["calculator"].path)
    assert page.locator("[data-while-typing]").is_hidden()
    for name, text in (
        ("enquiries", "1,200"),
        ("lost_share", "12.5"),
        ("close_rate", "20"),
        ("deal_value", "9999.5"),
    ):
        page.fill(f"#q-{name}", text)
    page.locator("[data-figure=worth]", has_text="€3,599,820").wait_for()
    assert page.inner_text("[data-figure=lost_deals]") == "360.0"
    page.fill("#q-deal_value", "many")
    page.locator("[data-figure=worth]", has_text="–").wait_for()
    module = page.evaluate("document.querySelector('script[src*=figures]').src")
    values = {"x": 2.5, "y": -3.0, "z": 0.1}
    written_by = Figure(name="f", label="F", formula="1", format="money", unit="€", places=2)
    cases = []
    texts = ["x + y * 2", "-(x - y) ÷ 4", "round(x) + round(y ÷ 2)", "max(x, y, z) − min(1, 2)", "z × 3"]
    for text in [*texts, "round(1.005, 2)", "x ÷ 7 × 1000000", "round(-2.5)", "round(x × 10000000000, 3)"]:
        formula = parse(text)
        cases.append([formula.steps, figures.written(written_by, formula.value(values))])
    told = page.evaluate(
        """async ([module, cases, values]) => { const { workOut, written } = await import(module);
        const figure = { format: "money", unit: "€", places: 2, before: true };
        const known = new Map(Object.entries(values));
        return cases.map(([steps]) => written(figure, workOut(steps, known), [",", "."])); }""",
        [module, cases, values],
    )
    assert told == [shown for _, shown in cases]


def test_nothing_typed_is_lost_offline_and_coming_back_sends_nothing_twice(site, published):
    path = published["content"].path
    page = site.open(path)
    page.fill("#q-email", "diana@barsund.example")
    page.fill("#q-name", "ديانا 👋")
    page.context.set_offline(True)
    page.click("button.form-send")
    page.locator("[data-offline]").wait_for(state="visible")
    assert (page.input_value("#q-name"), page.url) == ("ديانا 👋", site.base + path)
    page.context.set_offline(False)
    page.locator("[data-offline]").wait_for(state="hidden")
    for _ in range(2):
        page.click("button.form-send")
        page.wait_for_url("**/done/**")
        page.go_back()
        page.locator("button.form-send:not([aria-busy])").wait_for()
        assert page.input_value("#q-name") == "ديانا 👋"
    assert (Sending.objects.count(), Lead.objects.count()) == (1, 1)


def test_a_site_that_is_not_listed_cannot_show_it(site, published, elsewhere):
    form = published["contact"]
    publishing.change(form, draft=form.draft | {"sites": ["https://www.barsund.example"]})
    publishing.publish(form)
    address = elsewhere(
        f'<!doctype html><title>Other</title><iframe src="{site.base}{form.path}?embed=1"></iframe>'
    )
    page = site.browser.new_context().new_page()
    page.goto(address)
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator("#q-email").count() == 0
    page.context.close()


def test_the_builder_previews_while_typing_and_moves_by_hand(site, mia, published):
    page = site.open(published["contact"].get_absolute_url(), person=mia, width=1280)
    page.fill("#b-title", "Ask us anything")
    page.locator(".form-title", has_text="Ask us anything").wait_for()
    page.get_by_text("Prospects see the version before until you publish it.").wait_for()
    page.select_option("#added", "number")
    page.get_by_role("button", name="Add question").click()
    page.locator("#question-8").wait_for()
    assert page.input_value("#b-questions-7-label") == "How many?"
    first = page.locator("#question-2 [data-grip]")
    first.drag_to(page.locator("#question-1"))
    page.locator("#b-questions-0-label[value='Work e-mail']").wait_for()
    page.fill("#b-questions-0-label", "")
    page.get_by_role("button", name="Publish the changes").click()
    page.locator("#wrong").wait_for()
    assert page.evaluate("document.activeElement.id") == "wrong"
    assert "Question 1, label" in page.inner_text("#wrong")
    page.fill("#b-questions-0-label", "Your e-mail")
    page.get_by_role("button", name="Publish the changes").click()
    page.get_by_text("Version 2 is live").wait_for()
    asked = published["contact"].versions.first().definition["questions"]
    assert [question["label"] for question in asked][:2] == ["Your e-mail", "Your name"]
    site.complaints[:] = [words for words in site.complaints if "422" not in words]
