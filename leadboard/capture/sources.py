"""Make and change sources: what the command, the API and the screen share."""

import copy
import secrets
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from leadboard.capture import mapping as mappings
from leadboard.capture.models import Source
from leadboard.capture.vendors import VENDORS
from leadboard.leads.clock import db_now
from leadboard.playbook import versions

OLD_TAKEN_FOR = timedelta(days=1)


def add(name: str, *, by=None, **fields: Any) -> Source:
    """Return a new source; raises ValueError with one sentence when a field is wrong or the name is taken."""
    source = Source(name=name.strip(), created_by=by, **fields)
    check(source)
    try:
        with transaction.atomic():
            source.save(force_insert=True)
    except IntegrityError:
        raise ValueError(f"There is a source named {source.name!r} already.") from None
    return source


def change(source: Source, **fields: Any) -> None:
    """Change a source; raises ValueError with one sentence, and then stores nothing."""
    for name, value in fields.items():
        setattr(source, name, value)
    check(source)
    try:
        with transaction.atomic():
            source.save(update_fields=list(fields))
    except IntegrityError:
        raise ValueError(f"There is a source named {source.name!r} already.") from None


def check(source: Source) -> None:
    """Raise ValueError with one sentence for the first thing that is wrong with a source."""
    if not source.name or len(source.name) > 80 or not source.name.isprintable():
        raise ValueError("A name has 1 to 80 printable characters.")
    if source.vendor not in VENDORS:
        raise ValueError(f"There is no vendor {source.vendor!r}; there are: {', '.join(VENDORS)}.")
    if not (source.secret + source.token).isprintable():
        raise ValueError("A secret and a token have printable characters only.")
    _check_proof(source)
    types = versions.active().lead_types
    if source.lead_type and source.lead_type not in types:
        raise ValueError(f"There is no lead type {source.lead_type!r}; the playbook has: {', '.join(types)}.")
    mappings.check(source.mapping)


def _check_proof(source: Source) -> None:
    vendor = VENDORS[source.vendor]
    if vendor.needs_secret and not source.secret:
        raise ValueError(f"{vendor.title} signs what it sends: give {vendor.secret} as the secret.")
    if source.secret and not vendor.secret:
        raise ValueError(f"{vendor.title} signs nothing and cannot send a secret: leave it empty.")
    if source.token and vendor.fetch is None:
        raise ValueError(f"Nothing is fetched from {vendor.title}: leave the token empty.")


def replace(source: Source, *, keep_old_secret: bool = False, **fields: Any) -> None:
    """Change a source, its secret as `replace_secret` does; raises ValueError and then stores nothing."""
    secret = fields.pop("secret", None)
    with transaction.atomic():
        if secret is not None and secret != source.secret:
            replace_secret(source, secret, keep_old=keep_old_secret)
        if fields:
            change(source, **fields)


def replace_secret(source: Source, secret: str, *, keep_old: bool) -> None:
    """Give a source another secret; with `keep_old` the one before is taken too for a day, until whoever
    sends has the new one. Raises ValueError as `change` does.
    """
    kept = keep_old and bool(source.secret)
    change(
        source,
        secret=secret,
        old_secret=source.secret if kept else "",
        old_secret_until=db_now() + OLD_TAKEN_FOR if kept else None,
    )


def with_old_secret(source: Source) -> list[Source]:
    """Return the source as it was with the secret before, while that one is taken; else nothing."""
    if not source.old_secret or not source.old_secret_until or source.old_secret_until <= db_now():
        return []
    before = copy.copy(source)
    before.secret = source.old_secret
    return [before]


def new_secret() -> str:
    """Return a secret that nobody guesses (192 bits)."""
    return secrets.token_urlsafe(24)


def path_of(source: Source) -> str:
    """Return the path to which this source's leads are posted."""
    return source.path


def url_of(source: Source) -> str:
    """Return the full address of the same."""
    return source.url
