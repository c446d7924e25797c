"""What the door refused, counted by source, hour and reason, so that whoever sets a source up sees why."""

import logging

from django.db import Error, connection

from leadboard.capture.models import Source
from leadboard.http.problems import Problem

log = logging.getLogger(__name__)
# A wrong method is somebody looking; too many at once is counted where it is limited.
NOT_TOLD = ("method_not_allowed", "in_flight")
NOTE = """
INSERT INTO capture_refusal (source_id, hour, code, detail, times, last_at)
VALUES (%s, date_trunc('hour', now()), %s, %s, 1, now())
ON CONFLICT (source_id, hour, code) DO UPDATE
SET times = capture_refusal.times + 1, last_at = now(), detail = EXCLUDED.detail
"""
LONGEST_DETAIL = 500


def note(source: Source, problem: Problem) -> None:
    """Count one refusal. Nothing is kept of what was sent; a database that fails here changes no answer."""
    if problem.status == 429 or problem.status >= 500 or problem.code in NOT_TOLD:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [source.pk, problem.code, problem.detail[:LONGEST_DETAIL]])
    except Error:
        log.exception("a refusal of source %s could not be counted", source.pk)
