"""`manage.py demo`: the people and sources of the demo, with a password that everybody knows."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from leadboard.forms import publishing
from leadboard.forms.models import Form
from leadboard.forms.starters import plain, starters
from leadboard.people.models import Role, Team, User
from leadboard.playbook import versions
from leadboard.simulation.runner import open_doors

PASSWORD = "demo"
PEOPLE = {
    "rep@demo.test": ("Mara Voss", Role.REP),
    "rep2@demo.test": ("Tomas Reuter", Role.REP),
    "marketer@demo.test": ("Mia Sato", Role.MARKETER),
    "manager@demo.test": ("Lea Brandt", Role.MANAGER),
    "admin@demo.test": ("Ada Admin", Role.ADMIN),
}


def publish_forms():
    """Publish three of the forms to start from, once, so that somebody can fill one in and see it arrive."""
    drafts = plain(list(versions.active().lead_types))
    for key in ("demo", "assessment", "calculator"):
        title = starters()[key].title
        if not Form.objects.filter(name=title).exists():
            publishing.publish(publishing.create(title, drafts[key]))


class Command(BaseCommand):
    """Make the demo's people once; with LEADBOARD_DEMO off nothing is made."""

    help = __doc__

    def handle(self, *args, **options):
        """Make whoever is missing, and the sources."""
        if not settings.LEADBOARD_DEMO:
            raise CommandError("the demo people have a known password: set LEADBOARD_DEMO=1 to have them")
        team, _ = Team.objects.get_or_create(name="EMEA inbound", defaults={"inbound": True})
        for email, (name, role) in PEOPLE.items():
            if not User.objects.filter(email=email).exists():
                user = User(email=email, name=name, role=role, team=team, time_zone="Europe/Berlin")
                user.set_password(PASSWORD)
                user.save()
        open_doors()
        publish_forms()
        self.stdout.write(f"Demo sign-ins: {', '.join(PEOPLE)}; password {PASSWORD}")
