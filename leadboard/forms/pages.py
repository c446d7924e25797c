"""The public pages: a form, what follows it, and the script that embeds it, without sign-in or cookie.

They may stand in a frame of other sites (of those the form lists, else of any), where no cookie arrives: a
signed token in the page takes the place of CSRF cookie and session.
"""

import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from urllib.parse import urlencode

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from leadboard.capture import doorkeeper, junk
from leadboard.capture import page_token as token
from leadboard.forms import answers, asking, counting, figures, known, origin, showing, taking
from leadboard.forms.facts import TOKEN, TRAP
from leadboard.forms.models import Form, FormVersion, Sending
from leadboard.forms.schema import HOST, Definition, load
from leadboard.forms.taking import Filled
from leadboard.forms.words import words_of
from leadboard.http import bodies
from leadboard.http.problems import TITLES, Problem
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.playbook import versions

log = logging.getLogger(__name__)
LARGEST = 65_536
SCRIPT = Path(__file__).parent / "embed.js"
STALE, CHANGED, GONE = "stale", "changed", "gone"  # notices, by their words
NOT_HERE = "There is no form at this address, or it is closed."


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer every refusal with a page for people outside."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return refuse(request, problem)
        except (OperationalError, InterfaceError):
            log.exception("the database cannot be reached: a form could not be served")
            sent = Problem(503, "unavailable", "Nothing was kept. Please go back and send it again.")
            return refuse(request, sent)

    return guarded


def _live(slug: str) -> Form:
    """Return the published form of this address, which its source does not close either."""
    forms = Form.objects.select_related("live", "source").filter(slug=slug, source__active=True)
    form = forms.exclude(live=None).first()
    if form is None:
        raise Problem(404, "not_found", NOT_HERE)
    return form


@csrf_exempt  # in a frame no cookie arrives; the token in the page stands for it
@public
def fill_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; take one that is filled in: 303 to what follows, or 422 with what is wrong."""
    form = _live(slug)
    assert form.live is not None, "the lookup takes published forms only"
    if request.method == "POST":
        return _send(request, form)
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, "method_not_allowed", "A form is opened or sent.", headers={"Allow": "GET, POST"})
    definition = load(form.live.definition)
    lead = known.known_person(request)
    if request.method == "GET":
        counting.seen(form)
    response = _page(request, form, form.live, definition, lead)
    if "fresh" in request.GET:
        known.forget(response)
    return response


def _send(request: HttpRequest, form: Form) -> HttpResponse:
    assert form.source is not None, "a live form has a source (a_live_form_has_a_source)"
    door = versions.active().door
    doorkeeper.admit(door, form.source, request, is_open=True)
    fields = _fields(request)
    now = db_now()
    try:
        sent = "".join(answers.texts(fields.get(TOKEN)))
        page = token.read(sent, form.pk, oldest=door.form.oldest, now=now)
        version = form.versions.get(number=page.version)
    except (token.TokenRefused, FormVersion.DoesNotExist):
        return _again(request, form, fields, STALE)
    definition = load(version.definition)
    lead = known.lead_of(page.known)
    if page.known and lead is None:  # closed meanwhile: the answers alone would belong to nobody
        return _again(request, form, fields, GONE)
    questions = [question for question in definition.questions if question.name in page.asked]
    read = answers.read(questions, fields, definition.language)
    if read.errors:
        return _page(request, form, version, definition, lead, read=read, fields=fields, status=422)
    filled = Filled(
        form, version, definition, page, questions, read.answers, origin.of_body(fields), lead,
        junk.of_page("".join(answers.texts(fields.get(TRAP))), page, door.form.youngest),
    )  # fmt: skip
    before = taking.earlier(page)
    if before and bytes(before.digest) != filled.digest:
        return _page(
            request, form, version, definition, lead, read=read, fields=fields, notice=CHANGED, status=422
        )
    before = before or taking.sent_before(filled, now)
    sending = before or taking.take(filled, request.headers, now=now)
    return _on(request, form, filled, sending)


def _on(request: HttpRequest, form: Form, filled: Filled, sending: Sending) -> HttpResponse:
    """Lead on to what follows; who agreed is recognised next time.

    At once to an address of the form's own where it says so; in a frame the page around it goes there.
    """
    thanks = filled.definition.thanks
    is_at_once = thanks.at_once and "embed" not in request.GET
    response = HttpResponseRedirect(
        thanks.link if is_at_once else f"{form.path}done/{sending.pk}/{_kept(request)}"
    )
    response.status_code = 303
    lead = sending.submission.lead if sending.submission else None
    if lead and taking.has_agreed(filled):
        known.remember(response, lead)
    return response


def _fields(request: HttpRequest) -> dict:
    body = bodies.receive(request, LARGEST)
    return bodies.parse(request.META.get("CONTENT_TYPE", "")[:500], body)


def _again(request: HttpRequest, form: Form, fields: dict, notice: str) -> HttpResponse:
    """Ask a stranger all of it, with what was typed in place."""
    assert form.live is not None, "the lookup takes published forms only"
    definition = load(form.live.definition)
    read = answers.read(asking.questions_for(definition, None), fields, definition.language)
    return _page(
        request, form, form.live, definition, None, read=read, fields=fields, notice=notice, status=422
    )


def _page(
    request: HttpRequest,
    form: Form,
    version: FormVersion,
    definition: Definition,
    lead: Lead | None,
    *,
    read: answers.Read | None = None,
    fields: dict | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    questions = asking.questions_for(definition, lead)
    if read is not None:  # what is shown again is what was asked
        questions = [question for question in definition.questions if question.name in read.typed]
    names = tuple(question.name for question in questions)
    context = {
        **showing.page(definition, questions, read),
        "token": token.write(form.pk, version.number, names, str(lead.uid) if lead else "", now=db_now()),
        "hidden": _hidden(request, definition, fields),
        "trap": TRAP,
        "is_known": lead is not None,
        "notice": words_of(definition.language)[notice] if notice else "",
        "while_typing": figures.while_typing(definition),
        "action": form.path + _kept(request),
        "fresh": form.path + _kept(request, fresh="1"),
    }
    return render(request, "forms/page.html", context, form=form, status=status)


def _hidden(request: HttpRequest, definition: Definition, fields: dict | None) -> dict[str, str]:
    if fields is None:
        return origin.of_request(request, definition)
    own = {q.name: answers.texts(fields.get(q.name)) for q in definition.asks("hidden")}
    return origin.of_body(fields) | {name: origin.clean(typed[0]) for name, typed in own.items() if typed}


@require_safe
@public
def done(request: HttpRequest, slug: str, pk) -> HttpResponse:
    """What follows: thanks, and the result of an assessment, checklist or calculator."""
    sending = Sending.objects.select_related("form", "version").filter(pk=pk, form__slug=slug).first()
    if sending is None:
        raise Problem(404, "not_found", NOT_HERE)
    definition = load(sending.version.definition)
    context = showing.outcome(definition, sending.outcome)
    return render(request, "forms/done.html", context, form=sending.form, sites=definition.sites)


@require_safe
@public
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that puts the form into a page of another site."""
    _live(slug)
    return HttpResponse(
        SCRIPT.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"},
    )


def _kept(request: HttpRequest, **more: str) -> str:
    """Return the part of the address that stays from page to page: how the frame looks and whose it is."""
    said = {name: request.GET.get(name, "")[:200] for name in ("embed", "theme", "parent")}
    query = urlencode({name: value for name, value in said.items() if value} | more)
    return f"?{query}" if query else ""


def render(
    request: HttpRequest,
    template: str,
    context: dict,
    *,
    form: Form | None = None,
    status: int = 200,
    sites=None,
) -> HttpResponse:
    """Return a public page. It knows nothing of whoever may be signed in: it is drawn without the request."""
    theme, parent = request.GET.get("theme", ""), request.GET.get("parent", "")
    sites = context["definition"].sites if sites is None and "definition" in context else sites or []
    definition = context.get("definition")
    frame = {
        "form": form,
        "words": words_of(definition.language if definition else "en"),
        "language": definition.language if definition else "en",
        "firm": versions.active().firm,
        "theme": theme if theme in ("light", "dark") else "",
        "is_embedded": "embed" in request.GET,
        "parent": parent if HOST.fullmatch(parent) and "*" not in parent else "",
    }
    response = HttpResponse(render_to_string(template, frame | context), status=status)
    # Each page has a token of its own; whoever comes back to one finds what they typed, under the same token.
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "strict-origin-when-cross-origin"
    # A browser follows a form's answer to another site only where the form's page says so.
    leads_to = [origin.of_address(definition.thanks.link)] if definition and definition.thanks.at_once else []
    response._csp_replace = {  # type: ignore[attr-defined]
        "frame-ancestors": ["'self'", *sites] if sites else ["*"],
        "form-action": ["'self'", *leads_to],
    }
    return response


def refuse(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page that says why not."""
    context = {"title": TITLES.get(problem.status, "Refused"), "detail": problem.detail}
    response = render(request, "forms/refused.html", context, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    return response
