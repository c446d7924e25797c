from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leadboard.leads"
    label = "leads"
