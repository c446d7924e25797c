"""The outermost and the innermost middleware."""

from django.core.exceptions import DisallowedHost
from django.utils.decorators import sync_only_middleware

from leadboard.http.problems import Problem, wants_document
from leadboard.http.refusals import refuse

LONGEST_PATH = 2_000
LONGEST_QUERY = 8_000
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@sync_only_middleware
def refuse_nonsense(get_response):
    """Refuse methods that nobody knows, addresses of other hosts, and what PostgreSQL could not store.

    NUL in an address would otherwise be a DataError deep inside a query.
    """

    def middleware(request):
        problem = _nonsense(request)
        return problem.response() if problem else get_response(request)

    return middleware


def _nonsense(request):
    """Return the Problem of a request's first line and Host, or None."""
    query = request.META.get("QUERY_STRING", "")
    if request.method not in METHODS:
        allowed = {"Allow": ", ".join(METHODS)}
        return Problem(405, "method_not_allowed", "There is no such method here.", headers=allowed)
    if "\x00" in request.path or "%00" in query:
        return Problem(400, "malformed", "The address could not be read.")
    if len(request.path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return Problem(400, "malformed", "The address is too long.")
    if not (_is_probe(request) or _is_our_host(request)):
        return Problem(400, "unknown_host", "No such host lives here; see LEADBOARD_URL and ALLOWED_HOSTS.")
    return None


def _is_probe(request):
    """Is it a look at our health? Whoever watches us knows us by an address, not by our name."""
    return request.path.startswith("/health/")


def _is_our_host(request):
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


@sync_only_middleware
def stay_sync(get_response):
    """Last in MIDDLEWARE: makes Django build one synchronous chain, so a request hops threads once."""

    def middleware(request):
        return get_response(request)

    def answer_problem(request, error):
        if not isinstance(error, Problem):
            return None
        return error.response() if wants_document(request) else refuse(request, error.status, error.detail)

    middleware.process_exception = answer_problem  # type: ignore[attr-defined]  # where Django looks for it
    return middleware
