from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "leadboard.companies"
    label = "companies"
