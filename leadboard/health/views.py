"""/health/live, /health/ready and /metrics."""

import secrets

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadboard.health.metrics import measure
from leadboard.health.readiness import reasons
from leadboard.http.problems import Problem


@never_cache
@require_safe
def live(request):
    """200 while this process can answer at all. The database is left out: its loss must not kill the web."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request):
    """200 when visitors can be served, else 503; `reasons` says what is missing."""
    found = reasons()
    return JsonResponse(
        {"status": "not ready" if found else "ready", "reasons": found}, status=503 if found else 200
    )


@never_cache
@require_safe
def metrics(request):
    """Counts in Prometheus' text format, for who holds LEADBOARD_METRICS_TOKEN; 404 while none is set."""
    token = settings.LEADBOARD_METRICS_TOKEN
    if not token:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not secrets.compare_digest(given.encode(), token.encode()):
        raise Problem(
            401, "not_signed_in", "The metrics need their token.", headers={"WWW-Authenticate": "Bearer"}
        )
    return HttpResponse(measure(), content_type="text/plain; version=0.0.4; charset=utf-8")
