"""`/track.js`: the recorder for the firm's own pages, at an address that never changes."""

import gzip
import hashlib
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

FILE = settings.ROOT / "static" / "track.js"
HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@cache
def _script() -> tuple[bytes, bytes, str]:
    """Return the script, the same compressed, and its tag; read once per process."""
    plain = FILE.read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:32]}"'


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Give the script: kept for an hour by browsers, 304 when it is still the same, compressed where
    wanted.
    """
    plain, packed, tag = _script()
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    answer = (
        HttpResponse(status=304)
        if tag in known
        else HttpResponse(packed if is_packed else plain, content_type="text/javascript; charset=utf-8")
    )
    if is_packed and answer.status_code == 200:
        answer.headers["Content-Encoding"] = "gzip"
    for name, value in {"ETag": tag, **HEADERS}.items():
        answer.headers[name] = value
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
