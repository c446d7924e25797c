"""The cast and the ways to make things in a test; everything else is written out where it is read."""

import os

import pytest

pytest_plugins = ["tests.cast", "tests.live"]


def pytest_configure(config):
    """Give the run one PostgreSQL: DATABASE_URL if set, else an embedded one for all workers."""
    if not os.environ.get("DATABASE_URL"):
        raise pytest.UsageError("DATABASE_URL is not set")


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Serve static files by name: a test needs no collectstatic."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
