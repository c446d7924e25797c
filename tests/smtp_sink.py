"""A real mail server on loopback that records what reaches it and misbehaves on request."""

import asyncio
import logging
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from tests.product import free_port


@dataclass
class Sink:
    """What the server saw. `mode` is one of ok, try_later (4xx), refuse (5xx after DATA), no_such_user
    (5xx at RCPT), drop (takes the mail and hangs up without an answer), delay (answers after `seconds`)."""

    mode: str = "ok"
    seconds: float = 0.5
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    asked: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Take or refuse a recipient."""
        if self.mode == "no_such_user":
            self.asked += 1
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Record the mail unless it is refused, and answer as the mode says."""
        self.asked += 1
        if self.mode == "try_later":
            return "451 4.7.1 Greylisted, try again later"
        if self.mode == "refuse":
            return "554 5.7.1 Content refused"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        if self.mode == "drop":
            server.transport.abort()
        if self.mode == "delay":
            await asyncio.sleep(self.seconds)
        return "250 OK"


logging.getLogger("mail.log").setLevel(logging.WARNING)


@pytest.fixture
def sink(settings):
    """Run the server for one test, with Django's e-mail going to it."""
    mailbox = Sink(port=free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield mailbox
    controller.stop()
