"""What the tests of the live feed run beside themselves: the sequencer, web processes, browsers' sockets."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as configured
from django.db import connection, connections, transaction
from django.test import Client
from websockets.asyncio.client import connect

from leadboard.leads import reactions
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.sequencer import Sequencer
from leadboard.leads.stages import Desk
from tests.product import free_port

ROOT = Path(__file__).resolve().parent.parent
DIANA = {"name": "Diana Ek", "company": "Barsund", "source": "Demo form", "desk": Desk.BOARD}
SERVE = """
import sys
from leadboard.web.server import serve
from {} import {} as application
sys.exit(serve(application, {{"host": "127.0.0.1", "port": {}}}, trusts_proxy=False))
"""
NUMBER_EVENTS = """
import threading, django
django.setup()
from leadboard.leads.sequencer import Sequencer
Sequencer(threading.Event()).run()
"""


@pytest.fixture
def quiet(transactional_db, settings):
    """Nothing reacts to events, and everything is really committed."""
    settings.LEADBOARD_WIRING = "tests.no_reactions"
    reactions.wiring.cache_clear()
    yield
    reactions.wiring.cache_clear()


@pytest.fixture
def numbering(quiet):
    """A sequencer runs."""
    stop = threading.Event()
    thread = threading.Thread(target=Sequencer(stop).run)
    thread.start()
    yield
    stop.set()
    thread.join()


def capture_lead(**fields):
    """Commit a new lead with its first event; return it."""
    with transaction.atomic():
        lead = Lead(**(DIANA | fields))
        lead.digest = lead.uid.bytes
        lead.save(force_insert=True)
        move(lead, "captured", facts={"source": lead.source})
    return lead


def touch(lead, **facts):
    """Commit one more event of a lead; return it."""
    return move(lead, "action", facts=facts)


def numbers():
    """Return all (seq, lead id, version), in order of seq."""
    numbered = LeadEvent.objects.filter(seq__isnull=False).order_by("seq")
    return list(numbered.values_list("seq", "lead_id", "version"))


def until(is_so, patience=60.0):
    """Wait until a question is answered with yes; fail when it never is."""
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def waits_for_a_lock():
    """Does some statement on the test's database wait for a lock that another one holds?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


async def in_thread(act, *args, **kwargs):
    """Do database work from an async test, and leave no connection behind."""

    def acted():
        try:
            return act(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(acted)()


def database_url():
    """Return the address of the test's database, for another process."""
    name = connection.settings_dict["NAME"]
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def environment(**more):
    """Return the environment of another process on the test's database."""
    ours = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "leadboard.settings"}
    return os.environ | ours | more


def start_sequencer():
    """Start a sequencer in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", NUMBER_EVENTS], cwd=ROOT, env=environment())


@contextlib.contextmanager
def web_process(port=None, app=None, **own):
    """Run a real web process, or our server on another application (module:name); yield (port, process)."""
    port = port or free_port()
    words = [sys.executable, "-m", "leadboard.web", "--port", str(port)]
    if app:
        words[1:] = ["-c", SERVE.format(*app.split(":"), port)]
    own = {"LEADBOARD_URL": f"http://localhost:{port}", "LEADBOARD_PROGRAM": "web"} | own
    process = subprocess.Popen(words, cwd=ROOT, env=environment(**own))
    try:
        until(lambda: answers(port), 90)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def answers(port):
    """Does somebody listen there?"""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


def sign_in(person):
    """Sign a person in as a browser would be; return the session cookie's value."""
    client = Client()
    client.force_login(person)
    return client.cookies[configured.SESSION_COOKIE_NAME].value


def board(port, cookie, after=0, **options):
    """Return a browser's socket: `async with board(port, cookie) as socket`."""
    address = f"ws://127.0.0.1:{port}/ws/board/" + ("" if after is None else f"?after={after}")
    headers = {"Cookie": f"{configured.SESSION_COOKIE_NAME}={cookie}"} if cookie else {}
    usual = {"origin": f"http://localhost:{port}", "additional_headers": headers, "compression": None}
    return connect(address, **usual | options)
