"""`python -m leadboard.supervisor`: what `manage.py up` turns into."""

import sys

from django.core.exceptions import ImproperlyConfigured

from leadboard.supervisor.plan import read_plan
from leadboard.supervisor.startup import run

if __name__ == "__main__":
    try:
        sys.exit(run(read_plan()))
    except ImproperlyConfigured as error:
        sys.exit(str(error))
