"""Bearer tokens for scripts: shown once, stored hashed (knox), as strong as their person's role."""

from collections.abc import Iterable
from hmac import compare_digest

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken, get_token_model
from knox.settings import CONSTANTS
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


def holders(texts: Iterable[str]) -> dict[str, AuthToken]:
    """Return the tokens that are good, by what was sent; each has its person, who may be inactive. Of an
    expired one nothing is told apart from one that nobody has. One statement.
    """
    keys: dict[str, str] = {text: text[: CONSTANTS.TOKEN_KEY_LENGTH] for text in texts if text.isascii()}
    kept = get_token_model().objects.select_related("user").filter(token_key__in=set(keys.values()))
    by_key: dict[str, list[AuthToken]] = {}
    for token in kept:
        if token.expiry is None or token.expiry >= timezone.now():
            by_key.setdefault(token.token_key, []).append(token)
    found = {text: _matching(text, by_key.get(key, [])) for text, key in keys.items()}
    return {text: token for text, token in found.items() if token is not None}


def _matching(text: str, tokens: Iterable[AuthToken]) -> AuthToken | None:
    """Return the token whose hash is that of the text; some share their first letters."""
    return next((token for token in tokens if compare_digest(hash_token(text), token.digest)), None)


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`; a deactivated person's token is refused."""

    def authenticate_credentials(self, token):
        """Return (person, token); bytes that are no text are no token of ours either (401)."""
        text = token.decode("latin-1")
        found = holders([text]).get(text)
        if found is None:
            raise AuthenticationFailed("Invalid token.")
        return self.validate_user(found)


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema describes our tokens."""

    target_class = "leadboard.people.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
