"""The DNS is asked only when the firm allows it, and what does not answer marks nothing."""

import socketserver
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from leadboard.capture import exchangers

ZONE = {
    ("barsund.test.", "MX"): "10 mx.barsund.test.",
    ("proud.test.", "MX"): "0 .",
    ("bare.test.", "A"): "192.0.2.1",
    ("empty.test.", "TXT"): '"nothing here"',
}


class Answer(socketserver.BaseRequestHandler):
    """Answers from the zone; a name that is not in it does not exist, one called silent gets no answer."""

    def handle(self):
        data, sock = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        if name.startswith("silent"):
            return
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if (name, kind) in ZONE:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
        elif not any(known == name for known, _ in ZONE):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        sock.sendto(reply.to_wire(), self.client_address)


@pytest.fixture
def resolver():
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        asked = dns.resolver.Resolver(configure=False)
        asked.nameservers, asked.port = ["127.0.0.1"], server.server_address[1]
        yield asked
        server.shutdown()


@pytest.mark.parametrize(
    ("domain", "takes"),
    [
        ("barsund.test", True),
        ("bare.test", True),
        ("proud.test", False),
        ("empty.test", False),
        ("no.test", False),
    ],
)
def test_a_domain_takes_mail_by_its_exchanger_or_its_address(resolver, domain, takes):
    assert exchangers.takes_mail(domain, resolver) is takes


def test_who_does_not_answer_is_not_judged(resolver, monkeypatch):
    monkeypatch.setattr(exchangers, "PATIENCE", 0.2)
    assert exchangers.takes_mail("silent.test", resolver) is None


def test_addresses_are_marked_once_and_nothing_else_happens(resolver, make_lead, mia, api):
    good, bad = make_lead(), make_lead(email="x@no.test")
    make_lead(email="")
    assert exchangers.ask(resolver) == 2
    assert exchangers.ask(resolver) == 0
    for lead, code in ((good, "email_mx"), (bad, "email_no_mx")):
        lead.refresh_from_db()
        assert [(one["mark"], one["source"]) for one in lead.marks] == [(code, "dns")]
        assert (lead.desk, lead.due_kind) == ("board", "first_action")
        assert lead.events.latest("version").facts == {"reason": code}
    assert api(mia).get(f"/api/leads/{bad.uid}/").json()["marks"][0]["mark"] == "email_no_mx"


def test_nobody_is_asked_unless_the_firm_allows_it(make_lead, settings):
    make_lead()
    assert exchangers.ask_when_allowed() is False
    settings.LEADBOARD_ASK_DNS = True
    assert exchangers.ask_when_allowed() is True
