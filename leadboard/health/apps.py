from importlib import import_module

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Every job that begins or ends is a sign of life of the jobs program."""

    name = "leadboard.health"
    label = "health"

    def ready(self):
        """Hang the beat on django-q's own signals: a busy cluster needs no canary to look alive.

        Imported by name: django-q's signals need the apps to be loaded.
        """
        signals, beats = import_module("django_q.signals"), import_module("leadboard.health.beats")
        signals.pre_execute.connect(beats.note_job, dispatch_uid="health: a job begins")
        signals.post_execute_in_worker.connect(beats.note_job, dispatch_uid="health: a job ended")
