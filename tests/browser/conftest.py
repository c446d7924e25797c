"""Real browsers on a real web process over the test's database; every page is watched for complaints."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings as configured
from playwright.sync_api import expect, sync_playwright

from leadboard.capture import sources
from tests import chromium, live

ROOT = Path(__file__).resolve().parent.parent.parent
# Playwright runs a loop in this thread; the tests themselves are plain synchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
expect.set_options(timeout=20_000)  # what comes, comes at once; on a busy machine that takes a while


def pytest_collection_modifyitems(items):
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(item.fspath).is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser():
    """Start the Chromium that this machine has; while it runs, no test of this process can have a loop of its
    own, so it ends with the file.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def static_files():
    """Collect the static files once, as an installation does."""
    words = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "leadboard.settings"}
    subprocess.run(words, cwd=ROOT, env=environment, check=True)


@dataclass
class Site:
    """The product under test: where it is, and the pages that were opened on it."""

    base: str
    browser: object
    complaints: list[str] = field(default_factory=list)
    contexts: list = field(default_factory=list)

    def open(self, path="/", person=None, width=1440, height=900, **options):
        """Return a new browser's page at `path`, signed in as the person."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        self.contexts.append(context)
        if person:
            cookie = {"name": configured.SESSION_COOKIE_NAME, "value": live.sign_in(person), "url": self.base}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.base + path)
        if person and page.locator("#live").count() and page.locator("body[data-live]").count():
            page.wait_for_selector("#live:not([data-state=wait])", state="visible")
        return page

    def _heard(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def close(self):
        """Close all browsers of this test."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def site(transactional_db, static_files, browser):
    """Run web process and sequencer; afterwards no page may have complained."""
    sequencer = live.start_sequencer()
    try:
        with live.web_process() as (port, _):
            running = Site(f"http://localhost:{port}", browser)
            yield running
            running.close()
            assert running.complaints == []
    finally:
        sequencer.terminate()
        sequencer.wait(15)


@pytest.fixture
def post_lead(site):
    """Return a function that posts a lead to the real intake, as a form does."""
    path = sources.path_of(sources.add("Demo form"))

    def post(request, **fields):
        body = {"name": "Diana Ek", "email": "diana@barsund.test", "company": "Barsund"} | fields
        answer = request.post(site.base + path, data=body)
        assert answer.status == 202, answer.text()

    return post
