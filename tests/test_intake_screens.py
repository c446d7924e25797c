"""Sources and quarantine for people and for scripts: who may, and that a fixed mapping brings leads back."""

import json

import pytest

from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead

UNKNOWN = {"Wer": "Ana Ruiz", "Abteilung": "Einkauf"}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


@pytest.fixture
def waiting(client, source):
    """A delivery in quarantine."""
    answer = client.post(f"/intake/{source.key}/", json.dumps(UNKNOWN), content_type="application/json")
    return Submission.objects.get(pk=answer.json()["id"])


def test_a_marketer_adds_a_source_and_sees_its_address(page, mia):
    browser = page(mia)
    answer = browser.post(
        "/sources/", {"name": "Demo form", "vendor": "generic", "lead_type": "demo", "secret": ""}
    )
    source = Source.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/sources/{source.pk}/")
    assert (source.name, source.lead_type, source.created_by) == ("Demo form", "demo", mia)
    listed, own = browser.get("/sources/").text, browser.get(f"/sources/{source.pk}/").text
    assert (f"/intake/{source.key}/" in listed, f"/intake/{source.key}/" in own) == (True, True)
    assert ("Asked for a demo</span>" in listed, "its leads: asked for a demo" in own) == (True, True)
    Source.objects.update(lead_type="dropped")
    assert "dropped</span>" in browser.get("/sources/").text


def test_a_name_that_is_taken_is_told_beside_the_field(page, mia, source):
    answer = page(mia).post("/sources/", {"name": "Web form", "vendor": "generic"})
    assert answer.status_code == 422
    assert "There is a source named &#x27;Web form&#x27; already." in answer.text
    assert Source.objects.count() == 1


def test_the_mapping_is_fixed_in_the_form_and_the_quarantine_replayed(page, mia, source, waiting):
    browser = page(mia)
    text = browser.get("/sources/quarantine/").text
    assert "Nobody was recognised in it" in text
    assert "&quot;Wer&quot;: &quot;Ana Ruiz&quot;" in text
    typed = {"name": "Wer", "own_name_0": "department", "own_path_0": "Abteilung"}
    assert browser.post(f"/sources/{source.pk}/", typed).status_code == 302
    source.refresh_from_db()
    assert source.mapping == {"name": "Wer", "department": "Abteilung"}
    answer = browser.post(f"/sources/quarantine/{waiting.pk}/replay/")
    lead = Lead.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, lead.get_absolute_url())
    assert (lead.name, lead.extra, lead.uid) == ("Ana Ruiz", {"department": "Einkauf"}, waiting.pk)


def test_the_mapping_form_shows_what_is_mapped_and_keeps_it(page, mia, source):
    source.mapping = {"name": ["First", "Last"], "title": None, "seats": "Seats", "*": None}
    source.save()
    browser = page(mia)
    answer = browser.get(f"/sources/{source.pk}/")
    assert 'value="First | Last"' in answer.text
    typed = {
        "name": "First | Last",
        "own_name_0": "seats",
        "own_path_0": "Seats",
        "only_these": "on",
    }
    assert browser.post(f"/sources/{source.pk}/", typed).status_code == 302
    source.refresh_from_db()
    assert source.mapping == {"name": ["First", "Last"], "title": None, "seats": "Seats", "*": None}


def test_a_mapping_to_what_leadboard_decides_is_refused_in_words(page, mia, source):
    answer = page(mia).post(f"/sources/{source.pk}/", {"own_name_0": "score", "own_path_0": "points"})
    assert answer.status_code == 422
    assert "score is decided by leadboard and cannot be mapped." in answer.text


def test_all_that_waits_of_a_source_is_replayed_at_once(page, mia, client, source, waiting):
    client.post(f"/intake/{source.key}/", json.dumps({"Wer": "Bo Chen"}), content_type="application/json")
    client.post(f"/intake/{source.key}/", json.dumps({"colour": "blue"}), content_type="application/json")
    Source.objects.update(mapping={"name": "Wer"})
    answer = page(mia).post(f"/sources/{source.pk}/replay/", follow=True)
    assert "2 of 3 became leads or joined one; 1 still wait." in answer.text
    assert set(Lead.objects.values_list("name", flat=True)) == {"Ana Ruiz", "Bo Chen"}


def test_what_is_put_away_makes_no_lead_and_is_kept(page, mia, waiting):
    browser = page(mia)
    browser.post(f"/sources/quarantine/{waiting.pk}/discard/")
    waiting.refresh_from_db()
    assert waiting.state == "discarded"
    assert (
        "not in quarantine any more"
        in browser.post(f"/sources/quarantine/{waiting.pk}/replay/", follow=True).text
    )
    assert Lead.objects.count() == 0


def test_a_source_is_switched_off_and_on(page, mia, client, source):
    browser = page(mia)
    browser.post(f"/sources/{source.pk}/switch/")
    assert client.post(f"/intake/{source.key}/", {"email": "a@b.example"}).status_code == 404
    browser.post(f"/sources/{source.pk}/switch/")
    assert client.post(f"/intake/{source.key}/", {"email": "a@b.example"}).status_code == 202


def test_hostile_bodies_are_shown_as_text(page, mia, client, source):
    body = '{"x": "<script>alert(1)</script>\u202e{{7*7}}"}'
    client.generic("POST", f"/intake/{source.key}/", body.encode(), content_type="application/json")
    text = page(mia).get("/sources/quarantine/").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert "{{7*7}}" in text


PAGES = ["/sources/", "/sources/quarantine/", "/sources/{source}/"]
ACTS = [
    "/sources/",
    "/sources/{source}/",
    "/sources/{source}/switch/",
    "/sources/{source}/replay/",
    "/sources/quarantine/{waiting}/replay/",
    "/sources/quarantine/{waiting}/discard/",
]


@pytest.mark.parametrize("path", PAGES)
def test_reps_may_not_open_sources_and_strangers_sign_in_first(page, client, ana, source, waiting, path):
    path = path.format(source=source.pk, waiting=waiting.pk)
    assert client.get(path).status_code == 302
    assert page(ana).get(path).status_code == 403


@pytest.mark.parametrize("path", ACTS)
def test_reps_and_strangers_may_not_act_on_sources(page, client, ana, otto, source, waiting, path):
    path = path.format(source=source.pk, waiting=waiting.pk)
    assert client.post(path).status_code == 302
    assert page(ana).post(path).status_code == 403
    waiting.refresh_from_db()
    source.refresh_from_db()
    assert (waiting.state, source.active) == ("quarantined", True)


# The API


def test_a_source_is_made_read_and_changed_over_the_api(api, mia):
    session = api(mia)
    answer = session.post(
        "/api/sources/", {"name": "Ads", "secret": "s3cret", "mapping": {"email": "mail"}}, format="json"
    )
    source = Source.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": source.pk,
        "name": "Ads",
        "vendor": "generic",
        "path": f"/intake/{source.key}/",
        "url": f"http://localhost:8000/intake/{source.key}/",
        "has_secret": True,
        "mapping": {"email": "mail"},
        "lead_type": "",
        "campaign": "",
        "active": True,
        "created_at": answer.json()["created_at"],
    }
    changed = session.patch(
        f"/api/sources/{source.pk}/", {"active": False, "mapping": {"name": ["a", "b"]}}, format="json"
    )
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert session.get(f"/api/sources/{source.pk}/").json() == changed.json()
    assert session.get("/api/sources/").json()["results"] == [changed.json()]
    source.refresh_from_db()
    assert (source.secret, source.mapping) == ("s3cret", {"name": ["a", "b"]})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "Web form"}, 422),
        ({"name": "A", "mapping": {"score": "x"}}, 422),
        ({"name": "A", "mapping": {"email": {"$ne": 1}}}, 422),
        ({"name": "A", "lead_type": "nonsense"}, 422),
        ({"name": "A", "vendor": "acme"}, 400),
        ({"name": "A", "mapping": [1]}, 400),
        ({"name": ""}, 400),
        ({"name": "x" * 81}, 400),
        ({}, 400),
    ],
)
def test_a_wrong_source_is_refused_with_a_problem_document(api, mia, source, fields, status):
    answer = api(mia).post("/api/sources/", fields, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert Source.objects.count() == 1


def test_submissions_are_listed_filtered_and_read_raw(api, mia, client, source, waiting):
    client.post(f"/intake/{source.key}/", {"email": "a@b.example"})
    session = api(mia)
    states = sorted(row["state"] for row in session.get("/api/submissions/").json()["results"])
    assert states == ["captured", "quarantined"]
    for query in (
        "state=quarantined",
        f"source={source.pk}&state=quarantined",
        "source=Web form&state=quarantined",
    ):
        assert [row["id"] for row in session.get(f"/api/submissions/?{query}").json()["results"]] == [
            str(waiting.pk)
        ]
    assert session.get("/api/submissions/?source=other").json()["results"] == []
    raw = session.get(f"/api/submissions/{waiting.pk}/").json()
    assert json.loads(raw["body"]) == UNKNOWN
    assert (raw["source"], raw["state"], raw["lead"]) == ("Web form", "quarantined", None)


def test_a_submission_is_replayed_over_the_api_once(api, mia, source, waiting):
    session = api(mia)
    still = session.post(f"/api/submissions/{waiting.pk}/replay/").json()
    assert (still["state"], still["lead"]) == ("quarantined", None)
    session.patch(f"/api/sources/{source.pk}/", {"mapping": {"name": "Wer"}}, format="json")
    done = session.post(f"/api/submissions/{waiting.pk}/replay/")
    assert (done.status_code, done.json()["state"], done.json()["lead"]) == (200, "captured", str(waiting.pk))
    again = session.post(f"/api/submissions/{waiting.pk}/replay/")
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")
    assert session.post(f"/api/submissions/{waiting.pk}/discard/").status_code == 409
    assert Lead.objects.count() == 1


def test_a_whole_source_is_replayed_over_the_api(api, lea, source, waiting):
    Source.objects.update(mapping={"name": "Wer"})
    assert api(lea).post(f"/api/sources/{source.pk}/replay/").json() == {"replayed": 1, "waiting": 0}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/sources/"),
        ("post", "/api/sources/"),
        ("get", "/api/sources/{source}/"),
        ("patch", "/api/sources/{source}/"),
        ("post", "/api/sources/{source}/replay/"),
        ("get", "/api/submissions/"),
        ("get", "/api/submissions/{waiting}/"),
        ("post", "/api/submissions/{waiting}/replay/"),
        ("post", "/api/submissions/{waiting}/discard/"),
    ],
)
def test_reps_and_strangers_may_not_use_the_api_of_sources(api, client, ana, source, waiting, method, path):
    path = path.format(source=source.pk, waiting=waiting.pk)
    assert getattr(api(ana), method)(path).status_code == 403
    assert getattr(client, method)(path).status_code == 401
    waiting.refresh_from_db()
    assert waiting.state == "quarantined"
