"""Why 87: fit and intent beside the score, and the strongest reasons in a rep's words."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadboard.playbook import versions
from qualification import pipeline
from qualification.again.kept_facts import facts_in
from qualification.learning.outcomes import Example
from qualification.learning.promotion import card_of
from qualification.learning.study import fit
from qualification.score.coded import Coded
from qualification.score.ends import ends_by_value, told
from qualification.score.flat import Flat
from qualification.score.many_words import read_texts
from qualification.score.matrix import matrix_of
from qualification.score.reasons import strongest, words_for
from qualification.score.rows import read_text
from qualification.score.scorer import BlendScorer, CardScorer
from qualification.score.sides import side_of
from qualification.score.values import _WORD, words_in
from tests.test_any_firms_columns import odd_firm
from tests.test_learning import firm


@pytest.fixture
def playbook(db):
    return versions.active()


def scorer_on(rows, won, playbook):
    known = [Example(place, row, end) for place, (row, end) in enumerate(zip(rows, won, strict=True))]
    served = json.loads(json.dumps(card_of(fit(known, playbook, {}), known)["served"]))
    return BlendScorer(Flat(served["form"]), served)


@pytest.mark.parametrize("make", [firm, odd_firm])
@pytest.mark.parametrize("n", [60, 400])
def test_many_leads_are_judged_as_each_of_them_alone(make, n, playbook):
    rows, won = make(n)
    scorer = scorer_on(rows, won, playbook)
    probes = [
        *rows[:80],
        {},
        {"seats": "many", "title": "CEO"},
        {"plan": True, "seats": 1e300, "budget": True},
    ]
    together = scorer.judge_all(playbook, probes)
    for facts, one in zip(probes, together, strict=True):
        alone = scorer.judge(playbook, facts)
        assert abs(one.probability - alone.probability) < 1e-9
        assert (one.score, one.fit, one.intent, one.unseen) == (
            alone.score,
            alone.fit,
            alone.intent,
            alone.unseen,
        )
        assert one.reasons == alone.reasons
    bare = [one._replace(reasons=[], unseen=[]) for one in together]
    assert scorer.numbers(playbook, probes) == bare


def test_many_shares_add_up_to_the_log_odds(playbook):
    rows, won = odd_firm(400)
    scorer = scorer_on(rows, won, playbook)
    read, fields = scorer.many.read(Coded(rows, scorer.many.fields))
    sums = read.shares.sum(axis=0) + scorer._flat.constant()
    assert abs(sums - read.log_odds).max() < 1e-9
    of_each = scorer._flat.shares(rows[7])
    assert {field: pytest.approx(of_each.get(field, 0.0), abs=1e-9) for field in fields} == {
        field: share[7] for field, share in zip(fields, read.shares, strict=True)
    }


@given(
    st.lists(st.text("aAbßü İ12_-,", max_size=90) | st.sampled_from([None, 5, "x" * 70 + " ab", "Ab ab ab"]))
)
def test_the_words_of_many_texts_are_those_of_each(texts):
    table = {word: 0.1 + 0.3 * place for place, word in enumerate(["ab", "ba", ("ab", "ab"), ("ba", "aß")])}
    many = zip(*read_texts(table, texts), strict=True)
    for text, (total, size) in zip(texts, many, strict=True):
        assert read_text(table, text) == pytest.approx((total, size), abs=1e-12)
        assert words_in(str(text)) == _WORD.findall(str(text).casefold())


def test_a_number_beyond_any_float_is_no_number_and_stops_nobody(playbook):
    rows = list(map(facts_in, ['{"employees": 1' + "0" * 400 + "}", '{"employees": 60}']))
    many, alone = CardScorer().numbers(playbook, rows), map(CardScorer().judge, [playbook] * 2, rows)
    assert many == [one._replace(reasons=[]) for one in alone]
    column = {"name": "employees", "kind": "number", "values": []}
    assert matrix_of({"columns": [column], "left_out": {}}, rows)[:, 0] == pytest.approx(
        [float("nan"), math.log1p(60)], nan_ok=True
    )


def test_the_card_alone_judges_many_as_each(playbook):
    rows = [
        {"title": "CEO", "visits": 5, "tier": 1},
        {"tier": True},
        {"tier": 1.0},
        {"pages": ["/pricing"]},
        {},
    ]
    card = CardScorer()
    assert card.judge_all(playbook, rows) == [card.judge(playbook, facts) for facts in rows]
    assert card.numbers(playbook, []) == []


@pytest.mark.parametrize("facts", [{}, {"title": "CEO", "employees": 80}, {"title": "Student"}])
def test_fit_and_intent_add_up_to_the_score(facts, playbook):
    one = CardScorer().judge(playbook, facts)
    assert one.score == one.fit + one.intent - 30


@pytest.mark.parametrize(
    ("field", "side"),
    [
        ("TotalVisits", "intent"), ("Total Time Spent on Website", "intent"), ("Lead Source", "intent"),
        ("What is your current occupation", "fit"), ("annual_revenue", "fit"), ("City", "fit"),
        ("pricing_views", "intent"), ("answers_score", "intent"), ("budget", "intent"),
        ("email_kind", "fit"), ("message", "intent"), ("title_level", "fit"), ("anything else", "fit"),
    ],
)  # fmt: skip
def test_a_fact_speaks_of_what_they_are_or_of_what_they_want(field, side):
    assert side_of(field) == side


def test_a_value_is_told_with_how_others_like_it_ended(playbook):
    rows, won = firm(400)
    ends = ends_by_value({"columns": [{"name": "plan", "kind": "category", "values": ["max", "pro"]}],
                          "left_out": {}}, rows, won)  # fmt: skip
    count = [row["plan"] == "Max" for row in rows].count(True)
    wins = sum(end for row, end in zip(rows, won, strict=True) if row["plan"] == "Max")
    sentence = f"{round(100 * wins / count)} % of them bought (n = {count})"
    assert told(ends, "plan", "Max") == sentence
    assert words_for("plan", "Max", ends) == f"Plan Max: {sentence}"
    assert words_for("plan", "Ultra", ends) == "Plan: Ultra"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pricing_views", 3, "3 times on the pricing page"),
        ("pricing_views", 0, "Never looked at the pricing page"),
        ("downloads", 1.0, "1 download"), ("plan", None, "Plan not known"),
        ("has_phone", True, "Left a phone number"),
    ],
)  # fmt: skip
def test_reasons_speak_as_a_rep_does(field, value, words):
    assert words_for(field, value, {}) == words


def test_five_for_and_five_against_at_most_with_the_fact_behind():
    points = {f"up{n}": 10.0 + n for n in range(7)} | {f"down{n}": -10.0 - n for n in range(7)} | {"nil": 0.4}
    reasons = strongest(points, {"up6": "Berlin"}, str.upper)
    assert [r["points"] for r in reasons] == [16, -16, 15, -15, 14, -14, 13, -13, 12, -12]
    assert reasons[0] == {"words": "UP6", "points": 16, "field": "up6", "fact": "Berlin", "side": "fit"}


def test_the_verdict_and_the_api_carry_fit_and_intent(make_lead, api, ana):
    lead = make_lead(title="VP Operations", message="We need a quote for 40 seats this month.")
    verdict = pipeline.qualify(lead.pk)
    answer = api(ana).get(f"/api/leads/{lead.uid}/").json()
    assert (answer["fit"], answer["intent"]) == (verdict.fit, verdict.intent)
    assert verdict.intent > 30
    assert {"words", "points", "fact", "side"} <= answer["reasons"][0].keys()
