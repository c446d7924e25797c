from django.apps import AppConfig
from django_q.signals import post_execute_in_worker, pre_execute

from leadboard.health import beats


class HealthConfig(AppConfig):
    """Every job that begins or ends is a sign of life of the jobs program."""

    name = "leadboard.health"
    label = "health"

    def ready(self):
        """Hang the beat on django-q's own signals: a busy cluster needs no canary to look alive."""
        pre_execute.connect(beats.note_job, dispatch_uid="health: a job begins")
        post_execute_in_worker.connect(beats.note_job, dispatch_uid="health: a job ended")
