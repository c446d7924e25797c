"""One click and no more mail (RFC 8058): a GET shows a button and changes nothing, a POST does it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from handoff.mailing.suppression import suppress
from handoff.models import Send


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End all mail to whoever got this token. Needs no cookie; twice is once; a 404 tells nothing."""
    send = get_object_or_404(Send.objects.select_related("lead"), token=token)
    if request.method == "POST" and send.lead.email:
        suppress(send.lead.email, "unsubscribed", kind="unsubscribed")
    return render(request, "mail/unsubscribe.html", {"is_done": request.method == "POST"})
