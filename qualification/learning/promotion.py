"""Training from end to end: read the outcomes, study them, store what was learnt as a challenger.

It goes live at once only where nothing grown is live: as the first model, when it beats the scorecard on
the newest leads, or in place of a young one. Otherwise it must be better beyond noise on leads that neither
was fitted on, at training or later in shadow; and never over an unsigned breach of fairness
(`governance.standing`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sklearn
from django.db import transaction
from django.db.models import Max

from leadboard.leads.models import Lead
from leadboard.playbook import versions
from qualification import store
from qualification.governance import drift, evidence, standing, trials, trying
from qualification.governance.comparing import Comparison
from qualification.learning import fitted
from qualification.learning.outcomes import Example, examples
from qualification.learning.study import Candidate, Report, sample_rows, study
from qualification.models import ScoringModel, Verdict
from qualification.scope import scope_of
from qualification.score.blend import Curve, voices_of
from qualification.score.compile import flat_form
from qualification.score.ends import ends_by_value
from qualification.score.flat import Flat

CENTRE_FROM = 400


def train(*, dry_run: bool = False, keep: Iterable[str] = ()) -> tuple[Report, ScoringModel | None]:
    """(what was found, the stored model or None). Safe to run at any time and twice."""
    read_until = evidence.newest_event()
    known = examples()
    live = standing.live_model()
    report = study(
        known,
        versions.active(),
        live=_live_chances(live),
        keep=keep,
        span=_span(known),
        live_until=live.card["newest_lead"] if live else 0,
    )
    look = _look(report, live)
    if dry_run or report.final is None or report.final.learned is None:
        return report, None
    model = _keep(report, known, live, read_until)
    if look and live:
        trials.keep(look, model, live, "held_out")
    return report, _consider(report, model)


def _look(report: Report, live: ScoringModel | None) -> Comparison | None:
    """Hold the candidate against a grown live model, or against a card that was put in charge: it has to be
    better beyond noise, on leads that neither was fitted on. Says so in the report.
    """
    if report.final is None or (live and standing.is_young(live)):
        return None
    if live is None:
        if standing.card_was_chosen():
            report.promoted, report.why = False, "it scores in shadow: the scorecard was put in charge"
        return None
    assert report.held_out
    until = live.card["newest_lead"]
    unseen = [place for place, lead in enumerate(report.held_out.leads) if lead > until]
    won = [report.held_out.won[place] for place in unseen]
    mine = [report.held_out.chances[place] for place in unseen]
    look = trials.look_at_held_out(won, mine, _said_by(live, report, unseen), live)
    report.promoted = bool(look and look.passed)
    report.why = look.why if look else "too few outcomes since the live model was fitted to compare with it"
    return look


def _said_by(live: ScoringModel, report: Report, unseen: Sequence[int]) -> list[float]:
    assert report.held_out
    facts = {example.lead_id: example.facts for example in examples()}
    rows = [facts[report.held_out.leads[place]] for place in unseen]
    chances = _live_chances(live).chances(versions.active(), rows) if rows else []
    return [float(chance) for chance in chances]


def _consider(report: Report, model: ScoringModel) -> ScoringModel:
    """Report on its fairness; let it go live when it proved better and nothing holds it back."""
    trying.look_at_fairness(model)
    if report.promoted and not trying.consider(model):
        report.promoted = False
        waits = standing.obstacles(model) or ["A person has to promote it."]
        report.why = f"{report.why}; but it waits: {' '.join(waits)}"
    return model


class _Unreadable:
    """A live model that may not be used is beaten by anything."""

    @staticmethod
    def chances(playbook: Any, rows: Sequence[Any]) -> Any:
        return np.full(len(rows), 0.5)


def _live_chances(live: ScoringModel | None) -> Any:
    if live is None:
        return None
    try:
        learned = fitted.read(bytes(live.content), live.sha256, live.card)
    except store.ModelRefused:
        return _Unreadable
    served = live.card["served"]
    voices = voices_of(served)
    curve, evidence, rate = Curve(*served["curve"]), served["evidence"], served["rate"]
    return Candidate(curve, learned, evidence, rate, served["isotonic"], voices)


def _span(known: Sequence[Example]) -> Any:
    ends = [known[0].lead_id, known[-1].lead_id] if known else []
    times = sorted(Lead.objects.filter(pk__in=ends).values_list("created_at", flat=True))
    return times[-1] - times[0] if times else None


def _keep(
    report: Report, known: Sequence[Example], live: ScoringModel | None, read_until: int
) -> ScoringModel:
    final, held_out = report.final, report.held_out
    assert final
    assert final.learned
    assert held_out
    content = fitted.dump(final.learned)
    card = card_of(final, known) | {
        "newest": report.newest,
        "left_out": report.left_out,
        "suspicious": report.suspicious,
        "why": report.why,
        "library": sklearn.__version__,
        "newest_event": read_until,
        "newest_verdict": Verdict.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        "beat_the_card": live is None and report.promoted,
        "not_worse_than": live.number if live and report.promoted else None,
        "held_out": {"won": held_out.won, "chances": [round(chance, 5) for chance in held_out.chances]},
        "window": _window(known),
        "won": report.won,
    }
    columns = card["served"]["form"]["plan"]["columns"]
    names = [column["name"] for column in columns if column["kind"] != "text"]
    card["baseline"] = drift.baseline_of(names, [example.facts for example in known])
    sha256 = store.seal(content, card["served"])
    store.scorer_of(content, sha256, card)
    with transaction.atomic():
        number = (ScoringModel.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
        return ScoringModel.objects.create(
            number=number, content=content, sha256=sha256, outcomes=report.outcomes, card=card
        )


def _window(known: Sequence[Example]) -> list[str]:
    """When the first and the last of these leads came in."""
    ends = Lead.objects.filter(pk__in=[known[0].lead_id, known[-1].lead_id]).order_by("pk")
    return [at.isoformat() for at in ends.values_list("created_at", flat=True)]


def card_of(final: Candidate, known: Sequence[Example]) -> dict[str, Any]:
    """What is served (flat form, curve, what an average lead gets per field …) and the sample to check
    it by.
    """
    assert final.learned
    assert final.voices
    form = flat_form(final.learned)
    rows = sample_rows(final.learned.plan)
    served = {
        "form": form,
        "curve": list(final.curve),
        "voices": [list(final.voices.card), final.voices.model],
        "evidence": final.evidence,
        "rate": final.rate,
        "isotonic": final.isotonic,
        "centre": _centre(Flat(form), known),
        "ends": ends_by_value(
            final.learned.plan, [example.facts for example in known], [example.won for example in known]
        ),
        "scope": scope_of(form["plan"]["columns"], [example.facts for example in known]),
    }
    sample = {"rows": rows, "log_odds": [float(value) for value in final.learned.log_odds(rows)]}
    return {"served": served, "sample": sample, "newest_lead": known[-1].lead_id}


def _centre(flat: Flat, known: Sequence[Example]) -> dict[str, float]:
    """Each field's mean share, so that a reason speaks of the difference to an average lead."""
    step = max(1, len(known) // CENTRE_FROM)
    shares = [flat.shares(example.facts) for example in known[::step]]
    fields = {field for share in shares for field in share}
    return {field: sum(share.get(field, 0.0) for share in shares) / len(shares) for field in sorted(fields)}
