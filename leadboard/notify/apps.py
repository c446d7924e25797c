from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "leadboard.notify"
    label = "notify"
