"""What an enquiry is: buying, information, wrong_fit, non_prospect (job_seeker, vendor, spam,
existing_customer, other) or unclear, and which words made the case.

Clear rules first, then a word model fitted on the shipped seed (qualification/text/seed, our own writing in
English, German, French, Spanish, Italian, Dutch, Portuguese and Polish, one enquiry a line, a new line in it
written \\n) and on what people of the firm corrected. Further European languages are read by what their words
mean in English (`gloss`). Where it is not sure enough it abstains.
"""

import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from qualification.text.cleaning import matter_of
from qualification.text.cues import CUES
from qualification.text.demand import is_asked_of_us
from qualification.text.gloss import Gloss, glossed, told
from qualification.text.grams import DENYING, beginning
from qualification.text.readings import Reading, read_phrases
from qualification.text.rules import Match, clear_case, is_foreign, is_unspoken, says_nothing
from qualification.text.showing import case_for
from qualification.text.words import Judged, WordModel

SEED = Path(__file__).parent / "seed"
MADE_BY = ("classify", "cleaning", "cues", "fitting", "grams", "phrases", "words")
CLASSES = ("buying", "information", "wrong_fit", "non_prospect")
# The temperature that makes a promised chance come true on enquiries that were written before the seed grew,
# and the chance from which on nine of ten readings are right.
TEMPERATURE = 0.6
ABSTAIN_BELOW = 0.55
# Word by word much of the sense is lost: so a foreign text has to be clearer, and to say more than a word.
FOREIGN_ABSTAIN_BELOW, FEWEST_TOLD = 0.6, 2
# A text of mostly unknown words, or of a single one, is a guess.
KNOWN_WORDS = 0.4
SURE_BY_RULE = 0.95
# What is answered politely and closed has to be surer than what is talked to.
SENT_AWAY, SELLING, SURE_TO_SEND_AWAY = ("wrong_fit", "non_prospect"), ("vendor", "spam"), 0.65
# A sum or a date in these is nothing that somebody has to spend with us.
NOT_OF_THEIRS = frozenset({"vendor", "spam", "job_seeker"})
# A rule against which the words speak this clearly does not hold.
AGREED = 0.1
Span = tuple[int, int]


class Classified(NamedTuple):
    """`kind` says more about a non_prospect and is empty otherwise; `evidence` are the words that made the
    case, `spans` where they stand in the text; `readings` by topic, see `read_phrases`; `words_version` is
    the fingerprint of the word model.
    """

    enquiry_class: str
    confidence: float
    kind: str
    evidence: list[str]
    readings: dict[str, Reading]
    spans: list[Span] = []
    words_version: str = ""


def classify(text: str, model: WordModel | None = None, version: str = "") -> Classified:
    """Read one enquiry (a few milliseconds; the first call of a process loads or fits the word model).

    `model` is the firm's own word model and `version` its name; without them the shipped one reads.
    """
    matter = matter_of(text)
    said = beginning(matter)
    read = _in_doubt(_read(said, model or word_model()), said)
    readings = {} if read.kind in NOT_OF_THEIRS else read_phrases(said)
    spans = [_trimmed(matter, span) for span in read.spans if span[1] <= len(text)]
    evidence = [text[start:end] for start, end in spans] or read.evidence
    return read._replace(
        evidence=evidence, spans=spans, readings=readings, words_version=version or fingerprint()
    )


def readings_of(text: str) -> dict[str, Reading]:
    """What an enquiry says of budget, authority, urgency, timing and quantity, whatever it is."""
    return read_phrases(beginning(matter_of(text)))


def decided_as(read: Classified, label: str, confidence: float, *evidence: str) -> Classified:
    """The same decided by something else than its text."""
    named = _decided(label, confidence, [])
    return read._replace(
        enquiry_class=named.enquiry_class,
        kind=named.kind,
        confidence=confidence,
        evidence=list(evidence),
        spans=[],
    )


def _trimmed(matter: str, span: Span) -> Span:
    """Without the blanks at its beginning, where a greeting may stand that did not count."""
    words = matter[span[0] : span[1]]
    return span[1] - len(words.lstrip()), span[1]


def _in_doubt(read: Classified, text: str) -> Classified:
    """What would send somebody away is left to people unless it is clear: a buyer who is answered like a
    pitch is lost, a pitch that is read costs seconds.
    """
    if read.enquiry_class not in SENT_AWAY:
        return read
    if read.confidence < SURE_TO_SEND_AWAY or (read.kind in SELLING and is_asked_of_us(text)):
        return UNREAD._replace(confidence=read.confidence)
    return read


def _read(text: str, model: WordModel) -> Classified:
    if says_nothing(text):
        return UNREAD
    judged = model.judge(text)
    rule = clear_case(text)
    if rule and _by_class(judged)[_class_of(rule.label)] >= AGREED:
        return _by_rule(rule, rule.spans)
    if is_unspoken(text) or (judged.known <= KNOWN_WORDS and is_foreign(text)):
        return _by_meaning(glossed(text), model)
    return _by_words(text, judged, ABSTAIN_BELOW)


UNREAD = Classified("unclear", 0.0, "", [], {})


def _by_rule(rule: Match, spans: list[Span]) -> Classified:
    return _decided(rule.label, SURE_BY_RULE, spans)._replace(evidence=rule.words)


def _by_meaning(read: list[Gloss], model: WordModel) -> Classified:
    """A text in another language, by what its words mean."""
    if told(read) < FEWEST_TOLD:
        return UNREAD
    english, places = _joined(read)
    rule = clear_case(english)
    if rule:
        return _by_rule(rule, _back(rule.spans, places))
    found = _by_words(english, model.judge(english), FOREIGN_ABSTAIN_BELOW)
    return found._replace(spans=_back(found.spans, places))


def _joined(read: list[Gloss]) -> tuple[str, list[tuple[Span, Span]]]:
    """(the English words as a text, where each stands there and where it was read)."""
    text, places = "", []
    for gloss in read:
        places.append(((len(text), len(text) + len(gloss.english)), (gloss.start, gloss.end)))
        text += gloss.english + " "
    return text, places


def _back(spans: list[Span], places: list[tuple[Span, Span]]) -> list[Span]:
    """Spans of the English text as spans of the text that was read."""
    found = []
    for start, end in spans:
        covered = [read for (low, high), read in places if low < end and start < high]
        if covered:
            found.append((covered[0][0], covered[-1][1]))
    return found


def _by_words(text: str, judged: Judged, least: float) -> Classified:
    by_class = _by_class(judged)
    best = max(by_class, key=by_class.__getitem__)
    if by_class[best] < least or judged.known <= KNOWN_WORDS:
        return UNREAD._replace(confidence=by_class[best])
    chances = judged.chances
    label = max((label for label in chances if _class_of(label) == best), key=chances.__getitem__)
    return _decided(label, by_class[best], case_for(text, judged, label))


def _by_class(judged: Judged) -> dict[str, float]:
    chances = dict.fromkeys(CLASSES, 0.0)
    for label, chance in judged.chances.items():
        chances[_class_of(label)] += chance
    return chances


def _decided(label: str, confidence: float, spans: list[Span]) -> Classified:
    enquiry_class = _class_of(label)
    kind = "" if enquiry_class == label else label
    return UNREAD._replace(enquiry_class=enquiry_class, confidence=confidence, kind=kind, spans=spans)


def _class_of(label: str) -> str:
    return label if label in CLASSES else "non_prospect"


@cache
def word_model() -> WordModel:
    """The fitted seed. Fitting needs scikit-learn, so the result is kept as plain JSON under the data
    directory, named by what it was made from; a file that cannot be read is made anew.
    """
    path = settings.LEADBOARD_DATA / f"words-{fingerprint()}.json"
    try:
        return WordModel.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        from qualification.text.fitting import fit_words  # noqa: PLC0415 - reason: 1 s to import, once per version

        model = fit_words(*seed(), temperature=TEMPERATURE)
        _keep(path, json.dumps(model.to_json()))
        return model


def seed() -> tuple[list[str], list[str]]:
    """(texts, labels) of the shipped enquiries, as the model reads them."""
    texts, labels = zip(*shipped(), strict=True)
    return list(texts), list(labels)


def shipped() -> list[tuple[str, str]]:
    """(enquiry, label) of every line of the seed, each once; as the model reads it."""
    return [
        (matter_of(line.replace("\\n", "\n")), file.stem)
        for file in sorted(SEED.rglob("*.txt"))
        for line in dict.fromkeys(file.read_text().splitlines())
        if line.strip()
    ]


@cache
def fingerprint() -> str:
    """The name of the shipped word model: a hash over all that it is made from."""
    code = [Path(__file__).with_name(f"{name}.py") for name in MADE_BY]
    made_from = [*sorted(SEED.rglob("*.txt")), CUES, DENYING, *code]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in made_from)).hexdigest()[:16]


def _keep(path: Path, text: str) -> None:
    """Whole or not at all, because another process may be reading."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(path)
