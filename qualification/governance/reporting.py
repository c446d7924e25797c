"""Fairness reports as rows: one a month on what was decided, one on each challenger before it may go live."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import store
from qualification.governance import acts, signing, telling
from qualification.governance.fairness import Decided, findings
from qualification.governance.groups import attributes
from qualification.governance.models import FairnessReport
from qualification.governance.proxies import proxies
from qualification.learning.outcomes import examples
from qualification.models import ScoringModel, Verdict

NEWEST = 2000
NOT_CHOSEN = "non_prospect"


def of_month(month: date) -> FairnessReport | None:
    """The report on the leads first judged in this month; the one that is there, or a new one. None when no
    lead was judged.
    """
    found = FairnessReport.objects.filter(month=month).first()
    if found:
        return found
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    first = Verdict.objects.order_by("lead_id", "pk").distinct("lead_id").values("pk")
    verdicts = Verdict.objects.filter(pk__in=first, at__date__gte=month, at__date__lt=after)
    leads = _as_decided(verdicts)
    if not leads:
        return None
    report = _written(leads, month=month)
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError:
        return FairnessReport.objects.get(month=month)
    _tell(report, f"The fairness report of {month:%B %Y}")
    return report


def of_model(model: ScoringModel) -> FairnessReport:
    """A new report on what this model would decide of the newest 2,000 leads; raises ModelRefused."""
    playbook = versions.active()
    first = Verdict.objects.order_by("lead_id", "pk").distinct("lead_id").values("pk")
    newest = Verdict.objects.filter(pk__in=first).exclude(enquiry_class=NOT_CHOSEN).order_by("-pk")[:NEWEST]
    report = _written(_as_would(model, newest, playbook), model=model)
    report.save(force_insert=True)
    _tell(report, f"Model {model.number}")
    return report


def last_month(now: datetime) -> date:
    """The first day of the month before."""
    return date(now.year - (now.month == 1), (now.month - 2) % 12 + 1, 1)


def _as_decided(verdicts: Any) -> list[Decided]:
    ends = _ends()
    told = verdicts.exclude(enquiry_class=NOT_CHOSEN).values_list(
        "lead_id", "features", "route", "band", "probability"
    )
    return [
        Decided(facts, _selected(route.get("desk"), band, route.get("stage")), chance, ends.get(lead))
        for lead, facts, route, band, chance in told
    ]


def _as_would(model: ScoringModel, verdicts: Iterable[Verdict], playbook: Playbook) -> list[Decided]:
    ends, scorer = _ends(), store.scorer(model.pk, model.sha256)
    leads = []
    for verdict in verdicts:
        judgement = scorer.judge(playbook, verdict.features)
        band = policy.band(playbook, judgement.score)
        route = policy.route(
            playbook, enquiry_class=verdict.enquiry_class, band=band, abstained=bool(verdict.abstained)
        )
        selected = _selected(route.desk, band, route.stage)
        leads.append(Decided(verdict.features, selected, judgement.probability, ends.get(verdict.lead_id)))
    return leads


def _ends() -> dict[int, int]:
    return {example.lead_id: example.won for example in examples()}


def _selected(desk: str | None, band: str, stage: str | None) -> frozenset[str]:
    answers = (("board", desk == "board"), ("high", band == "high"), ("mql", stage == "mql"))
    return frozenset(name for name, is_so in answers if is_so)


def _written(
    leads: list[Decided], *, month: date | None = None, model: ScoringModel | None = None
) -> FairnessReport:
    learning = policy.learning(versions.active())
    groups = attributes(learning.own_groups)
    found = findings(leads, groups, every_breach=learning.blocks == "every")
    fields = sorted({name for lead in leads for name in lead.facts} - {"message", "title"})
    report = FairnessReport(
        month=month, model=model, leads=len(leads), findings=found, proxies=proxies(leads, groups, fields),
        breaches=sum(one["blocks"] for one in found),
    )  # fmt: skip
    report.digest = acts.seal(report)
    return report


def _tell(report: FairnessReport, what: str) -> None:
    if signing.open_breaches(report):
        telling.tell("fairness", f"{what} shows a breach of fairness that nobody has signed for.",
                     f"/models/fairness/{report.pk}/")  # fmt: skip
