"""A connection of one's own to PostgreSQL, beside Django's: to LISTEN on, and to hold a session lock with.

Never from the pool: a session lock or a LISTEN would leak to whoever gets that connection next.
"""

import os

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.conninfo import conninfo_to_dict

# A peer that vanished without a word is noticed within about ten seconds, by either side.
KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
WATCH_THE_CLIENT = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2"
OF_DJANGO = {"context", "cursor_factory", "prepare_threshold"}


def parameters(name: str, dsn: str | None = None) -> dict:
    """Return what psycopg.connect() takes: `dsn`, else the address of Django's default database."""
    given = conninfo_to_dict(dsn) if dsn else connections[DEFAULT_DB_ALIAS].get_connection_params()
    plain = {key: value for key, value in given.items() if key not in OF_DJANGO}
    return KEEPALIVE | plain | {"application_name": f"leadboard {name} {os.getpid()}", "autocommit": True}


def connect(name: str, dsn: str | None = None) -> psycopg.Connection:
    """Return a new autocommit connection, to be closed by the caller; raises psycopg.Error."""
    line = psycopg.connect(**parameters(name, dsn))
    try:
        line.execute(WATCH_THE_CLIENT)
    except BaseException:
        line.close()
        raise
    return line


async def connect_async(name: str, dsn: str | None = None) -> psycopg.AsyncConnection:
    """The same for an event loop."""
    line = await psycopg.AsyncConnection.connect(**parameters(name, dsn))
    try:
        await line.execute(WATCH_THE_CLIENT)
    except BaseException:  # also a task that is cancelled just now
        await line.close()
        raise
    return line
