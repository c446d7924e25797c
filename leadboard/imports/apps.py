from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "leadboard.imports"
    label = "imports"
