"""From a request to its answer in one thread: files and downloads arrive whole, and nothing stays behind."""

import asyncio
import threading

import pytest
from django.conf import settings
from django.db import connection, connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone

from leadboard.web.handler import Handler
from tests.live import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
seen = []


def told(request):
    """Say in which thread and zone a request is answered, and leave another zone behind."""
    seen.append((threading.current_thread().name.split("_")[0], timezone.get_current_timezone_name()))
    timezone.activate("Asia/Tokyo")
    return HttpResponse("told")


async def endless():
    """Yield pieces for ever."""
    while True:
        yield "piece "
        await asyncio.sleep(0)


def streamed(request):
    """Answer without an end, having asked the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    answer = StreamingHttpResponse(endless())
    answer._resource_closers.append(lambda: seen.append("closed"))
    return answer


urlpatterns = [path("told/", told), path("streamed/", streamed)]


@pytest.fixture
def handler(monkeypatch):
    """A handler of its own, whose threads leave no connection."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # as in the web program
    seen.clear()
    made = Handler()
    yield made
    made.threads.shutdown()


async def get(handler, where, cookie="", pieces=None):
    """Return (status, headers, body) of a GET; after so many pieces the client leaves."""
    told, asked, enough = [], [{"type": "http.request", "body": b""}], asyncio.Event()

    async def receive():
        if asked:
            return asked.pop()
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)
        if len(told) - 1 == pieces:
            enough.set()

    headers = [(b"host", b"localhost"), (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    scope = {"type": "http", "method": "GET", "path": where, "query_string": b"", "headers": headers}
    await handler(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in told[1:])
    return told[0]["status"], {name.lower(): value for name, value in told[0]["headers"]}, body


async def test_nothing_of_one_request_is_there_for_the_next(handler, settings):
    settings.ROOT_URLCONF = __name__
    assert [await get(handler, "/told/") for _ in range(20)][-1][2] == b"told"
    assert set(seen) == {("request", "UTC")}


async def test_who_leaves_a_download_ends_it_and_no_connection_stays(handler, settings):
    settings.ROOT_URLCONF = __name__
    _, _, body = await get(handler, "/streamed/", pieces=3)
    assert body.startswith(b"piece piece piece ")
    assert seen == ["closed"]
    kept = [handler.threads.submit(lambda: connection.connection).result() for _ in range(20)]
    assert set(kept) == {None}


async def test_pages_and_downloads_arrive_whole(handler, ana):
    cookie = await asyncio.to_thread(_signed_in, ana)
    status, _, body = await get(handler, "/", cookie)
    assert (status, b"Ana Ruiz" in body, body.rstrip().endswith(b"</html>")) == (200, True, True)
    status, headers, body = await get(handler, "/export/leads.csv", cookie)
    assert (status, headers[b"content-type"]) == (200, b"text/csv; charset=utf-8")
    assert body.startswith(b"\xef\xbb\xbf")


def _signed_in(person):
    try:
        return sign_in(person)
    finally:
        connections.close_all()
