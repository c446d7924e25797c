"""What the model page shows: the card of one model (or of the scorecard), beside it all versions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.dateparse import parse_datetime

from leadboard.leads.clock import db_now
from leadboard.playbook import versions
from leadboard.plots.figure import Figure
from qualification.governance import (
    bars,
    duel,
    growing,
    measuring,
    nights,
    pictures,
    shadow,
    signing,
    standing,
)
from qualification.governance.models import Act, DriftReading
from qualification.governance.wording import in_words
from qualification.learning.outcomes import examples
from qualification.models import ModelState, ScoringModel, Verdict

DAYS = 30
NEWEST = 500
MANY = 12
BANDS = ("high", "medium", "low")
FEW_FIELDS = 40


@dataclass
class Evidence:
    """Ends and chances of leads that the model had not seen when it gave them."""

    won: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)


def card(model: ScoringModel | None) -> dict[str, Any]:
    """Everything the page says of this model; None: the scorecard."""
    evidence = _evidence(model)
    counts, left, n = _last_days()
    over_time = nights.readings(model) if model else []
    readings = [one for one in over_time if one.at == over_time[-1].at]
    return {
        "model": model,
        "live": standing.live_model(),
        "facts": _facts(model),
        "window": [parse_datetime(at) for at in model.card.get("window", [])] if model else [],
        "figures": _figures(evidence, counts, over_time) | ({"trials": _trials(model)} if model else {}),
        "rivals": duel.rivals(model) if model else [],
        "stats": _stats(model, evidence),
        "judged": n,
        "left_to_people": left,
        "left_share": pictures.percent(sum(left.values()) / n) if n else "–",
        "alarms": [in_words(one.measure, one.field) for one in readings if one.alarm],
        "read_at": readings[0].at if readings else None,
        "days": DAYS,
    }


def figure_of(model: ScoringModel | None, key: str) -> Figure | None:
    """One plot of the page by its key, or None."""
    counts, _, _ = _last_days()
    shown = _figures(_evidence(model), counts, nights.readings(model) if model else [])
    shown |= {"trials": _trials(model)} if model else {}
    return next((one for one in shown.values() if one.key == key), None)


def _evidence(model: ScoringModel | None) -> Evidence:
    """The newest fifth at training, as a model saw it that was fitted without it; of the card: what it
    said.
    """
    if model is not None:
        held_out = model.card.get("held_out", {})
        return Evidence(held_out.get("won", []), held_out.get("chances", []))
    ended = {example.lead_id: example.won for example in examples()[-NEWEST:]}
    said = Verdict.objects.filter(lead_id__in=ended, method="scorecard", probability__isnull=False)
    told = said.order_by("-pk").values_list("lead_id", "probability")
    first = {lead: chance for lead, chance in told if chance is not None}
    return Evidence([ended[lead] for lead in first], list(first.values()))


def _last_days() -> tuple[list[int], dict[str, int], int]:
    """(first verdicts of the last days by tens of score, reasons to leave a lead to people, how many)."""
    since = db_now() - timedelta(days=DAYS)
    told = (
        Verdict.objects.filter(at__gte=since).order_by("lead_id", "pk").distinct("lead_id")
        .values_list("score", "abstained")
    )  # fmt: skip
    counts, left, n = [0] * 10, Counter[str](), 0
    for score, abstained in told:
        n += 1
        if score is not None:
            counts[min(9, score // 10)] += 1
        if abstained:
            left[abstained.partition(":")[0].rstrip(".")] += 1
    # A template asks a Counter for the key `items` and gets 0; a plain dict gives its pairs.
    return counts, dict(left.most_common()), n


def _trials(model: ScoringModel) -> Figure:
    return duel.trials(list(model.trials.select_related("rival").order_by("id")))


def _figures(evidence: Evidence, counts: list[int], readings: list[DriftReading]) -> dict[str, Figure]:
    """`readings` are those of all nights, the newest last."""
    won, chances = evidence.won, evidence.chances
    return {
        "calibration": pictures.calibration(won, chances),
        "gains": pictures.gains(won, chances),
        "lift": pictures.lift(won, chances),
        "scores": pictures.histogram(counts, versions.active(), DAYS),
        "drift": bars.drift([one for one in readings if one.at == readings[-1].at]),
        "nights": nights.of_fields(readings),
        "promise": nights.of_outcomes(readings),
    }


def _stats(model: ScoringModel | None, evidence: Evidence) -> list[dict[str, str]]:
    """The figures on top: name, value, unit, and what it means with its interval."""
    auc = measuring.auc(evidence.won, evidence.chances) if _is_enough(evidence) else None
    loss = measuring.log_loss(evidence.won, evidence.chances) if _is_enough(evidence) else None
    found = measuring.bins(evidence.won, evidence.chances)
    error, chance = measuring.calibration_error(found), 100 * measuring.error_by_chance(found)
    lifts = measuring.lifts(evidence.won, evidence.chances)
    learnt = model.outcomes if model else 0
    won = model.card.get("won") if model else None
    return [
        {"name": "Learned from", "value": f"{learnt:,}", "unit": "",
         "means": f"{won:,} of them won" if won is not None else "outcomes"},
        {"name": "Sorts right", "value": f"{100 * auc.value:.0f}" if auc else "–",
         "unit": "%" if auc else "",
         "means": f"AUC, {100 * auc.low:.0f} to {100 * auc.high:.0f}" if auc else "not known yet"},
        {"name": "Off the promise by", "value": f"{100 * error:.1f}" if error is not None else "–",
         "unit": "points" if error is not None else "",
         "means": f"ECE; chance alone gives {chance:.1f}" if found else "not known yet"},
        {"name": "Best tenth is won", "value": f"{lifts[0][1]:.1f}" if lifts else "–",
         "unit": "×" if lifts else "", "means": "as often as the average" if lifts else "not known yet"},
        {"name": "Surprise per lead", "value": f"{loss.value:.3f}" if loss else "–", "unit": "",
         "means": f"log-loss, {loss.low:.3f} to {loss.high:.3f}" if loss else "not known yet"},
    ]  # fmt: skip


def _is_enough(evidence: Evidence) -> bool:
    """Are there as many ends as a point of the calibration plot needs? Of fewer a figure says nothing."""
    return len(evidence.won) >= measuring.LEAST_IN_A_BIN


def _facts(model: ScoringModel | None) -> dict[str, Any]:
    """The fields it looks at and those it leaves out, each with why."""
    if model is None:
        return {"fields": [], "left_out": {}, "suspicious": {}, "set_right": ""}
    columns = model.card["served"]["form"]["plan"]["columns"]
    return {
        "fields": [column["name"].replace("_", " ") for column in columns][:FEW_FIELDS],
        "left_out": model.card.get("left_out", {}),
        "suspicious": model.card.get("suspicious", {}),
        "set_right": _set_right(model.card.get("recalibrated")),
    }


def _set_right(by: dict[str, Any] | None) -> str:
    """How the promises of a model were corrected, in words; empty for one that is as it was fitted."""
    if not by:
        return ""
    return (
        f"It is model {by['of']} with its promises set right on {by['fitted_on']} later ends, and proven on "
        f"{by['looked_at']} newer ones: the log-odds times {by['stretch']:.2f}, {by['shift']:+.2f}."
    )


def history(asked: Any = 1) -> "Page[Any]":
    """A page of all models, the newest first, each with its last trial, its shadow and what may be done with
    it.
    """
    live = standing.live_model()
    models = ScoringModel.objects.order_by("-number").defer("content")
    found: Page[Any] = Paginator(models, MANY).get_page(asked)
    found.object_list = [_version(model, live) for model in found.object_list]
    return found


def _version(model: ScoringModel, live: ScoringModel | None) -> dict[str, Any]:
    is_challenger = model.state == ModelState.CHALLENGER
    last = model.trials.filter(rival=live).first() if is_challenger else None
    report = model.fairness.first()
    return {
        "model": model,
        "trial": last,
        "obstacles": standing.obstacles(model) if is_challenger else [],
        "told": last.why if last else "",
        "agreement": _agreement(model) if is_challenger else None,
        "may_promote": is_challenger,
        "may_return": model.state == ModelState.RETIRED,
        "report": report,
        "unsigned": len(signing.open_breaches(report)) if report else 0,
        "auc": measuring.auc(**_pairs(model)),
    }


def _pairs(model: ScoringModel) -> dict[str, Any]:
    found = _evidence(model)
    return {"won": found.won, "chances": found.chances}


def _agreement(model: ScoringModel) -> dict[str, Any] | None:
    """How far a challenger agrees with what counted, in shares for people."""
    found = shadow.agreement(model)
    if not found["n"]:
        return None
    share = {name: pictures.percent(found[name] / found["n"]) for name in ("band_same", "desk_same")}
    return found | {f"{name}_share": words for name, words in share.items()} | {"table": _cross(model)}


def _cross(model: ScoringModel) -> list[dict[str, Any]]:
    """Leads by the band that counted (rows) and the band it would give (columns), with a shade by share."""
    pairs = Counter(model.shadows.filter(probability__isnull=False).values_list("verdict__band", "band"))
    most = max(pairs.values(), default=1)
    return [
        {"band": row, "cells": [
            {"n": pairs[row, column], "shade": min(4, 1 + 4 * pairs[row, column] // (most + 1))
             if pairs[row, column] else 0} for column in BANDS
        ]}
        for row in BANDS
    ]  # fmt: skip


def grown(model: ScoringModel | None) -> growing.Growth:
    """How far what judges now has learnt, and what it takes to learn more."""
    so_far = learning_so_far()
    newest = ScoringModel.objects.order_by("-number").defer("content").first()
    return growing.growth(model, so_far["won"], so_far["lost"], newest)


def acts(many: int = 10) -> list[Act]:
    """The newest acts on the models."""
    return list(Act.objects.select_related("model", "before", "by", "report")[:many])


def learning_so_far() -> dict[str, int]:
    """How many outcomes there are to learn from."""
    won = [example.won for example in examples()]
    return {"won": sum(won), "lost": len(won) - sum(won)}
