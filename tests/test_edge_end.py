"""The web program ends when it is asked to, also when something in it never would."""

import signal
import socket
import subprocess
import sys

from tests.live import ROOT, answers, environment, until
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
