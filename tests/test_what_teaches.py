"""What the score may learn from, and what it must not: later knowledge, one person's grudge."""

import json

import numpy as np
import pytest

from leadboard.leads import lifecycle
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from qualification import pipeline, store
from qualification.corrections import correcting
from qualification.learning import fitted, outcomes, promotion
from qualification.learning.outcomes import Ended, examples
from qualification.learning.study import study
from qualification.models import ScoringModel
from qualification.score.columns import plan_columns
from qualification.score.learner import learn
from tests.test_learning import PLAIN, as_examples, firm


@pytest.fixture
def over(make_lead, ana):
    """Return a function that captures a lead, has it judged and ends it."""

    def end(kind="lost", *, by=ana, code="price", judged=True, **extra):
        lead = make_lead(**PLAIN, extra={"plan": "Pro", **extra})
        if judged:
            pipeline.qualify(lead.pk)
            lead.refresh_from_db()
        lifecycle.move(lead, kind, actor=by, desk="closed", facts={"code": code, "reason": code})
        return lead

    return end


def test_facts_are_those_of_the_first_verdict_not_what_was_filled_in_later(over, make_lead, ana):
    lead = make_lead(**PLAIN, extra={"plan": "Pro"})
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    lifecycle.move(lead, "joined", facts={}, extra={"plan": "Pro", "closing note": "signed"})
    pipeline.qualify(lead.pk, asked=True)
    lead.refresh_from_db()
    lifecycle.move(lead, "won", actor=ana, desk="closed", facts={})
    (one,) = examples()
    assert (one.won, "closing note" in one.facts) == (1, False)


def test_a_lead_that_was_first_judged_after_somebody_spoke_to_it_teaches_nothing(over, make_lead, ana):
    lead = make_lead(**PLAIN, extra={"plan": "Pro"})
    lifecycle.move(lead, "action", actor=ana, facts={"action": "call", "outcome": "connected"})
    pipeline.qualify(lead.pk, asked=True)
    lead.refresh_from_db()
    lifecycle.move(lead, "won", actor=ana, desk="closed", facts={})
    over()
    assert lead.pk not in {one.lead_id for one in examples()}
    assert len(examples()) == 1


def test_a_lead_that_was_merged_into_another_is_counted_once(over):
    stays, goes = over("won"), over("won")
    goes.refresh_from_db()
    lifecycle.move(goes, "merged", facts={"into": stays.pk}, merged_into=stays)
    assert [one.lead_id for one in examples()] == [stays.pk]


def test_one_persons_refusals_stay_below_a_cap(over, ana, sam, monkeypatch):
    monkeypatch.setattr("qualification.learning.outcomes.FEWEST_CAPPED", 2)
    for _ in range(4):
        over("rejected", by=ana, code="wrong_persona")
    over("rejected", by=sam, code="wrong_persona")
    over("lost", by=ana)
    weights = [one.weight for one in examples()]
    assert weights == [0.5] * 4 + [1.0, 1.0]


def test_who_a_person_calls_no_prospect_is_a_loss_until_it_is_won_or_taken_back(over, make_lead, ana):
    lead = make_lead(**{**PLAIN, "message": "We sell backlinks."}, extra={"plan": "Pro"})
    pipeline.qualify(lead.pk)
    assert examples() == []
    correcting.correct(lead.pk, ana, "vendor")
    (one,) = examples()
    assert (one.lead_id, one.won) == (lead.pk, 0)
    assert one.at == lead.events.get(kind="class_corrected").at
    correcting.take_back(lead.pk, ana)
    assert examples() == []
    correcting.correct(lead.pk, ana, "vendor")
    lead.refresh_from_db()
    lifecycle.move(lead, "won", actor=ana, desk="closed", facts={})
    assert [one.won for one in examples()] == [1]


def test_the_playbook_says_which_reasons_teach_nothing(over):
    over("rejected", code="wrong_persona")
    over("rejected", code="premature")
    assert [one.won for one in examples()] == [0]
    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("track: long_term, teaches: nothing", "track: long_term, teaches: loss"))
    assert [one.won for one in examples()] == [0, 0]


def ends_within(won, days):
    return [(Ended(1, "won", {}, None, {}, None, float(took), 400.0), won) for took in days]


def test_of_young_leads_the_faster_ends_count_for_less():
    wins, refusals = ends_within(1, range(1, 101)), ends_within(0, [1] * 100)
    ripe = outcomes._ripeness(wins + refusals)
    assert [round(ripe(0, age), 1) for age in (1, 25, 60, 300)] == [0.1, 0.3, 0.6, 1.0]
    assert [ripe(1, age) for age in (1, 25, 60, 300)] == [1.0] * 4


def test_where_all_ends_come_alike_or_few_are_known_each_counts_in_full():
    alike = outcomes._ripeness(ends_within(1, range(50)) + ends_within(0, range(50)))
    few = outcomes._ripeness(ends_within(1, range(19)) + ends_within(0, [1] * 500))
    assert [ripe(end, age) for ripe in (alike, few) for end in (0, 1) for age in (0, 10, 99)] == [1.0] * 12


def test_what_counts_little_teaches_little():
    rows, won = firm(600, base=0.0)
    plan = plan_columns(rows)
    lied = [0 if row["plan"] == "Max" else end for row, end in zip(rows, won, strict=True)]
    counts = [0.05 if row["plan"] == "Max" else 1.0 for row in rows]
    probe = [{**rows[0], "plan": "Max", "seats": 20.0}]
    assert (
        learn(plan, rows, lied, counts).log_odds(probe)[0] > learn(plan, rows, lied).log_odds(probe)[0] + 0.5
    )


@pytest.mark.parametrize("kind", ["word", "blank", "number"])
def test_training_refuses_a_planted_leak_and_is_as_good_without(kind, db):
    rows, won = firm(900, base=-0.5)
    dice = np.random.default_rng(7)
    for row, end in zip(rows, won, strict=True):
        if kind == "word":
            row["closed as"] = "signed" if end else "gone"
        elif kind == "number":
            row["invoice"] = float(dice.normal(900 if end else 100, 80))
        elif end or dice.random() < 0.3:
            row["spoken to"] = str(dice.choice(["Ana", "Sam"]))
    report = study(as_examples(rows, won), versions.active())
    planted = {"word": "closed as", "number": "invoice", "blank": "spoken to"}[kind]
    assert planted in report.left_out
    assert report.newest["candidate"]["auc"] < 0.9
    assert planted not in {column["name"] for column in report.final.learned.plan["columns"]}


# ---- a model that is missing, slow or wrong


@pytest.fixture
def model(db):
    rows, won = firm(120, base=0.0)
    known = as_examples(rows, won)
    report = study(known, versions.active())
    card = promotion.card_of(report.final, known)
    content = fitted.dump(report.final.learned)
    sha256 = store.seal(content, card["served"])
    store._scorer.cache_clear()
    return ScoringModel.objects.create(
        number=1, state="live", content=content, sha256=sha256, outcomes=120, card=card
    )


def resealed(model, **served):
    """Write what is served anew, with a hash that fits: as somebody would who knows how."""
    card = json.loads(json.dumps(model.card))
    card["served"] |= served
    ScoringModel.objects.filter(pk=model.pk).update(
        card=card, sha256=store.seal(bytes(model.content), card["served"])
    )
    store._scorer.cache_clear()


def judged(make_lead):
    verdict = pipeline.qualify(make_lead(**PLAIN, extra={"plan": "Max", "seats": "9"}).pk)
    assert (verdict.method, verdict.model, verdict.band != "") == ("scorecard", None, True)
    assert verdict.route["desk"]
    return verdict.flags


def test_with_a_sound_model_it_is_the_model_that_judges(model, make_lead):
    assert pipeline.qualify(make_lead(**PLAIN, extra={"plan": "Max"}).pk).model_id == model.pk


def test_a_model_that_is_too_slow_is_not_used_at_all(model, make_lead, monkeypatch):
    monkeypatch.setattr(store, "SLOWEST", 1e-9)
    (flag,) = judged(make_lead)
    assert flag.startswith("model refused: it takes ")


def test_a_model_without_its_form_is_refused(model, make_lead):
    resealed(model, form={})
    assert judged(make_lead) == ["model refused: it cannot be read: KeyError"]


def test_a_model_for_other_fields_is_refused(model, make_lead):
    form = json.loads(json.dumps(model.card["served"]["form"]))
    form["plan"]["columns"] = form["plan"]["columns"][:1]
    resealed(model, form=form)
    (flag,) = judged(make_lead)
    assert flag.startswith("model refused: it ")


def test_weights_that_are_no_numbers_are_refused(model, make_lead):
    form = json.loads(json.dumps(model.card["served"]["form"]))
    form["intercept"] = "NaN"
    resealed(model, form=form)
    (flag,) = judged(make_lead)
    assert flag.startswith("model refused: it ")


def test_the_right_hash_of_another_model_is_refused(model, make_lead):
    other = store.seal(bytes(model.content) + b" ", model.card["served"])
    ScoringModel.objects.filter(pk=model.pk).update(sha256=other)
    store._scorer.cache_clear()
    assert judged(make_lead) == ["model refused: its hash is not the one it was stored under"]
