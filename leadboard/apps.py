from django.apps import AppConfig


class LeadboardConfig(AppConfig):
    """The frame: its commands and its system checks."""

    name = "leadboard"
    label = "leadboard"
