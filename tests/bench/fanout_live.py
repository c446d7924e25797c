"""The measuring process of `fanout`: prints the figures as JSON on its last line.

Our side includes numbering, reading and rendering; the floor only repeats ready bytes. Both serve the
same 200 sockets of the `websockets` library in this process, so what these cost is in both.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadboard.settings")

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import threading
import time

import django

django.setup()

import psutil  # noqa: E402 - what follows needs the apps to be loaded
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

from leadboard.leads.feed_log import last_seq  # noqa: E402
from leadboard.leads.sequencer import Sequencer  # noqa: E402
from leadboard.people.models import User  # noqa: E402
from tests.bench.figures import percentile  # noqa: E402
from tests.live import answers, board, capture_lead, free_port, in_thread, sign_in, touch, until, web_process  # noqa: E402

BOARDS, PACED, PAUSE, BURST = 200, 40, 0.3, 400
SEQ = re.compile(r'data-seq="(\d+)"')


class Audience:
    """Many boards on one server: how far each is, and when it heard what."""

    def __init__(self, process):
        self.process = psutil.Process(process.pid)
        self.heard = []  # (moment, number), of every board
        self.behind = 0
        self.frames = 0
        self.sample = ""
        self._all_there = asyncio.Event()

    async def listen(self, line, number_of):
        """Note what one board hears, until the line closes."""
        with contextlib.suppress(Exception):
            async for words in line:
                moment, number = time.monotonic(), number_of(words)
                self.heard.append((moment, number))
                self.frames, self.sample = self.frames + 1, words
                if number >= self.goal:
                    self.behind -= 1
                    if self.behind == 0:
                        self._all_there.set()

    def expect(self, goal):
        """From now on wait for a number; forget what was heard."""
        self.goal, self.behind, self.frames, self.heard = goal, BOARDS, 0, []
        self._all_there.clear()

    async def arrive(self):
        """Wait until every board has heard it."""
        await asyncio.wait_for(self._all_there.wait(), 60)

    def cpu(self):
        """Return the seconds of processor that the server has used."""
        used = self.process.cpu_times()
        return used.user + used.system


async def measure(audience, say, first, paced, burst):
    """Say events one by one, then all at once; return the values of one side."""
    delays, used, deliveries = [], audience.cpu(), 0
    for number in range(first, first + paced):
        audience.expect(number)
        said = await say(1)
        await audience.arrive()
        delays += [moment - said for moment, _ in audience.heard]
        deliveries += audience.frames
        await asyncio.sleep(PAUSE)
    used = audience.cpu() - used
    audience.expect(first + paced + burst - 1)
    began, used_before = time.monotonic(), audience.cpu()
    await say(burst)
    await audience.arrive()
    seconds, used_in_burst = time.monotonic() - began, audience.cpu() - used_before
    return {
        "p50": percentile(delays, 50) * 1000, "p99": percentile(delays, 99) * 1000,
        "cpu": used / deliveries * 1e6, "rate": burst * BOARDS / seconds, "frames": audience.frames / BOARDS,
        "cpu_in_burst": used_in_burst / burst / BOARDS * 1e6,
    }  # fmt: skip


async def ours(paced, burst):
    """Measure the product: a writer that commits, the sequencer, one web process."""
    lead, cookies = await in_thread(prepare)
    first = await in_thread(last_seq) + 1

    def write(count):
        for _ in range(count):
            touch(lead)
        return time.monotonic()

    with web_process() as (port, process):
        audience = Audience(process)
        audience.expect(0)
        async with contextlib.AsyncExitStack() as stack:
            lines = [board(port, cookies[n % len(cookies)], first - 1) for n in range(BOARDS)]
            lines = [await stack.enter_async_context(line) for line in lines]
            tasks = [asyncio.create_task(audience.listen(line, number_in)) for line in lines]
            await asyncio.sleep(2)
            found = await measure(audience, lambda n: in_thread(write, n), first, paced, burst)
        await asyncio.gather(*tasks)
    return found, audience.sample


async def floor(words, paced, burst):
    """Measure the bare broadcast of the same bytes, as many frames as a page would be sent."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_broadcast", str(port)])
    try:
        await in_thread(until, lambda: answers(port))
        audience = Audience(process)
        async with contextlib.AsyncExitStack() as stack:
            address = f"ws://127.0.0.1:{port}"
            lines = [connect(address, compression=None) for _ in range(BOARDS)]
            lines = [await stack.enter_async_context(line) for line in lines]
            speaker = await stack.enter_async_context(connect(f"{address}/say", compression=None))
            counter = iter(range(1, 10**9))
            tasks = [asyncio.create_task(audience.listen(line, number_in)) for line in lines]

            async def say(count):
                for _ in range(count):
                    await speaker.send(SEQ.sub(f'data-seq="{next(counter)}"', words, count=1))
                return time.monotonic()

            found = await measure(audience, say, 1, paced, burst)
        await asyncio.gather(*tasks)
        return found
    finally:
        process.kill()
        process.wait()


def number_in(words):
    """Return the number to which a frame takes a board."""
    return int(SEQ.search(words)[1])


def prepare():
    """Return a lead and the sessions of ten people."""
    lead = capture_lead()
    named = [{"email": f"board{n}@bench.test", "name": f"Board {n}"} for n in range(10)]
    people = [User.objects.get_or_create(**one)[0] for one in named]
    until(lambda: last_seq() > 0)
    return lead, [sign_in(person) for person in people]


def main(size):
    """Measure both sides and print the figures."""
    settings.LEADBOARD_WIRING = "tests.no_reactions"
    call_command("migrate", verbosity=0, skip_checks=True)
    paced, burst = (12, 100) if size == "quick" else (PACED, BURST)
    stop = threading.Event()
    thread = threading.Thread(target=Sequencer(stop).run)
    thread.start()
    try:
        mine, words = asyncio.run(ours(paced, burst))
        bare = asyncio.run(floor(words, paced, burst))
    finally:
        stop.set()
        thread.join()
    print(json.dumps(figures(mine, bare, f"bare websockets broadcast, {len(words)} bytes", burst)))


def figures(mine, bare, beside, burst):
    """Return the arguments of each Figure."""
    return [
        (f"commit to {BOARDS} boards, p50", mine["p50"], "ms", bare["p50"], beside),
        (f"commit to {BOARDS} boards, p99", mine["p99"], "ms", bare["p99"], beside),
        ("its processor, one event every 0.3 s", mine["cpu"], "us/delivery", bare["cpu"], beside),
        ("its processor in the burst", mine["cpu_in_burst"], "us/event/board", bare["cpu_in_burst"], beside),
        (f"burst of {burst} events", mine["rate"], "deliveries/s", bare["rate"], beside),
        ("frames of that burst, coalesced", mine["frames"], "a board", bare["frames"], "one an event"),
    ]


if __name__ == "__main__":
    main(sys.argv[1])
