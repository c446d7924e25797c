"""`make bench-scoring` on files nobody prepared: what is guessed, and what is said when it cannot be."""

import gzip
from pathlib import Path

import pytest

from leadboard.playbook.schema import load
from tests.bench.outcomes import guess, labels, moments, table
from tests.bench.outcomes.lines import lines_of

PLAYBOOK = load((Path(__file__).parents[1] / "leadboard/playbook/default.yaml").read_text())


def written(tmp_path, content, name="leads.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "ends"),
    [
        ("Réf;Erstellt;Gewonnen\n7;02.01.2025 09:00;Nein\n8;01.01.2025 08:00;Ja\n", "cp1252", [1, 0]),
        ("lead id\tcreated date\tstatus\na\t1/13/2025\tClosed Lost\nb\t1/2/2025\tClosed Won\nc\t1/3/2025\t\n",
         "utf-16", [1, 0]),
        (",source,is_converted\n0,Web,True\n1,Fair,False\n", "utf-8", [1, 0]),
        ("source,source,Converted\nWeb,x,1.0\nFair,y,0.0\n", "utf-8-sig", [1, 0]),
        ('note,y\n"two\nlines, ""quoted""",yes\nshort,no,surplus\n', "utf-8", [1, 0]),
    ],
)  # fmt: skip
def test_a_file_without_a_mapping_is_read_by_what_its_columns_say(tmp_path, text, encoding, ends):
    found = table.read(written(tmp_path, text.encode(encoding)), None, PLAYBOOK)
    assert found.won == ends
    assert found.guessed


def test_what_sales_wrote_afterwards_is_left_out_by_its_name(tmp_path):
    text = "Source,Tags,Close Date,Lead Owner,Pages,Outcome\nWeb,x,2025-01-01,Ana,3,won\nFair,,,Sam,1,lost\n"
    mapping, said = guess.mapping_of(lines_of(written(tmp_path, gzip.compress(text.encode()), "l.csv.gz")))
    assert mapping["drop"] == ["Tags", "Close Date", "Lead Owner"]
    assert any("Tags, Close Date, Lead Owner" in words for words in said)
    assert "drop: [Tags, Close Date, Lead Owner]" in said[-1]


def test_of_several_columns_the_one_that_speaks_of_winning_is_the_end(tmp_path):
    text = "Newsletter;Besuche;Agent IP;Ergebnis\nja;0;10.0.0.1;Gewonnen\nnein;1;10.0.0.2;Verloren\nja;7;;\n"
    mapping, _ = guess.mapping_of(lines_of(written(tmp_path, text.encode("cp1252"))))
    assert mapping == {"outcome": "Ergebnis", "won": ["gewonnen"], "lost": ["verloren"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no table"),
        (b"<html>", "is no table"),
        (b"a,b,won\n", "has a header and no rows"),
        (b"a,b\n1,2\n3,4\n", "Which column says how a lead ended cannot be told. No column holds yes and no"),
        (b"vip,fair\nyes,no\nno,yes\n", r"It could be vip, fair(?s:.)*outcome: vip\s+won: .'yes"),
        (b"visits,Outcome\n0,lost\n1,lost\n2,lost\n", "“Outcome” says “lost” on every lead"),
    ],
)
def test_what_cannot_be_guessed_is_asked_for_in_exact_words(tmp_path, content, words):
    with pytest.raises(SystemExit, match=words):
        table.read(written(tmp_path, content), None, PLAYBOOK)


def test_a_mapping_whose_won_never_occurs_says_which_values_there_are(tmp_path):
    path = written(tmp_path, b"end\nsigned\ngone\n")
    mapping = written(tmp_path, b"outcome: end\nwon: [yes]\n", "leads.yaml")
    with pytest.raises(SystemExit, match=r"no lead ended as won.*the values of end are gone, signed"):
        table.read(path, mapping, PLAYBOOK)


def test_what_yaml_makes_of_yes_is_the_yes_of_the_file():
    assert labels.matching([True], {"yes", "no"}) == {"yes"}
    assert labels.matching([1], {"1", "0"}) == {"1"}
    assert labels.matching(["Closed Won"], {"closed won", "open"}) == {"closed won"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Not interested", 0),
        ("not_converted", 0),
        ("Closed Won", 1),
        ("SUCCESS", 1),
        ("Open", None),
        ("t", 1),
    ],
)
def test_a_label_means_won_lost_or_neither(said, meant):
    assert labels.means(said) == meant


@pytest.mark.parametrize(
    "values",
    [
        ["9", "10", "11"],
        ["", "2025-01-09", "2025-02-01T10:00:00Z"],
        ["31.12.2024", "01.01.2025", "02.01.2025"],
        ["Dec 31, 2024", "Jan 2, 2025", "Feb 1, 2025"],
        ["12/31/2024 11:00 PM", "1/2/2025 1:00 AM", "2/1/2025 1:00 PM"],
    ],
)
def test_what_is_older_is_told_from_numbers_and_dates(values):
    keys = moments.keys_of(values)
    assert keys == sorted(keys)
    assert len(set(keys)) == 3
