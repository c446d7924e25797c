from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "leadboard.forms"
    label = "forms"
