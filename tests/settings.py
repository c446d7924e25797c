"""leadboard's settings, over the database of the test run (which has to be there before they are read)."""

from tests import database

database.start()

from leadboard.settings import *
