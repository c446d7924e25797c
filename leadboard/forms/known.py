"""Who comes to a form, where that is known; nothing of it is ever shown to the browser.

Three signed ways: the link of a mail of ours (`?lb=`), the id of a visitor who agreed to be recorded
(`?leadboard_visitor=`, which the script that embeds a form passes on), and a first-party cookie that is set
after somebody sent a form and agreed to it. Each names a lead, and only one that is still open and has an
address or a number to know them by counts: their other answers are not asked again.
"""

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from leadboard.capture import contact, identity, numbers
from leadboard.forms import facts
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.tracking import tokens
from leadboard.tracking.models import Visitor

COOKIE, SALT = "leadboard-known", "leadboard.forms.cookie"
LONGEST, FOR_DAYS = 400, 180


def link_token(lead: Lead) -> str:
    """Return what to append to the address of a form in a mail to this person: `?lb=<token>`. The links of
    letters have it already (`tracking.letters`).
    """
    return tokens.sign_link(tokens.MailLink(lead.pk, "form"), "came")


def known_person(request: HttpRequest) -> Lead | None:
    """Return the lead of whoever asks for a page; None when it is anybody, or they said "not me"."""
    if "fresh" in request.GET:
        return None
    ways = (_by_link(request), _by_visitor(request), lead_of(_by_cookie(request)))
    return next((lead for lead in ways if lead), None)


def lead_of(uid: str) -> Lead | None:
    """Return the open lead of this uid that can be recognised by an address or a number."""
    return _recognisable(uid=uuid.UUID(uid)) if uid else None


def _recognisable(**which: object) -> Lead | None:
    lead = Lead.objects.filter(**which).select_related("merged_into").first()
    lead = lead and (lead.merged_into or lead)  # work goes on there
    is_there = lead and lead.desk != Desk.QUARANTINE and identity.is_open(lead)
    return lead if lead and is_there and contact_of(lead) else None


def _by_link(request: HttpRequest) -> Lead | None:
    text = request.GET.get(facts.LINK, "")
    link = tokens.read_link(text, "came") if _may_be_signed(text) else None
    return _recognisable(pk=link.lead_id) if link else None


def _by_visitor(request: HttpRequest) -> Lead | None:
    uid = tokens.visitor_uid(request.GET.get(facts.VISITOR, ""))
    owner = Visitor.objects.filter(uid=uid, withdrawn_at=None).values_list("lead_id").first() if uid else None
    return _recognisable(pk=owner[0]) if owner and owner[0] else None


def _by_cookie(request: HttpRequest) -> str:
    """Return the uid that the cookie names; "" for anything else."""
    text = request.COOKIES.get(COOKIE, "")
    try:
        said = signing.loads(text, salt=SALT, max_age=FOR_DAYS * 86_400) if _may_be_signed(text) else ""
    except (signing.BadSignature, ValueError):
        return ""
    return str(said)


def _may_be_signed(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isascii()


def contact_of(lead: Lead) -> dict[str, str]:
    """Return by what a new submission of theirs joins this lead: e-mail address, else phone number."""
    if contact.canonical_email(lead.email):
        return {"email": lead.email}
    if numbers.canonical_phone(lead.phone, lead.country):
        return {"phone": lead.phone, "country": lead.country, "name": lead.name}
    return {}


def remember(response: HttpResponse, lead: Lead) -> None:
    """Let the browser of somebody who agreed say who comes, next time."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(lead.uid), salt=SALT),
        max_age=FOR_DAYS * 86_400,
        path="/f/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Take the cookie back: somebody else sits at this browser."""
    response.delete_cookie(COOKIE, path="/f/", samesite="Lax")
