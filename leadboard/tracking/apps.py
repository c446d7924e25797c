from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "leadboard.tracking"
    label = "tracking"
