"""Many browsers send at once: they are stored together, each is answered for itself, and nobody waits for
one.
"""

import asyncio
import threading
import time

import pytest
from django.db import connection, transaction

from leadboard.leads.models import LeadEvent
from leadboard.tracking import sites, tokens
from leadboard.tracking.door import Door
from leadboard.tracking.models import Touch, Visitor
from tests import asgi
from tests.asgi import send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(monkeypatch):
    with asgi.ahead_of_django(Door, monkeypatch, []) as made:
        yield made
    made.teller.submit(lambda: connection.close()).result()


def request(body, **headers):
    """Return (scope, body) of a delivery as daphne hands it on."""
    return asgi.request("/track/", body, **({"content_type": "text/plain;charset=UTF-8"} | headers))


def together(door, requests):
    """Return the answers of requests that are sent at once."""

    async def all_of_them():
        return await asyncio.gather(*(send(door, *one) for one in requests))

    return asyncio.run(all_of_them())


def delivery(*paths, visitor=None, **more):
    events = [{"path": path, "page": f"k{number}{path[1:3]}"} for number, path in enumerate(paths)]
    return {"consent": True, "events": events} | ({"visitor": visitor} if visitor else {}) | more


def test_what_many_browsers_send_at_once_is_stored_once_and_in_order(door):
    newcomers = together(door, [request(delivery("/first"))] * 20)
    assert [(status, said["stored"]) for status, _, said in newcomers] == [(202, 1)] * 20
    ids = [said["visitor"] for _, _, said in newcomers]
    assert len(set(ids)) == 20
    pages = [request(delivery(path, visitor=one)) for path in ("/second", "/third") for one in ids]
    again = together(door, pages + pages[:20])
    assert [said["visitor"] for _, _, said in again] == ids * 3
    assert sum(said["stored"] for _, _, said in again) == 40
    for one in ids:
        seen = Touch.objects.filter(visitor__uid=tokens.visitor_uid(one)).order_by("id")
        assert list(seen.values_list("what", flat=True)) == ["/first", "/second", "/third"]


def test_a_page_of_a_site_may_read_the_answer(door, mia):
    sites.allow("https://www.firm.test", mia)
    ours, theirs = together(
        door,
        [request(delivery("/"), origin=f"https://www.{name}.test") for name in ("firm", "other")],
    )
    assert ours[1]["access-control-allow-origin"] == "https://www.firm.test"
    assert (ours[0], ours[1]["vary"], ours[1]["cache-control"]) == (202, "Origin", "no-store")
    assert (theirs[0], theirs[2]["code"], Touch.objects.count()) == (403, "unknown_site", 1)


def test_what_is_not_plain_is_answered_as_if_it_had_come_alone(door):
    known = together(door, [request(delivery("/"))])[0][2]["visitor"]
    stays = [{"kind": "left", "page": "none", "seconds": 1}] * 50
    # The quota is 120: what is over it is refused though others of the same moment are taken.
    full = [request({"consent": True, "visitor": known, "events": stays})] * 3
    answers = together(
        door,
        [
            request(delivery("/", visitor="lbv1.x.y")),
            request(delivery("/"), dnt="1"),
            request(delivery("/"), user_agent="Googlebot/2.1"),
            request(b'{"consent": true'),
            request(delivery("/"), host="evil.test"),
            request(delivery("/"), content_type="text/html"),
            request(delivery("/" + "a" * 70_000)),
            *full,
        ],
    )
    assert [status for status, _, _ in answers] == [401, 204, 204, 400, 400, 415, 413, 202, 202, 429]
    assert Touch.objects.count() == 1
    assert together(door, [request({"consent": False, "visitor": known})])[0][0] == 204
    late = together(door, [request(delivery("/", visitor=known)), request(delivery("/"))])
    assert [status for status, _, _ in late] == [410, 202]
    assert list(Touch.objects.values_list("visitor__withdrawn_at", flat=True)) == [None]


def test_one_browser_whose_row_is_held_holds_nobody_else_up(door):
    held, free = (said["visitor"] for _, _, said in together(door, [request(delivery("/"))] * 2))
    locked, over = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Visitor.objects.select_for_update().get(uid=tokens.visitor_uid(held))
                locked.set()
                over.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    answered = []

    async def both():
        async def ask(token):
            answered.append((token, await send(door, *request(delivery("/pricing", visitor=token)))))
            over.set()

        await asyncio.gather(ask(held), ask(free))

    asyncio.run(both())
    holder.join()
    assert [(token, answer[2]["stored"]) for token, answer in answered] == [(free, 1), (held, 1)]


def test_a_hot_page_of_a_known_lead_is_told_though_it_came_with_others(door, make_lead):
    lead = make_lead()
    tokens_of = [said["visitor"] for _, _, said in together(door, [request(delivery("/"))] * 3)]
    Visitor.objects.filter(uid=tokens.visitor_uid(tokens_of[1])).update(lead=lead)
    together(door, [request(delivery("/pricing", visitor=token)) for token in tokens_of])
    until = time.monotonic() + 10
    told = LeadEvent.objects.filter(lead=lead, kind="touched")
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert told.get().facts == {"touches": 1, "hot": True}
