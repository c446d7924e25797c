"""Who comes to a form, where that is known; nothing of it is ever shown to the browser.

Two signed ways: a link in a mail of ours (`?lb=`, see `link_token`), and a first-party cookie that is set
after somebody sent a form and agreed to it. Both name a lead, and only one that is still open and has an
address or a number to know them by counts: their other answers are not asked again.
"""

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from leadboard.capture import contact, identity
from leadboard.forms import facts
from leadboard.leads.models import Lead

COOKIE = "leadboard-known"
LINK_SALT, COOKIE_SALT = "leadboard.forms.link", "leadboard.forms.cookie"
LONGEST, FOR_DAYS = 400, 180


def link_token(lead: Lead) -> str:
    """Return what to append to the address of a form in a mail to this person: `?lb=<token>`."""
    return signing.dumps(str(lead.uid), salt=LINK_SALT)


def known_person(request: HttpRequest) -> Lead | None:
    """Return the lead of whoever asks for a page; None when it is anybody, or they said "not me"."""
    if "fresh" in request.GET:
        return None
    uid = _signed(request.GET.get(facts.LINK, ""), LINK_SALT) or _signed(
        request.COOKIES.get(COOKIE, ""), COOKIE_SALT
    )
    return lead_of(uid)


def lead_of(uid: str) -> Lead | None:
    """Return the open lead of this uid that can be recognised by an address or a number."""
    if not uid:
        return None
    lead = Lead.objects.filter(uid=uuid.UUID(uid)).first()
    return lead if lead and identity.is_open(lead) and contact_of(lead) else None


def contact_of(lead: Lead) -> dict[str, str]:
    """Return by what a new submission of theirs joins this lead: e-mail address, else phone number."""
    if contact.canonical_email(lead.email):
        return {"email": lead.email}
    if contact.canonical_phone(lead.phone, lead.country):
        return {"phone": lead.phone, "country": lead.country, "name": lead.name}
    return {}


def remember(response: HttpResponse, lead: Lead) -> None:
    """Let the browser of somebody who agreed say who comes, next time."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(lead.uid), salt=COOKIE_SALT),
        max_age=FOR_DAYS * 86_400,
        path="/f/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Take the cookie back: somebody else sits at this browser."""
    response.delete_cookie(COOKIE, path="/f/", samesite="Lax")


def _signed(text: str, salt: str) -> str:
    """Return the uid that a signed text names; "" for anything else."""
    if not 0 < len(text) <= LONGEST or not text.isascii():
        return ""
    try:
        return str(uuid.UUID(signing.loads(text, salt=salt, max_age=FOR_DAYS * 86_400)))
    except (signing.BadSignature, ValueError):
        return ""
