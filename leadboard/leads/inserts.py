"""Many new rows of one table in one statement, for what has to be quick: the clocks fire a hundred at a time.

As `bulk_create()`, at a third of its price: the rows travel as one JSON document.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

STATEMENT = """
INSERT INTO {table} ({names})
SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS row ({typed}){conflicts}
RETURNING {key}
"""


def insert_all(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert unsaved objects of one model and give them their keys, in the same transaction as the caller.

    Every object leaves the same columns to the database's default. With `ignore_conflicts` a row that breaks
    a unique constraint is left out, and no object gets a key.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if _is_given(rows[0], field)]
    document = json.dumps(
        [{field.column: getattr(row, field.attname) for field in fields} for row in rows], default=_plain
    )
    statement = _statement(model, tuple(field.attname for field in fields), ignore_conflicts)
    with connection.cursor() as cursor:
        cursor.execute(statement, [document])
        keys = [key for (key,) in cursor.fetchall()]
    if not ignore_conflicts:
        for row, key in zip(rows, keys, strict=True):
            row.pk, row._state.adding, row._state.db = key, False, "default"


def _is_given(row: models.Model, field: Any) -> bool:
    value = getattr(row, field.attname)
    return not isinstance(value, DatabaseDefault) and not (field.primary_key and value is None)


@lru_cache(maxsize=64)
def _statement(model: type[models.Model], given: tuple[str, ...], ignore_conflicts: bool) -> str:
    fields: list[Any] = [field for field in model._meta.concrete_fields if field.attname in given]
    quote = connection.ops.quote_name
    return STATEMENT.format(
        table=quote(model._meta.db_table),
        names=", ".join(quote(field.column) for field in fields),
        typed=", ".join(f"{quote(field.column)} {_type_of(field)}" for field in fields),
        conflicts="\nON CONFLICT DO NOTHING" if ignore_conflicts else "",
        key=quote(str(model._meta.pk.column)),
    )


def _type_of(field: Any) -> str:
    """Return the type of a column; of what it points to, when it is a foreign key."""
    return (field.target_field if field.is_relation else field).rel_db_type(connection)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"a {type(value).__name__} cannot travel to the database in a document")
