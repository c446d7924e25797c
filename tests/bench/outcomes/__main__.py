"""`python -m tests.bench.outcomes [DATA.csv [MAPPING.yaml]] [--quick] [--limit N]`; see `make bench-scoring`.

DATA is a CSV (any separator and encoding, also .gz) or an XLSX. Without a mapping one is guessed and printed.
A mapping is a small YAML document. Only `outcome` and `won` are needed:

    outcome: Converted          # the column that says how it ended; rows where it is blank are left out
    won: ["1"]                  # its values that mean won; all others are lost, or only those under `lost`
    order: Lead Number          # what is older: numbers, ISO dates or letters; without it the file's order
    only: [City, Pages]         # the columns that were known when the lead came in …
    drop: [Closed by]           # … or those that were not (leakage), and ids
    keep: [Company size]        # looks as if it was filled in after contact, but was not
    missing: ["Select", "?"]    # stand-ins for "nothing was said"
    text: Comment               # free text: read as an enquiry, becomes the field `message`
    rename: {Job: title}        # our name of a field, so that the playbook's card knows it
    lead_type: other            # what they came for, when it is the same for all
"""

import argparse
import os
import tempfile
from pathlib import Path

# Eight rivals are fitted ten times each: on more leads that takes hours and tells no more.
MOST, LARGE = 50_000, 20_000
FEWEST, FEWEST_OF_EACH = 50, 10


def main():
    """Read, measure, print."""
    options = _options()
    _start_django()
    from leadboard.playbook.schema import load
    from tests.bench.outcomes import protocol, report, rivals, table

    if options.data is None and not table.XED.exists():
        raise SystemExit("The X Education leads are not here; give a file: DATA=leads.csv MAPPING=leads.yaml")
    playbook = load((Path(__file__).parents[3] / "leadboard/playbook/default.yaml").read_text())
    mapping = options.mapping if options.data else table.XED_MAPPING
    known = table.read(options.data or table.XED, mapping, playbook, options.limit or MOST)
    if len(known.won) == MOST and not options.limit:
        print(f"The newest {MOST:,} leads are measured; --limit takes more.")
    wins = sum(known.won)
    if len(known.won) < FEWEST or min(wins, len(known.won) - wins) < FEWEST_OF_EACH:
        raise SystemExit(
            f"{len(known.won)} leads with a known end, {wins} won: too few to measure anything. "
            f"It takes {FEWEST}, and {FEWEST_OF_EACH} of either end."
        )
    known, refused, suspicious = _without_leaks(known)
    report.head(known, refused | _left_out(known), suspicious)
    everyone = rivals.all_rivals(playbook)
    for name in {"CatBoost", "LightGBM"} - everyone.keys():
        print(f"  {name} is not installed here and is left out (make install-dev)")
    repeats, seeds = (1, 2) if options.quick else (1 if len(known.won) > LARGE else 2, 5)
    report.lines((name, _line_of(name, rival, known, repeats)) for name, rival in everyone.items())
    slow = {"majority", "CatBoost"}
    fast = {name: rival for name, rival in everyone.items() if name not in slow}
    report.curve(protocol.curve_of(fast, known, seeds), "drawn at random, on leads held out")
    report.curve(
        protocol.curve_of(fast, known, seeds, in_order=True), "as they came, on those that came next"
    )


def _line_of(name, rival, known, repeats):
    """Its line; of a rival that stumbles over these leads what it says: the others are still worth a look."""
    from tests.bench.outcomes import protocol

    try:
        return protocol.line_of(rival, known, repeats)
    except Exception as stumbled:
        if name == "leadboard":
            raise
        return f"could not be fitted: {type(stumbled).__name__}: {str(stumbled)[:120]}"


def _options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", nargs="?", help="a CSV, also .gz (default: the X Education leads)")
    parser.add_argument("mapping", nargs="?", help="what its columns mean")
    parser.add_argument("--quick", action="store_true", help="one repeat and two draws: under a minute")
    parser.add_argument("--limit", type=int, help=f"only the newest so many leads (default: {MOST:,})")
    return parser.parse_args()


def _start_django():
    """The product's code without a database: nothing here is stored."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    os.environ.setdefault("SECRET_KEY", "nothing is signed in a measurement" * 2)
    os.environ.setdefault("LEADBOARD_DATA", str(Path(tempfile.gettempdir()) / "leadboard-bench-scoring"))
    Path(os.environ["LEADBOARD_DATA"]).mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "leadboard.settings"
    import django

    django.setup()


def _without_leaks(table):
    """(the table without the fields that training would refuse, found on the oldest 80 % and for all rivals
    alike; why; what it would name).
    """
    from qualification.facts import OURS
    from qualification.score.guards import leaking_fields, suspicious_fields

    cut = int(len(table.won) * 0.8)
    trusted = OURS | set(table.keep)
    refused = leaking_fields(table.facts[:cut], table.won[:cut], trusted)
    suspicious = suspicious_fields(table.facts[:cut], table.won[:cut], trusted)
    facts = [{name: value for name, value in row.items() if name not in refused} for row in table.facts]
    return table._replace(facts=facts), refused, suspicious


def _left_out(table):
    from qualification.score.columns import plan_columns

    return plan_columns(table.facts)["left_out"]


if __name__ == "__main__":
    main()
