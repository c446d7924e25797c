from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "qualification.governance"
    label = "governance"
