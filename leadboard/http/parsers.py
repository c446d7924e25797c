"""The API's only parser: strict JSON (see `leadboard.http.strict_json`)."""

from rest_framework.parsers import BaseParser

from leadboard.http import strict_json
from leadboard.http.problems import Problem

LIMIT = 1_048_576


class StrictJSONParser(BaseParser):
    """Parse an API body; every malformed one is a 400 or 413 problem, never a 500."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """Return the parsed value of the request's body."""
        body = stream.read(LIMIT + 1)
        if len(body) > LIMIT:
            raise Problem(413, "too_large", f"A body may have {LIMIT} bytes.")
        return strict_json.loads(body) if body else {}
