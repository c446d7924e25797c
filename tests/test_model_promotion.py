"""Who judges: challengers score in shadow, the better is promoted, and a mistake is rolled back."""

import threading

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction

from leadboard.http.problems import Problem
from leadboard.notify.models import Alert
from leadboard.playbook import versions
from qualification import jobs, pipeline
from qualification.governance import acts, shadow, signing, standing, trials, trying
from qualification.governance.comparing import auc_of, compare, level_of
from qualification.governance.models import Act, FairnessReport, ShadowScore, Trial
from qualification.learning import promotion
from qualification.models import ScoringModel
from tests.firm import market, past


def by_hand(**learning):
    """Apply an agreement with these rules for the model."""
    text = versions.PlaybookVersion.objects.get(number=versions.active().version).text
    for name, value in learning.items():
        start = text.index(f"  {name}: ", text.index("\nlearning:"))
        text = text[:start] + f"  {name}: {value}" + text[text.index("\n", start) :]
    return versions.apply(text)


@pytest.fixture
def live(lea):
    """A model that learnt from 400 outcomes and is live."""
    past(*market(400, seed=1), by=lea)
    _, model = promotion.train()
    assert model.state == "live"
    return model


# ---- the statistics of a look


def pairs(n, seed, better=0.0):
    """Return (won, mine, theirs): two models with noise, mine with less of it by `better`."""
    dice = np.random.default_rng(seed)
    truth = dice.normal(-0.5, 1.2, n)
    won = [int(dice.random() < 1 / (1 + np.exp(-odds))) for odds in truth]
    mine, theirs = (1 / (1 + np.exp(-(truth + dice.normal(0, noise, n)))) for noise in (0.8 - better, 0.8))
    return won, [float(p) for p in mine], [float(p) for p in theirs]


def test_a_challenger_that_is_better_is_seen_and_one_that_is_only_lucky_is_not():
    assert sum(compare(*pairs(600, seed, better=0.7)).passed for seed in range(40)) >= 36
    lucky = [any(compare(*pairs(n, 1000 * seed + n), look=look).passed
                 for look, n in enumerate((50, 100, 200, 400, 800), 1)) for seed in range(100)]  # fmt: skip
    assert sum(lucky) <= 5


def test_however_often_one_looks_the_looks_may_be_wrong_in_one_of_twenty_in_all():
    assert sum(level_of(look) for look in range(1, 100_000)) < 0.05
    assert level_of(1) < 0.05


def test_the_area_under_the_curve_counts_ties_as_half():
    assert auc_of([1, 0, 1, 0], [0.9, 0.1, 0.5, 0.5]) == 0.875
    assert auc_of([1, 1], [0.2, 0.3]) is None


# ---- from training to the seat


def test_the_first_model_takes_over_from_the_scorecard_and_the_log_says_so(live):
    act = Act.objects.get()
    assert (act.kind, act.model, act.before, act.by) == ("promoted", live, None, None)
    assert acts.first_fault() == ""


def test_a_challenger_better_on_later_outcomes_is_promoted(live, lea):
    past(*market(150, seed=2, weight=-1.0), by=lea)
    report, challenger = promotion.train()
    if not report.promoted:
        past(*market(200, seed=3, weight=-1.0), by=lea)
        assert trying.decide() == challenger
    challenger.refresh_from_db()
    live.refresh_from_db()
    assert (challenger.state, live.state) == ("live", "retired")
    assert challenger.trials.filter(rival=live, passed=True).exists()


def test_a_challenger_that_is_no_better_on_later_outcomes_stays_where_it_is(live, lea):
    past(*market(60, seed=4), by=lea)
    _, challenger = promotion.train()
    past(*market(120, seed=5), by=lea)
    assert trying.decide() is None
    challenger.refresh_from_db()
    assert challenger.state == "challenger"
    with pytest.raises(Problem) as refused:
        standing.promote(challenger, by=lea, why="I like it.")
    assert refused.value.status == 422
    assert "outcomes" in refused.value.detail


def test_looks_come_at_fifty_outcomes_and_when_their_number_has_doubled(live, lea):
    past(*market(20, seed=6), by=lea)
    _, challenger = promotion.train()
    looks = []
    for seed, n in ((7, 30), (8, 30), (9, 20), (10, 40)):
        past(*market(n, seed=seed), by=lea)
        trials.look_at_all()
        looks.append(Trial.objects.filter(challenger=challenger, basis="shadow").count())
    assert looks == [0, 1, 1, 2]


def test_where_the_playbook_says_so_a_better_model_waits_for_a_click(lea, ana, mia):
    by_hand(promotion="by_hand")
    past(*market(400, seed=1), by=lea)
    report, model = promotion.train()
    assert (report.promoted, model.state) == (False, "challenger")
    assert sorted(Alert.objects.values_list("person__name", "kind")) == [
        ("Lea Brandt", "challenger"),
        ("Mia Sato", "challenger"),
    ]
    with pytest.raises(Problem) as refused:
        standing.promote(model, by=ana)
    assert refused.value.status == 403
    act = standing.promote(model, by=lea, why="Looks right to both teams.")
    model.refresh_from_db()
    assert (model.state, act.by, act.why) == ("live", lea, "Looks right to both teams.")


def test_a_tampered_challenger_is_not_promoted(lea):
    by_hand(promotion="by_hand")
    past(*market(400, seed=1), by=lea)
    _, model = promotion.train()
    ScoringModel.objects.filter(pk=model.pk).update(sha256="0" * 64)
    model.refresh_from_db()
    with pytest.raises(Problem, match="hash"):
        standing.promote(model, by=lea)


# ---- fairness holds it back


@pytest.fixture
def biased(lea):
    """A challenger that learnt from two dozen leads that nobody buys in the south, and would act on it."""
    rows, ends = market(376, seed=1, region="north")
    south, _ = market(24, seed=2, region="south")
    past(
        [*south[:12], *rows[:300], *south[12:], *rows[300:]],
        [*[0] * 12, *ends[:300], *[0] * 12, *ends[300:]],
        by=lea,
    )
    for region in ("north", "south"):
        rows, _ = market(200, seed=3, region=region)
        past(rows, [None] * len(rows))
    _, model = promotion.train()
    return model


def test_a_biased_model_cannot_be_activated_until_lea_signs(biased, lea, ana):
    assert (biased.state, standing.live_model()) == ("challenger", None)
    report = biased.fairness.get()
    blocked = {(one["attribute"], one["group"]) for one in signing.open_breaches(report)}
    assert ("region", "south") in blocked
    assert Alert.objects.filter(person=lea, kind="fairness").count() == 1
    with pytest.raises(Problem, match="somebody has to sign"):
        standing.promote(biased, by=lea)
    with pytest.raises(Problem) as refused:
        signing.sign(report, by=ana, why="It is only the south, who cares.")
    assert refused.value.status == 403
    with pytest.raises(Problem, match="Say in a sentence"):
        signing.sign(report, by=lea, why="ok")
    signed = signing.sign(report, by=lea, why="We deliver nothing to the south until spring.")
    assert (signed.kind, signed.report, signed.by) == ("signed", report, lea)
    assert standing.promote(biased, by=lea).model == biased
    assert acts.first_fault() == ""


def test_a_signature_covers_the_same_groups_later_but_not_a_worse_difference(biased, lea):
    report = biased.fairness.get()
    signing.sign(report, by=lea, why="We deliver nothing to the south until spring.")
    again = FairnessReport(findings=[dict(one) for one in report.findings], breaches=report.breaches)
    assert signing.open_breaches(again) == []
    for one in again.findings:
        one["ratio"] -= 0.2
    assert len(signing.open_breaches(again)) == report.breaches


def test_what_was_signed_cannot_be_changed_unseen(biased, lea):
    report = biased.fairness.get()
    act = signing.sign(report, by=lea, why="We deliver nothing to the south until spring.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Act.objects.filter(pk=act.pk).update(why="Nobody signed anything.")
    with pytest.raises(DatabaseError), transaction.atomic():
        act.delete()
    FairnessReport.objects.filter(pk=report.pk).update(breaches=0, findings=[])
    assert "was changed afterwards" in acts.first_fault()


# ---- back again


@pytest.fixture
def open_leads(live, make_lead):
    """Three open leads, judged by the live model."""
    leads = [
        make_lead(name=plan, email=f"{plan}@x.test", company="", lead_type="hand_raiser", source="Web",
                  extra={"plan": plan, "seats": seats, "region": "north", "message_words": 20})
        for plan, seats in (("Basic", 1), ("Pro", 9), ("Max", 90))
    ]  # fmt: skip
    for lead in leads:
        pipeline.qualify(lead.pk)
    return leads


def scores(leads):
    """Return what the board shows of these leads."""
    for lead in leads:
        lead.refresh_from_db()
    return [(lead.score, lead.probability, lead.desk) for lead in leads]


def test_a_rollback_gives_back_the_former_scores(live, open_leads, lea):
    before = scores(open_leads)
    standing.roll_back(None, by=lea, why="Sales does not trust it yet.")
    jobs.rescore()
    by_card = scores(open_leads)
    assert [score for score, _, _ in by_card] != [score for score, _, _ in before]
    # The card brings the lead up that the model had left in nurture; a model alone moves nobody down again.
    assert (before[0][2], by_card[0][2]) == ("nurture", "board")
    standing.roll_back(live, by=lea, why="It was right after all.")
    jobs.rescore()
    assert [now[:2] for now in scores(open_leads)] == [then[:2] for then in before]
    assert {desk for _, _, desk in scores(open_leads)} == {"board"}
    assert [(act.kind, act.by) for act in Act.objects.order_by("id")][1:] == [("rolled_back", lea)] * 2


def test_a_lead_that_a_rep_holds_is_not_judged_again(live, open_leads, lea, ana):
    from handoff.claims import claim  # noqa: PLC0415

    held = open_leads[2]
    claim(held.pk, ana)
    before = scores([held])
    standing.roll_back(None, by=lea)
    jobs.rescore()
    assert scores([held]) == before


def test_after_a_person_chose_the_scorecard_no_model_comes_back_by_itself(live, lea):
    standing.roll_back(None, by=lea, why="We start over.")
    past(*market(100, seed=5), by=lea)
    report, model = promotion.train()
    assert (report.promoted, model.state) == (False, "challenger")
    past(*market(300, seed=6), by=lea)
    assert trying.decide() is None
    assert model.trials.filter(rival=None, passed=True).exists()
    assert standing.promote(model, by=lea).model == model


def test_a_model_that_never_judged_is_not_rolled_back_to(live, lea, ana):
    _, challenger = promotion.train()
    with pytest.raises(Problem, match="is no earlier model: it is challenger"):
        standing.roll_back(challenger, by=lea)
    with pytest.raises(Problem) as refused:
        standing.roll_back(None, by=ana)
    assert refused.value.status == 403
    standing.roll_back(None, by=lea)
    with pytest.raises(Problem, match="judges already"):
        standing.roll_back(None, by=lea)


# ---- in shadow


def test_a_challenger_scores_the_same_leads_silently(live, open_leads, lea):
    before = scores(open_leads)
    past(*market(60, seed=4), by=lea)
    _, challenger = promotion.train()
    shadow.score_all()
    newest = open_leads[0].verdicts.latest("id")
    assert ShadowScore.objects.filter(model=challenger, verdict=newest).count() == 1
    assert scores(open_leads) == before
    assert shadow.score_all() == 0
    agreed = shadow.agreement(challenger)
    assert agreed["n"] == ShadowScore.objects.filter(model=challenger).count() > 400
    assert 0 < agreed["desk_same"] <= agreed["n"]
    assert not shadow.waiting()


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_click_at_once_leave_one_live_model(lea):
    by_hand(promotion="by_hand")
    past(*market(300, seed=1), by=lea)
    models = [promotion.train()[1] for _ in range(2)]
    refused = []

    def click(model):
        try:
            standing.promote(model, by=lea)
        except Problem as problem:
            refused.append(problem.code)
        finally:
            connection.close()

    hands = [threading.Thread(target=click, args=(model,)) for model in models]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert ScoringModel.objects.filter(state="live").count() == 1
    assert refused == ["not_promoted"]
    assert acts.first_fault() == ""
