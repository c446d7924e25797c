"""Training from end to end: read the outcomes, study them, store what was learnt, promote it when it won."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sklearn
from django.db import transaction
from django.db.models import Max

from leadboard.leads.models import Lead
from leadboard.playbook import versions
from qualification import fitted, store
from qualification.learning import Candidate, Report, sample_rows, study
from qualification.models import ModelState, ScoringModel
from qualification.outcomes import Example, examples
from qualification.score.blend import Curve
from qualification.score.compile import flat_form
from qualification.score.ends import ends_by_value
from qualification.score.flat import Flat

CENTRE_FROM = 400


def train(*, dry_run: bool = False, keep: Iterable[str] = ()) -> tuple[Report, ScoringModel | None]:
    """(what was found, the stored model or None). Safe to run at any time and twice."""
    known = examples()
    live = ScoringModel.objects.filter(state=ModelState.LIVE).first()
    report = study(
        known,
        versions.active(),
        live=_live_chances(live),
        keep=keep,
        span=_span(known),
        live_until=live.card["newest_lead"] if live else 0,
    )
    if dry_run or report.final is None or report.final.learned is None:
        return report, None
    return report, _keep(report, known)


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
    return Candidate(Curve(*served["curve"]), learned, served["evidence"], served["rate"], served["isotonic"])


def _span(known: Sequence[Example]) -> Any:
    ends = [known[0].lead_id, known[-1].lead_id] if known else []
    times = sorted(Lead.objects.filter(pk__in=ends).values_list("created_at", flat=True))
    return times[-1] - times[0] if times else None


def _keep(report: Report, known: Sequence[Example]) -> ScoringModel:
    final = report.final
    assert final
    assert final.learned
    content = fitted.dump(final.learned)
    card = card_of(final, known) | {
        "newest": report.newest,
        "left_out": report.left_out,
        "why": report.why,
        "library": sklearn.__version__,
    }
    sha256 = store.seal(content, card["served"])
    store.scorer_of(content, sha256, card)
    with transaction.atomic():
        number = (ScoringModel.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
        if report.promoted:
            ScoringModel.objects.filter(state=ModelState.LIVE).update(state=ModelState.RETIRED)
        return ScoringModel.objects.create(
            number=number,
            state=ModelState.LIVE if report.promoted else ModelState.CHALLENGER,
            content=content,
            sha256=sha256,
            outcomes=report.outcomes,
            card=card,
        )


def card_of(final: Candidate, known: Sequence[Example]) -> dict[str, Any]:
    """What is served (flat form, curve, what an average lead gets per field …) and the sample to check
    it by.
    """
    assert final.learned
    form = flat_form(final.learned)
    rows = sample_rows(final.learned.plan)
    served = {
        "form": form,
        "curve": list(final.curve),
        "evidence": final.evidence,
        "rate": final.rate,
        "isotonic": final.isotonic,
        "centre": _centre(Flat(form), known),
        "ends": ends_by_value(
            final.learned.plan, [example.facts for example in known], [example.won for example in known]
        ),
    }
    sample = {"rows": rows, "log_odds": [float(value) for value in final.learned.log_odds(rows)]}
    return {"served": served, "sample": sample, "newest_lead": known[-1].lead_id}


def _centre(flat: Flat, known: Sequence[Example]) -> dict[str, float]:
    """Each field's mean share, so that a reason speaks of the difference to an average lead."""
    step = max(1, len(known) // CENTRE_FROM)
    shares = [flat.shares(example.facts) for example in known[::step]]
    fields = {field for share in shares for field in share}
    return {field: sum(share.get(field, 0.0) for share in shares) / len(shares) for field in sorted(fields)}
