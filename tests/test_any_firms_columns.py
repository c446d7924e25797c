"""The learner on columns nobody foresaw: money and percent as text, dates, titles, messages, ids, blanks."""

import json
import math

import numpy as np
import pytest

from leadboard.playbook import versions
from qualification.score.columns import plan_columns
from qualification.score.compile import flat_form
from qualification.score.flat import Flat
from qualification.score.learner import learn
from qualification.score.values import as_moment, as_number, as_word
from tests.bench.outcomes import table

WORDS = [
    "need",
    "quote",
    "pricing",
    "seats",
    "demo",
    "thesis",
    "homework",
    "password",
    "invoice",
    "team",
    "onboarding",
    "budget",
]
TITLES = ["Head of", "VP", "Junior", "Student of", "Director of"], ["Sales", "Operations", "Logistics", "IT"]


def odd_firm(n, seed=4):
    """Return (facts, won) of a firm whose columns are all texts of some kind."""
    dice = np.random.default_rng(seed)
    rows, won = [], []
    for number in range(n):
        revenue = float(dice.lognormal(12, 1))
        words = list(dice.choice(WORDS, 5))
        title = f"{dice.choice(TITLES[0])} {dice.choice(TITLES[1])} {dice.integers(1, 900)}"
        row = {
            "revenue": f"${revenue:,.0f}",
            "discount": f"{dice.integers(0, 40)} %",
            "comment": " ".join(words),
            "job": title,
            "asked on": f"2025-{dice.integers(1, 13):02}-{dice.integers(1, 29):02} {dice.integers(24):02}:10",
            "row no": 1000 + number,
            "newsletter": str(dice.choice(["Yes", "No", "Select"])),
            "mail": f"p{number}@firm{number}.example",
        }
        odds = 0.9 * (math.log(revenue) - 12) + 1.2 * words.count("quote") - 1.5 * words.count("thesis")
        odds += 1.0 if title.startswith(("VP", "Head")) else -0.4
        rows.append(row)
        won.append(int(dice.random() < 1 / (1 + math.exp(0.6 - odds))))
    return rows, won


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("5", 5), (" 1,234 ", 1234), ("$5,000", 5000), ("12 %", 12), ("1.234,50 €", 1234.5), ("-0.25", -0.25),
        ("1 234 567", 1234567), ("EUR 12,5", 12.5), ("1e3", 1000),
        ("0.1234567890123456", 0.1234567890123456),
        ("007", None), ("+49 36", None), ("1,2,3", None), ("11-50", None), ("12:30", None), ("", None),
        ("nan", None), ("9" * 50, None), ("1e999", None), (True, None), (10**400, None), (float("inf"), None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(said, number):
    assert as_number(said) == number


@pytest.mark.parametrize("said", ["", " ", "Select", "N/A", "?", "null", None, float("nan"), {}])
def test_what_stands_for_nothing_says_nothing(said):
    assert as_word(said) is None


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2025-11-24", (0, None)), ("2025-11-24T09:30:00Z", (0, 9.0)), ("24.11.2025 18:05", (0, 18.0)),
        ("03/04/2025", (None, None)), ("2025-13-40", None), ("yesterday", None), (20251124, None),
    ],
)  # fmt: skip
def test_a_date_is_a_weekday_and_an_hour_where_that_is_certain(said, moment):
    assert as_moment(said) == moment


def test_each_kind_of_column_is_told_by_its_values():
    rows, _ = odd_firm(400)
    plan = plan_columns(rows)
    assert {column["name"]: column["kind"] for column in plan["columns"]} == {
        "asked on": "date",
        "comment": "text",
        "discount": "number",
        "job": "text",
        "newsletter": "category",
        "revenue": "number",
    }
    assert set(plan["left_out"]) == {"mail", "row no"}
    assert next(c for c in plan["columns"] if c["name"] == "newsletter")["values"] == ["no", "yes"]


def test_whole_numbers_that_all_differ_are_no_id_when_they_measure_something():
    dice = np.random.default_rng(1)
    rows = [{"turnover": float(round(dice.lognormal(14, 1))), "Lead Number": 5000 + n} for n in range(300)]
    plan = plan_columns(rows)
    assert [column["name"] for column in plan["columns"]] == ["turnover"]
    assert plan["left_out"]["Lead Number"].startswith("an id")


@pytest.mark.parametrize("n", [40, 300, 900])
def test_the_flat_twin_reads_dates_and_texts_as_the_pipeline_does(n):
    rows, won = odd_firm(n)
    learned = learn(plan_columns(rows), rows, won)
    probes = [
        *rows,
        {},
        {"comment": ""},
        {"comment": 5, "asked on": "soon", "job": None},
        {"job": "VP " * 400},
    ]
    flat = Flat(json.loads(json.dumps(flat_form(learned))))
    many = learned.log_odds(probes)
    assert max(abs(flat.log_odds(row) - value) for row, value in zip(probes, many, strict=True)) < 1e-9
    sums = [sum(flat.shares(row).values()) + flat.constant() for row in probes]
    assert max(abs(one - value) for one, value in zip(sums, many, strict=True)) < 1e-9


def test_words_money_and_titles_are_learnt_from():
    rows, won = odd_firm(1500)
    learned = learn(plan_columns(rows[:1000]), rows[:1000], won[:1000])
    chances, ends = learned.log_odds(rows[1000:]), np.array(won[1000:])
    above = np.mean([a > b for a in chances[ends == 1] for b in chances[ends == 0]])
    assert above > 0.72
    good, bad = ({**rows[0], "comment": text} for text in ("need quote demo", "homework thesis"))
    assert learned.log_odds([good])[0] > learned.log_odds([bad])[0] + 1


def test_a_fold_without_any_value_of_a_number_does_not_stop_learning():
    rows, won = odd_firm(120)
    for row in rows[2:]:
        row["revenue"] = "n/a"
    assert np.isfinite(learn(plan_columns(rows), rows, won).log_odds(rows)).all()


def test_two_wins_in_a_hundred_are_learnt_from_without_promising_too_much():
    rows, won = odd_firm(1200)
    dice = np.random.default_rng(2)
    rare = [int(end and dice.random() < 0.05) for end in won]
    chances = 1 / (1 + np.exp(-learn(plan_columns(rows), rows, rare).log_odds(rows)))
    assert abs(chances.mean() - np.mean(rare)) < 0.01


# ---- any CSV in the measurement


@pytest.fixture
def playbook(db):
    return versions.active()


CSV = """id;when;end;closed by;answer;note;visits
2;2025-02-01;Won;Ana;Select;we need a quote;1,200
1;2025-01-01;Lost;;no;;3
3;2025-03-01;;Sam;yes;open;9
"""


def test_a_csv_is_read_through_its_mapping_oldest_first(tmp_path, playbook):
    (tmp_path / "leads.csv").write_text(CSV)
    (tmp_path / "leads.yaml").write_text(
        'outcome: end\nwon: [Won]\norder: when\ndrop: [id, "closed by"]\nmissing: [Select]\n'
        "text: note\nkeep: visits\n"
    )
    found = table.read(tmp_path / "leads.csv", tmp_path / "leads.yaml", playbook)
    assert (found.won, found.keep) == ([0, 1], ["visits"])
    assert [(row["visits"], row.get("answer"), row.get("message")) for row in found.facts] == [
        (3.0, "no", None),
        (1200.0, None, "we need a quote"),
    ]
    assert found.facts[1]["enquiry_class"] == "buying"
    assert not {"id", "when", "end", "closed by", "hour"} & found.facts[0].keys()


def test_a_mapping_that_names_no_column_of_the_file_says_which(tmp_path, playbook):
    (tmp_path / "leads.csv").write_text(CSV)
    (tmp_path / "leads.yaml").write_text("outcome: result\nwon: [Won]\n")
    with pytest.raises(SystemExit, match="no column result; it has answer, closed by"):
        table.read(tmp_path / "leads.csv", tmp_path / "leads.yaml", playbook)
    (tmp_path / "leads.yaml").write_text("won: [Won]\n")
    with pytest.raises(SystemExit, match="needs outcome and won"):
        table.read(tmp_path / "leads.csv", tmp_path / "leads.yaml", playbook)
