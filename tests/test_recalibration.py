"""Promises of the live model set right on recent outcomes: bounded, proven, taken back with one act."""

import numpy as np
import pytest

from leadboard.playbook import versions
from qualification import store
from qualification.governance import evidence, page, recalibrating, signing, standing
from qualification.governance.recalibrating import SHIFT, STRETCH, Line, corrected, fitted_line
from qualification.learning import promotion
from qualification.learning.outcomes import Example
from qualification.models import ScoringModel
from qualification.score import blend
from tests.firm import market, past


def ends_for(chances, shift, seed):
    """Return ends as if the log-odds of these chances were off by `shift`."""
    dice = np.random.default_rng(seed)
    return [int(dice.random() < corrected(chance, Line(shift, 1.0))) for chance in chances]


@pytest.mark.parametrize("shift", [-9.0, 9.0])
def test_a_correction_stays_within_its_bounds_whatever_came(shift):
    chances = list(np.random.default_rng(1).uniform(0.05, 0.95, 400))
    line = fitted_line(ends_for(chances, shift, 2), chances)
    assert SHIFT[0] <= line.shift <= SHIFT[1]
    assert STRETCH[0] <= line.stretch <= STRETCH[1]


def test_few_outcomes_correct_little():
    assert abs(fitted_line([0] * 3, [0.5] * 3).shift) < 0.35


@pytest.fixture
def live(lea):
    past(*market(400, seed=1), by=lea)
    _, model = promotion.train()
    assert model.state == "live"
    return model


def later(live, shift):
    """Return 500 outcomes that came after the training, in a world that moved by `shift`."""
    rows, _ = market(500, seed=5)
    chances = evidence.chances(live, versions.active(), rows)
    ends = ends_for(chances, shift, seed=6)
    first = live.card["newest_lead"] + 1
    return [Example(first + n, row, end) for n, (row, end) in enumerate(zip(rows, ends, strict=True))]


def test_promises_are_set_right_after_the_world_moved_and_taken_back(live, lea):
    outcomes = later(live, shift=-0.9)
    model = recalibrating.consider(live, outcomes)
    # Fairness holds a corrected model back like any other.
    if signing.unsigned(model):
        signing.sign(model.fairness.get(), by=lea, why="The groups are small.")
        standing.promote(model, by=lea)
    assert standing.live_model() == model
    newest = model.card["newest"]
    assert newest["candidate"]["log_loss"] < newest["live"]["log_loss"]
    assert newest["candidate"]["ece"] < newest["live"]["ece"]
    shown = model.card["recalibrated"]
    told = page.card(model)["facts"]["set_right"]
    assert told.startswith(
        f"It is model {live.number} with its promises set right on 300 later ends, and proven"
    )
    assert (shown["of"], shown["fitted_on"], shown["looked_at"]) == (live.number, 300, 200)
    assert shown["shift"] < -0.3
    before, after = (store.scorer(one.pk, one.sha256) for one in (live, model))
    row = outcomes[0].facts
    old, new = (scorer.judge(versions.active(), row) for scorer in (before, after))
    line = Line(shown["shift"], shown["stretch"])
    assert abs(new.probability - corrected(old.probability, line)) < 1e-9
    standing.roll_back(live, by=lea)
    assert standing.live_model() == live


def test_in_a_world_that_stood_still_nothing_is_corrected(live):
    assert recalibrating.consider(live, later(live, shift=0.0)) is None
    assert ScoringModel.objects.count() == 1


def test_on_too_few_outcomes_nothing_is_corrected(live):
    assert recalibrating.consider(live, later(live, shift=-0.9)[:90]) is None


def test_an_average_lead_keeps_its_thirty_points(live):
    model = recalibrating.consider(live, later(live, shift=-0.9))
    scorer = store.scorer(model.pk, model.sha256)
    assert blend.score_of(scorer.reference, scorer.reference) == 30
