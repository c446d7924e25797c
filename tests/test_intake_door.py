"""Deliveries that come at once are kept and digested together: each becomes what it would have become alone,
nothing is lost or doubled, and what is not plain is Django's.
"""

import asyncio
import json

import pytest
from django.db import connection
from django_q.models import OrmQ

from leadboard.capture.door import Door
from leadboard.capture.models import Source, Submission
from leadboard.capture.screening.models import Junk
from leadboard.leads.models import Lead
from tests.asgi import ahead_of_django, request, send
from tests.test_limits import set_limit

pytestmark = pytest.mark.django_db(transaction=True)
REFUSE_BO = """
CREATE FUNCTION refuse_bo() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.name = 'Bo Chen' THEN RAISE 'not him'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse_bo BEFORE INSERT ON leads_lead FOR EACH ROW EXECUTE FUNCTION refuse_bo()
"""


@pytest.fixture
def let_through():
    """How many requests the door left to Django."""
    return []


@pytest.fixture
def door(monkeypatch, let_through):
    with ahead_of_django(Door, monkeypatch, let_through) as made:
        yield made
    made.alone.shutdown()


@pytest.fixture
def source():
    return Source.objects.create(name="Web form", lead_type="demo")


def person(name, **more):
    """Return what a form says of somebody."""
    first = name.partition(" ")[0].lower()
    return {"name": name, "email": f"{first}@{first}.test", "message": "A quote, please."} | more


def deliver(door, source, bodies, **headers):
    """Send deliveries at once; return their (status, document) in order."""

    async def all_at_once():
        sent = [
            request(source.path, body, **({"content_type": "application/json"} | headers)) for body in bodies
        ]
        return await asyncio.gather(*(send(door, *one) for one in sent))

    return [(status, body) for status, _, body in asyncio.run(all_at_once())]


def test_many_at_once_are_a_lead_each_like_one_alone(door, let_through, source, client):
    alone = client.post(source.path, person("Diana Ek"), content_type="application/json").json()["id"]
    names = [f"N{n} Person" for n in range(9)]
    told = deliver(door, source, [person(name) for name in names])
    assert [status for status, _ in told] == [202] * 9
    assert let_through == []
    like = Lead.objects.get(uid=alone)
    for name, (_, body) in zip(names, told, strict=True):
        lead = Lead.objects.get(uid=body["id"])
        shown = [(each.desk, each.lead_type, each.due_kind, each.marks) for each in (lead, like)]
        assert (lead.name, shown[0]) == (name, shown[1])
        assert round((lead.due_at - lead.created_at).total_seconds()) == 300
        kinds = [list(one.events.order_by("version").values_list("kind", flat=True)) for one in (lead, like)]
        assert kinds[0] == kinds[1] == ["captured", "clock_started"]
        submission = Submission.objects.get(pk=body["id"])
        assert (submission.state, submission.lead) == ("captured", lead)
    assert OrmQ.objects.count() < 9


def test_who_writes_twice_in_a_moment_is_one_lead_and_a_key_counts_once(door, let_through, source):
    told = deliver(
        door, source, [person("Diana Ek"), person("Diana Ek", message="And a demo."), person("Bo Chen")]
    )
    assert [status for status, _ in told] == [202] * 3
    assert sorted(Submission.objects.values_list("state", flat=True)) == ["captured", "captured", "joined"]
    assert Lead.objects.count() == 2
    told = deliver(door, source, [person("Cy Young")] * 3, idempotency_key="k1")
    assert {status for status, _ in told} == {202}
    assert len({body["id"] for _, body in told}) == 1
    assert (Lead.objects.filter(name="Cy Young").count(), let_through) == (1, [])
    assert deliver(door, source, [person("Other One")], idempotency_key="k1")[0][0] == 422


def test_what_is_no_plain_lead_becomes_what_it_is(door, let_through, source):
    bodies = [
        person("Robot One", gotcha="x"),
        {"color": "blue"},
        [person("Ann One"), person("Ben Two")],
        person("Eve Three"),
    ]
    assert [status for status, _ in deliver(door, source, bodies)] == [202] * 4
    assert let_through == []
    states = ["captured", "captured", "captured", "captured", "quarantined", "split"]
    assert sorted(Submission.objects.values_list("state", flat=True)) == states
    assert list(Junk.objects.values_list("lead__name", flat=True)) == ["Robot One"]


def test_a_fault_in_one_holds_up_no_other_and_loses_nothing(door, let_through, source):
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_BO)
    try:
        told = deliver(door, source, [person("Diana Ek"), person("Bo Chen"), person("Cy Young")])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_bo CASCADE")
    assert ([status for status, _ in told], let_through) == ([202] * 3, [])
    assert set(Lead.objects.values_list("name", flat=True)) == {"Diana Ek", "Cy Young"}
    assert Submission.objects.get(state="received").pk.hex == told[1][1]["id"].replace("-", "")


def test_limits_hold_among_deliveries_of_one_moment(door, let_through, source):
    set_limit(source="3/1h")
    told = deliver(door, source, [person(f"N{n} Person") for n in range(5)])
    assert sorted(status for status, _ in told) == [202, 202, 202, 429, 429]
    assert Lead.objects.count() == 3


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"authorization": "Bearer wrong"}, {"name": "A"}, 401),
        ({"authorization": "Bearer right"}, b"{", 400),
        ({"authorization": "Bearer right", "content_type": "text/csv"}, b"a,b", 415),
        ({"authorization": "Bearer right", "content_encoding": "gzip"}, b"x", 415),
        ({"authorization": "Bearer right", "idempotency_key": "x" * 300}, {"name": "A"}, 400),
        ({"authorization": "Bearer right", "host": "evil.test"}, {"name": "A"}, 400),
        ({"authorization": "Bearer right"}, b"", 400),
    ],
)
def test_what_is_refused_is_refused_by_django(door, let_through, source, headers, body, status):
    Source.objects.filter(pk=source.pk).update(secret="right")
    assert deliver(door, source, [body], **headers)[0][0] == status
    assert (len(let_through), Submission.objects.count()) == (1, 0)


def test_a_secret_is_asked_for_and_a_source_may_be_switched_off(door, let_through, source):
    Source.objects.filter(pk=source.pk).update(secret="right")
    assert deliver(door, source, [person("Diana Ek")], authorization="Bearer right")[0][0] == 202
    Source.objects.filter(pk=source.pk).update(active=False)
    assert deliver(door, source, [person("Bo Chen")], authorization="Bearer right")[0][0] == 404
    assert json.dumps(sorted(Lead.objects.values_list("name", flat=True))) == '["Diana Ek"]'
