"""What a stranger may send to a web process, byte by byte: never a fault, and nobody else notices.

Numbers in the names are those of the list of hostile inputs (A and B).
"""

import socket
import subprocess
import sys
import time

import pytest
from django.core.management import call_command

from leadboard.http.tickets import with_ticket
from tests.cast import PASSWORD
from tests.live import ROOT, answers, environment, free_port, until, web_process
from tests.wire import receive, request, send, upgrade

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
POST = ("POST", "/intake/nobody/")
CHUNKED = "Transfer-Encoding: chunked"
MIB = 1_048_576


@pytest.fixture(scope="module")
def web(django_db_setup):
    """A web process that must live through all of this."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with web_process() as (port, process):
        yield port
        assert process.poll() is None


@pytest.fixture
def port(web):
    """Where it listens; after each test it still answers."""
    yield web
    assert send(web, request()).status == 200


REFUSED = {
    "11 three megabytes": (413, request(*POST, body=b"x" * 3 * MIB)),
    "11 three megabytes in chunks": (
        413, request(*POST, CHUNKED) + b"10000\r\n%b\r\n" % (b"x" * 65_536) * 48 + b"0\r\n\r\n",
    ),
    "12 a gigabyte is declared": (413, request(*POST, f"Content-Length: {1024 * MIB}") + b"0123456789"),
    "12 a gigabyte, politely": (413, request(*POST, f"Content-Length: {1024 * MIB}", "Expect: 100-continue")),
    "12 a length of 5,000 digits": (400, request(*POST, "Content-Length: " + "9" * 5_000)),
    "41 length and chunks": (400, request(*POST, "Content-Length: 5", CHUNKED) + b"0\r\n\r\n"),
    "41 chunks and length": (400, request(*POST, CHUNKED, "Content-Length: 5") + b"0\r\n\r\n"),
    "41 chunks twice": (400, request(*POST, CHUNKED, CHUNKED) + b"0\r\n\r\n"),
    "41 chunks, coded": (400, request(*POST, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n"),
    "42 two lengths": (400, request(*POST, "Content-Length: 5", "Content-Length: 6") + b"hello!"),
    "42 two lengths in one": (400, request(*POST, "Content-Length: 5, 6") + b"hello!"),
    "43 a length of -1": (400, request(*POST, "Content-Length: -1")),
    "43 a length of +5": (400, request(*POST, "Content-Length: +5") + b"hello"),
    "43 a length of 0x10": (400, request(*POST, "Content-Length: 0x10") + b"hello"),
    "43 a length of nothing": (400, request(*POST, "Content-Length:") + b"hello"),
    "44 a chunk of zz": (400, request(*POST, CHUNKED) + b"zz\r\n"),
    "44 a chunk of -5": (400, request(*POST, CHUNKED) + b"-5\r\nhello\r\n0\r\n\r\n"),
    "44 a huge chunk": (413, request(*POST, CHUNKED) + b"f" * 16 + b"\r\n" + b"x" * 2 * MIB),
    "44 a chunk size of 2,000 digits": (400, request(*POST, CHUNKED) + b"0" * 2_000 + b"5\r\nhello\r\n"),
    "44 garbage behind a chunk": (400, request(*POST, CHUNKED) + b"5\r\nhello, world\r\n0\r\n\r\n"),
    "44 endless trailers": (400, request(*POST, CHUNKED) + b"0\r\n" + b"a: b\r\n" * 20_000),
    **{f"45 {bad!r} in a header": (400, request("GET", "/", b"X-A: a%bb" % bad))
       for bad in (b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", b"\x85")},
    "46 3,000 headers": (400, request("GET", "/", *["X-A: b"] * 3_000)),
    "46 a cookie of 100 KB": (431, request("GET", "/", "Cookie: a=" + "b" * 100_000)),
    "a header without a colon": (400, request("GET", "/", "nonsense")),
    "a header with a space in its name": (400, request("GET", "/", "X A: b")),
    "a header without a name": (400, request("GET", "/", ": b")),
    "a bad header before a good one": (400, request("GET", "/", b"\xff: b", "X-A: b")),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "HTTP/0.9": (400, b"GET /\r\n\r\n"),
    "HTTP/9.9": (400, b"GET / HTTP/9.9\r\n\r\n"),
    "a path with spaces": (400, request("GET", "/a b")),
    "a first line of 100 KB": (431, request("GET", "/" + "a" * 100_000)),
    "50 a path with a raw byte": (400, request("GET", b"/\xa0")),
    "50 NUL in the path": (400, request("GET", "/%00")),
    "50 a path of 9 KB": (400, request("GET", "/" + "a" * 9_000)),
    "52 NUL in the query": (400, request("GET", "/?q=%00")),
    "52 a query of 9 KB": (400, request("GET", "/?q=" + "a" * 9_000)),
    **{f"47 Host {host!r}": (400, request("GET", "/accounts/login/", host=b"Host: %b\r\n" % host))
       for host in (b"evil.com", b"", b"localhost, evil.com", b"user@localhost", b"\xff")},
    "47 two Hosts": (400, request("GET", "/accounts/login/", "Host: evil.com")),
    **{f"49 {method}": (405, request(method, "/accounts/login/")) for method in ("TRACE", "FOO")},
    "a WebSocket with a raw byte": (400, upgrade(1, "/ws/board/", b"Sec-WebSocket-Protocol: \xff")),
    "a WebSocket on //[": (400, upgrade(1, "//[")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_nonsense_is_refused_with_a_problem_document(port, name):
    status, raw = REFUSED[name]
    answer = send(port, raw)
    assert (answer.status, bool(answer.code)) == (status, True)


ANSWERED = {
    "47 an absolute address": (404, request("GET", "http://evil.com/")),
    "47 a probe knows us by number": (200, request("GET", "/health/live", host=b"Host: 10.0.0.7:8000\r\n")),
    "48 a thousand hops": (200, request("GET", "/health/live", "X-Forwarded-For: " + "1.2.3.4, " * 1_000)),
    "48 raw bytes as a hop": (200, request("GET", "/health/live", b"X-Forwarded-For: \xff")),
    "49 GET with a body": (200, request("GET", "/health/live", body=b"hello")),
    "49 POST without a token": (403, request("POST", "/health/live")),
    "49 a method in a header": (302, request("GET", "/people/me/", "X-HTTP-Method-Override: POST")),
    "50 %ff": (404, request("GET", "/%ff")),
    "50 a line end": (404, request("GET", "/%0d%0aSet-Cookie:a=b")),
    "50 another host": (404, request("GET", "//evil.com")),
    "50 a way up": (404, request("GET", "/..;/admin")),
    "50 a way up in static files": (404, request("GET", "/static/../../manage.py")),
    **{f"51 lead {pk}": (404, request("GET", f"/leads/{pk}/"))
       for pk in ("99999999999999999999", "9223372036854775808", "-1", "0", "1e3", "%D9%A3", "null")},
    "52 2,000 parameters": (302, request("GET", "/?" + "x=1&" * 1_999)),
    "52 no page": (401, request("GET", "/api/leads/?page=-1&owner__password__startswith=a")),
    "53 Accept ;;;q=x": (200, request("GET", "/accounts/login/", "Accept: ;;;q=x")),
    "53 text/html on the API": (406, request("GET", "/api/leads/", "Accept: text/html")),
    "53 languages of 10 KB": (200, request("GET", "/accounts/login/", "Accept-Language: " + "en," * 3_400)),
    "54 Range": (200, request("GET", "/accounts/login/", "Range: bytes=-1-")),
    "54 year 99999": (404, request("GET", "/static/x", "If-Modified-Since: Thu, 01 Jan 99999 00:00:00 GMT")),
    "55 a forged fragment": (302, request("GET", "/leads/1/panel/", "HX-Request: true", "HX-Target: panel")),
    "22 a multipart form without an end": (
        404, request(*POST, "Content-Type: multipart/form-data; boundary=", body=b"--\r\n\r\n"),
    ),
    "a WebSocket elsewhere": (403, upgrade(1, "/leads/1/")),
    "a WebSocket of another page": (403, upgrade(1, origin="https://evil.com")),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERED)
def test_the_odd_is_answered_as_if_it_were_not(port, name):
    status, raw = ANSWERED[name]
    assert send(port, raw.replace(b"localhost:1\r\n", b"localhost:%d\r\n" % port)).status == status


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host: evil.com",
        "Forwarded: host=evil.com",
        "Daphne-Root-Path: //evil.com",
        "HX-Current-URL: https://evil.com",
    ],
)
def test_no_header_moves_where_we_send_people(port, header):
    answer = send(port, request("GET", "/", header))
    assert (answer.status, answer.headers["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.parametrize(
    "next_page", ["//evil.com", "/\\evil.com", "https:evil.com", "https://evil.com", "javascript:alert(1)"]
)
def test_56_signing_in_leads_to_our_own_pages_only(client, ana, next_page):
    form = {"login": ana.email, "password": PASSWORD, "next": next_page}
    assert client.post("/accounts/login/", form).headers["Location"] == "/"
    back = {"availability": "available", "next": next_page}
    assert client.post("/people/me/availability/", back).headers["Location"] == "/people/me/"


def test_56_signing_in_leads_to_the_page_that_was_asked_for(client, ana):
    form = {"login": ana.email, "password": PASSWORD, "next": "/mine/"}
    assert client.post("/accounts/login/", form).headers["Location"] == "/mine/"


def test_nobody_is_told_to_go_on_with_what_is_too_large(port):
    _, raw = REFUSED["12 a gigabyte, politely"]
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(raw)
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_page_of_ours_gives_leave_for_a_large_body_to_its_own_address(port):
    large, address = b"x" * 3 * MIB, with_ticket("/import/")
    assert send(port, request("POST", address, body=large)).status == 403  # let in, and signed in as nobody
    for other in ("/import/?ticket=%ff", "/import/?ticket=x:y:z", address.replace("/import/", "/accounts/")):
        assert send(port, request("POST", other, body=large)).status == 413


def test_one_connection_may_send_more_than_one_body_may_have(port):
    body = request(*POST, "Content-Type: application/json", body=b"x" * 700_000)
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        statuses = []
        for raw in (body, body, body, request() + request()):
            line.sendall(raw)
            statuses.append(receive(line).status)
    assert statuses == [404, 404, 404, 200]


def test_what_is_not_complete_in_time_is_ended_however_busy_it_looks(port):
    starts = [
        b"GET / HT",
        request()[:-2] + b"X-A: ",
        request(*POST, "Content-Length: 900000"),
        request(*POST, CHUNKED) + b"fff\r\n",
    ]
    lines = [socket.create_connection(("127.0.0.1", port), 30) for _ in starts]
    for line, start in zip(lines, starts, strict=True):
        line.sendall(start)
    for _ in range(4):
        time.sleep(3)
        assert send(port, request()).status == 200
        for line in lines:
            line.sendall(b"x")
    found = [receive(line) for line in lines]
    assert [(one.status, one.code) for one in found] == [(408, "too_slow")] * 4
    for line in lines:
        line.close()


def test_a_hundred_who_connect_and_say_nothing_leave_room(port):
    silent = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(100)]
    assert send(port, request()).status == 200
    for line in silent:
        line.close()


def test_a_trusted_proxy_may_be_fed_with_garbage(django_db_setup):
    with web_process(LEADBOARD_TRUST_PROXY="1") as (port, _):
        found = [send(port, request("GET", "/health/live", b"X-Forwarded-For: " + hop)).status
                 for hop in (b"\xff", b"[::1]:99999, x", b"unknown", b"")]  # fmt: skip
    assert found == [400, 200, 200, 200]


def test_plain_daphne_works_too(django_db_setup):
    port = free_port()
    words = [sys.executable, "-m", "daphne", "-p", str(port), "leadboard.asgi:application"]
    process = subprocess.Popen(words, cwd=ROOT, env=environment(LEADBOARD_PROGRAM="web"))
    try:
        until(lambda: answers(port), 60)
        assert send(port, request()).status == 200
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("del twisted.web.http.HTTPChannel.allHeadersReceived", "HTTPChannel.allHeadersReceived"),
        ("del daphne.http_protocol.WebRequest.process", "WebRequest.process"),
        ("del daphne.server.HTTPFactory", "daphne.server.HTTPFactory"),
        (
            "daphne.server.Server.run = lambda s: (setattr(s, 'http_factory', 0), s.ready_callable())",
            "Server.http_factory",
        ),
    ],
)
def test_a_daphne_that_we_do_not_know_is_not_started(change, missing):
    program = f"""
import daphne.server, twisted.web.http
from leadboard.web import server
{change}
server.serve(None, {{"host": "127.0.0.1", "port": 1}}, trusts_proxy=False)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"leadboard.web cannot guard its door: {missing} is not as expected in daphne 4." in done.stderr
