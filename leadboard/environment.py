"""What the environment may say, and how it is read: nonsense is refused with the variable's name.

`VARIABLES` is the table that the README prints; a test keeps the two equal.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

VARIABLES = {
    "LEADBOARD_URL": ("http://localhost:8000", "address under which people reach the product"),
    "LEADBOARD_DATA": (".data", "folder of everything that lives: database, secret key, uploads"),
    "LEADBOARD_PORT": ("8000", "port on which `make up` listens"),
    "LEADBOARD_HOST": ("127.0.0.1", "address on which `make up` listens"),
    "LEADBOARD_WEB": ("1", "number of web processes that `make up` starts"),
    "LEADBOARD_CLOCKS": ("1", "number of clocks processes that `make up` starts"),
    "LEADBOARD_DEMO": ("0", "1 makes the demo people with their known password, and shows a banner"),
    "LEADBOARD_SIMULATE": ("1", "0 keeps the simulator off in the demo"),
    "LEADBOARD_ASK_DNS": ("0", "1 asks the DNS whether the domain of a lead's address takes mail"),
    "LEADBOARD_OUTBOUND_ALLOW": (
        "",
        "hosts (or host:port, comma separated) of the own network that providers and vendors may be asked at",
    ),
    "LEADBOARD_METRICS_TOKEN": ("", "bearer token for /metrics; empty keeps the page closed"),
    "LEADBOARD_TRUST_PROXY": ("0", "1 believes X-Forwarded-Proto of a reverse proxy that sets it itself"),
    "LEADBOARD_TOUCH_MONTHS": ("13", "months for which page views and other touches are kept"),
    "DATABASE_URL": ("", "PostgreSQL 15 to 18; empty starts the embedded one"),
    "SECRET_KEY": ("", "empty makes one in LEADBOARD_DATA/secret_key"),
    "ALLOWED_HOSTS": ("", "comma separated host names besides the one of LEADBOARD_URL"),
    "EMAIL_URL": (
        "consolemail://",
        "e.g. smtp://user:password@host:587/?tls=True; the demo prints to the console",
    ),
    "DEFAULT_FROM_EMAIL": ("leadboard@localhost", "sender of nurture and sign-in mail"),
    "MARKETING_EMAIL": ("", "where replies to nurture mail go; empty: to its sender"),
}


def read(name):
    """Return the variable as text, or its documented default."""
    return os.environ.get(name) or VARIABLES[name][0]


def read_flag(name):
    """Return a 0/1 variable as bool; anything else is refused."""
    value = read(name)
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def read_number(name, low, high):
    """Return a whole number within low..high; anything else is refused."""
    value = read(name)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def read_url(name):
    """Return an http(s) address without a path."""
    value = read(name).rstrip("/")
    scheme, _, rest = value.partition("://")
    if scheme not in {"http", "https"} or not rest or "/" in rest or "@" in rest:
        raise ImproperlyConfigured(f"{name} must look like https://leads.example.com, not {value!r}")
    return value


def read_secret_key(data):
    """Return SECRET_KEY, or the one kept in the data folder (made on first use, mode 0600)."""
    given = read("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters")
        return given
    kept = data / "secret_key"
    if not kept.exists():
        keep_new_key(kept)
    return kept.read_text().strip()


def keep_new_key(kept):
    """Write a new key, whole or not at all: of several processes one wins, and nobody reads half of it."""
    handle, draft = tempfile.mkstemp(prefix=".secret_key-", dir=kept.parent)  # mkstemp gives mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))
    with contextlib.suppress(FileExistsError):
        Path(kept).hardlink_to(draft)
    Path(draft).unlink()
