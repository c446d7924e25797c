"""The outermost and the innermost middleware."""

from django.utils.decorators import sync_only_middleware

from leadboard.http.problems import Problem, wants_document
from leadboard.http.refusals import refuse

LONGEST_PATH = 2_000
LONGEST_QUERY = 8_000


@sync_only_middleware
def refuse_nonsense(get_response):
    """Refuse what PostgreSQL could not store, and turn a Problem raised by a page into its answer.

    NUL in an address would otherwise be a DataError deep inside a query.
    """

    def middleware(request):
        query = request.META.get("QUERY_STRING", "")
        if (
            "\x00" in request.path
            or "%00" in query
            or len(request.path) > LONGEST_PATH
            or len(query) > LONGEST_QUERY
        ):
            return Problem(400, "malformed", "The address could not be read.").response()
        return get_response(request)

    return middleware


@sync_only_middleware
def stay_sync(get_response):
    """Last in MIDDLEWARE: makes Django build one synchronous chain, so a request hops threads once."""

    def middleware(request):
        return get_response(request)

    def answer_problem(request, error):
        if not isinstance(error, Problem):
            return None
        return error.response() if wants_document(request) else refuse(request, error.status, error.detail)

    middleware.process_exception = answer_problem
    return middleware
