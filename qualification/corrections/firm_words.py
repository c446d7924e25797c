"""The firm's own word model: the shipped one, and on top of it what people corrected, as data under a hash.

It goes live only when, on new corrections that were held out, it reads no fewer right than the one before.
"""

import hashlib
import json
import logging
import zlib
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from leadboard.leads.models import LeadEvent
from qualification.corrections.models import Correction, FirmWords, Label
from qualification.text.classify import classify, fingerprint, seed, word_model
from qualification.text.cleaning import matter_of
from qualification.text.words import WordModel

log = logging.getLogger(__name__)
FOLDS = 3
Example = tuple[int, str, str]


class WordsRefused(Exception):
    """The stored word model may not be used; says why."""


# Asked for each lead, so in plain SQL: half the price of the same by the ORM.
IN_USE = "SELECT id, number, sha256 FROM corrections_firmwords WHERE is_live"


def words_in_use() -> tuple[WordModel, str]:
    """(the model that reads now, its name); raises WordsRefused when the stored one was tampered with."""
    with connection.cursor() as cursor:
        cursor.execute(IN_USE)
        live = cursor.fetchone()
    if live is None:
        return word_model(), f"seed {fingerprint()[:8]}"
    pk, number, sha256 = live
    return _unpacked(pk, sha256), f"firm {number} {sha256[:8]}"


@lru_cache(maxsize=2)
def _unpacked(pk: int, sha256: str) -> WordModel:
    content = bytes(FirmWords.objects.values_list("content", flat=True).get(pk=pk))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WordsRefused("the word model's hash is not the one it was stored under")
    return _from_saved(json.loads(zlib.decompress(content)))


def _from_saved(saved: dict[str, Any]) -> WordModel:
    """The shipped model with what was taught; what an earlier shipped one was taught waits to be refitted."""
    if saved.get("shipped") != fingerprint() or saved["added"] is None:
        return word_model()
    return word_model().plus(WordModel.from_json(saved["added"]), saved["counts"])


def refit() -> FirmWords | None:
    """Learn from the corrections so far, and forget those that were taken back or whose lead was erased; None
    when nothing changed. Safe to run twice.
    """
    live = FirmWords.objects.filter(is_live=True).first()
    examples = corrected()
    known = FirmWords.objects.aggregate(newest=Max("newest"))["newest"] or 0
    new = [example for example in examples if example[0] > known]
    are_fewer = live is not None and len(examples) < live.corrections
    if not new and not are_fewer and not (examples and _is_outdated(live)):
        return None
    before, _ = _in_use_or_shipped()
    right_before = sum(_reads_right(before, example) for example in new)
    right = sum(_held_out(examples, new))
    model = _fit(examples) if right >= right_before else before
    return _keep(model, examples, (right, right_before, len(new)), live)


def _is_outdated(live: FirmWords | None) -> bool:
    """Was it taught to a shipped model that is no longer the one?"""
    if live is None or not live.content:
        return False
    try:
        saved = json.loads(zlib.decompress(bytes(live.content)))
    except (ValueError, zlib.error):
        return True
    return bool(saved.get("shipped") != fingerprint())


def corrected() -> list[Example]:
    """(number, text, label) of what people said a message is, in their order; erased leads teach nothing."""
    said = Correction.objects.select_related("lead").filter(lead__erased_at__isnull=True).order_by("pk")
    return [
        (one.pk, one.lead.message, one.label) for one in said if text_hash(one.lead.message) == one.text_hash
    ]


def rejected() -> list[tuple[str, str]]:
    """(text, label) of leads that a rep refused as not our product: their text was a wrong fit."""
    refused = LeadEvent.objects.filter(
        kind="rejected", facts__reason="wrong_fit", actor__isnull=False, lead__erased_at__isnull=True
    ).exclude(lead__message="")
    return [(text, "wrong_fit") for text in refused.order_by("pk").values_list("lead__message", flat=True)]


def text_hash(text: str) -> str:
    """By which a correction is tied to the text it was made for."""
    return hashlib.sha256(text.encode()).hexdigest()


def _in_use_or_shipped() -> tuple[WordModel, str]:
    try:
        return words_in_use()
    except WordsRefused:
        log.exception("the live word model is replaced")
        return word_model(), f"seed {fingerprint()[:8]}"


def _held_out(examples: list[Example], new: list[Example]) -> list[bool]:
    """For each new correction: does a model that has not seen it read it right? A single one has no peers."""
    if len(new) == 1:
        return [True]
    folds = min(FOLDS, len(new))
    read = []
    for fold in range(folds):
        out = new[fold::folds]
        numbers = {number for number, _, _ in out}
        model = _fit([example for example in examples if example[0] not in numbers])
        read += [_reads_right(model, example) for example in out]
    return read


def _reads_right(model: WordModel, example: Example) -> bool:
    return classify(example[1], model).enquiry_class == Label(example[2]).enquiry_class


def _fit(examples: list[Example]) -> WordModel:
    ours = {matter_of(text): label for _, text, label in examples}
    theirs = {matter_of(text): label for text, label in rejected()}
    if not ours and not theirs:
        return word_model()
    from qualification.corrections.firm_fit import Taught, fit_added  # noqa: PLC0415 - reason: 1 s to import

    # The same text counts once, by the last that was said of it; what a person said of it before a rejection.
    fitted = fit_added(word_model(), [Taught(*one) for one in (theirs | ours).items()], seed())
    return word_model().plus(fitted.added, fitted.shipped_counts)


def _saved(model: WordModel) -> bytes:
    added = model.added.to_json() if model.added else None
    saved = {"shipped": fingerprint(), "added": added, "counts": model.counts}
    return zlib.compress(json.dumps(saved, ensure_ascii=False).encode())


def _keep(
    model: WordModel, examples: list[Example], figures: tuple[int, int, int], live: FirmWords | None
) -> FirmWords:
    right, right_before, held_out = figures
    is_better = right >= right_before
    content = _saved(model) if is_better else b""
    with transaction.atomic():
        newest = FirmWords.objects.select_for_update().order_by("-number").first()
        if is_better:
            FirmWords.objects.filter(is_live=True).update(is_live=False)
        return FirmWords.objects.create(
            number=(newest.number if newest else 0) + 1,
            is_live=is_better,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            corrections=len(examples),
            newest=max([example[0] for example in examples], default=0),
            right=right,
            right_before=right_before,
            held_out=held_out,
        )
