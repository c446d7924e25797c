"""The verdicts on a lead one after the other: what changed from one to the next, and why."""

from datetime import datetime
from typing import Any, NamedTuple

from leadboard.leads.models import Lead
from qualification.corrections.models import Override
from qualification.models import ScoredAgain, Verdict
from qualification.score.reasons import label_of

MOST, MOST_CHANGES = 12, 4
# They move with every look, or are only another spelling of what stands beside them.
NO_NEWS = frozenset(
    {"message_words", "hour", "weekday", "days_since_touch", "usual_hour", "enquiry_kind", "device"}
)


class Step(NamedTuple):
    """One verdict or act of a person: when, which number stood, what it was before, and why it moved."""

    at: datetime
    score: int | None
    band: str
    was: int | None
    by: str
    why: list[str]

    @property
    def moved(self) -> str:
        """By how much, with a sign; empty where nothing moved or nothing stood before."""
        if self.score is None or self.was is None or self.score == self.was:
            return ""
        return f"{self.score - self.was:+d}".replace("-", "−")


def history(lead: Lead) -> list[Step]:
    """The newest verdicts, re-scorings and overrides, newest first."""
    verdicts = list(Verdict.objects.select_related("model").filter(lead=lead).order_by("-id")[: MOST + 1])
    pairs = zip(verdicts, [*verdicts[1:], None], strict=True)
    steps = [_of_verdict(new, old) for new, old in pairs][:MOST]
    again = ScoredAgain.objects.select_related("model").filter(lead=lead).order_by("-id")
    steps += [_of_again(one) for one in again[:MOST] if one.was != one.score]
    steps += [
        step for one in Override.objects.select_related("by").filter(lead=lead) for step in _of_override(one)
    ]
    return sorted(steps, key=lambda step: step.at, reverse=True)[:MOST]


def _of_verdict(new: Verdict, old: Verdict | None) -> Step:
    band = "left to people" if new.abstained else new.get_band_display().lower()
    return Step(new.at, new.score, band, old.score if old else None, _by(new), changes(old, new))


def _of_again(one: ScoredAgain) -> Step:
    by = f"model {one.model.number}" if one.model else "the scorecard"
    return Step(
        one.at, one.score, "", one.was, by, [f"the same facts, by {by} and playbook {one.playbook_version}"]
    )


def _by(verdict: Verdict) -> str:
    return f"{verdict.maturity[:1].lower()}{verdict.maturity[1:]}"


def _of_override(one: Override) -> list[Step]:
    what = f"to the desk {one.get_desk_words}" if one.desk else "by hand"
    why = [one.get_code_display().lower(), *([one.note] if one.note else [])]
    begun = Step(one.at, one.score, what, None, one.by.name, why)
    if one.ended_at is None:
        return [begun]
    return [begun, Step(one.ended_at, None, "ended", None, "", [f"what {one.by.name} had set holds no more"])]


def changes(old: Verdict | None, new: Verdict) -> list[str]:
    """Why the new verdict differs from the one before, in words, the heaviest first."""
    if old is None:
        return ["first verdict"]
    found = _by_class(old, new) + _by_facts(old, new)
    if old.model_id != new.model_id:
        found.append(f"{new.model or 'the scorecard'} judges instead of {old.model or 'the scorecard'}")
    if old.playbook_version != new.playbook_version:
        found.append(f"playbook {new.playbook_version} instead of {old.playbook_version}")
    if old.words_version != new.words_version and old.words_version:
        found.append("the text was read by a newer word model")
    return found or ["asked again; nothing had changed"]


def _by_class(old: Verdict, new: Verdict) -> list[str]:
    was, now = old.get_enquiry_class_display().lower(), new.get_enquiry_class_display().lower()
    return [] if was == now else [f"read as {now}, not as {was}"]


def _by_facts(old: Verdict, new: Verdict) -> list[str]:
    moved = {
        field
        for field in {*old.features, *new.features} - NO_NEWS
        if old.features.get(field) != new.features.get(field)
    }
    said = [_told(reason) for reason in new.reasons if reason.get("field") in moved]
    named = {reason["field"] for reason in new.reasons if reason.get("field")}
    gone = [f"no longer: {_lower(r['words'])}" for r in old.reasons if r.get("field") in moved - named]
    named |= {reason["field"] for reason in old.reasons if reason.get("field")}
    others = [label_of(field).lower() for field in sorted(moved - named)]
    found = [*said, *gone, *others]
    rest = len(found) - MOST_CHANGES
    return [*found[:MOST_CHANGES], f"{rest} more"] if rest > 1 else found


def _told(reason: dict[str, Any]) -> str:
    sign = "+" if reason["points"] > 0 else "−"
    return f"{_lower(reason['words'])} ({sign}{abs(reason['points'])})"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
