"""Checks that need no database."""

import http.client
import os
import stat
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from leadboard.doctor.finding import Finding

OLDEST_PYTHON = (3, 11)


def python() -> Finding:
    """Is this Python new enough?"""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", sys.version_info >= OLDEST_PYTHON, version, "make PYTHON=python3.12 up")


def data_folder() -> Finding:
    """Can we write where everything lives?"""
    folder = Path(settings.LEADBOARD_DATA)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("data folder", True, str(folder))
    except OSError as error:
        return Finding(
            "data folder",
            False,
            f"{folder} cannot be written to: {error.strerror}",
            f"ls -ld {folder}; df {folder}",
        )


def secret_key() -> Finding:
    """Can nobody else read the key that signs sessions and jobs?"""
    kept = Path(settings.LEADBOARD_DATA) / "secret_key"
    if os.environ.get("SECRET_KEY") or not kept.exists():
        return Finding("secret key", True, "from the environment")
    mode = stat.S_IMODE(kept.stat().st_mode)
    return Finding("secret key", mode & 0o077 == 0, f"{kept} has mode {mode:04o}", f"chmod 600 {kept}")


def mail() -> Finding:
    """Do mails leave the house?"""
    backend = settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2]
    if settings.LEADBOARD_DEMO or backend != "console":
        return Finding("e-mail", True, f"{backend} {settings.EMAIL_HOST or ''}".strip())
    return Finding(
        "e-mail",
        False,
        "mails are only printed to the console",
        "EMAIL_URL=smtp://user:password@host:587/?tls=True make up",
    )


def web() -> Finding:
    """Does a web process answer on the port of `make up`?"""
    host = "127.0.0.1" if settings.LEADBOARD_HOST == "0.0.0.0" else settings.LEADBOARD_HOST  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.LEADBOARD_PORT, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": "localhost"})
        status = connection.getresponse().status
    except OSError as error:
        says = f"nothing answers on {host}:{settings.LEADBOARD_PORT} ({error.strerror or error})"
        return Finding("web", False, says, "make up")
    finally:
        connection.close()
    return Finding(
        "web", status == 200, f"{host}:{settings.LEADBOARD_PORT}/health/live answers {status}", "make up"
    )


CHECKS = [python, data_folder, secret_key, mail, web]
