"""The Django app of this part of the capture."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Nothing to set up."""

    name = "leadboard.capture.screening"
