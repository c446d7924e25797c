"""`manage.py token add EMAIL`: print a bearer token once; only its hash is kept."""

from django.core.management.base import BaseCommand, CommandError

from leadboard.people.models import User
from leadboard.people.tokens import end_tokens, give_token


class Command(BaseCommand):
    """Give a token to a person."""

    help = __doc__

    def add_arguments(self, parser):
        """Declare the act."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("add", help="print a new token").add_argument("email")
        acts.add_parser("revoke", help="end all tokens of a person").add_argument("email")

    def handle(self, *args, **options):
        """Do the act for the person of this address."""
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(
                f"nobody active here has the address {options['email']}; manage.py user list shows who has"
            )
        if options["act"] == "add":
            self.stdout.write(give_token(user))
        else:
            self.stdout.write(f"{end_tokens(user)} tokens ended")
