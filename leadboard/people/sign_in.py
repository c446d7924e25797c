"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

DEMO_DOMAIN = "@demo.test"


class StaffOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by an admin; nobody signs up from outside."""

    def is_open_for_signup(self, request):
        """Return that the sign-up page is closed."""
        return False

    def authenticate(self, request, **credentials):
        """Return the person, or None. The demo's password is public: outside of the demo it opens nothing."""
        demo = str(credentials.get("email", "")).lower().endswith(DEMO_DOMAIN)
        if demo and not settings.LEADBOARD_DEMO:
            return None
        return super().authenticate(request, **credentials)
