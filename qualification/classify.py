"""What an enquiry is: buying, information, wrong_fit, non_prospect (job_seeker, vendor, spam,
existing_customer, other) or unclear, and which words made the case.

Clear rules first, then a word model fitted on the shipped seed (qualification/seed, our own writing, one
enquiry a line). Below an even chance it abstains; so it does on languages the seed does not speak.
"""

import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from qualification.readings import Reading, read_phrases
from qualification.rules import clear_case, is_foreign, says_nothing
from qualification.words import Judged, WordModel, fit_words

SEED = Path(__file__).parent / "seed"
CLASSES = ("buying", "information", "wrong_fit", "non_prospect")
ABSTAIN_BELOW = 0.5
# A text of mostly unknown words, or of a single one, is a guess.
KNOWN_WORDS = 0.5
SURE_BY_RULE = 0.95


class Classified(NamedTuple):
    """`kind` says more about a non_prospect and is empty otherwise; `readings` by topic, see
    `read_phrases`.
    """

    enquiry_class: str
    confidence: float
    kind: str
    evidence: list[str]
    readings: dict[str, Reading]


def classify(text: str) -> Classified:
    """Read one enquiry (a few milliseconds; the first call of a process loads or fits the word model)."""
    readings = read_phrases(text)
    if says_nothing(text):
        return Classified("unclear", 0.0, "", [], readings)
    rule = clear_case(text)
    if rule:
        return _decided(rule.label, SURE_BY_RULE, rule.words, readings)
    if is_foreign(text):
        return Classified("unclear", 0.0, "", [], readings)
    return _by_words(word_model().judge(text), readings)


def _by_words(judged: Judged, readings: dict[str, Reading]) -> Classified:
    chances = judged.chances
    by_class = dict.fromkeys(CLASSES, 0.0)
    for label, chance in chances.items():
        by_class[_class_of(label)] += chance
    best = max(by_class, key=by_class.__getitem__)
    if by_class[best] < ABSTAIN_BELOW or judged.known <= KNOWN_WORDS:
        return Classified("unclear", by_class[best], "", [], readings)
    label = max((label for label in chances if _class_of(label) == best), key=chances.__getitem__)
    return _decided(label, by_class[best], _strongest(judged.words, list(chances).index(label)), readings)


def _decided(label: str, confidence: float, words: list[str], readings: dict[str, Reading]) -> Classified:
    enquiry_class = _class_of(label)
    return Classified(enquiry_class, confidence, "" if enquiry_class == label else label, words, readings)


def _class_of(label: str) -> str:
    return label if label in CLASSES else "non_prospect"


def _strongest(words: dict[str, list[float]], label: int) -> list[str]:
    """Up to three words or pairs that spoke most for this label against the average of all."""
    gain = {word: shares[label] - sum(shares) / len(shares) for word, shares in words.items()}
    chosen: list[str] = []
    for word in sorted(gain, key=lambda word: -gain[word]):
        if len(chosen) == 3 or gain[word] <= 0:
            break
        if not any(word in other or other in word for other in chosen) and len(word) > 2:
            chosen.append(word)
    return chosen


@cache
def word_model() -> WordModel:
    """The fitted seed. Fitting needs scikit-learn, so the result is kept as plain JSON under the data
    directory, named by what it was made from; a file that cannot be read is made anew.
    """
    path = settings.LEADBOARD_DATA / f"words-{_fingerprint()}.json"
    try:
        return WordModel.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        model = fit_words(*seed())
        _keep(path, json.dumps(model.to_json()))
        return model


def seed() -> tuple[list[str], list[str]]:
    """(texts, labels) of the shipped enquiries; each also once in the clothes of a letter."""
    pairs = [
        (line, file.stem)
        for file in sorted(SEED.glob("*.txt"))
        for line in file.read_text().splitlines()
        if line.strip()
    ]
    letters = [(f"Hello, {line} Thank you and best regards", label) for line, label in pairs]
    texts, labels = zip(*pairs, *letters, strict=True)
    return list(texts), list(labels)


def _fingerprint() -> str:
    made_from = [*sorted(SEED.glob("*.txt")), Path(__file__).with_name("words.py"), Path(__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in made_from)).hexdigest()[:16]


def _keep(path: Path, text: str) -> None:
    """Whole or not at all, because another process may be reading."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(path)
