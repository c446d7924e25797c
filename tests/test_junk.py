"""Junk is kept apart: no clock, no mail, not on the board; and whoever was wronged is rescued."""

import json

import pytest
from django.test import Client

from handoff import claims
from handoff.models import Claim, Clock, Enrolment
from leadboard.capture.digest import digest
from leadboard.capture.duplicates.models import PossibleDuplicate
from leadboard.capture.entries import ROW
from leadboard.capture.intake import keep
from leadboard.capture.models import IdentityKey, Source, Submission
from leadboard.capture.screening import acts
from leadboard.capture.screening.models import Junk
from leadboard.doctor.invariants import ALL, violations
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.notify.models import Alert
from qualification.jobs import qualify
from tests.mailing import run_together
from tests.test_limits import set_limit
from tests.test_merge import TIMED

BUY = {"name": "Ivan", "email": "ivan@shop.example", "message": "Best casino bonus for you"}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


@pytest.fixture
def send(client, source):
    def post(**fields):
        answer = client.post(f"/intake/{source.key}/", json.dumps(fields), content_type="application/json")
        assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
        return Submission.objects.select_related("lead").get(pk=answer.json()["id"]).lead

    return post


def broken():
    return [one.name for one in ALL if one.name not in TIMED and violations(one)]


def kinds(lead):
    return list(lead.events.order_by("version").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("fields", "reason", "detail"),
    [
        (BUY, "stop_word", "casino bonus"),
        (BUY | {"message": "CASINO   Bonus!"}, "stop_word", "casino bonus"),
        (BUY | {"message": "Hi", "_gotcha": "x"}, "honeypot", "_gotcha"),
        (BUY | {"message": "Hi", "bot-field": "http://x"}, "honeypot", "bot-field"),
        (BUY | {"message": "Hi", "botcheck": True}, "honeypot", "botcheck"),
        ({"email": "a@x.example", "fields": [{"name": "honeypot", "value": "1a"}]}, "honeypot", "honeypot"),
    ],
)
def test_a_robot_is_answered_like_everybody_and_kept_apart(send, fields, reason, detail):
    lead = send(**fields)
    assert (lead.desk, lead.due_at) == ("quarantine", None)
    assert (lead.junk.reason, lead.junk.detail.rpartition(".")[2]) == (reason, detail)
    assert kinds(lead) == ["captured"]
    qualify(lead.pk)
    assert kinds(lead) == ["captured"]
    assert (Clock.objects.count(), Enrolment.objects.count(), IdentityKey.objects.count()) == (0, 0, 0)
    assert broken() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"message": "We run a casino and want a bonus system"},
        {"_gotcha": ""},
        {"botcheck": False},
        {"hp": "0"},
        {"message": "casinobonus"},
    ],
)
def test_whoever_only_looks_like_one_is_a_lead(send, fields):
    assert send(email="ann@x.example", **fields).desk == "board"


@pytest.mark.parametrize(
    ("message", "reason", "detail"),
    [
        ("Hi [url=https://x.win]best casino[/url]", "robot", "links written as code"),
        ("See <a href=http://x.ru>this</a>", "robot", "links written as code"),
        ("http://a.com http://b.com http://c.com www.d.com now", "robot", "hardly anything but links"),
        ("Pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "robot", "a wallet to pay to"),
        ("Купить ссылки: https://vulkan.bet", "link", "купить ссылки, vulkan.bet"),
        ("FREE SPINS at www.b.win!", "link", "free spins, www.b.win"),
        ("Order it without prescription", "stop_word", "without prescription"),
    ],
)
def test_a_text_that_looks_like_a_programs_is_kept_apart_in_whatever_language(send, message, reason, detail):
    lead = send(name="Ivan", email="ivan@shop.example", message=message)
    assert (lead.desk, lead.junk.reason, lead.junk.detail) == ("quarantine", reason, detail)


@pytest.mark.parametrize(
    ("name", "email", "message"),
    [
        ("Jim", "jim@vans.example", "NEED A QUOTE ASAP FOR 12 VANS. CALL ME!!!"),
        ("Bo", "bo@x.example", "?"),
        (
            "Priya",
            "priya@rankly.example",
            "We sell SEO software (backlink checker), see https://rankly.example",
        ),
        (
            "Max",
            "max@spin.example",
            "We run an online casino, https://www.spin.example/about - free spins and all",
        ),
        (
            "Kate",
            "kate@loanwise.example",
            "We lend (payday loan alternatives) and lose half of our enquiries.",
        ),
        (
            "Omar",
            "omar@gulf.example",
            "Our RFP: https://docs.example/1 https://docs.example/2 https://docs.example/3",
        ),
        ("McKenzieVanDerBerg", "mck@bergs.example", "Please send the contract."),
        ("iPhoneShop", "a@shop.example", "eBayPowerSeller"),
        ("K", "k@esc.example", "<b>Hi</b>, pasted from Word: 3 licences, see a < b"),
        ("田中", "tanaka@kobo.example", "資料を送っていただけますか。"),
    ],
)
def test_whoever_asks_is_never_junk_for_what_they_trade_in_or_how_they_write(send, name, email, message):
    lead = send(name=name, email=email, message=message)
    assert (lead.desk, Junk.objects.count()) == ("board", 0)


def test_the_playbook_and_a_source_have_words_and_traps_of_their_own(send):
    set_limit(
        stop_words="[crypto]", sources='{"Web form": {honeypots: ["Company Fax"], stop_words: ["büro frei"]}}'
    )
    assert send(**BUY).desk == "board"
    assert send(email="b@x.example", message="Crypto!").junk.detail == "crypto"
    assert send(email="c@x.example", message="Ein Buro frei").junk.reason == "stop_word"
    assert send(email="d@x.example", company_fax="1").junk.reason == "honeypot"


def test_a_robot_that_names_a_customer_wakes_nobody_and_joins_nothing(send, ana):
    lead = send(email=BUY["email"], name="Ivan")
    claims.claim(lead.pk, ana)
    version = Lead.objects.get(pk=lead.pk).version
    assert send(**BUY) != lead
    assert Lead.objects.get(pk=lead.pk).version == version
    assert Alert.objects.count() == 0


def test_a_row_of_a_file_is_never_junk(source):
    body = json.dumps(BUY).encode()
    row = Submission(source=source, content_type=ROW, body=body, body_hash=b"x", headers={"Row": 1})
    row.received_at = keep(row)
    digest(row)
    assert row.lead.desk == "board"


def test_one_person_many_times_is_one_lead_that_is_woken_a_few_times(send, ana):
    set_limit(repeats="3/10m")
    lead = send(email="ann@x.example", message="0")
    claims.claim(lead.pk, ana)
    for number in range(1, 10):
        assert send(email="ann@x.example", message=str(number)) == lead
    told = [kind for kind in kinds(lead) if kind in ("captured", "joined", "repeated")]
    assert told == ["captured", "joined", "joined"] + ["repeated"] * 7
    assert Submission.objects.filter(lead=lead).count() == 10
    assert Lead.objects.get().message == "9"
    assert broken() == []


def test_the_same_words_of_nobody_many_times_are_junk(send):
    set_limit(alike="3/10m")
    leads = [send(name="Somebody", message="Call me") for _ in range(5)]
    assert [lead.desk for lead in leads] == ["board"] * 3 + ["quarantine"] * 2
    assert leads[4].junk.reason == "flood"


def test_a_rescued_lead_is_an_ordinary_one_and_its_clock_begins_now(send, mia):
    lead = send(**BUY)
    acts.rescue(lead.pk, mia)
    lead.refresh_from_db()
    assert (lead.desk, lead.due_kind) == ("board", "first_action")
    clock = Clock.objects.get(lead=lead)
    rescued = lead.events.get(kind="rescued")
    assert (clock.anchored_at, rescued.actor) == (rescued.recorded_at, mia)
    assert set(IdentityKey.objects.filter(lead=lead).values_list("kind", flat=True)) == {"email"}
    assert Junk.objects.get().rescued_by == mia
    assert send(email=BUY["email"]) == lead
    assert broken() == []
    with pytest.raises(Problem, match="not on the junk desk any more"):
        acts.rescue(lead.pk, mia)


def test_a_rescued_lead_of_a_known_person_is_told_to_be_perhaps_the_same(send, mia):
    known = send(email=BUY["email"])
    lead = send(**BUY)
    acts.rescue(lead.pk, mia)
    assert PossibleDuplicate.objects.get().why == "bridged"
    assert send(email=BUY["email"]) == known


def test_a_lead_that_is_marked_as_junk_is_nobodys_any_more_and_comes_back(send, mia, ana, lea):
    lead = send(email="ann@x.example")
    claims.claim(lead.pk, ana)
    with pytest.raises(Problem) as refused:
        acts.mark(lead.pk, mia)
    assert refused.value.status == 403
    acts.mark(lead.pk, lea)
    lead.refresh_from_db()
    assert (lead.desk, lead.owner, lead.due_state) == ("quarantine", None, "")
    assert Claim.objects.get().reason == "junked"
    assert not Clock.objects.filter(state="running").exists()
    assert broken() == []
    again = send(email="ann@x.example")
    assert again != lead
    assert PossibleDuplicate.objects.get().why == "junk"
    acts.rescue(lead.pk, mia)
    assert broken() == []


def test_dropped_junk_is_off_the_desk_and_can_be_rescued_with_its_clock(send, mia, ana):
    lead = send(**BUY)
    with pytest.raises(Problem, match="Only marketing clears"):
        acts.drop(lead.pk, ana)
    assert acts.drop_all([lead.pk, lead.pk, 4_711], mia) == 1
    lead.refresh_from_db()
    assert (lead.desk, lead.due_kind, kinds(lead)[-1]) == ("quarantine", "", "dropped")
    assert Junk.objects.get().dropped_by == mia
    acts.rescue(lead.pk, mia)
    assert Lead.objects.get().desk == "board"
    assert (Junk.objects.get().dropped_at, Clock.objects.get(lead=lead).state) == (None, "running")
    with pytest.raises(Problem, match="not on the junk desk any more"):
        acts.drop(lead.pk, mia)
    assert broken() == []


def test_a_rep_marks_an_own_lead_and_no_other_and_rescues_none(send, ana, sam):
    lead = send(email="ann@x.example")
    for person in (ana, sam):
        with pytest.raises(Problem):
            acts.mark(lead.pk, person)
    claims.claim(lead.pk, ana)
    acts.mark(lead.pk, ana)
    with pytest.raises(Problem) as refused:
        acts.rescue(lead.pk, ana)
    assert refused.value.status == 403


@pytest.mark.django_db(transaction=True)
def test_two_rescues_at_once_are_one(mia):
    source = Source.objects.create(name="Web form")
    Client().post(f"/intake/{source.key}/", json.dumps(BUY), content_type="application/json")
    lead = Lead.objects.get()
    done = []
    run_together([lambda: done.append(acts.rescue_all([lead.pk], mia)) for _ in range(3)])
    assert sorted(done) == [0, 0, 1]
    assert kinds(lead).count("rescued") == 1
    assert broken() == []
