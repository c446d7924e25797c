from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "qualification.corrections"
    label = "corrections"
    default_auto_field = "django.db.models.BigAutoField"
