"""Signing in and out, the demo's doors, my own profile and availability."""

import pytest

from leadboard.board.context import BESIDE, SCREENS
from leadboard.people.models import Availability, Role, User
from tests.cast import PASSWORD, make_user

DEMO_ACCOUNT = "rep@demo.test"


def sign_in(client, email, password, **more):
    """Return the answer to the sign-in form."""
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_an_address_signs_in_in_any_case(client, ana):
    answer = sign_in(client, "ANA@firm.test", PASSWORD)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("ana@firm.test", "wrong"), ("nobody@firm.test", PASSWORD), ("", "")]
)
def test_a_wrong_pair_is_refused_in_words_and_leaks_nothing(client, ana, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code == 200
    assert client.get("/").status_code == 302
    assert "traceback" not in answer.content.decode().lower()


def test_somebody_who_left_does_not_get_in(client, otto):
    sign_in(client, "otto@firm.test", PASSWORD)
    assert client.get("/").status_code == 302


def test_a_foreign_next_is_not_followed(client, ana):
    assert sign_in(client, "ana@firm.test", PASSWORD, next="https://evil.test/").url == "/"


def test_signing_out_needs_a_post(page, ana):
    session = page(ana)
    assert session.get("/accounts/logout/").status_code == 200
    assert session.get("/").status_code == 200
    assert session.post("/accounts/logout/").status_code == 302
    assert session.get("/").status_code == 302


def test_nobody_signs_up_from_outside(client, db):
    answer = client.get("/accounts/signup/")
    assert "<form" not in answer.content.decode().partition("<main")[2]
    assert User.objects.count() == 0


def test_the_demo_offers_its_doors_only_in_the_demo(client, db, settings):
    settings.LEADBOARD_DEMO = False
    assert DEMO_ACCOUNT not in client.get("/accounts/login/").content.decode()
    settings.LEADBOARD_DEMO = True
    html = client.get("/accounts/login/").content.decode()
    assert "Demo." in html
    for role in Role:
        assert f'name="login" value="{role.value}@demo.test"' in html


def test_every_account_page_has_our_frame(client, ana):
    for path in (
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/signup/",
    ):
        html = client.get(path).content.decode()
        assert "css/tokens.css" in html
        assert html.count("<h1") == 1
    client.force_login(ana)
    for path in ("/accounts/logout/", "/accounts/password/change/"):
        assert "css/tokens.css" in client.get(path).content.decode()


def test_availability_is_switched_from_anywhere(page, ana):
    answer = page(ana).post("/people/me/availability/", {"availability": "busy", "next": "/?view=high"})
    assert (answer.status_code, answer.url) == (302, "/?view=high")
    ana.refresh_from_db()
    assert ana.availability == Availability.BUSY


def test_an_availability_that_does_not_exist_changes_nothing(page, ana):
    assert page(ana).post("/people/me/availability/", {"availability": "asleep"}).status_code == 422
    assert page(ana).get("/people/me/availability/").status_code == 405
    answer = page(ana).post(
        "/people/me/availability/", {"availability": "away", "next": "https://evil.test/"}
    )
    assert answer.url == "/people/me/"


def test_my_hours_become_a_calendar_in_my_zone(page, ana):
    answer = page(ana).post("/people/me/", {
        "name": "Ana Ruiz", "time_zone": "Europe/Berlin", "mon": "09:00-12:30, 13:30-18:00",
        "sat": "22:00-02:00",
    })  # fmt: skip
    assert answer.status_code == 302
    ana.refresh_from_db()
    assert ana.hours == {
        "zone": "Europe/Berlin", "hours": {"mon": ["09:00-12:30", "13:30-18:00"], "sat": ["22:00-02:00"]},
    }  # fmt: skip
    page(ana).post("/people/me/", {"name": "Ana Ruiz", "time_zone": "Europe/Berlin"})
    ana.refresh_from_db()
    assert ana.hours is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("mon", "9-17", "“9-17” is not a shift. Write it as 09:00-17:30."),
        ("tue", "09:00-09:00", "“09:00-09:00” is not a shift. Write it as 09:00-17:30."),
        ("time_zone", "Berlin", "is not a time zone such as Europe/Berlin"),
        ("name", "", "This field is required."),
    ],
)
def test_a_mistake_in_my_profile_is_told_at_its_field(page, ana, field, value, words):
    given = {"name": "Ana Ruiz", "time_zone": "UTC"} | {field: value}
    answer = page(ana).post("/people/me/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    ana.refresh_from_db()
    assert (ana.name, ana.time_zone, ana.hours) == ("Ana Ruiz", "UTC", None)


def test_nobody_changes_another_ones_profile(page, ana, sam):
    page(ana).post(
        "/people/me/", {"name": "Mallory", "time_zone": "UTC", "pk": sam.pk, "id": sam.pk, "role": "admin"}
    )
    sam.refresh_from_db()
    ana.refresh_from_db()
    assert (sam.name, ana.name, ana.role) == ("Sam Okafor", "Mallory", Role.REP)


def test_a_screen_is_offered_only_to_those_who_may_open_it(page, ana, mia):
    def offered(person):
        return [entry.path for entry in page(person).get("/").context["screens"]]

    assert offered(ana) == ["/", "/mine/", "/playbook/", "/models/"]
    assert offered(mia) == ["/", "/nurture/", "/playbook/", "/models/", "/sources/"]
    manager = make_user("m@firm.test", "Mo Lee", Role.MANAGER)
    everything = ["/", "/mine/", "/nurture/", "/sla/", "/playbook/", "/models/", "/sources/"]
    assert offered(manager) == everything


def test_the_screens_of_one_matter_stand_beside_each_other(page, ana, mia):
    def beside(person, path):
        context = page(person).get(path).context
        return context["screen_here"], context["beside_here"], [entry.path for entry in context["beside"]]

    doors = ["/sources/", "/forms/", "/import/", "/companies/", "/tracking/", "/campaigns/",
             "/sources/quarantine/", "/sources/junk/"]  # fmt: skip
    assert beside(mia, "/import/") == ("/sources/", "/import/", doors)
    assert beside(mia, "/sources/junk/") == ("/sources/", "/sources/junk/", doors)
    assert beside(ana, "/models/") == ("/models/", "/models/", ["/models/"])
    assert beside(ana, "/playbook/") == ("/playbook/", "/playbook/", [])


def test_theme_and_density_come_with_the_page(page, ana):
    session = page(ana)
    session.cookies["theme"] = "dark"
    session.cookies["density"] = "compact"
    assert '<html lang="en" data-theme="dark" data-density="compact">' in session.get("/").content.decode()
    session.cookies["theme"] = '"><script>'
    assert '<html lang="en" data-density="compact">' in session.get("/").content.decode()


def test_every_offered_screen_is_there(page, lea):
    session = page(lea)
    for path in [
        *(entry.path for entry in SCREENS),
        "/alerts/",
        *(e.path for g in BESIDE.values() for e in g),
    ]:
        assert session.get(path).status_code == 200, path
