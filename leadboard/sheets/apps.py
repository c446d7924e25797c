from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "leadboard.sheets"
    label = "sheets"
