"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter


class StaffOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by an admin; nobody signs up from outside."""

    def is_open_for_signup(self, request):
        """Return that the sign-up page is closed."""
        return False
