"""The board's socket, without a web server: who may listen, from where, and what is heard."""

import asyncio
import re

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.test import Client

from leadboard.asgi import application
from leadboard.board import fragments
from leadboard.board.frames import FURTHEST_BEHIND, Frame, Ring
from leadboard.leads.feed_log import last_seq
from leadboard.leads.lifecycle import move
from leadboard.leads.models import LeadEvent
from leadboard.leads.stages import Desk
from leadboard.people.models import User
from tests.live import capture_lead, in_thread, numbers, sign_in, touch, until

pytestmark = pytest.mark.django_db(transaction=True)
CURSOR = re.compile(r'id="feed-cursor" data-from="(\d+)" data-seq="(\d+)"( data-resync)?')
NONSENSE = [
    None, "", "-1", "2", "1000", "9223372036854775808", "9" * 30, "one", "1.0", "1e3",
    "%D9%A1", "0x1", "+1", "%00",
]  # fmt: skip
OURS = b"http://localhost:8000"


@pytest.fixture(autouse=True)
async def _no_connection_stays(quiet):
    """Threads of asgiref keep their connections: close them, or the database cannot be emptied."""
    yield
    await in_thread(lambda: None)


@pytest.fixture
def cookie(ana):
    """Ana's session."""
    return sign_in(ana)


async def opened(cookie=None, after="0"):
    """Return a browser's end of an accepted socket."""
    headers = [(b"origin", OURS)] + ([(b"cookie", f"leadboard={cookie}".encode())] if cookie else [])
    path = "/ws/board/" if after is None else f"/ws/board/?after={after}"
    one = WebsocketCommunicator(application, path, headers)
    assert await one.connect(5) == (True, None)
    return one


async def heard(one, patience=5):
    """Return (from, seq, is a resync) of the next frame, and its HTML."""
    html = await one.receive_from(patience)
    start, stop, resync = CURSOR.search(html).groups()
    return (int(start), int(stop), bool(resync)), html


async def closing(one):
    """Return the code with which the server closes."""
    said = await one.receive_output(5)
    while said["type"] == "websocket.send":
        said = await one.receive_output(5)
    return said["code"]


async def test_a_new_lead_is_heard_as_a_row_and_a_change_as_small_patches(cookie, numbering):
    one = await opened(cookie)
    lead = await in_thread(capture_lead)
    place, html = await heard(one)
    assert place == (0, 1, False)
    assert f'<div id="arrivals" data-hx-swap-oob="beforeend"><article class="row" id="lead-{lead.pk}"' in html
    await in_thread(touch, lead)
    place, html = await heard(one)
    assert place == (1, 2, False)
    for part in ("sla", "score", "why", "state"):
        assert re.search(rf'id="lead-{lead.pk}-{part}"[^>]* data-hx-swap-oob="true"', html)
    assert "arrivals" not in html
    await one.disconnect()


async def test_frames_are_the_same_for_everybody_and_carry_no_token(cookie, sam, numbering):
    boards = [await opened(cookie), await opened(sign_in_of := await in_thread(sign_in, sam))]
    assert sign_in_of != cookie
    lead = await in_thread(capture_lead)
    await in_thread(move, lead, "claimed", actor=sam, owner=sam, desk=Desk.SALES)
    heard_by = [[], []]
    for place, one in enumerate(boards):
        seq = 0
        while seq < 2:
            (_, seq, _), html = await heard(one)
            heard_by[place].append(html)
    assert heard_by[0] == heard_by[1]
    assert f'data-owner="{sam.pk}"' in heard_by[0][-1]
    assert "csrfmiddlewaretoken" not in "".join(heard_by[0])
    for one in boards:
        await one.disconnect()


async def test_an_event_committed_three_seconds_late_reaches_every_board_once(cookie, numbering):
    boards = [await opened(cookie) for _ in range(3)]
    slow, quick = await in_thread(capture_lead), await in_thread(capture_lead, name="Ed Fox")
    written, may_commit = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def write_late():
        try:
            with transaction.atomic():
                touch(slow)
                loop.call_soon_threadsafe(written.set)
                asyncio.run_coroutine_threadsafe(may_commit.wait(), loop).result(20)
        finally:
            connections.close_all()

    writing = asyncio.create_task(asyncio.to_thread(write_late))
    await written.wait()
    await in_thread(touch, quick)
    await asyncio.sleep(3)
    may_commit.set()
    await writing
    stretches = []
    for one in boards:
        mine = []
        while not mine or mine[-1][1] < 4:
            mine.append((await heard(one))[0])
        assert await one.receive_nothing(0.5)
        stretches.append(mine)
        await one.disconnect()
    assert [mine[-1] for mine in stretches] == [(3, 4, False)] * 3
    for mine in stretches:
        assert [stop for _, stop, _ in mine[:-1]] == [start for start, _, _ in mine[1:]]
    assert (await in_thread(numbers))[2:] == [(3, quick.pk, 2), (4, slow.pk, 2)]


async def test_a_page_from_before_gets_what_it_missed_exactly_once(cookie, numbering):
    lead = await in_thread(capture_lead)
    for _ in range(4):
        await in_thread(touch, lead)
    await in_thread(until, lambda: last_seq() == 5)
    one = await opened(cookie, after=3)
    assert (await heard(one))[0] == (3, 5, False)
    at_end = await opened(cookie, after=5)
    assert await at_end.receive_nothing(0.5)
    await in_thread(touch, lead)
    assert [(await heard(board))[0] for board in (one, at_end)] == [(5, 6, False)] * 2
    for board in (one, at_end):
        await board.disconnect()


async def test_a_page_newer_than_the_boards_misses_and_repeats_nothing(cookie, numbering):
    first = await opened(cookie)
    lead = await in_thread(capture_lead)
    await heard(first)
    for _ in range(3):
        await in_thread(touch, lead)
        here = await in_thread(last_seq)
        late = await opened(cookie, after=here)
        await in_thread(touch, lead)
        while here < await in_thread(LeadEvent.objects.count):
            place, _ = await heard(late)
            assert (place[0], place[2]) == (here, False)
            here = place[1]
        await late.disconnect()
    await first.disconnect()


async def test_a_number_that_no_page_can_have_means_fetch_anew(cookie, numbering):
    await in_thread(capture_lead)
    await in_thread(until, lambda: last_seq() == 1)
    for after in NONSENSE:
        one = await opened(cookie, after=after)
        assert (after, (await heard(one))[0]) == (after, (0, 1, True))
        await one.disconnect()


async def test_who_is_too_far_behind_is_told_to_fetch_anew_and_then_goes_on(cookie, numbering):
    lead = await in_thread(capture_lead)
    await in_thread(lambda: [touch(lead) for _ in range(FURTHEST_BEHIND)])
    await in_thread(until, lambda: last_seq() == FURTHEST_BEHIND + 1)
    far, near = await opened(cookie, after=0), await opened(cookie, after=1)
    assert (await heard(far))[0] == (0, FURTHEST_BEHIND + 1, True)
    assert (await heard(near))[0] == (1, FURTHEST_BEHIND + 1, False)
    await in_thread(touch, lead)
    assert (await heard(far))[0] == (FURTHEST_BEHIND + 1, FURTHEST_BEHIND + 2, False)
    for board in (far, near):
        await board.disconnect()


async def test_strangers_hear_nothing(ana, otto, numbering):
    sent_off = await in_thread(sign_in, ana)
    await in_thread(Session.objects.filter(pk=sent_off).delete)
    was_here = await in_thread(sign_in, otto)
    for cookie in (None, "nonsense", sent_off, was_here):
        one = await opened(cookie)
        assert await closing(one) == 4401
        await one.disconnect()


async def test_who_signs_out_or_is_deactivated_is_cut_off(ana, sam, mia, lea, root_admin, numbering):
    cookies = [await in_thread(sign_in, person) for person in (ana, sam, mia, lea)]
    boards = [await opened(cookie) for cookie in cookies]
    await in_thread(Session.objects.filter(pk=cookies[0]).delete)
    await in_thread(User.objects.filter(pk=sam.pk).update, is_active=False)
    await in_thread(User.objects.filter(pk=mia.pk).update, password="!changed")
    assert [await closing(one) for one in boards[:3]] == [4401] * 3
    await in_thread(capture_lead)
    assert (await heard(boards[3]))[0] == (0, 1, False)
    assert all([await one.receive_nothing(0.2) for one in boards[:3]])
    for one in boards:
        await one.disconnect()


@pytest.mark.parametrize("message", [{"text_data": "x" * 65_537}, {"bytes_data": b"x" * 65_537}])
async def test_who_says_too_much_at_once_is_cut_off(cookie, message):
    one = await opened(cookie)
    await one.send_to(**message)
    assert await closing(one) == 1008
    await one.disconnect()


async def test_a_flood_is_cut_off_and_single_messages_are_ignored(cookie, numbering):
    quiet_one, flooder = await opened(cookie), await opened(cookie)
    for text in ('{"claim": 1}', "[" * 1_000, "\x00", "null"):
        await quiet_one.send_to(text_data=text)
    for _ in range(200):
        await flooder.send_to(text_data="x")
    assert await closing(flooder) == 1008
    await in_thread(capture_lead)
    assert (await heard(quiet_one))[0] == (0, 1, False)
    for one in (quiet_one, flooder):
        await one.disconnect()


async def test_a_lead_that_cannot_be_drawn_silences_nobody(cookie, numbering, monkeypatch):
    one = await opened(cookie)
    monkeypatch.setattr(fragments, "PATCHES", ("lead/no_such_part.html",))
    await in_thread(capture_lead)
    assert (await heard(one))[0] == (0, 1, True)
    monkeypatch.undo()
    await in_thread(capture_lead)
    assert (await heard(one))[0] == (1, 2, False)
    await one.disconnect()


def test_the_same_can_be_fetched_by_http(quiet, numbering, page, ana):
    lead = capture_lead()
    touch(lead)
    until(lambda: last_seq() == 2)
    answer = page(ana).get("/board/changes/", {"after": "1"})
    assert (answer.status_code, answer["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert CURSOR.search(answer.text).groups() == ("1", "2", None)
    assert f'id="lead-{lead.pk}-sla"' in answer.text


def test_a_wrong_number_by_http_means_fetch_anew(quiet, page, ana):
    browser = page(ana)
    for asked in ({}, *({"after": after} for after in ("-1", "0x", str(2**63), "x", "3", "٣", "1" * 5_000))):
        answer = browser.get("/board/changes/", asked)
        assert answer.status_code == 200
        assert CURSOR.search(answer.text).groups() == ("0", "0", " data-resync")


def test_a_stranger_gets_no_changes(quiet):
    answer = Client().get("/board/changes/", {"after": "0"})
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/board/changes/%3Fafter%3D0"


def test_the_ring_forgets_what_nobody_may_resume_from():
    ring = Ring(10)
    for start in range(10, 10 + 2 * FURTHEST_BEHIND):
        ring.append(Frame(start, start + 1, "x"))
    assert (ring.last, ring.reaches(509), ring.reaches(510), ring.begins_at(510)) == (1010, False, True, True)
    assert [frame.start for frame in ring.after(1007)] == [1007, 1008, 1009]
    assert len(list(ring.after(0))) == FURTHEST_BEHIND
    assert list(ring.after(1010)) == []
