from importlib import import_module

from django.apps import AppConfig


class LeadboardConfig(AppConfig):
    """The frame: its commands and its system checks."""

    name = "leadboard"
    label = "leadboard"

    def ready(self):
        """Register the checks; they look at all parts, so all parts must be loaded."""
        import_module("leadboard.checks")
