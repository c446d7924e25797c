"""What a browser, or something that says it is one, may send over the board's socket (list C, 61 to 63)."""

import socket

import pytest

from tests.live import board, capture_lead, in_thread, sign_in, until, web_process
from tests.wire import close_code, frame, open_board, request, send, upgrade

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TEXT, BINARY, PING = 1, 2, 9
DROPPED, SAID_TOO_MUCH = None, 1008  # a breach of the protocol is answered with the end of the connection


@pytest.fixture(scope="module")
def web(django_db_setup):
    """A web process that must live through all of this."""
    with web_process() as (port, process):
        yield port
        assert process.poll() is None


@pytest.fixture
def cookie(ana):
    """Ana's session."""
    return sign_in(ana)


CLOSED = {
    "61 a message of 5,000 bytes": (DROPPED, frame(TEXT, b"x" * 5_000)),
    "61 a frame of 2^62 bytes": (DROPPED, frame(TEXT, b"x", length=2**62)),
    "61 a frame of 2^63 bytes": (DROPPED, frame(TEXT, b"x", length=2**63)),
    "61 fragments without end": (DROPPED, frame(TEXT, b"x", first=0) + frame(0, b"x", first=0) * 5_000),
    "62 invalid UTF-8": (DROPPED, frame(TEXT, b"\xff\xfe")),
    "62 a ping of 126 bytes": (DROPPED, frame(PING, b"x" * 126)),
    "62 a frame without a mask": (DROPPED, frame(TEXT, b"x", is_masked=False)),
    "62 reserved bits": (DROPPED, frame(TEXT, b"x", first=0xF0)),
    "62 a reserved opcode": (DROPPED, frame(7, b"x")),
    "63 10,000 messages": (SAID_TOO_MUCH, frame(TEXT, b"{}") * 10_000),
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_browser_that_says_nonsense_is_hung_up_on(web, cookie, name):
    code, raw = CLOSED[name]
    with open_board(web, cookie) as line:
        line.sendall(raw)
        assert close_code(line) == code
    assert send(web, request()).status == 200


async def test_what_is_only_odd_is_ignored_and_neighbours_notice_nothing(web, numbering, cookie):
    odd = await in_thread(open_board, web, cookie)
    odd.sendall(frame(BINARY, b"\x00\xff") + frame(TEXT) + frame(PING, b"?") + frame(TEXT, b"{}", first=0))
    gone = [socket.create_connection(("127.0.0.1", web), 30) for _ in range(20)]
    for line in gone:
        line.sendall(upgrade(web)[:-2])
        line.close()
    async with board(web, cookie) as neighbour:
        await in_thread(capture_lead, name="Heard Byall")
        heard = ""
        while "Heard Byall" not in heard:
            heard += await neighbour.recv()
    odd.settimeout(10)
    seen = b""

    def is_heard():
        nonlocal seen
        seen += odd.recv(65_536)
        return b"Heard Byall" in seen

    await in_thread(until, is_heard)
    odd.close()
