"""The fixed cast. Ana and Sam sell, Mia does marketing, Lea leads, Root administers, Otto is out."""

import pytest
from rest_framework.test import APIClient

from leadboard.leads import lifecycle
from leadboard.people.models import Role, User
from leadboard.people.tokens import give_token

PASSWORD = "a password for tests"


def make_user(email, name, role, **fields):
    """Return a person who can sign in with PASSWORD."""
    return User.objects.create_user(email, PASSWORD, name=name, role=role, **fields)


@pytest.fixture
def ana(db):
    """A rep."""
    return make_user("ana@firm.test", "Ana Ruiz", Role.REP)


@pytest.fixture
def sam(db):
    """Another rep."""
    return make_user("sam@firm.test", "Sam Okafor", Role.REP)


@pytest.fixture
def mia(db):
    """A marketer."""
    return make_user("mia@firm.test", "Mia Sato", Role.MARKETER)


@pytest.fixture
def lea(db):
    """A manager."""
    return make_user("lea@firm.test", "Lea Brandt", Role.MANAGER)


@pytest.fixture
def root_admin(db):
    """An admin."""
    return make_user("root@firm.test", "Root Admin", Role.ADMIN)


@pytest.fixture
def otto(db):
    """The outsider: worked here once, deactivated."""
    return make_user("otto@firm.test", "Otto Gone", Role.REP, is_active=False)


@pytest.fixture
def page(client):
    """Return a function that gives a browser-like client signed in as a person."""

    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def api():
    """Return a function that gives an API client with a person's bearer token."""

    def with_token(person):
        session = APIClient()
        session.credentials(HTTP_AUTHORIZATION=f"Bearer {give_token(person)}")
        return session

    return with_token


@pytest.fixture
def make_lead(db):
    """Return a function that captures a lead by the real door (lifecycle), reactions included."""

    def capture(**fields):
        defaults = {
            "name": "Diana Ek", "email": "diana@barsund.test", "company": "Barsund",
            "source": "Demo form", "lead_type": "demo",
        }  # fmt: skip
        lead, _ = lifecycle.capture(defaults | fields, facts={"source": (defaults | fields)["source"]})
        return lead

    return capture
