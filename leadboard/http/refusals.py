"""Every refusal in the one shape its reader needs: a problem document for machines, a page for people."""

from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.views import set_rollback

from leadboard.http.problems import TITLES, Problem, wants_document


def from_exception(error):
    """Return the Problem that an exception of Django or DRF means, or None when it is a real fault."""
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            return Problem(400, "invalid", "Some fields are not right.", errors=error.detail)
        case exceptions.Throttled():
            wait = error.wait  # type: ignore[attr-defined]  # set by its __init__; the stub leaves it out
            return Problem(429, "throttled", str(error.detail), headers={"Retry-After": str(int(wait or 1))})
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Problem(401, "not_signed_in", str(error.detail), headers={"WWW-Authenticate": "Bearer"})
        case exceptions.APIException():
            return Problem(error.status_code, error.default_code, str(error.detail))
        case Http404():
            return Problem(404, "not_found", "There is nothing here, or it is not yours to see.")
        case PermissionDenied():
            return Problem(403, "not_allowed", str(error) or "Your role may not do this.")
        case DataError():
            return Problem(400, "out_of_range", "A value is outside of what can be stored.")
    return None


def answer_exception(error, context):
    """DRF's exception handler: every refusal of the API is a problem document."""
    problem = from_exception(error)
    if problem is None:
        return None
    set_rollback()
    return problem.response()


def csrf_failure(request, reason=""):
    """The answer to a missing or wrong CSRF token."""
    problem = Problem(403, "csrf", "The page is too old or was not ours. Reload it and try again.")
    return problem.response() if wants_document(request) else refuse(request, 403, problem.detail)


def refuse(request, status, detail):
    """The error page for people: what happened, and the way back."""
    return render(
        request,
        "error.html",
        {"status": status, "title": TITLES.get(status, "Refused"), "detail": detail},
        status=status,
    )


def bad_request(request, exception=None):
    """handler400."""
    problem = Problem(400, "malformed", "The request could not be read.")
    return problem.response() if wants_document(request) else refuse(request, 400, problem.detail)


def not_allowed(request, exception=None):
    """handler403."""
    problem = (
        from_exception(exception) if exception else Problem(403, "not_allowed", "Your role may not do this.")
    )
    return problem.response() if wants_document(request) else refuse(request, 403, problem.detail)


def not_found(request, exception=None):
    """handler404."""
    problem = Problem(404, "not_found", "There is nothing here, or it is not yours to see.")
    return problem.response() if wants_document(request) else refuse(request, 404, problem.detail)


def server_error(request):
    """handler500: without the database and without a template context that could fail again."""
    if wants_document(request):
        return Problem(500, "fault", "Something broke on our side; it was logged.").response()
    return HttpResponse(
        "Something broke on our side; it was logged. Go back and try again.",
        status=500,
        content_type="text/plain",
    )
