from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "leadboard.people"
    label = "people"
    verbose_name = "People"
