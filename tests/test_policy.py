"""What the agreement says about one lead: pure questions, each answer with the clause it came from."""

from datetime import UTC, datetime, timedelta

import pytest

from leadboard.playbook import policy
from leadboard.playbook.models import DEFAULT
from leadboard.playbook.schema import load

TEXT = DEFAULT.read_text(encoding="utf-8")
PLAYBOOK = load(TEXT)
OFFICE = load(TEXT.replace("default_calendar: always", "default_calendar: office"))
FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 16:30 in Berlin


def at(text):
    return datetime.fromisoformat(text)


def playbook_with(old, new):
    assert old in TEXT
    return load(TEXT.replace(old, new, 1))


def first_action(playbook, lead_type, received_at=FRIDAY, submitted_at=None):
    return policy.first_action(playbook, lead_type, submitted_at=submitted_at, received_at=received_at)


# What somebody came for


@pytest.mark.parametrize(
    ("facts", "lead_type"),
    [
        ({"message": "Could we see a Demo for 40 people?"}, "demo"),
        ({"form": "Book a demo"}, "demo"),
        ({"campaign": "spring-demo-de"}, "demo"),
        ({"message": "What is the price for 10 users?"}, "pricing"),
        ({"pages": ["https://firm.test/", "https://firm.test/pricing"]}, "pricing"),
        ({"source": "Webinar November"}, "webinar"),
        ({"form": "Whitepaper download"}, "content"),
        ({"message": "Please call me back."}, "hand_raiser"),
        ({"form": "Contact us"}, "hand_raiser"),
        ({}, "other"),
        ({"message": "   ", "pages": None, "form": 7}, "other"),
        ({"message": "We sell demonstrably good democracy"}, "hand_raiser"),
    ],
)
def test_a_lead_is_recognised_by_what_it_brings(facts, lead_type):
    assert policy.lead_type(PLAYBOOK, facts=facts) == lead_type


def test_a_source_that_declares_its_type_is_believed_and_a_type_that_does_not_exist_is_not():
    assert policy.lead_type(PLAYBOOK, facts={"lead_type": "webinar", "message": "price?"}) == "webinar"
    assert policy.lead_type(PLAYBOOK, facts={"lead_type": "walk_in", "message": "price?"}) == "pricing"
    assert policy.lead_type(PLAYBOOK, facts={"lead_type": ["demo"]}) == "other"


# Deadlines


@pytest.mark.parametrize(
    ("lead_type", "warned", "minutes"),
    [("demo", 3, 5), ("pricing", 3, 5), ("hand_raiser", 20, 30), ("webinar", 20, 30), ("other", 420, 480)],
)
def test_a_first_action_is_due_by_lead_type(lead_type, warned, minutes):
    assert first_action(PLAYBOOK, lead_type) == policy.Deadline(
        "first_action",
        f"first_action.{lead_type}",
        FRIDAY,
        FRIDAY + timedelta(minutes=warned),
        FRIDAY + timedelta(minutes=minutes),
    )


def test_in_office_hours_a_late_friday_lead_is_due_on_monday():
    late = at("2026-11-20T17:58:00+01:00")
    assert first_action(OFFICE, "demo", late).due_at == at("2026-11-23T09:03:00+01:00")
    assert first_action(OFFICE, "demo", late).warn_at == at("2026-11-23T09:01:00+01:00")


def test_content_is_due_the_same_day_and_never_within_less_than_two_open_hours():
    morning = first_action(OFFICE, "content", at("2026-11-20T10:00:00+01:00"))
    assert (morning.due_at, morning.warn_at) == (
        at("2026-11-20T18:00:00+01:00"),
        at("2026-11-20T17:00:00+01:00"),
    )
    evening = first_action(OFFICE, "content", at("2026-11-20T17:30:00+01:00"))
    assert evening.due_at == at("2026-11-23T10:30:00+01:00")
    weekend = first_action(OFFICE, "content", at("2026-11-21T12:00:00+01:00"))
    assert weekend.due_at == at("2026-11-23T18:00:00+01:00")


def test_around_the_clock_the_same_day_ends_at_midnight_of_its_zone():
    assert first_action(PLAYBOOK, "content").due_at == at("2026-11-21T00:00:00Z")


def test_a_lead_type_the_playbook_does_not_know_gets_the_last_promise():
    assert first_action(PLAYBOOK, "walk_in").rule == "first_action.other"


def test_intake_lag_counts_when_the_playbook_says_so():
    sent = FRIDAY - timedelta(minutes=4)
    assert first_action(PLAYBOOK, "demo", submitted_at=sent).due_at == FRIDAY + timedelta(minutes=1)
    kind = playbook_with("starts: submitted", "starts: received")
    assert first_action(kind, "demo", submitted_at=sent).due_at == FRIDAY + timedelta(minutes=5)


@pytest.mark.parametrize("lag", [timedelta(seconds=-1), timedelta(days=1, seconds=1), timedelta(days=9000)])
def test_a_submit_time_of_the_future_or_of_long_ago_is_not_believed(lag):
    assert first_action(PLAYBOOK, "demo", submitted_at=FRIDAY - lag).anchor == FRIDAY


def test_a_warning_longer_than_the_time_comes_half_way():
    playbook = playbook_with("demo: {within: 5m, warn: 40%}", "demo: {within: 5m, warn: 2h}")
    assert first_action(playbook, "demo").warn_at == FRIDAY + timedelta(minutes=2.5)


def test_contact_is_owed_a_day_after_the_claim():
    assert policy.contact(PLAYBOOK, FRIDAY) == policy.Deadline(
        "contact", "contact", FRIDAY, FRIDAY + timedelta(hours=20), FRIDAY + timedelta(hours=24)
    )


def test_silence_warns_after_a_week_and_hands_back_after_two():
    deadline = policy.follow_up(PLAYBOOK, FRIDAY)
    assert (deadline.kind, deadline.rule) == ("follow_up", "follow_up")
    assert deadline.warn_at == FRIDAY + timedelta(days=7)
    assert deadline.due_at == FRIDAY + timedelta(days=14)
    assert policy.follow_up(OFFICE, FRIDAY) == deadline


# The ladder


def test_the_ladder_is_next_rep_then_manager_then_back_to_marketing():
    steps = [policy.escalation(PLAYBOOK, level) for level in (1, 2, 3)]
    assert [(step.level, step.kind, step.within, step.rule) for step in steps] == [
        (1, "reassign", timedelta(minutes=5), "escalation.0"),
        (2, "manager", timedelta(minutes=55), "escalation.1"),
        (3, "hand_back", None, "escalation.2"),
    ]


@pytest.mark.parametrize("level", [-1, 0, 4])
def test_there_is_no_rung_below_or_above_the_ladder(level):
    assert policy.escalation(PLAYBOOK, level) is None


def test_a_person_sees_what_happens_next_and_when():
    due = FRIDAY + timedelta(minutes=5)
    assert policy.ladder(PLAYBOOK, first_action(PLAYBOOK, "demo")) == [
        (FRIDAY + timedelta(minutes=3), "a warning"),
        (due, "goes to the next suitable rep, never to one who missed it"),
        (due + timedelta(minutes=5), "the manager and the inbound team are alerted"),
        (due + timedelta(minutes=60), "goes back to marketing with all that was tried"),
    ]
    assert policy.ladder(PLAYBOOK, policy.follow_up(PLAYBOOK, FRIDAY)) == [
        (FRIDAY + timedelta(days=7), "silent for 7d: the rep is warned"),
        (FRIDAY + timedelta(days=14), "goes back to marketing with all that was tried"),
    ]


def test_the_rungs_wait_for_office_hours_too():
    taken = at("2026-11-20T17:58:00+01:00")
    assert policy.next_step_at(OFFICE, "first_action.demo", 1, taken) == at("2026-11-23T09:03:00+01:00")
    assert policy.next_step_at(OFFICE, "first_action.demo", 3, taken) is None
    assert policy.calendar_of(OFFICE, "follow_up").zone == "UTC"
    assert policy.calendar_of(OFFICE, "contact").zone == "Europe/Berlin"


# Judgement


@pytest.mark.parametrize(
    ("score", "band"),
    [(100, "high"), (60, "high"), (59.9, "medium"), (30, "medium"), (29, "low"), (-5, "low")],
)
def test_a_band_is_cut_from_the_score(score, band):
    assert policy.band(PLAYBOOK, score) == band


def test_an_unknown_lead_is_average_and_each_point_has_its_reason():
    assert policy.scorecard(PLAYBOOK, {}) == policy.Scorecard(30, (), 30)
    facts = {"lead_type": "demo", "email_kind": "work", "title": "VP Sales", "budget": True, "employees": 3}
    card = policy.scorecard(PLAYBOOK, facts)
    assert card.parts == (
        (16, "Asked for a demo or a price", "lead_type"),
        (8, "Is in a position to decide", "title"),
        (7, "Speaks of a budget", "budget"),
        (6, "Wrote from a company address", "email_kind"),
        (-5, "Very small company", "employees"),
    )
    assert (card.points, card.base, card.rule) == (62, 30, "scorecard")


@pytest.mark.parametrize(
    "facts",
    [
        {"employees": "many", "visits": None, "touches": [], "seconds_on_site": True, "budget": "true"},
        {"title": 7, "lead_type": {"a": 1}, "email_kind": ["x"], "tier": object()},
        {"employees": float("nan"), "unheard_of": "x"},
    ],
)
def test_facts_of_the_wrong_kind_give_no_points_and_no_error(facts):
    assert policy.scorecard(PLAYBOOK, facts).points == 30


ROUTES = [
    (
        "buying",
        "high",
        policy.Route("board", "mql", None, None, "routes.buying.high", assign=True, assign_after=180.0),
    ),
    ("buying", "medium", policy.Route("board", "mql", None, None, "routes.buying.medium")),
    ("buying", "low", policy.Route("nurture", None, "product_tour", None, "routes.buying.low")),
    ("information", "medium", policy.Route("nurture", None, "welcome", None, "routes.information.medium")),
    ("information", "low", policy.Route("long_nurture", None, "long_term", None, "routes.information.low")),
    (
        "wrong_fit",
        "high",
        policy.Route("closed", "disqualified", None, "wrong_fit", "routes.wrong_fit.every"),
    ),
    (
        "non_prospect",
        None,
        policy.Route("closed", "disqualified", None, "non_prospect", "routes.non_prospect.every"),
    ),
    ("unclear", "medium", policy.Route("board", None, None, None, "routes.unclear.medium")),
    ("buying", None, policy.Route("board", None, None, None, "routes.abstained")),
    ("abstained", "high", policy.Route("board", None, None, None, "routes.abstained")),
    ("holds", "high", policy.Route("board", None, None, None, "routes.abstained")),
]


@pytest.mark.parametrize(("enquiry_class", "band", "route"), ROUTES)
def test_a_lead_goes_where_its_class_and_band_say(enquiry_class, band, route):
    assert policy.route(PLAYBOOK, enquiry_class=enquiry_class, band=band) == route


def test_what_the_machine_abstains_from_goes_to_people_whatever_its_class():
    route = policy.route(PLAYBOOK, enquiry_class="wrong_fit", band="low", abstained=True)
    assert route == policy.Route("board", None, None, None, "routes.abstained")


def test_a_stage_lists_what_is_missing_for_it():
    assert policy.missing_for(
        PLAYBOOK, "mql", {"enquiry_class": "wrong_fit", "score": 29, "country": "kp"}
    ) == [
        ("source", "the source or campaign that brought them"),
        ("enquiry_class", "an enquiry that could become business"),
        ("country", "a country that we may sell to"),
        ("score", "a score of at least 30"),
    ]
    facts = {"source": "Website", "score": 30, "email_kind": "work"}
    assert policy.missing_for(PLAYBOOK, "mql", facts) == []
    assert policy.missing_for(PLAYBOOK, "mql", {"source": "Website", "score": "99"}) == [
        ("score", "a score of at least 30")
    ]


def test_sales_stages_ask_for_acceptance_and_for_problem_authority_and_next_step():
    assert policy.missing_for(PLAYBOOK, "sal", {}) == [("accepted", "a rep's acceptance")]
    assert policy.missing_for(PLAYBOOK, "sal", {"accepted": True}) == []
    assert [missing.field for missing in policy.missing_for(PLAYBOOK, "sql", {"problem": " "})] == [
        "problem",
        "authority",
        "next_step",
    ]
    assert policy.missing_for(PLAYBOOK, "won", {}) == []


def test_only_known_facts_speak_against_the_ideal_customer():
    assert policy.off_profile(PLAYBOOK, {}) == []
    assert policy.off_profile(PLAYBOOK, {"email_kind": "disposable"}) == [
        ("email_kind", "an address that is not thrown away")
    ]


# Reasons, outcomes, effort, caps


def test_a_coded_reason_says_where_a_refused_lead_goes():
    codes = [reason.code for reason in policy.rejections(PLAYBOOK)]
    assert codes == [
        "wrong_persona",
        "outside_territory",
        "premature",
        "wrong_fit",
        "duplicate",
        "no_way_to_reach",
    ]
    assert policy.rejection(PLAYBOOK, "premature") == policy.Rejection(
        "premature", "Too early", "nurture", "long_term", "rejection_reasons.premature", False
    )
    assert policy.rejection(PLAYBOOK, "duplicate").leads_to == "merge"
    assert policy.rejection(PLAYBOOK, "") is None
    assert policy.rejection(PLAYBOOK, "because") is None


def test_people_are_not_offered_the_reasons_that_only_clocks_give():
    assert set(policy.hand_back_reasons(PLAYBOOK)) - set(
        policy.hand_back_reasons(PLAYBOOK, for_people=True)
    ) == {
        "sla_missed",
        "silent",
        "meager",
    }


def test_an_answered_call_is_a_conversation_and_a_voicemail_is_not():
    assert policy.outcome(PLAYBOOK, "call", "connected") == policy.Outcome(
        "connected", "Talked", True, "outcomes.call.connected"
    )
    assert policy.outcome(PLAYBOOK, "call", "voicemail").is_conversation is False
    assert policy.outcome(PLAYBOOK, "call", "held") is None
    assert policy.outcomes(PLAYBOOK, "note") == []


def test_meager_effort_is_named_and_enough_is_enough():
    assert policy.effort_missing(PLAYBOOK, attempts=3, channels=1, days=3) == [
        ("attempts", "3 of 4 attempts"),
        ("channels", "1 of 2 channels"),
    ]
    assert policy.effort_missing(PLAYBOOK, attempts=4, channels=2, days=3) == []


def test_caps_and_time_outs_carry_their_clause():
    assert policy.cap(PLAYBOOK) == policy.Cap(30, None, "capacity")
    assert policy.cap(playbook_with("open_leads: 30", "open_leads: 9\n  per_day: 4")) == policy.Cap(
        9, 4, "capacity"
    )
    assert policy.time_out(PLAYBOOK, "board") == policy.TimeOut(
        timedelta(days=14), "nurture", "time_outs.board"
    )
    assert policy.time_out(PLAYBOOK, "sales") is None


def test_a_nurtured_lead_wakes_by_many_touches_or_one_telling_page():
    assert policy.is_waking(PLAYBOOK, touches=3, pages=[]) is True
    assert policy.is_waking(PLAYBOOK, touches=1, pages=["/Pricing/"]) is True
    assert policy.is_waking(PLAYBOOK, touches=2, pages=["/blog/"]) is False


# Tracks


@pytest.mark.parametrize(
    ("lead_type", "band", "track"),
    [
        ("demo", None, "product_tour"),
        ("webinar", "low", "event_follow_up"),
        ("content", "low", "long_term"),
        ("content", "medium", "welcome"),
        ("content", None, "welcome"),
    ],
)
def test_a_lead_enters_the_first_track_that_fits(lead_type, band, track):
    assert policy.default_track(PLAYBOOK, lead_type, band) == track


def test_a_letter_is_due_some_business_days_after_the_one_before():
    first = policy.step_due(PLAYBOOK, "welcome", 1, FRIDAY)
    assert (first.number, first.at, first.rule) == (1, at("2026-11-23T15:30:00Z"), "tracks.welcome.steps.0")
    assert first.letter.subject == "What you asked us about"
    assert policy.step_due(PLAYBOOK, "welcome", 2, first.at).at == at("2026-11-27T15:30:00Z")


@pytest.mark.parametrize(("track", "number"), [("welcome", 0), ("welcome", 4), ("nowhere", 1)])
def test_a_track_that_is_over_or_unknown_sends_nothing(track, number):
    assert policy.step_due(PLAYBOOK, track, number, FRIDAY) is None


def test_a_polite_answer_is_a_letter_and_a_missing_one_is_none():
    answer = policy.polite_answer(PLAYBOOK, "wrong_fit")
    assert answer.rule == "answers.wrong_fit"
    assert policy.fill(answer.letter.subject, {"firm": PLAYBOOK.firm}) == "Your enquiry to our company"
    assert policy.polite_answer(PLAYBOOK, "nothing") is None
    assert policy.track(PLAYBOOK, "nowhere") is None


# Conditions


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        ("{field: x, present: true}", {"x": 0}, True),
        ("{field: x, present: true}", {"x": False}, True),
        ("{field: x, present: true}", {"x": " "}, False),
        ("{field: x, present: false}", {}, True),
        ("{field: x, equals: Yes}", {"x": " yes "}, True),
        ("{field: x, equals: 1}", {"x": True}, False),
        ("{field: x, equals: 1}", {"x": 1.0}, True),
        ("{field: x, equals: true}", {"x": 1}, False),
        ("{field: x, in: [a, NO]}", {"x": "no"}, True),
        ("{field: x, in: [a, b]}", {"x": ["c", "B"]}, True),
        ("{field: x, not_in: [a]}", {}, True),
        ("{field: x, contains: ing}", {"x": "PricING"}, True),
        ("{field: x, contains: ing}", {"x": 7}, False),
        ("{field: x, at_least: 3}", {"x": 3}, True),
        ("{field: x, at_least: 3}", {"x": "3"}, False),
        ("{field: x, at_least: 0}", {"x": True}, False),
        ("{field: x, at_least: 3, at_most: 5}", {"x": 6}, False),
        ("{any: [{field: x, equals: a}, {field: y, equals: b}]}", {"y": "b"}, True),
        ("{all: [{field: x, equals: a}, {field: y, equals: b}]}", {"y": "b"}, False),
    ],
)
def test_a_condition_holds_only_for_what_it_says(condition, facts, holds):
    playbook = playbook_with("{field: budget, equals: true}", condition)
    reasons = [part.because for part in policy.scorecard(playbook, facts).parts]
    assert ("Speaks of a budget" in reasons) is holds
