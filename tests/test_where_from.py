"""Where somebody came from, told by the referrer, a click id, or what a form says of it."""

import json

import pytest
from django.test import Client

from leadboard.capture import sources
from leadboard.leads.models import Lead
from leadboard.tracking import attribution, sites
from leadboard.tracking.models import Touch
from leadboard.tracking.origin import channel, host_of


@pytest.mark.parametrize(
    ("referrer", "source", "medium"),
    [
        ("https://www.google.co.uk/", "google", "organic"),
        ("https://de.search.yahoo.com/", "yahoo", "organic"),
        ("https://search.brave.com/search?q=x", "brave", "organic"),
        ("https://search.naver.com/", "naver", "organic"),
        ("https://lm.facebook.com/l.php", "facebook", "social"),
        ("https://www.pinterest.fr/", "pinterest", "social"),
        ("https://t.co/abc", "x", "social"),
        ("https://mail.google.com/", "mail.google.com", "email"),
        ("https://outlook.live.com/", "outlook.live.com", "email"),
        ("https://googleads.g.doubleclick.net/", "google", "cpc"),
        ("https://docs.google.com/d/1", "docs.google.com", "referral"),
        ("https://google.evil.example/", "google.evil.example", "referral"),
        ("https://netflix.com/", "netflix.com", "referral"),
        ("", "", ""),
    ],
)
def test_a_referrer_is_named_by_who_owns_its_domain(referrer, source, medium):
    assert channel(host_of(referrer) or "") == (source, medium)


@pytest.fixture
def view(db):
    """Return a function by which a page of a site sends one view; it gives the touch that is kept."""

    def send(origin="https://www.firm.test", **event):
        body = {"consent": True, "events": [{"path": "/"} | event]}
        headers = {"Origin": origin}
        answer = Client().post("/track/", json.dumps(body), content_type="text/plain", headers=headers)
        assert answer.status_code == 202
        return Touch.objects.latest("id")

    return send


def test_whoever_comes_from_another_page_of_the_firm_came_from_nowhere_else(view, mia):
    sites.allow("https://www.firm.test", mia)
    sites.allow("https://firm-shop.test", mia)
    inside = ["https://blog.firm.test/a", "https://firm-shop.test/b", "https://www.firm.test/"]
    assert [view(referrer=page).referrer for page in inside] == ["", "", ""]
    assert view(referrer="https://firm.test.evil.test/").referrer == "firm.test.evil.test"


def test_spellings_of_a_source_are_one_and_a_click_id_counts_where_no_mark_does(view):
    marked = view(utm={"source": " LinkedIn", "medium": "CPC", "campaign": "Spring  Fair"}, click_id="gclid")
    assert (marked.source, marked.medium, marked.campaign) == ("linkedin", "cpc", "Spring Fair")
    clicked = view(click_id="li_fat_id", referrer="https://www.linkedin.com/")
    assert (clicked.source, clicked.medium) == ("linkedin", "paid_social")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"UTM Source": "Google", "utm-medium": "CPC", "utmCampaign": "Fall"}, ("google", "cpc", "Fall")),
        ({"page_url": "https://www.firm.test/a?utm_source=bing&utm_campaign=dach"}, ("bing", "", "dach")),
        ({"landing": "https://www.firm.test/?li_fat_id=8f3"}, ("linkedin", "paid_social", "")),
        ({"referrer": "https://duckduckgo.com/"}, ("duckduckgo", "organic", "")),
        ({"page_url": "https://www.firm.test/?page=2"}, ("Contact form", "", "")),
    ],
)
def test_a_form_tells_its_campaign_in_fields_or_in_the_address_of_the_page(db, fields, words):
    path = sources.path_of(sources.add("Contact form"))
    sent = {"email": "ana@halden-optik.de", "name": "Ana"} | fields
    Client().post(path, json.dumps(sent), content_type="application/json")
    [step] = attribution.touches_of(Lead.objects.get())
    assert (step.source, step.medium, step.campaign) == words
