"""The builder and the API of forms: a marketer makes them, nobody else may, and every error has its place."""

import re
from html import unescape
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.core.management import call_command

from leadboard.capture.models import Source
from leadboard.forms import publishing
from leadboard.forms.models import Form
from leadboard.forms.schema import load
from leadboard.forms.starters import SAID, plain, starters


@pytest.fixture
def form(db, mia):
    """A form that is not published."""
    return publishing.create("Demo request", starters()["demo"].definition, by=mia)


def typed(text):
    """Return {name: value} of everything in the builder's page, as a browser would send it."""
    inside = text[text.index('id="builder" method="post"') : text.index('<aside class="form-aside"')]
    found = dict(
        re.findall(
            r'<input (?:class="input" id="[^"]+"|type="hidden") name="([^"]+)" value="([^"]*)"', inside
        )
    )
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)<', inside))
    found |= dict.fromkeys(
        re.findall(r'<input type="checkbox" id="[^"]+" name="([^"]+)" checked', inside), "on"
    )
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', inside, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    found.pop("do", None)
    return {name: unescape(value) for name, value in found.items()}


def labels(form):
    return [question["label"] for question in Form.objects.get(pk=form.pk).draft["questions"]]


def test_a_marketer_makes_a_form_changes_it_and_publishes_it(page, mia):
    browser = page(mia)
    made = browser.post("/forms/new/", {"name": "Price list", "starter": "content"})
    form = Form.objects.get()
    assert (made["Location"], form.slug, form.created_by) == (f"/forms/{form.pk}/", "price-list", mia)
    said = typed(browser.get(made["Location"]).text)
    said |= {"title": "Our prices", "lead_type": "pricing", "do": "publish"}
    assert browser.post(made["Location"], said).status_code == 302
    form.refresh_from_db()
    assert (form.live.number, form.live.definition["title"], form.source.name, form.source.lead_type) == (
        1,
        "Our prices",
        "Price list",
        "pricing",
    )
    text = browser.get("/forms/").text
    assert "Price list" in text
    assert "Live" in text
    assert "Our prices" in browser.get("/f/price-list/").text


def said_in(part, name=""):
    if isinstance(part, dict):
        return [text for key, member in part.items() for text in said_in(member, key)]
    if isinstance(part, list):
        return [text for member in part for text in said_in(member, name)]
    return [part] if name in SAID and part else []


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_form_begins_in_the_language_that_was_chosen_and_no_word_is_left_out(page, mia, language):
    drafts = plain(["hand_raiser", "demo", "content", "pricing"], language)
    for key, starter in starters().items():
        english, told = said_in(starter.definition), said_in(drafts[key])
        same = {one for one, other in zip(english, told, strict=True) if one == other}
        assert same <= {"E-mail"}, key
        assert load(drafts[key]).language == language
    browser = page(mia)
    made = browser.post("/forms/new/", {"name": "Rechner", "starter": "calculator", "language": language})
    assert drafts["calculator"]["title"] in unescape(browser.get(made["Location"]).text)


def test_what_the_page_shows_can_be_sent_back_and_changes_nothing(page, mia):
    browser = page(mia)
    for key, starter in starters().items():
        form = publishing.create(key, starter.definition, by=mia)
        browser.post(
            form.get_absolute_url(), typed(browser.get(form.get_absolute_url()).text) | {"do": "save"}
        )
        assert Form.objects.get(pk=form.pk).draft == form.draft, key


def test_questions_are_added_moved_and_removed_by_buttons(page, mia, form):
    browser, address = page(mia), form.get_absolute_url()
    before = labels(form)

    def press(do, **more):
        return browser.post(address, typed(browser.get(address).text) | {"do": do} | more)

    assert press("add", added="choice")["Location"] == f"{address}#question-10"
    assert labels(form) == [*before, "New question"]
    assert Form.objects.get().draft["questions"][-1]["name"] == "new_question"
    press("up:9")
    assert labels(form) == [*before[:-1], "New question", before[-1]]
    press("move:8:0")
    assert labels(form)[0] == "New question"
    press("down:0")
    press("remove:1")
    assert labels(form) == before
    press("remove:99")
    press("up:²")
    assert labels(form) == before
    assert press("copy:1")["Location"] == f"{address}#question-3"
    copied = Form.objects.get().draft["questions"][2]
    assert (copied["label"], copied["type"], copied["name"]) == (before[1], "text", "work_e_mail")
    press("copy:5")
    names = [question["name"] for question in Form.objects.get().draft["questions"]]
    assert (len(names), len(set(names))) == (len(before) + 2, len(before) + 2)


def test_what_is_wrong_is_named_with_its_place_kept_as_typed_and_stored_nowhere(page, mia, form):
    browser, address = page(mia), form.get_absolute_url()
    said = typed(browser.get(address).text)
    said |= {
        "questions.0.label": "",
        "sites": "example.com",
        "thanks.link": "javascript:alert(1)",
        "title": "Kept",
    }
    answer = browser.post(address, said | {"do": "publish"})
    assert answer.status_code == 422
    for words in (
        "Question 1, label",
        'value="Kept"',
        "an address begins with https://",
        "a site is written like",
    ):
        assert words in answer.text
    form.refresh_from_db()
    assert (form.live, form.draft["title"]) == (None, "See it with your own case")


def test_the_preview_follows_what_is_typed_and_the_draft_is_kept(page, mia, form):
    browser, address = page(mia), form.get_absolute_url()
    said = typed(browser.get(address).text) | {"do": "look", "title": "Seen at once"}
    answer = browser.post(address, said, headers={"HX-Request": "true"})
    assert (answer.status_code, "Seen at once" in answer.text, "<html" in answer.text) == (200, True, False)
    assert Form.objects.get().draft["title"] == "Seen at once"
    answer = browser.post(
        address, said | {"questions.1.required": ""} | {"button": ""}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, "Not kept yet" in answer.text) == (200, True)


def test_a_marketer_sees_what_follows_each_kind_of_form(page, mia):
    browser = page(mia)
    for key, words in {
        "content": "Here it is",
        "checklist": "<b>3</b> of 5 done",
        "assessment": "This costs you money today",
        "calculator": "€120,000",
    }.items():
        form = publishing.create(key, starters()[key].definition, by=mia)
        assert words in browser.get(form.get_absolute_url()).text, key


def test_published_versions_stay_and_come_back_as_the_draft(page, mia, form):
    browser = page(mia)
    publishing.publish(form, by=mia)
    publishing.publish(form, by=mia)
    publishing.change(form, draft=form.draft | {"title": "Second"})
    publishing.publish(form, by=mia)
    assert [version.number for version in form.versions.all()] == [2, 1]
    assert browser.post(f"/forms/{form.pk}/versions/1/restore/").status_code == 302
    form.refresh_from_db()
    assert (form.draft["title"], form.live.definition["title"]) == ("See it with your own case", "Second")
    assert browser.post(f"/forms/{form.pk}/versions/9/restore/").status_code == 404
    assert "version 1" in browser.get(f"/forms/{form.pk}/versions/").text


def test_a_copy_has_its_own_name_and_address_and_is_not_published(page, mia, form):
    publishing.publish(form, by=mia)
    page(mia).post(f"/forms/{form.pk}/duplicate/")
    page(mia).post(f"/forms/{form.pk}/duplicate/")
    copies = Form.objects.exclude(pk=form.pk).order_by("pk")
    assert [(copy.name, copy.live) for copy in copies] == [
        ("Copy of Demo request", None),
        ("Copy of Demo request 2", None),
    ]
    assert len({copy.slug for copy in Form.objects.all()}) == 3


def test_names_and_addresses_are_taken_once(page, mia, form):
    browser = page(mia)
    assert browser.post("/forms/new/", {"name": "Demo request"}).status_code == 422
    assert browser.post("/forms/new/", {"name": " "}).status_code == 422
    other = publishing.create("Other", form.draft)
    said = typed(browser.get(other.get_absolute_url()).text)
    for wrong in ({"form.name": "Demo request"}, {"form.slug": "demo-request"}, {"form.slug": "Ä b"}):
        assert browser.post(other.get_absolute_url(), said | wrong | {"do": "save"}).status_code == 422
    Source.objects.create(name="Other")
    answer = browser.post(other.get_absolute_url(), said | {"do": "publish"})
    assert (answer.status_code, "There is a source named" in answer.text) == (422, True)


@pytest.mark.parametrize("who", ["ana", "otto", None])
def test_a_rep_and_an_outsider_may_not_touch_forms(client, page, form, who, request):
    browser = page(request.getfixturevalue(who)) if who else client
    before = form.draft
    refused = {"ana": 403, "otto": 302, None: 302}[who]
    for path in ("", "new/", f"{form.pk}/", f"{form.pk}/versions/"):
        assert browser.get(f"/forms/{path}").status_code == refused
    for path in (
        f"{form.pk}/",
        f"{form.pk}/duplicate/",
        f"{form.pk}/unpublish/",
        f"{form.pk}/versions/1/restore/",
    ):
        assert browser.post(f"/forms/{path}", {"do": "publish", "title": "Mine"}).status_code == refused
    form.refresh_from_db()
    assert (form.draft, form.live, Form.objects.count()) == (before, None, 1)


def test_forms_are_made_changed_and_published_over_the_api(api, mia, ana):
    session = api(mia)
    made = session.post(
        "/api/forms/", {"name": "Talk", "definition": starters()["contact"].definition}, format="json"
    )
    assert made.status_code == 201
    said = made.json()
    assert (said["slug"], said["is_live"], said["version"], said["definition"]["kind"]) == (
        "talk",
        False,
        None,
        "form",
    )
    address = f"/api/forms/{said['id']}/"
    changed = session.patch(
        address, {"definition": said["definition"] | {"title": "Hello"}, "slug": "hello"}, format="json"
    )
    assert (changed.status_code, changed.json()["url"].endswith("/f/hello/")) == (200, True)
    assert session.post(f"{address}publish/").json()["version"] == 1
    assert session.post(f"{address}unpublish/").json()["is_live"] is False
    assert session.post(f"{address}duplicate/").json()["name"] == "Copy of Talk"
    assert [one["name"] for one in session.get("/api/forms/").json()["results"]] == ["Copy of Talk", "Talk"]
    assert api(ana).get("/api/forms/").status_code == 403
    assert api(ana).patch(address, {"name": "Mine"}, format="json").status_code == 403


def wrong(**changes):
    return starters()["assessment"].definition | changes


QUESTION = {"name": "q", "type": "choice", "label": "Q", "choices": [{"label": "a"}, {"label": "b"}]}
EMAIL = {"name": "email", "type": "email", "label": "E-mail", "required": True}
WRONG = [
    (wrong(kind="quiz"), "kind"),
    (wrong(title=""), "title"),
    (wrong(extra=1), "extra"),
    (wrong(questions=[]), "questions"),
    (
        wrong(
            questions=[QUESTION | {"choices": [{"label": "a", "points": {"budget": 101}}, {"label": "b"}]}]
        ),
        "questions.0.choices.0.points.budget",
    ),
    (
        wrong(questions=[QUESTION | {"choices": [{"label": "a", "points": {"luck": 1}}, {"label": "b"}]}]),
        "questions.0.choices.0.points.luck",
    ),
    (
        wrong(questions=[EMAIL, QUESTION | {"choices": [{"label": "a"}, {"label": "A "}]}]),
        "questions.1.choices.1.label",
    ),
    (wrong(questions=[EMAIL, QUESTION | {"name": "score"}]), "questions.1.name"),
    (wrong(questions=[EMAIL, QUESTION, QUESTION]), "questions.2.name"),
    (wrong(questions=[EMAIL | {"required": False}]), "questions"),
    (wrong(results=[{"of": "total", "at_least": 10, "title": "x"}]), "results.0.at_least"),
    (wrong(lead_type="nonsense"), "lead_type"),
    (wrong(sites=["https://a.example/path"]), "sites.0"),
    (wrong(thanks={"link": "javascript:alert(1)"}), "thanks.link"),
    (
        wrong(kind="calculator", figures=[{"name": "f", "label": "F", "formula": "1 + nothing"}]),
        "figures.0.formula",
    ),
    (wrong(kind="calculator", figures=[{"name": "f", "label": "F", "formula": "(1"}]), "figures.0.formula"),
]


@pytest.mark.parametrize(("definition", "place"), WRONG, ids=[place for _, place in WRONG])
def test_the_api_names_the_place_of_every_error_and_stores_nothing(api, mia, definition, place):
    answer = api(mia).post("/api/forms/", {"name": "Talk", "definition": definition}, format="json")
    assert answer.status_code == 422
    assert f"definition.{place}" in [error["path"] for error in answer.json()["errors"]]
    assert Form.objects.count() == 0


def test_every_starter_can_be_published_and_asks_as_a_form_should(mia, db):
    for key, starter in starters().items():
        form = publishing.create(key, starter.definition, by=mia)
        assert publishing.publish(form, by=mia).number == 1
    assert list(starters()) == [
        "contact",
        "demo",
        "content",
        "newsletter",
        "checklist",
        "assessment",
        "calculator",
    ]


def test_a_second_marketer_is_told_who_was_faster_and_may_still_have_their_way(page, mia, lea, form):
    address = form.get_absolute_url()
    opened_by_mia = typed(page(mia).get(address).text)
    page(lea).post(address, typed(page(lea).get(address).text) | {"title": "By Lea", "do": "save"})
    mine = opened_by_mia | {"title": "By Mia", "do": "save"}
    answer = page(mia).post(address, mine)
    assert (answer.status_code, "Lea Brandt changed this form meanwhile." in answer.text) == (422, True)
    assert Form.objects.get().draft["title"] == "By Lea"
    assert 'value="By Mia"' in answer.text
    assert page(mia).post(address, typed(answer.text) | {"do": "save"}).status_code == 302
    assert Form.objects.get().draft["title"] == "By Mia"
    assert page(lea).post(address, mine | {"seen": "2026-02-30T00:00:00Z"}).status_code == 422


def test_the_demo_has_forms_to_fill_in_and_makes_them_once(client, settings, db):
    settings.LEADBOARD_DEMO = True
    for _ in range(2):
        call_command("demo", stdout=StringIO())
    names = ["Demo request", "ROI calculator", "Self-assessment"]
    assert sorted(Form.objects.values_list("name", flat=True)) == names
    assert client.get("/f/self-assessment/").status_code == 200


def test_a_form_that_was_sent_is_retired_and_one_that_was_not_is_deleted(page, client, mia, ana, form):
    publishing.publish(form, by=mia)
    token = re.search(r'name="t" value="([^"]+)"', client.get(form.path).text)[1]
    good = {"t": token, "name": "Bo", "email": "bo@x.example", "company": "X", "privacy": "yes"}
    sent = client.post(form.path, urlencode(good), content_type="application/x-www-form-urlencoded")
    assert sent.status_code == 303
    kept = page(mia).post(f"{form.get_absolute_url()}delete/", follow=True)
    assert "It was sent already: retire it" in kept.text
    page(mia).post(f"{form.get_absolute_url()}retire/")
    assert client.get(form.path).status_code == 404
    link = f'<a class="link" href="{form.get_absolute_url()}">'
    listed = [link in page(mia).get(f"/forms/{query}").text for query in ("", "?retired")]
    assert listed == [False, True]
    with pytest.raises(ValueError, match="bring it back first"):
        publishing.publish(form, by=mia)
    page(mia).post(f"{form.get_absolute_url()}back/")
    publishing.publish(Form.objects.get(pk=form.pk), by=mia)
    assert client.get(form.path).status_code == 200
    other = publishing.create("Never sent", form.draft, by=mia)
    publishing.publish(other, by=mia)
    source = other.source
    for act in ("retire", "back", "delete"):
        assert page(ana).post(f"{other.get_absolute_url()}{act}/").status_code == 403
    page(mia).post(f"{other.get_absolute_url()}delete/")
    assert not Form.objects.filter(pk=other.pk).exists()
    assert not Source.objects.filter(pk=source.pk).exists()


def test_forms_are_retired_and_deleted_over_the_api(api, mia, ana, form):
    address = f"/api/forms/{form.pk}/"
    assert api(ana).delete(address).status_code == 403
    assert api(mia).post(f"{address}retire/").json()["retired_at"] is not None
    assert api(mia).post(f"{address}publish/").status_code == 422
    assert api(mia).post(f"{address}bring-back/").json()["retired_at"] is None
    assert api(mia).delete(address).status_code == 204
    assert not Form.objects.exists()
