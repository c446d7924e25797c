"""The cast and the ways to make things in a test; everything else is written out where it is read."""

import pytest
from hypothesis import HealthCheck, settings

# A law is tried on the same examples in each run: a rare one may not stop somebody else's change. Who hunts
# for those says `make test ARGS=--hypothesis-profile=explore`. No example has a deadline: machines are busy.
settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False, print_blob=True)
settings.load_profile("steady")

pytest_plugins = ["tests.cast", "tests.live", "tests.smtp_sink"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Serve static files by name: a test needs no collectstatic."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
