"""leadboard's settings, over the database of the test run (which has to be there before they are read)."""

from tests import database

database.start()

from leadboard.settings import *

# The people of the tests have no secrets; the real hasher costs a tenth of a second each.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
