"""The web program ends when it is asked to: what is under way is answered, and nothing keeps it for ever."""

import signal
import socket
import subprocess
import sys

import psycopg
import pytest

from leadboard.capture import sources
from tests.live import ROOT, answers, database_url, environment, until, waits_for_a_lock, web_process
from tests.product import free_port

NEVER_ENDS = """
import threading, time
from leadboard.web import server
server.SECONDS_TO_END = 1
threading.Thread(target=lambda: time.sleep(600), name="stuck").start()
async def application(scope, receive, send):
    await send({{"type": "http.response.start", "status": 204, "headers": []}})
    await send({{"type": "http.response.body", "body": b""}})
raise SystemExit(server.serve(application, {{"host": "127.0.0.1", "port": {}}}, trusts_proxy=False))
"""
ENQUIRY = (
    "POST {0} HTTP/1.1\r\nHost: localhost:{1}\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n"
    '{{"email":"di@barsund.test"}}'
)
UPGRADE = (
    "GET /ws/board/ HTTP/1.1\r\nHost: localhost:{0}\r\nOrigin: http://localhost:{0}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
HALF_A_REQUEST = "POST /track/ HTTP/1.1\r\nHost: localhost:{0}\r\nContent-Length: 100\r\n\r\n{{"
NOT_READABLE = "GET / HTTP/1.1\r\nHost: localhost:{0}\r\nX-Odd: \0\r\n\r\n"


def test_a_thread_that_never_ends_does_not_keep_the_program():
    port = free_port()
    words = [sys.executable, "-c", NEVER_ENDS.format(port)]
    program = subprocess.Popen(words, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)
    until(lambda: answers(port), 30)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 204")
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=15)
    assert program.returncode == 1
    assert "Timeout (0:00:01)!" in said


@pytest.mark.parametrize("beside", [UPGRADE, HALF_A_REQUEST, NOT_READABLE], ids=["socket", "half", "refused"])
def test_an_enquiry_under_way_is_answered_whoever_else_came_just_before_the_end(transactional_db, beside):
    path = sources.path_of(sources.add("Demo form"))
    with web_process() as (port, process):
        form = socket.create_connection(("127.0.0.1", port), 30)
        other = socket.create_connection(("127.0.0.1", port), 30)
        with form, other, psycopg.connect(database_url()) as holding:
            holding.execute("lock table leads_lead in access exclusive mode")
            form.sendall(ENQUIRY.format(path, port).encode())
            until(waits_for_a_lock)
            other.sendall(beside.format(port).encode())
            until(lambda: beside is HALF_A_REQUEST or other.recv(1))
            process.terminate()
            until(lambda: not answers(port))  # whoever comes now is the next program's
            holding.rollback()
            with form.makefile("rb") as reply:
                said = reply.read()
        assert said.startswith(b"HTTP/1.1 202")
        assert b'"status": "accepted"}' in said
        assert process.wait(20) == 0
