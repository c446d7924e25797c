"""The cast and the ways to make things in a test; everything else is written out where it is read."""

import pytest

pytest_plugins = ["tests.cast", "tests.live", "tests.smtp_sink"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Serve static files by name: a test needs no collectstatic."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
