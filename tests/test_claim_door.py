"""Claims that come at once are decided together: each by the rules of one alone, none waits for another's
lock, and what is not plain is Django's.
"""

import asyncio
import threading

import pytest
from django.db import connections, transaction

from handoff.door import Door
from handoff.models import Claim
from leadboard.leads import lifecycle
from leadboard.people.models import User
from leadboard.people.tokens import end_tokens, give_token
from tests.asgi import ahead_of_django, request, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def let_through():
    """The paths that the door left to Django."""
    return []


@pytest.fixture
def door(monkeypatch, let_through):
    with ahead_of_django(Door, monkeypatch, let_through) as made:
        yield made


def claim(lead, token, **headers):
    """Return (scope, body) of a claim by the API."""
    return request(f"/api/leads/{lead.uid}/claim/", authorization=f"Bearer {token}", **headers)


def says(scope, place, name, value):
    """Let a request say something else in one of its headers."""
    scope["headers"][place] = (name.encode(), value.encode())


def test_of_many_who_want_some_leads_at_once_each_goes_to_one(door, let_through, make_lead):
    reps = [User.objects.create_user(f"r{n}@firm.test", name=f"R{n} X", cap=100) for n in range(6)]
    tokens = [give_token(rep) for rep in reps]
    leads = [make_lead(name=f"N{n} Y", email=f"n{n}@n{n}.test") for n in range(4)]

    async def race():
        asked = [claim(lead, token) for lead in leads for token in tokens]
        return await asyncio.gather(*(send(door, *one) for one in asked))

    told = asyncio.run(race())
    assert let_through == []
    assert sorted(status for status, _, _ in told) == [201] * 4 + [409] * 20
    for place, lead in enumerate(leads):
        answers = told[place * 6 : place * 6 + 6]
        won = next(body for status, _, body in answers if status == 201)
        held = Claim.objects.get(lead=lead, ended_at=None)
        assert (won["id"], won["owner"], won["desk"]) == (str(lead.uid), held.rep.email, "sales")
        names = {body["winner"] for status, _, body in answers if status == 409}
        assert names == {held.rep.name}
        assert list(lead.events.filter(kind="claimed").values_list("actor", flat=True)) == [held.rep_id]


def test_the_answer_is_the_one_that_django_gives(door, let_through, make_lead, ana, sam, client):
    lead, token = make_lead(), give_token(ana)
    won, headers, body = asyncio.run(send(door, *claim(lead, token)))
    again, _, same = asyncio.run(send(door, *claim(lead, token)))
    assert (won, again, let_through, headers["content-type"]) == (201, 200, [], "application/json")
    seen = client.get(f"/api/leads/{lead.uid}/", headers={"Authorization": f"Bearer {token}"})
    assert body == same == seen.json()
    other = give_token(sam)
    refused, headers, body = asyncio.run(send(door, *claim(lead, other)))
    alone = client.post(f"/api/leads/{lead.uid}/claim/", headers={"Authorization": f"Bearer {other}"})
    body["detail"] = alone.json()["detail"]  # how many seconds before
    assert (refused, body) == (alone.status_code, alone.json())
    assert headers["content-type"] == alone["Content-Type"] == "application/problem+json"


def test_a_cap_holds_among_claims_of_one_moment(door, make_lead, ana):
    User.objects.filter(pk=ana.pk).update(cap=2)
    leads, token = [make_lead(name=f"N{n} Y", email=f"n{n}@n{n}.test") for n in range(4)], give_token(ana)

    async def all_at_once():
        return await asyncio.gather(*(send(door, *claim(lead, token)) for lead in leads))

    told = asyncio.run(all_at_once())
    assert sorted((status, body.get("code", "")) for status, _, body in told) == [
        (201, ""), (201, ""), (422, "cap"), (422, "cap"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda scope, mia: scope["headers"].append((b"accept", b"text/html")), 406),
        (lambda scope, mia: scope["headers"].append((b"authorization", b"Bearer twice")), 401),
        (lambda scope, mia: scope.update(query_string=b"x=%00"), 400),
        (lambda scope, mia: scope["headers"].__setitem__(0, (b"host", b"evil.test")), 400),
        (lambda scope, mia: scope["headers"].__setitem__(2, (b"authorization", b"Bearer nobody")), 401),
        (
            lambda scope, mia: scope["headers"].__setitem__(2, (b"authorization", f"Bearer {mia}".encode())),
            403,
        ),
        (lambda scope, mia: scope["headers"].pop(2), 401),
        (lambda scope, mia: scope.update(path="/api/leads/0fd9f4b2-9e8c-4d9c-8a57-000000000000/claim/"), 404),
    ],
)
def test_what_is_not_plain_is_djangos(door, let_through, make_lead, ana, mia, change, status):
    lead = make_lead()
    scope, raw = claim(lead, give_token(ana))
    change(scope, give_token(mia))
    assert asyncio.run(send(door, scope, raw))[0] == status
    assert (let_through, Claim.objects.count()) == ([scope["path"]], 0)


def test_ended_tokens_and_people_claim_nothing(door, make_lead, ana, sam):
    lead, tokens = make_lead(), [give_token(ana), give_token(sam)]
    end_tokens(ana)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    told = [asyncio.run(send(door, *claim(lead, token)))[0] for token in tokens]
    assert (told, Claim.objects.count()) == ([401, 401], 0)


def test_nobody_waits_for_a_lead_that_somebody_is_at(door, let_through, make_lead, ana):
    busy, free = make_lead(), make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar")
    token, locked, go_on = give_token(ana), threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            lifecycle.lock(busy.pk)
            locked.set()
            go_on.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(20)

    async def both():
        waits = asyncio.create_task(send(door, *claim(busy, token)))
        told = await send(door, *claim(free, token))
        go_on.set()
        return told[0], (await waits)[0]

    assert asyncio.run(both()) == (201, 201)
    assert let_through == [f"/api/leads/{busy.uid}/claim/"]
    holder.join()
