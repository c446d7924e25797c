"""Which model judges. The only place where that changes: promote, roll back, fall back; each act is logged,
and afterwards all open leads that nobody holds are judged again.
"""

from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from leadboard.http.problems import Problem
from leadboard.people.rights import may
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification import store
from qualification.governance import acts, signing
from qualification.governance.models import Act, ActKind
from qualification.models import ModelState, ScoringModel
from qualification.score.blend import HALF_WAY


def live_model() -> ScoringModel | None:
    """The model that judges now; None: the scorecard."""
    return ScoringModel.objects.filter(state=ModelState.LIVE).first()


def may_promote_by_itself(playbook: Playbook) -> bool:
    """Whether a proven challenger goes live without a person: the playbook says so, and no person has put the
    scorecard in charge.
    """
    last = Act.objects.filter(kind__in=acts.STANDING).first()
    person_chose_the_card = card_was_chosen() and last is not None and last.kind == ActKind.ROLLED_BACK
    return policy.learning(playbook).promotion == "automatic" and not person_chose_the_card


def card_was_chosen() -> bool:
    """Whether the scorecard judges because somebody, or drift, put it in charge: not for want of a model."""
    last = Act.objects.filter(kind__in=acts.STANDING).first()
    return last is not None and last.model_id is None


def is_young(live: ScoringModel) -> bool:
    """While the card still outweighs the model inside of the blend, the same recipe on more outcomes may take
    its place when it is not worse: waiting for certainty would keep a young firm on a stale model.
    """
    return live.card["served"]["evidence"] < HALF_WAY


def obstacles(model: ScoringModel) -> list[str]:
    """What stands between a challenger and going live, in sentences; empty: nothing."""
    if model.state != ModelState.CHALLENGER:
        return ["Only a challenger is promoted; to an earlier model one goes back."]
    found = [unproven(model, live_model())]
    try:
        store.scorer(model.pk, model.sha256)
    except store.ModelRefused as refusal:
        found.append(f"The stored model may not be used: {refusal}.")
    return [words for words in [*found, signing.unsigned(model)] if words]


def unproven(model: ScoringModel, live: ScoringModel | None) -> str:
    """Why it is not shown yet that this challenger is better than what is live; empty when it is."""
    if live is None and model.card.get("beat_the_card") and not card_was_chosen():
        return ""
    if live and is_young(live) and model.card.get("not_worse_than") == live.number:
        return ""
    last = model.trials.filter(rival=live).first()
    if last is None:
        return "Too few outcomes came after it was trained to compare it with what is live: it takes 50."
    return "" if last.passed else last.why


def promote(model: ScoringModel, *, by: Any = None, why: str = "") -> Act:
    """Put a challenger live; Problem 403 without the right, 422 with every obstacle."""
    _check(by)
    with transaction.atomic():
        _lock()
        model.refresh_from_db(fields=["state"])
        found = obstacles(model)
        if found:
            raise Problem(422, "not_promoted", f"Model {model.number} stays a challenger. {' '.join(found)}",
                          obstacles=found)  # fmt: skip
        return _put_live(model, ActKind.PROMOTED, by, why or "Better than what was live.")


def roll_back(to: ScoringModel | None, *, by: Any, why: str = "") -> Act:
    """Put an earlier model live again, or the scorecard (None); Problem 403, or 422 when it never was live or
    may not be used.
    """
    _check(by)
    with transaction.atomic():
        _lock()
        if to is not None:
            to.refresh_from_db(fields=["state"])
            _check_was_live(to)
        elif live_model() is None:
            raise Problem(422, "not_rolled_back", "The scorecard judges already.")
        return _put_live(to, ActKind.ROLLED_BACK, by, why or "Rolled back.")


def fall_back(why: str) -> Act | None:
    """Put the scorecard in charge, by the machine; None when it is already."""
    with transaction.atomic():
        _lock()
        return _put_live(None, ActKind.FELL_BACK, None, why) if live_model() else None


def _check(by: Any) -> None:
    if by is not None and not may(by, "change_model"):
        raise Problem(403, "not_allowed", "Only a manager decides which model judges.")


def _check_was_live(model: ScoringModel) -> None:
    if model.state != ModelState.RETIRED:
        raise Problem(
            422,
            "not_rolled_back",
            f"Model {model.number} is no earlier model: it is {model.get_state_display().lower()}.",
        )
    try:
        store.scorer(model.pk, model.sha256)
    except store.ModelRefused as refusal:
        raise Problem(
            422, "not_rolled_back", f"Model {model.number} may not be used: {refusal}."
        ) from refusal


def _lock() -> None:
    """One change at a time: two managers who click at once follow each other."""
    list(ScoringModel.objects.select_for_update().order_by("pk").values_list("pk"))


def _put_live(model: ScoringModel | None, kind: str, by: Any, why: str) -> Act:
    before = live_model()
    if before:
        ScoringModel.objects.filter(pk=before.pk).update(state=ModelState.RETIRED)
    if model:
        ScoringModel.objects.filter(pk=model.pk).update(state=ModelState.LIVE)
        model.state = ModelState.LIVE
    act = acts.record(kind, model=model, before=before, by=by, why=why)
    async_task("qualification.jobs.rescore")
    return act
