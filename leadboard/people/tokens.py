"""Bearer tokens for scripts: shown once, stored hashed (knox), as strong as their person's role."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.models import get_token_model
from rest_framework.exceptions import AuthenticationFailed

from leadboard.people.models import User


def give_token(user: User) -> str:
    """Return a new bearer token of this person as text; only its hash is kept."""
    _, token = get_token_model().objects.create(user=user, expiry=None)
    return token


def end_tokens(user: User) -> int:
    """End all bearer tokens of this person; return how many there were."""
    ended, _ = get_token_model().objects.filter(user=user).delete()
    return ended


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`; a deactivated person's token is refused."""

    def authenticate_credentials(self, token):
        """Return (person, token); bytes that are no text are no token of ours either (401)."""
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)

    def _cleanup_token(self, auth_token):
        """Refuse an expired token and look at no other: knox would walk all of a person's each time."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema describes our tokens."""

    target_class = "leadboard.people.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
