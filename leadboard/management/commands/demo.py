"""`manage.py demo`: people, sources, forms and companies of the demo; everybody knows the password."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leadboard.companies import upsert
from leadboard.companies.models import Company, CompanySignal
from leadboard.forms import publishing
from leadboard.forms.models import Form
from leadboard.forms.starters import plain, starters
from leadboard.people.models import Role, Team, User
from leadboard.playbook import versions
from leadboard.simulation.prospects import world
from leadboard.simulation.runner import open_doors

PASSWORD = "demo"
PEOPLE = {
    "rep@demo.test": ("Mara Voss", Role.REP),
    "rep2@demo.test": ("Tomas Reuter", Role.REP),
    "marketer@demo.test": ("Mia Sato", Role.MARKETER),
    "manager@demo.test": ("Lea Brandt", Role.MANAGER),
    "admin@demo.test": ("Ada Admin", Role.ADMIN),
}
BIG = 500
TARGETS = {
    "Delmar Packaging AG": "Their contract with a rival ends in spring.",
    "Halden Optik GmbH": "Met their COO at the fair; two sites.",
    "Solent Marine": "Three depots, one of them new.",
    "Altura Seguros": "Asked for in the board's plan for the south.",
}
MOVED = {
    "Delmar Packaging AG": [("leadership_change", 21), ("hiring", 9)],
    "Solent Marine": [("expansion", 40)],
    "Lumen Care": [("funding", 12)],
    "Cobalt Freight": [("hiring", 5)],
}


def publish_forms():
    """Publish three of the forms to start from, once, so that somebody can fill one in and see it arrive."""
    drafts = plain(list(versions.active().lead_types))
    for key in ("demo", "assessment", "calculator"):
        title = starters()[key].title
        if not Form.objects.filter(name=title).exists():
            publishing.publish(publishing.create(title, drafts[key]))


def fill_companies():
    """Put the invented firms into the table of companies, some as target accounts, and what moved there."""
    today = timezone.localdate()
    rows = [
        {name: firm[name] for name in ("name", "domain", "country", "industry", "employees")}
        | {"tier": "A" if firm["employees"] >= BIG else "B", "target": firm["name"] in TARGETS}
        | ({"target_note": TARGETS[firm["name"]]} if firm["name"] in TARGETS else {})
        for firm in world()["companies"]
    ]
    upsert.put(rows, source="Account list")
    for company in Company.objects.filter(name__in=MOVED):
        for kind, days in MOVED[company.name]:
            day = today - timedelta(days=days)
            CompanySignal.objects.get_or_create(company=company, kind=kind, date=day, source="Trade press")


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
        fill_companies()
        self.stdout.write(f"Demo sign-ins: {', '.join(PEOPLE)}; password {PASSWORD}")
