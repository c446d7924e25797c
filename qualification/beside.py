"""Work done beside one's own: while the database stores what is known, the next is worked out."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection


class AtOnce(Executor):
    """Does the work where it is asked for."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return what is done already; a fault is raised here."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def beside() -> Iterator[Executor]:
    """Who stores beside us, on a connection of their own; within a transaction, which no other connection
    sees, we do it ourselves.
    """
    if connection.in_atomic_block:
        yield AtOnce()
        return
    with ThreadPoolExecutor(1, "beside") as hand:
        try:
            yield hand
        finally:
            hand.submit(_let_go)


def _let_go() -> None:
    """Close the connection of this thread (`connection.close`, asked for elsewhere, is that one's)."""
    connection.close()
