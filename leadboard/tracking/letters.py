"""The links of our own mails: who follows one is known to have followed it, and may become a known visitor.

A link of a letter leads to `/t/c/<token>`, which sends on to the address that stands, signed, in the token
and to no other. Programs that look at links before people do (mail scanners, previews) are told apart by what
they say of themselves and by their haste, and leave no trace. A picture that tells when a mail is opened is
only put into mails to people who gave consent.
"""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadboard.leads.models import Lead
from leadboard.tracking import interest, sites
from leadboard.tracking.models import PROXY, Touch, TouchKind
from leadboard.tracking.origin import host_of, is_robot
from leadboard.tracking.tokens import MailLink, read_link, sign_link

ADDRESS = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")
LONGEST_URL = 1_000
HASTE = timedelta(seconds=10)  # after the mail was written; nobody reads that fast, scanners do
# Apple's mail program has every picture fetched whether or not somebody reads, and says no more than this.
PROXIES = frozenset(["", "Mozilla/5.0"])
ONCE_AN = timedelta(hours=1)
CONSENT = "consent"
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


def html_of(text: str, lead: Lead, mail: str, *, written: str) -> SafeString:
    """Return a letter's text as HTML: its addresses are links that are followed through us. `mail` names the
    mail; `written` is the letter as the playbook has it. An address that came in with what a prospect wrote
    of himself (a first name, say) stays plain text: nobody can have us send out links of his own.
    """
    ours = set(ADDRESS.findall(written))
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        shown = _link(found[0], lead, mail) if found[0] in ours else conditional_escape(found[0])
        parts += [conditional_escape(text[end : found.start()]), shown]
        end = found.end()
    whole = mark_safe("".join([*parts, conditional_escape(text[end:])]))  # noqa: S308 - each part is escaped
    paragraphs = [mark_safe(one.replace("\n", "<br>")) for one in re.split(r"\n{2,}", whole)]  # noqa: S308
    return format_html_join("\n\n", "<p>{}</p>", ((one,) for one in paragraphs)) + _pixel(lead, mail)


def _link(url: str, lead: Lead, mail: str) -> SafeString:
    followed = url
    if len(url) <= LONGEST_URL and host_of(url):
        token = sign_link(MailLink(lead.pk, mail, url), "click")
        followed = f"{settings.LEADBOARD_URL}/t/c/{token}"
    return format_html('<a href="{}">{}</a>', followed, url)


def _pixel(lead: Lead, mail: str) -> SafeString:
    if lead.basis != CONSENT:
        return mark_safe("")
    token = sign_link(MailLink(lead.pk, mail), "open")
    return format_html('\n<img src="{}/t/o/{}" width="1" height="1" alt="">', settings.LEADBOARD_URL, token)


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Send on to the link's address; 404 for a token that is not ours. To a site of the firm the visitor
    brings a token by which the recorder there, after consent, can tell who came.
    """
    link = read_link(token, "click")
    if link is None or host_of(link.url) is None:
        return render(request, "error.html", GONE, status=404)
    _keep(request, link, TouchKind.CLICK)
    return HttpResponseRedirect(_with_name(link) if sites.is_ours(link.url) else link.url)


GONE = {"status": 404, "title": "Not found", "detail": "This link is not ours, or it is too old."}


@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Give the picture of a mail, and note that it was opened; the same picture for any token."""
    link = read_link(token, "open")
    if link:
        _keep(request, link, TouchKind.OPEN)
    return HttpResponse(PIXEL, content_type="image/gif", headers={"Referrer-Policy": "no-referrer"})


def _with_name(link: MailLink) -> str:
    parts = urlsplit(link.url)
    name = sign_link(MailLink(link.lead_id, link.mail), "came")
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("lb", name)])
    return urlunsplit(parts._replace(query=query))


def _keep(request: HttpRequest, link: MailLink, kind: str) -> None:
    """Store the touch of a person; the same link of a mail counts once an hour."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    is_machine = bool(purpose) or is_robot(request.headers.get("User-Agent", "")) or link.age < HASTE
    if request.method != "GET" or is_machine:
        return
    lead = Lead.objects.filter(pk=link.lead_id, erased_at=None, do_not_contact=False).first()
    what = urlsplit(link.url).path[:1_000] if link.url else ""
    before = Touch.objects.filter(
        lead=link.lead_id, kind=kind, title=link.mail, what=what, at__gt=Now() - ONCE_AN
    )
    if lead is None or before.exists():
        return
    is_proxy = kind == TouchKind.OPEN and request.headers.get("User-Agent", "").strip() in PROXIES
    Touch.objects.create(
        at=Now(), kind=kind, lead=lead, what=what, title=link.mail, source="nurture", medium="email",
        campaign=link.mail.partition(":")[0], device=PROXY if is_proxy else "",
    )  # fmt: skip
    if is_proxy:
        interest.know(lead.pk)
    else:
        interest.note(lead.pk, 1, is_hot=False)
