"""Only pages of this host may open the board's socket. No database: refused before anybody is looked up."""

import pytest
from channels.testing import WebsocketCommunicator

from leadboard.asgi import application
from leadboard.board.origins import ExactOrigin, allowed_origins

OURS = b"http://localhost:8000"


async def _accept(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})


@pytest.mark.parametrize(
    "origins",
    [[], [b""], [b"null"], [b"https://evil.com"], [b"https://localhost:8000"], [b"http://localhost.evil.com:8000"],
     [b"http://evillocalhost:8000"], [b"http://localhost"], [b"http://localhost:444"], [b"http://localhost:99999"],
     [b"http://localhost:8000/"], [b"http://user@localhost:8000"], [b"HTTP://LOCALHOST:8000"],
     [b"http://xn--lcalhost-n4a:8000"], [b"file://"], [b"chrome-extension://abcdef"], [b"http://["],
     [b"http://localhost:8000@evil.com"], [b"\xff\xfe"], [b" http://localhost:8000"], [b"localhost:8000"],
     [OURS, b"https://evil.com"], [b"https://evil.com", OURS], [OURS, OURS], [b"*"], [b"http://localhost:08000"]],
)  # fmt: skip
async def test_pages_of_other_hosts_are_refused(origins):
    browser = WebsocketCommunicator(application, "/ws/board/", [(b"origin", one) for one in origins])
    assert (await browser.connect(5))[0] is False


@pytest.mark.parametrize("origin", [OURS, b"http://127.0.0.1:8000", b"http://[::1]:8000"])
async def test_our_own_pages_may_listen(settings, origin):
    door = ExactOrigin(_accept, allowed_origins(settings))
    browser = WebsocketCommunicator(door, "/ws/board/", [(b"origin", origin)])
    assert (await browser.connect(5))[0] is True


@pytest.mark.parametrize(
    ("address", "hosts", "origins"),
    [
        ("https://leads.firm.test", ["leads.firm.test"], ["https://leads.firm.test"]),
        ("https://leads.firm.test:443", ["leads.firm.test", ".firm.test"], ["https://leads.firm.test"]),
        ("https://Leads.firm.test:8443", ["leads.firm.test"], ["https://leads.firm.test:8443"]),
        ("https://leads.firm.test", ["b.firm.test"], ["https://b.firm.test", "https://leads.firm.test"]),
    ],
)
def test_allowed_origins_are_exact(settings, address, hosts, origins):
    settings.LEADBOARD_URL, settings.ALLOWED_HOSTS = address, hosts
    assert allowed_origins(settings) == origins
