"""The board's socket on real web processes: dropped lines, restarts, slow readers, many browsers."""

import asyncio
import re
import signal
import socket

import psutil
import pytest
from django.contrib.sessions.models import Session
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from leadboard.leads import own_line
from leadboard.leads.feed_log import last_seq
from leadboard.people.models import User
from tests.live import board, capture_lead, free_port, in_thread, sign_in, touch, until, web_process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CURSOR = re.compile(r'id="feed-cursor" data-from="(\d+)" data-seq="(\d+)"( data-resync)?')


@pytest.fixture(scope="module")
def web(django_db_setup):
    """A web process on the test database, for all tests that leave it alive."""
    with web_process() as (port, _):
        yield port


@pytest.fixture
def port(web, numbering):
    """Where the boards are, with events being numbered."""
    return web


@pytest.fixture
def cookie(ana):
    """Ana's session."""
    return sign_in(ana)


class Screen:
    """A board as its page keeps it: where it is, and every stretch it was sent."""

    def __init__(self, port, cookie, seq=0):
        self.port, self.cookie, self.seq = port, cookie, seq
        self.stretches = []

    async def watch(self, goal):
        """Connect, go on from where it is, leave when it has reached a number."""
        async with board(self.port, self.cookie, self.seq) as line:
            while self.seq < goal:
                self.take(await asyncio.wait_for(line.recv(), 20))

    def take(self, html):
        """Note a frame."""
        start, stop, resync = CURSOR.search(html).groups()
        self.stretches.append((int(start), int(stop), bool(resync)))
        self.seq = int(stop)

    def is_whole(self):
        """Did each stretch begin where the one before ended?"""
        starts = [start for start, _, _ in self.stretches]
        return starts == [0, *(stop for _, stop, _ in self.stretches[:-1])]


async def closed(line):
    """Return the code with which the server closes."""
    await asyncio.wait_for(line.wait_closed(), 20)
    return line.close_code


async def write(lead, count, pause=0.0):
    """Commit events one after the other."""
    for _ in range(count):
        await in_thread(touch, lead)
        await asyncio.sleep(pause)


async def test_boards_that_reconnect_all_the_time_have_no_gap_and_nothing_twice(port, cookie):
    lead = await in_thread(capture_lead)
    screens = [Screen(port, cookie) for _ in range(10)]

    async def come_and_go(screen, number):
        while screen.seq < 61:
            goal = min(61, screen.seq + 1 + number % 4)
            await screen.watch(goal)

    writing = asyncio.create_task(write(lead, 60, 0.03))
    await asyncio.gather(*(come_and_go(screen, number) for number, screen in enumerate(screens)))
    await writing
    assert [(screen.seq, screen.is_whole()) for screen in screens] == [(61, True)] * 10


async def test_a_killed_web_process_costs_no_event(port, cookie):
    lead = await in_thread(capture_lead)
    second = free_port()
    screen = Screen(second, cookie)
    for sign in (signal.SIGKILL, signal.SIGTERM):
        with web_process(second) as (_, process):
            await screen.watch(last_seq_of := await in_thread(last_seq))
            assert screen.seq == last_seq_of
            process.send_signal(sign)
            await in_thread(process.wait, 15)
        await write(lead, 3)
        await in_thread(until, lambda: last_seq() == screen.seq + 3)
    with web_process(second):
        await screen.watch(7)
    assert (screen.seq, screen.is_whole()) == (7, True)


async def test_a_planned_stop_says_come_back(numbering, cookie):
    with web_process() as (port, process):
        async with board(port, cookie, after=0) as one, board(port, cookie, after=0) as two:
            await in_thread(capture_lead)
            for line in (one, two):
                await asyncio.wait_for(line.recv(), 20)
            process.terminate()
            assert [await closed(line) for line in (one, two)] == [1012, 1012]


async def test_when_the_database_ends_all_sessions_the_boards_heal_by_themselves(port, cookie):
    screen = Screen(port, cookie)
    lead = await in_thread(capture_lead)
    async with board(port, cookie, 0) as line:
        screen.take(await asyncio.wait_for(line.recv(), 20))
        for goal in range(2, 7):
            await in_thread(end_all_sessions)
            await in_thread(touch, lead)
            while screen.seq < goal:
                screen.take(await asyncio.wait_for(line.recv(), 5))
    assert (screen.seq, screen.is_whole()) == (6, True)


def end_all_sessions():
    """Have the database end every session but ours, as a restart does."""
    with own_line.connect("test") as line:
        line.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name ~ 'leadboard (sequencer|board|web)'"
        )


async def test_outsiders_hear_nothing(port, ana, sam, cookie):
    async with board(port, None) as stranger:
        assert await closed(stranger) == 4401
    with pytest.raises(InvalidStatus) as refusal:
        await board(port, cookie, origin="https://evil.test").__aenter__()
    assert refusal.value.response.status_code == 403
    lines = [await board(port, await in_thread(sign_in, person)).__aenter__() for person in (ana, sam)]
    await in_thread(User.objects.filter(pk=sam.pk).update, is_active=False)
    await in_thread(Session.objects.exclude(pk=cookie).delete)
    assert [await closed(line) for line in lines] == [4401, 4401]


async def test_a_reader_who_never_reads_is_cut_off_and_hurts_nobody(numbering, cookie):
    leads = [await in_thread(capture_lead, name="x" * 30_000) for _ in range(7)]
    with web_process() as (port, process):
        web = psutil.Process(process.pid)
        screen = Screen(port, cookie)
        async with board(port, cookie, 0, max_size=None) as line:
            stalled = open_and_never_read(port, cookie)
            here = stalled.getsockname()[1]
            before, rounds = web.memory_info().rss, 0
            while rounds < 150 and is_connected(web, here):
                rounds += 1
                await in_thread(lambda: [touch(lead) for lead in leads])
                goal = 7 + 7 * rounds
                while screen.seq < goal:
                    screen.take(await asyncio.wait_for(line.recv(), 10))
            stalled.close()
            assert (screen.is_whole(), rounds < 150) == (True, True)
        assert web.memory_info().rss - before < 100 * 1_048_576


def open_and_never_read(port, cookie):
    """Return a raw socket that has asked for the board and then reads nothing."""
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.connect(("127.0.0.1", port))
    stalled.sendall(
        f"GET /ws/board/?after=7 HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: leadboard={cookie}\r\n\r\n".encode()
    )
    assert stalled.recv(12) == b"HTTP/1.1 101"
    return stalled


def is_connected(process, peer):
    """Does a process still hold a connection from this port of ours?"""
    return any(link.raddr and link.raddr.port == peer for link in process.net_connections("tcp"))


async def test_frames_go_straight_to_the_socket_of_daphne(quiet):
    """Pins the attributes of daphne and Twisted that `direct_send` needs; without them it is only slower."""
    with web_process(app="tests.which_line:application") as (port, _):
        async with connect(f"ws://127.0.0.1:{port}/") as line:
            assert await asyncio.wait_for(line.recv(), 20) == "DaphneLine"
