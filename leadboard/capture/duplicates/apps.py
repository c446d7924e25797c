"""The Django app of this part of the capture."""

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """Nothing to set up."""

    name = "leadboard.capture.duplicates"
