"""The queue of the jobs: who has much to do at once asks whether somebody waits."""

from django_q.conf import Conf
from django_q.models import OrmQ


def is_awaited() -> bool:
    """Does a job wait because all workers are busy? A row stays in the queue until its job is over."""
    return OrmQ.objects.count() > Conf.WORKERS


def is_queued(*names: str) -> bool:
    """Is one of these functions at work or waiting? To be asked of a short queue: each row is unpacked."""
    return any(row.task.get("func") in names for row in OrmQ.objects.all())
