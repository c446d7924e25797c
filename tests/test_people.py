"""Who gets in, and what a role may do."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from knox.models import AuthToken

from leadboard.people import rights
from leadboard.people.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def run(*words, **options):
    """Return what a command prints."""
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def sign_in(client, email, password):
    """Post the sign-in form."""
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_a_person_signs_in_with_the_address_in_any_spelling(client, ana):
    assert sign_in(client, "ANA@firm.test", PASSWORD).status_code == 302
    assert int(client.session["_auth_user_id"]) == ana.pk


def test_nobody_signs_in_with_a_wrong_password_or_without_an_active_account(client, ana, otto):
    sign_in(client, ana.email, "something else")
    sign_in(client, otto.email, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_from_outside(client):
    client.post("/accounts/signup/", {"email": "eve@evil.test", "password1": PASSWORD})
    assert not User.objects.filter(email="eve@evil.test").exists()


def test_the_demo_password_opens_nothing_outside_of_the_demo(client, settings):
    settings.LEADBOARD_DEMO = True
    run("demo")
    assert sign_in(client, "rep@demo.test", "demo").status_code == 302
    client.logout()
    settings.LEADBOARD_DEMO = False
    sign_in(client, "rep@demo.test", "demo")
    assert "_auth_user_id" not in client.session


def test_without_the_demo_there_are_no_demo_people(settings):
    settings.LEADBOARD_DEMO = False
    with pytest.raises(CommandError, match="LEADBOARD_DEMO=1"):
        run("demo")
    assert User.objects.count() == 0


def test_an_admin_makes_people_by_a_command():
    assert (
        run("user", "add", "Ida@Firm.test", "--role", "rep", "--no-password")
        == "ida@firm.test is a rep now.\n"
    )
    ida = User.objects.get()
    assert (ida.email, ida.name, ida.role, ida.has_usable_password()) == (
        "ida@firm.test",
        "Ida",
        "rep",
        False,
    )


def test_the_same_address_is_not_made_twice():
    run("user", "add", "ida@firm.test", "--role", "rep", "--no-password")
    with pytest.raises(CommandError, match=r"already exists|is violated"):
        run("user", "add", "IDA@firm.test", "--role", "manager", "--no-password")


def test_a_token_is_shown_once_and_kept_hashed(ana, client):
    token = run("token", "add", "ana@firm.test").strip()
    assert token not in str(AuthToken.objects.values())
    assert client.get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}").json()["email"] == "ana@firm.test"


def test_a_deactivated_person_gets_no_token_and_the_old_one_is_dead(ana, client):
    token = run("token", "add", "ana@firm.test").strip()
    run("user", "deactivate", "ana@firm.test")
    assert client.get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    with pytest.raises(CommandError, match="nobody active here"):
        run("token", "add", "ana@firm.test")


def test_the_api_says_in_a_problem_document_that_nobody_is_signed_in(client):
    answer = client.get("/api/leads/")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "not_signed_in"


def test_reps_may_claim_and_marketers_may_not(ana, mia, lea, root_admin, otto):
    may = {person.first_name: rights.may(person, "claim") for person in (ana, mia, lea, root_admin, otto)}
    assert may == {"Ana": True, "Mia": False, "Lea": True, "Root": True, "Otto": False}
    with pytest.raises(PermissionDenied, match="may not claim"):
        rights.refuse_unless(mia, "claim")


@pytest.mark.parametrize(
    "said", ["Bearer \xff\xfe", "Bearer", "Bearer a b", "Bearer " + "x" * 5000, "Bearer é"]
)
def test_a_token_that_is_none_is_refused_whatever_its_bytes(client, db, said):
    assert client.get("/api/me/", HTTP_AUTHORIZATION=said).status_code == 401
