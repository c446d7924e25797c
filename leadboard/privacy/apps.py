"""Registers the part."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Privacy."""

    name = "leadboard.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
