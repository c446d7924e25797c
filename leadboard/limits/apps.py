"""The Django app of the limits."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Nothing to set up."""

    name = "leadboard.limits"
