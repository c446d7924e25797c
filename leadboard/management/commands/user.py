"""`manage.py user add EMAIL --role R`: make a person; `user list`; `user deactivate EMAIL`."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from leadboard.people.models import Role, Team, User
from leadboard.people.tokens import end_tokens


class Command(BaseCommand):
    """Make, list and deactivate people."""

    help = __doc__

    def add_arguments(self, parser):
        """Declare the three acts."""
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="make a person")
        add.add_argument("email")
        add.add_argument("--role", choices=Role.values, required=True)
        add.add_argument("--name", default="")
        add.add_argument("--team")
        add.add_argument("--time-zone", default="UTC")
        add.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        add.add_argument("--no-password", action="store_true", help="let the person set it by the reset link")
        acts.add_parser("list", help="who works here")
        acts.add_parser("deactivate", help="end all access at once").add_argument("email")

    def handle(self, *args, **options):
        """Do the act."""
        getattr(self, options["act"])(options)

    def add(self, options):
        """Make the person; nothing is kept when anything is wrong."""
        password = self.password(options)
        team = Team.objects.get_or_create(name=options["team"])[0] if options["team"] else None
        name = options["name"] or options["email"].partition("@")[0].replace(".", " ").title()
        try:
            with transaction.atomic():
                user = User(email=options["email"], name=name)
                if password is not None:
                    validate_password(password, user)
                User.objects.create_user(
                    options["email"],
                    password,
                    name=name,
                    role=options["role"],
                    team=team,
                    time_zone=options["time_zone"],
                )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{options['email'].lower()} is a {options['role']} now.")

    def password(self, options):
        """Return the password from standard input or the keyboard, or None for an account without one."""
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\n")
        if options["no_password"] or not sys.stdin.isatty():
            return None
        return getpass.getpass("Password (12 characters or more): ")

    def list(self, options):
        """Print everybody."""
        for user in User.objects.order_by("role", "email"):
            self.stdout.write(
                f"{user.email:40} {user.role:9} {user.name}{'' if user.is_active else '  (deactivated)'}"
            )

    def deactivate(self, options):
        """End the person's access: sign-in, tokens, open sockets."""
        with transaction.atomic():
            user = User.objects.filter(email__iexact=options["email"]).first()
            if user is None:
                raise CommandError(f"nobody here has the address {options['email']}")
            end_tokens(user)
            User.objects.filter(pk=user.pk).update(is_active=False)
        self.stdout.write(f"{user.email} has no access any more.")
