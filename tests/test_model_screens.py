"""What people read about the model, and who may act on it: pages, CSV, API, commands."""

import csv
import io
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from qualification.governance import acts, growing, measuring, signing, standing
from qualification.governance.models import Act, DriftReading, FairnessReport
from qualification.learning import promotion
from qualification.models import ScoringModel, Verdict
from tests.firm import market, past
from tests.test_model_promotion import biased, by_hand, live  # noqa: F401 - fixtures


def text_of(answer):
    """Return the words of a page, spaces folded."""
    return " ".join(answer.content.decode().split())


def test_before_the_first_outcome_the_page_says_what_is_missing(page, ana):
    shown = page(ana).get("/models/")
    words = text_of(shown)
    assert shown.status_code == 200
    assert "The scorecard judges" in words
    assert "Learning begins with 3 won and 3 lost leads" in words
    assert words.count('<svg class="plot') == 8
    assert "Promote" not in words
    assert "No report yet" in text_of(page(ana).get("/models/fairness/"))


def test_everybody_reads_the_card_of_the_live_model(live, page, ana):  # noqa: F811
    words = text_of(page(ana).get("/models/"))
    held_out = live.card["held_out"]
    best = measuring.bins(held_out["won"], held_out["chances"])[-1]
    assert f"When it says {round(100 * best.promised)} %, {best.won} of {best.n} bought" in words
    assert "Judges every new lead" in words
    assert 'style="' not in words
    assert "Back to the scorecard" not in words


def test_the_numbers_of_each_plot_are_a_file(live, page, ana):  # noqa: F811
    for key in ("calibration", "gains", "lift", "scores", "drift"):
        answer = page(ana).get(f"/models/1/{key}.csv")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.reader(io.StringIO(page(ana).get("/models/gains.csv").content.decode())))
    assert (rows[0], len(rows)) == (["Best leads", "Share of wins"], 22)
    assert page(ana).get("/models/nonsense.csv").status_code == 404
    assert page(ana).get("/models/99/gains.csv").status_code == 404


def test_a_manager_goes_back_to_the_scorecard_with_one_click_and_returns(live, page, lea):  # noqa: F811
    assert "Back to the scorecard" in text_of(page(lea).get("/models/"))
    page(lea).post("/models/roll-back/", follow=True)
    assert standing.live_model() is None
    assert "Back to model 1" in text_of(page(lea).get("/models/"))
    page(lea).post("/models/1/roll-back/", {"why": "It was right."}, follow=True)
    assert standing.live_model() == live
    assert [act.why for act in Act.objects.all()][:2] == ["It was right.", "Rolled back."]


def test_who_does_not_lead_may_look_but_not_act(live, page, ana, mia, otto):  # noqa: F811
    before = Act.objects.count()
    paths = ["/models/roll-back/", "/models/1/roll-back/", "/models/1/promote/", "/models/fairness/1/sign/"]
    for person in (ana, mia):
        refused = [page(person).post(path, {"why": "I want to, very much."}).status_code for path in paths]
        assert refused == [403] * 4
    assert [page(otto).post(path).status_code for path in paths] == [302] * 4
    assert page(otto).get("/models/").status_code == 302
    assert Act.objects.count() == before


def test_a_challenger_is_promoted_by_a_click(page, lea):
    by_hand(promotion="by_hand")
    past(*market(400, seed=1), by=lea)
    promotion.train()
    assert "Promote" in text_of(page(lea).get("/models/"))
    answer = page(lea).post("/models/1/promote/", {"why": "Both teams looked at it."}, follow=True)
    assert "Model 1 judges now." in text_of(answer)
    again = page(lea).post("/models/1/promote/", follow=True)
    assert "Only a challenger is promoted" in text_of(again)


def test_lea_signs_for_a_breach_on_the_report_and_the_model_may_judge(biased, page, lea, ana):  # noqa: F811
    report = biased.fairness.get()
    path = f"/models/fairness/{report.pk}/"
    seen = text_of(page(ana).get(path))
    assert "to sign for" in seen
    assert "Sign as" not in seen
    assert "Sign as Lea Brandt" in text_of(page(lea).get(path))
    refused = page(lea).post(f"{path}sign/", {"why": "no"}, follow=True)
    assert "Say in a sentence" in text_of(refused)
    page(lea).post(f"{path}sign/", {"why": "The south opens in spring; we look again then."}, follow=True)
    assert "The south opens in spring" in text_of(page(ana).get(path))
    assert signing.open_breaches(report) == []
    assert "fairness: signed" in text_of(page(lea).get("/models/"))


def test_each_group_of_a_report_is_a_file_too(biased, page, ana):  # noqa: F811
    report = biased.fairness.get()
    answer = page(ana).get(f"/models/fairness/{report.pk}/fairness-region.csv?selection=high")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["Group"] for row in rows} == {"north", "south"}
    assert page(ana).get(f"/models/fairness/{report.pk}/fairness-shoe.csv").status_code == 404
    assert page(ana).get(f"/models/fairness/{report.pk}/?selection=nonsense").status_code == 200


def test_the_api_tells_what_judges_and_lets_only_managers_act(live, api, ana, lea):  # noqa: F811
    found = api(ana).get("/api/models/").json()["results"]
    assert [(one["number"], one["state"]) for one in found] == [(1, "live")]
    assert "plan" in found[0]["fields_used"]
    assert api(ana).post("/api/models/roll-back/", {"to": None}, format="json").status_code == 403
    assert api(lea).post("/api/models/roll-back/", {"to": 99}, format="json").status_code == 404
    for wrong in ({}, {"to": "x"}, {"to": 0}, {"to": 2**70}, []):
        assert api(lea).post("/api/models/roll-back/", wrong, format="json").status_code == 400
    done = api(lea).post("/api/models/roll-back/", {"to": None, "why": "Try."}, format="json")
    assert (done.status_code, done.json()["kind"], done.json()["by"]) == (200, "rolled_back", "lea@firm.test")
    back = api(lea).post("/api/models/1/promote/", {}, format="json")
    assert (back.status_code, back.json()["code"]) == (422, "not_promoted")
    assert len(api(ana).get("/api/models/log/").json()) == 2


def test_the_api_gives_fairness_reports_and_takes_signatures(biased, api, ana, lea):  # noqa: F811
    found = api(ana).get("/api/fairness/").json()["results"][0]
    assert found["open_breaches"] == found["breaches"] > 0
    path = f"/api/fairness/{found['id']}/sign/"
    assert api(ana).post(path, {"why": "I sign for it."}, format="json").status_code == 403
    assert api(lea).post(path, {"why": ""}, format="json").status_code == 422
    assert api(lea).post(path, {"why": "The south opens in spring."}, format="json").status_code == 200
    assert api(ana).get(f"/api/fairness/{found['id']}/").json()["open_breaches"] == 0


def said_by(*words, **options):
    out = io.StringIO()
    call_command("model", *words, stdout=out, **options)
    return out.getvalue()


def test_the_command_lists_rolls_back_and_checks_the_log(live, lea):  # noqa: F811
    assert "1  live        400 outcomes" in said_by("list")
    assert said_by("rollback", "--by", "lea@firm.test", "--why", "Test.") == "The scorecard judges again.\n"
    assert said_by("rollback", "1") == "Model 1 judges again.\n"
    assert "Lea Brandt" in said_by("log") or "lea@firm.test" in said_by("log")
    assert "nothing went live" in said_by("try")
    with pytest.raises(CommandError, match="there is no model 7"):
        said_by("promote", "7")
    with pytest.raises(CommandError, match="nobody here has the address"):
        said_by("rollback", "--by", "who@firm.test")
    assert "No lead was judged last month" in said_by("fairness")


def test_reading_the_page_loads_no_statistics_library(live, settings):  # noqa: F811
    code = (
        "import django; django.setup(); import sys; from qualification.governance import jobs, views;"
        "assert not {'sklearn', 'numpy', 'scipy', 'skops'} & set(sys.modules), 'loaded'"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert acts.first_fault() == ""
    assert ScoringModel.objects.count() == FairnessReport.objects.count() == 1


def test_why_leads_were_left_to_people_is_told_with_their_number(page, ana, make_lead):
    for number in range(2):
        Verdict.objects.create(
            lead=make_lead(email=f"x{number}@firm.test"), lead_version=1, enquiry_class="unclear", score=30,
            abstained="Too little is known of this lead to judge it.", method="scorecard", playbook_version=1,
        )  # fmt: skip
    words = text_of(page(ana).get("/models/"))
    assert 'Too little is known of this lead to judge it</th><td class="num">2</td>' in words


@pytest.mark.parametrize(
    ("evidence", "won", "lost", "state", "following"),
    [
        (
            None,
            0,
            2,
            "Rule-based",
            "Learning begins with 3 won and 3 lost leads: 3 more won and 1 more lost.",
        ),
        (5, 5, 30, "Rule-based", "It counts as learning with 20 won and 20 lost leads: 15 more won."),
        (
            40,
            40,
            90,
            "Learning",
            "It counts as learned with 100 won and 100 lost leads: 60 more won and 10 more lost.",
        ),
        (100, 100, 400, "Learned", "The next model is trained at 525 outcomes: 25 more."),
        (100, 125, 400, "Learned", "The next model is trained tonight: 25 outcomes are new."),
    ],
)
def test_the_page_says_how_far_it_has_learnt_and_what_comes_next(evidence, won, lost, state, following):
    model = evidence and ScoringModel(number=1, card={"served": {"evidence": evidence}})
    newest = ScoringModel(number=1, outcomes=500 if state == "Learned" else won + lost) if model else None
    grown = growing.growth(model or None, won, lost, newest)
    assert grown.state == state
    assert grown.next.startswith(following)


def test_drift_is_plotted_over_the_nights_and_every_model_can_be_paged_to(live, page, ana, lea):  # noqa: F811
    now = timezone.now()
    for night in range(3):
        for measure, field, value, limit in (
            ("psi", "source", 0.1 * night, 0.15), ("psi", "plan", 0.01, 0.15), ("rate", "", 0.06, 0.05)
        ):  # fmt: skip
            DriftReading.objects.create(
                model=live, at=now - timedelta(days=3 - night), measure=measure, field=field, n=200,
                value=value, limit=limit, alarm=value > limit,
            )  # fmt: skip
    ScoringModel.objects.bulk_create(
        ScoringModel(number=number, state="refused", content=b"", sha256="", outcomes=9, card=live.card)
        for number in range(2, 15)
    )
    words = text_of(page(ana).get("/models/"))
    assert "1 of 2 fields were over the limit in 3 nights" in words
    assert "Over the limit: rate won" in words
    assert "Held against" in words
    assert "1 of 2</span>" in words
    assert "Model 1</a>" in text_of(page(ana).get("/models/?page=2"))
    rows = list(csv.reader(io.StringIO(page(ana).get("/models/1/nights.csv").content.decode())))
    assert rows[1][1:] == ["plan", "0.010", "0.150", "200", ""]
    assert len(rows) == 1 + 6
    assert "Let the scorecard judge" in text_of(page(lea).get("/models/?page=2"))
    assert "Let the scorecard judge" not in words


def test_reports_are_compared_over_the_months_and_one_is_a_file_whole(page, ana):
    def finding(group, ratio, state, to="north"):
        return {
            "attribute": "region", "group": group, "selection": "board", "n": 90, "chosen": 45, "share": 0.5,
            "to": to, "ratio": ratio, "low": ratio - 0.1, "high": ratio + 0.1, "p": 0.01, "outcomes": 0,
            "came": None, "promised": None, "state": state, "blocks": state == "breach",
        }  # fmt: skip

    for month, ratio, state in ((8, 0.9, "fair"), (9, 0.7, "breach"), (10, 0.6, "breach")):
        found = [
            finding("north", 1.0, "fair"),
            finding("=south", ratio, state),
            finding("west", 0.1, "small"),
        ]
        report = FairnessReport(month=date(2026, month, 1), leads=270, findings=found, breaches=0)
        report.digest = acts.seal(report)
        report.save()
    words = text_of(page(ana).get("/models/fairness/"))
    assert "In October 1 group is below four fifths beyond chance" in words
    told = page(ana).get(f"/models/fairness/{report.pk}/months.csv?selection=board").content.decode()
    assert [row[0:5:2] for row in csv.reader(io.StringIO(told))][1:] == [
        ["Aug 2026", "90", "0.90"], ["Sep 2026", "90", "0.70"], ["Oct 2026", "90", "0.60"],
    ]  # fmt: skip
    whole = page(ana).get(f"/models/fairness/{report.pk}/report.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(whole)))
    assert [(row["Group"], row["Ratio"], row["To sign"]) for row in rows] == [
        ("north", "1.0000", "no"), ("'=south", "0.6000", "yes"), ("west", "0.1000", "no"),
    ]  # fmt: skip
    assert page(ana).get("/models/fairness/99/report.csv").status_code == 404
