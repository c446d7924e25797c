"""Numbers that travel to the database by the thousand arrive as they are."""

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualification.again.packed import Packed, PackedDumper, packed

VALUES = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "int": st.integers(-(2**31), 2**31 - 1),
    "xid": st.integers(0, 2**32 - 1),
    "float8": st.floats(allow_nan=False),
}


def sent(kind, values):
    """Return what the database reads of them, and how it calls their type."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(Packed, PackedDumper)
        array = packed(kind, values)
        cursor.execute(f"SELECT a, pg_typeof(a)::text FROM (SELECT %b::{kind}[] AS a) AS sent", [array])
        read, called = cursor.fetchone()
        return list(map(int, read)) if kind == "xid" else read, called


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "called"), [
    ("bigint", "bigint[]"), ("int", "integer[]"), ("xid", "xid[]"), ("float8", "double precision[]"),
])  # fmt: skip
def test_numbers_arrive_as_they_were_sent(kind, called):
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(VALUES[kind], max_size=40))
    def arrives(values):
        assert sent(kind, values) == (values, called)

    arrives()


@pytest.mark.django_db
def test_a_number_that_is_not_known_arrives_as_none():
    assert sent("int", [3, None, 5]) == ([3, None, 5], "integer[]")


def test_a_number_beyond_its_type_is_refused_and_not_cut():
    with pytest.raises(OverflowError):
        packed("int", [2**31])
