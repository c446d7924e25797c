from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PlaybookConfig(AppConfig):
    """After each migration there is an agreement: the first start begins with the default one."""

    name = "leadboard.playbook"
    label = "playbook"
    verbose_name = "Playbook"

    def ready(self):
        """Store the default agreement as version 1 where there is none yet."""
        post_migrate.connect(store_default, sender=self, dispatch_uid="playbook: the first version")


def store_default(app_config, using, **_):
    """Called after `migrate`; does nothing where the table was just taken away."""
    version = app_config.get_model("PlaybookVersion")
    if version._meta.db_table in connections[using].introspection.table_names():
        version.objects.db_manager(using).ensure_default()
