"""One mail to one prospect: how it is written, and what the mail server said to it."""

import logging
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from handoff.models import Send, SendState
from leadboard.playbook.policy import Letter, fill
from leadboard.playbook.schema import Playbook
from leadboard.tracking import letters

PATIENCE = 15  # seconds per answer of the mail server; several fit into a job's time
log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What became of a mail: sent, failed (for good), decided (try again later) or unknown."""

    state: SendState
    words: str = ""
    is_undeliverable: bool = False


def unsubscribe_url(send: Send) -> str:
    """Return the address at which one POST ends all mail to this person (RFC 8058)."""
    return f"{settings.LEADBOARD_URL}/unsubscribe/{send.token}/"


def message_id(send: Send) -> str:
    """Return the Message-ID: the same however often the mail is tried."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
    return f"<leadboard-{send.pk}-{send.token[:12]}@{domain}>"


def compose(send: Send, letter: Letter, playbook: Playbook) -> EmailMultiAlternatives:
    """Return the mail of a send. What prospects wrote about themselves is filled in on one line each,
    printable characters only, and stands in no header but the subject."""
    lead = send.lead
    first_name = lead.name.split()[0] if lead.name.split() else ""
    values = {
        "name": lead.name, "first_name": first_name, "company": lead.company, "title": lead.title,
        "firm": playbook.firm,
    }  # fmt: skip
    words = {"text": fill(letter.text, values), "firm": playbook.firm, "unsubscribe": unsubscribe_url(send)}
    mail = EmailMultiAlternatives(
        fill(letter.subject, values), render_to_string("mail/letter.txt", words), settings.DEFAULT_FROM_EMAIL,
        [lead.email], reply_to=[settings.MARKETING_EMAIL], headers=_headers(send),
    )  # fmt: skip
    rich = words | {"html": letters.html_of(words["text"], lead, _name_of(send), written=letter.text)}
    mail.attach_alternative(render_to_string("mail/letter.html", rich), "text/html")
    return mail


def _name_of(send: Send) -> str:
    """Return by which name the links of a mail remember it: "welcome:2 of send 17"."""
    what = f"{send.enrolment.track}:{send.step}" if send.enrolment else send.answer
    return f"{what} of send {send.pk}"


def _headers(send: Send) -> dict[str, str]:
    """Return what mail programs need to offer one click, and to tell a machine's mail from a person's."""
    return {
        "Message-ID": message_id(send),
        "List-Unsubscribe": f"<{unsubscribe_url(send)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def post(mail: EmailMultiAlternatives) -> Answer:
    """Hand a mail to the mail server and return what is known to have become of it.

    Unknown is what ends without an answer once the talk has begun: the server may have taken it.
    """
    connection = get_connection(timeout=PATIENCE)
    try:
        connection.open()
    except (SMTPException, OSError) as trouble:
        return Answer(SendState.DECIDED, f"The mail server cannot be reached: {trouble}")
    try:
        connection.send_messages([mail])
    except (SMTPException, OSError) as trouble:
        return _judge(trouble)
    finally:
        _hang_up(connection)
    return Answer(SendState.SENT)


def _judge(trouble: Exception) -> Answer:
    """Return what an error in the middle of the talk means."""
    match trouble:
        case SMTPRecipientsRefused():
            code, words = next(iter(trouble.recipients.values()))
            return _refused(code, words, is_undeliverable=True)
        case SMTPSenderRefused():
            return Answer(SendState.DECIDED, f"The mail server refused our sender: {trouble}")
        case SMTPResponseException():
            return _refused(trouble.smtp_code, trouble.smtp_error)
    return Answer(SendState.UNKNOWN, f"The line broke before the mail server answered: {trouble}")


def _refused(code: int, words: bytes | str, *, is_undeliverable: bool = False) -> Answer:
    """Return what a refusal with this code means: 4xx later, 5xx never, anything else is no answer."""
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if 400 <= code < 500:
        return Answer(SendState.DECIDED, said)
    if 500 <= code < 600:
        return Answer(SendState.FAILED, said, is_undeliverable)
    return Answer(SendState.UNKNOWN, said)


def _hang_up(connection) -> None:
    """Close the line; trouble with that changes nothing about the mail."""
    try:
        connection.close()
    except (SMTPException, OSError) as trouble:
        log.warning("the mail server did not say goodbye: %s", trouble)
