from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "leadboard.board"
    label = "board"
