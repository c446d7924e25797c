from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "leadboard.capture"
    label = "capture"
