"""Bias is looked for and found (P37), and chance is not taken for bias."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from scipy.stats import fisher_exact

from qualification.governance import acts, reporting
from qualification.governance.fairness import SMALLEST, Decided, association, findings, fisher, ratio_of
from qualification.governance.groups import attributes, language_of, size_of
from qualification.governance.proxies import proxies
from tests.firm import market, past

COUNTRIES = {"DE": 0.4, "FR": 0.3, "PL": 0.2, "PT": 0.1}
OURS = attributes([])
TWO = {name: OURS[name] for name in ("country", "mailbox")}


def decided(n, seed, shares=None, buys=None):
    """Return n leads of which a share is chosen; `shares` and `buys`: by country, else 30 %."""
    dice = np.random.default_rng(seed)
    leads = []
    for _ in range(n):
        country = str(dice.choice(list(COUNTRIES), p=list(COUNTRIES.values())))
        facts = {
            "country": country, "source": str(dice.choice(["Web", "Fair", "Ads"])),
            "employees": float(dice.integers(1, 3000)), "email_kind": str(dice.choice(["free", "work"])),
            "title_level": str(dice.choice(["c_level", "manager", "staff"])), "currency": country == "PL",
        }  # fmt: skip
        chosen = dice.random() < (shares or {}).get(country, 0.3)
        won = int(dice.random() < buys.get(country, 0.3)) if buys else None
        promised = (shares or {}).get(country, 0.3)
        selected = frozenset({"board", "mql"} if chosen else ()) | (
            {"high"} if chosen and dice.random() < 0.5 else set()
        )
        leads.append(Decided(facts, selected, promised, won))
    return leads


def blocked(leads, groups=OURS, **how):
    return {(one["attribute"], one["group"]) for one in findings(leads, groups, **how) if one["blocks"]}


def test_each_of_a_hundred_seeded_biased_models_is_caught():
    for seed in range(100):
        group = ("DE", "FR", "PL")[seed % 3]
        assert ("country", group) in blocked(decided(1000, seed, {group: 0.08}), TWO), seed


def test_at_most_five_of_a_hundred_fair_models_are_flagged():
    assert sum(bool(blocked(decided(600, 1000 + seed), TWO)) for seed in range(100)) <= 5


def test_a_difference_that_the_outcomes_bear_out_is_told_but_blocks_nothing():
    shares = {"PL": 0.08}
    leads = decided(2000, 1, shares, buys=shares)
    states = {one["state"] for one in findings(leads, OURS) if one["group"] == "PL"}
    assert "borne_out" in states
    assert blocked(leads) == set()
    assert ("country", "PL") in blocked(leads, every_breach=True)


def test_a_group_that_buys_as_often_as_the_others_but_is_held_down_blocks():
    assert ("country", "PL") in blocked(decided(2000, 1, {"PL": 0.08}, buys={"PL": 0.3}))


def test_a_small_group_is_flagged_as_small_and_never_passed_as_fair():
    leads = decided(400, 1) + [Decided({"country": "MT"}, frozenset(), 0.3, None)] * (SMALLEST - 1)
    state = {one["state"] for one in findings(leads, OURS) if one["group"] == "MT"}
    assert state == {"small"}
    leads.append(leads[-1])
    assert {one["state"] for one in findings(leads, OURS) if one["group"] == "MT"} != {"small"}


@pytest.mark.parametrize("leads", [[], decided(1, 1), decided(SMALLEST, 1, dict.fromkeys(COUNTRIES, 0.0))])
def test_few_leads_and_nobody_chosen_are_no_breach(leads):
    assert blocked(leads) == set()


def test_the_ratio_has_the_interval_of_katz_and_the_test_is_fishers():
    ratio, low, high = ratio_of(20, 100, 40, 100)
    assert (round(ratio, 3), round(low, 3), round(high, 3)) == (0.5, 0.316, 0.792)
    assert 0 < ratio_of(0, 50, 20, 50)[2] < 1
    found = next(
        one for one in findings(decided(400, 1), OURS)
        if one["group"] == "PL" and one["selection"] == "board" and one["to"] != "PL"
    )  # fmt: skip
    best = next(
        one for one in findings(decided(400, 1), OURS)
        if one["group"] == found["to"] and one["selection"] == "board" and one["attribute"] == "country"
    )  # fmt: skip
    table = [[one["chosen"], one["n"] - one["chosen"]] for one in (found, best)]
    assert found["p"] >= fisher(table[0][0], sum(table[0]), table[1][0], sum(table[1]))


@pytest.mark.parametrize(
    "table", [(0, 30, 0, 40), (3, 40, 11, 60), (20, 100, 40, 100), (500, 900, 700, 1100)]
)
def test_the_exact_test_gives_what_scipy_gives(table):
    chosen, n, best, of = table
    theirs = fisher_exact([[chosen, n - chosen], [best, of - best]])[1]
    assert fisher(*table) == pytest.approx(theirs, rel=1e-9)


def test_a_field_that_gives_the_group_away_is_named_as_a_proxy():
    found = proxies(decided(800, 1), OURS, ["currency", "email_kind", "employees"])
    assert [(one["attribute"], one["field"]) for one in found] == [("country", "currency")]
    assert association([("a", "x"), ("b", "y")] * 50) == pytest.approx(1, abs=0.02)
    assert association([("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")] * 25) == 0


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("We would like to see a demo of your product for our team", "English"),
        ("Guten Tag, wir suchen eine Lösung für unsere Filialen und bitte um ein Angebot", "German"),
        ("Bonjour, nous cherchons une solution pour notre équipe", "French"),
        ("Hola, queremos una demo para nuestro equipo", "Spanish"),
        ("asdf", "other or too short"),
        ("", None),
    ],
)
def test_the_language_of_a_message_is_told_by_its_small_words(message, language):
    assert language_of({"message": message}) == language


def test_the_size_of_a_company_is_read_from_numbers_and_from_words():
    sizes = [size_of({"employees": value}) for value in (3, "50", 251, 99999, None)]
    assert sizes == ["1 to 10 people", "11 to 50", "251 to 1,000", "over 1,000", None]
    assert size_of({"company_size": "51-200"}) == "51-200"


def test_each_month_is_reported_once_and_sealed(lea):
    rows, _ = market(200, seed=1)
    past(rows, [None] * 200)
    this_month = date.today().replace(day=1)
    report = reporting.of_month(this_month)
    assert (report.leads, report.month) == (200, this_month)
    assert {one["attribute"] for one in report.findings} >= {"region", "source"}
    assert reporting.of_month(this_month) == report
    report.refresh_from_db()
    assert bytes(report.digest) == acts.seal(report)
    assert reporting.of_month(date(2020, 1, 1)) is None


def test_last_month_of_january_is_december():
    assert reporting.last_month(datetime(2026, 1, 3, tzinfo=UTC)) == date(2025, 12, 1)
    assert reporting.last_month(datetime(2026, 12, 31, tzinfo=UTC)) == date(2026, 11, 1)
