"""Is whoever opened a socket still signed in? Asked of the database, for all sockets in one query."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from leadboard.people.rights import ROLES_BY_ACT

ROLES = [str(role) for role in ROLES_BY_ACT["see_leads"]]
# The session cache is each process's own, so a sign-out elsewhere shows in the table only.
STANDING = """
SELECT given.key, given.person
FROM unnest(%s::text[], %s::bigint[], %s::bytea[]) AS given (key, person, mark)
JOIN django_session s ON s.session_key = given.key AND s.expire_date > now()
JOIN people_user u ON u.id = given.person AND u.is_active AND u.role = ANY(%s)
                  AND sha256(convert_to(u.password, 'UTF8')) = given.mark
"""


@dataclass(frozen=True)
class SignIn:
    """One session of one person, with the password of then (hashed once more) to notice a change."""

    key: str
    person: int
    mark: bytes

    @classmethod
    def of(cls, scope) -> "SignIn | None":
        """Return the sign-in of a socket's scope, None for a stranger."""
        user, session = scope["user"], scope["session"]
        if not user.is_authenticated or not session.session_key:
            return None
        return cls(session.session_key, user.pk, hashlib.sha256(user.password.encode()).digest())


def standing(sign_ins: Collection[SignIn]) -> set[SignIn]:
    """Return those that still hold: session there, person active and allowed, same password."""
    if not sign_ins:
        return set()
    given = list(set(sign_ins))
    keys, people, marks = zip(*((one.key, one.person, one.mark) for one in given), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(keys), list(people), list(marks), ROLES])
        found = set(cursor.fetchall())
    return {one for one in given if (one.key, one.person) in found}
