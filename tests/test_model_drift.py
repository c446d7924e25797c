"""The world moves on: it is seen, told, and answered; and the machine says where it knows nothing."""

import numpy as np
import pytest
from django.utils import timezone
from django_q.models import OrmQ

from leadboard.notify.models import Alert
from qualification import pipeline
from qualification.governance import drift, standing, watching
from qualification.governance.models import Act, DriftReading
from qualification.learning import promotion
from qualification.scope import outside, scope_of
from tests.firm import market, past


def rows_of(n, seed, **fixed):
    return market(n, seed, **fixed)[0]


def alarms(readings):
    return {(one.measure, one.field) for one in readings if one.alarm}


KNOWN = {"plan": ["basic", "max", "pro"], "region": ["north", "south"]}


def test_the_same_world_raises_no_alarm():
    loud = 0
    for seed in range(60):
        dice = np.random.default_rng(seed)
        rows = rows_of(500, seed)
        base = drift.baseline_of(list(rows[0]), rows)
        now = rows_of(200, 1000 + seed)
        found = drift.of_leads(base, KNOWN, {}, now) + drift.of_chances(dice.random(100), dice.random(200))
        loud += bool(alarms(found))
        p = dice.beta(1, 2, 300)
        won = (dice.random(300) < p).astype(int)
        loud += bool(alarms(drift.of_outcomes(list(won), list(p), 0.76)))
    assert loud <= 4


def test_what_moved_is_named():
    rows = rows_of(500, 1)
    base = drift.baseline_of(list(rows[0]), rows)
    moved = [row | {"plan": "Team" if place % 5 else row["plan"], "seats": row["seats"] * 20}
             for place, row in enumerate(rows_of(300, 2))]  # fmt: skip
    for row in moved[:150]:
        del row["region"]
    found = alarms(drift.of_leads(base, KNOWN, {}, moved))
    assert found >= {
        ("psi", "plan"),
        ("psi", "seats"),
        ("unseen", "plan"),
        ("missing", "region"),
    }
    assert ("psi", "source") not in found
    chances = [row["seats"] / 500 for row in rows], [row["seats"] / 500 for row in moved]
    assert alarms(drift.of_chances(*chances)) == {("score", "")}


def test_promises_that_no_longer_hold_are_seen():
    dice = np.random.default_rng(1)
    p = dice.beta(1, 2, 300)
    won = [int(dice.random() < 1 - chance) for chance in p]
    assert {measure for measure, _ in alarms(drift.of_outcomes(won, list(p), 0.76))} == {"rate", "ece", "auc"}


def test_few_leads_and_few_outcomes_are_not_judged():
    rows = rows_of(500, 1)
    base = drift.baseline_of(list(rows[0]), rows)
    assert drift.of_leads(base, KNOWN, {}, rows[:99]) == []
    assert drift.of_outcomes([1] * 99, [0.5] * 99, 0.7) == []


@pytest.fixture
def live(lea):
    past(*market(400, seed=1), by=lea)
    return promotion.train()[1]


def test_the_nightly_look_keeps_a_history_and_is_quiet_while_nothing_moves(live, lea):
    past(*market(150, seed=2), by=lea)
    first = watching.watch(timezone.now())
    second = watching.watch(timezone.now())
    assert {row.measure for row in first} == {"psi", "unseen", "missing", "rate", "ece", "auc"}
    assert DriftReading.objects.count() == len(first) + len(second)
    assert alarms(first) == set()
    assert not Alert.objects.exists()


def test_drift_is_told_once_to_those_who_decide_and_a_new_model_is_trained(live, lea, ana, mia):
    past(*market(150, seed=2, plan="Max", source="Podcast"), by=lea)
    OrmQ.objects.all().delete()
    rows = watching.watch(timezone.now())
    assert {("unseen", "source"), ("psi", "source")} <= alarms(rows)
    watching.watch(timezone.now())
    assert sorted(Alert.objects.values_list("person__name", "kind", "page")) == [
        ("Lea Brandt", "model_drift", "/models/"),
        ("Mia Sato", "model_drift", "/models/"),
    ]
    jobs = [task.func() for task in OrmQ.objects.all()]
    assert jobs.count("qualification.jobs.train") == 1


def test_the_scorecard_judges_again_only_when_it_wins_on_three_hundred_outcomes(live, lea):
    past(*market(299, seed=3, weight=-1.0), by=lea)
    watching.watch(timezone.now())
    assert standing.live_model() == live
    past(*market(1, seed=4, weight=-1.0), by=lea)
    watching.watch(timezone.now())
    assert standing.live_model() is None
    act = Act.objects.first()
    assert (act.kind, act.before, act.by) == ("fell_back", live, None)
    assert "300 outcomes" in act.why


def test_without_a_model_there_is_nothing_to_watch(db):
    assert watching.watch(timezone.now()) == []


# ---- abstaining


COLUMNS = [
    {"name": "plan", "kind": "category", "values": ["basic", "max", "pro"]},
    {"name": "region", "kind": "category", "values": ["north", "south"]},
    {"name": "source", "kind": "category", "values": ["fair", "web"]},
    {"name": "seats", "kind": "number", "values": []},
    {"name": "message_words", "kind": "number", "values": []},
]


@pytest.mark.parametrize(
    ("changes", "unseen", "words"),
    [
        ({}, [], ""),
        ({"source": "Podcast"}, ["source"], ""),
        (
            {"source": "Podcast", "region": "mars"},
            ["source", "region"],
            "An unseen segment: region “mars”, source",
        ),
        (
            {"plan": "Ultra", "seats": 1e6, "message_words": 1e5},
            ["plan"],
            "Unlike anything learnt from: plan “Ultra”",
        ),
        (
            {"plan": None, "seats": None, "region": None},
            [],
            "Facts are missing that nearly every lead had: plan",
        ),
    ],
)
def test_outside_of_what_was_learnt_the_machine_says_so_in_words(changes, unseen, words):
    scope = scope_of(COLUMNS, rows_of(300, 1))
    said = outside(scope, rows_of(1, 2)[0] | changes, unseen)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_a_field_full_of_new_values_surprises_nobody():
    rows = [row | {"plan": f"P{number}"} for number, row in enumerate(rows_of(300, 1))]
    scope = scope_of(COLUMNS, rows)
    strange = rows_of(1, 2)[0] | {"plan": "P9999", "source": "Podcast", "message_words": 1e6}
    assert outside(scope, strange, ["plan", "source"]) == ""


def test_ordinary_leads_are_not_left_to_people_and_a_young_firm_never_is():
    scope = scope_of(COLUMNS, rows_of(300, 1))
    assert [outside(scope, row, []) for row in rows_of(300, 2)] == [""] * 300
    young = scope_of(COLUMNS, rows_of(99, 1))
    assert (
        outside(young, {"plan": "Ultra", "region": "mars", "source": "Podcast"}, ["plan", "region", "source"])
        == ""
    )


def test_a_lead_from_nowhere_goes_to_people_with_the_reason(live, make_lead):
    extra = {"plan": "Pro", "seats": 5, "region": "atlantis", "message_words": 20}
    known = make_lead(
        lead_type="hand_raiser", source="Web", message="We need a demo", extra=extra | {"region": "north"}
    )
    nowhere = make_lead(lead_type="hand_raiser", source="Podcast", message="We need a demo", extra=extra)
    assert pipeline.qualify(known.pk).abstained == ""
    verdict = pipeline.qualify(nowhere.pk)
    assert verdict.abstained == (
        "An unseen segment: region “atlantis”, source “Podcast” never came up together with an outcome."
    )
    nowhere.refresh_from_db()
    assert (nowhere.desk, verdict.route["rule"]) == ("board", "routes.abstained")
