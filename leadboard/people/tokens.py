"""Bearer tokens for scripts: shown once, stored hashed (knox), as strong as their person's role."""

from knox.auth import TokenAuthentication
from knox.models import get_token_model


def give_token(user):
    """Return a new bearer token of this person as text; only its hash is kept."""
    _, token = get_token_model().objects.create(user=user, expiry=None)
    return token


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`; a deactivated person's token is refused."""
