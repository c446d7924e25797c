"""Thousands of numbers as one value of a statement, laid out by numpy as PostgreSQL reads an array: psycopg
turns each into bytes by itself, which costs as much as the database needs to store it.

The layout (`array_recv`): dimensions, whether any is null, the type of the elements, how many, the first
number; then the length and the bytes of each, big-endian.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

# By the type as a statement casts it: (its number in `pg_type`, the bytes of an element).
TYPES = {"bigint": (20, ">i8"), "int": (23, ">i4"), "xid": (28, ">u4"), "float8": (701, ">f8")}


class Packed(NamedTuple):
    """An array, ready to be sent; the statement casts it to its type."""

    content: bytes


class PackedDumper(Dumper):
    """Sends it as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer:
        """Return its bytes."""
        return obj.content


def packed(kind: str, values: Sequence[float | None]) -> Packed | list[float | None]:
    """These numbers for a statement; with a null among them as the list that they are."""
    import numpy as np  # noqa: PLC0415 - reason: half a second that only who stores thousands should pay

    if None in values:
        return list(values)
    number, element = TYPES[kind]
    every = np.empty(len(values), dtype=[("length", ">i4"), ("value", element)])
    every["length"], every["value"] = every.dtype["value"].itemsize, values
    return Packed(struct.pack(">iiIii", 1, 0, number, len(values), 1) + every.tobytes())
