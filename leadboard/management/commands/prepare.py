import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.module_loading import import_string

# One number for all who prepare the same database: the second waits, then finds everything done.
LOCK = 5_323_042


class Command(BaseCommand):
    help = "Make the database and the static files ready: migrations, playbook, demo people. Safe to repeat."
    requires_system_checks = ()

    def handle(self, **options):
        """Do each step that is not done yet."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                self.prepare_database()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        self.collect_static()
        call_command("check", databases=["default"])
        # Fits the shipped word model once, so that no job waits for scikit-learn on its first lead.
        import_string("qualification.text.classify.word_model")()

    def prepare_database(self):
        """Migrate, make sure of a playbook, and fill an empty database when this is the demo."""
        call_command("migrate", interactive=False, verbosity=0)
        import_string("leadboard.playbook.versions.active")()
        if settings.LEADBOARD_DEMO and not get_user_model().objects.exists():
            call_command("demo")

    def collect_static(self):
        """Collect and compress the static files, when one of them changed since the last time."""
        stamp, now = Path(settings.STATIC_ROOT) / ".collected", fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def fingerprint() -> str:
    """Return a digest over the path, size and time of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()
