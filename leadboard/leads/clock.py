"""The one clock: the database's."""

from django.db import connection


def db_now():
    """Return the start of the current transaction (or statement) by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
