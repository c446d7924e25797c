"""leadboard's settings, over the database of the test run (which has to be there before they are read)."""

from tests import database

database.start()

from leadboard.settings import *
from leadboard.settings import DATABASES

# Vendors and providers of the tests are servers on this machine.
OUTBOUND_ALLOW = ["127.0.0.1"]
# The people of the tests have no secrets; the real hasher costs a tenth of a second each.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["ENGINE"] = "tests.emptying"
