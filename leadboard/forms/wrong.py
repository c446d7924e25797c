"""What the shape of a definition does not tell: names twice, formulas, ranges with holes. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadboard.capture.mapping import FIELDS, OURS
from leadboard.forms import facts, formula

if TYPE_CHECKING:
    from leadboard.forms.schema import Definition, Question

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
# Facts of the product's own; a question of this name would speak over them.
TAKEN = (OURS | facts.OURS | facts.OF_THE_PAGE | set(FIELDS)) - set(facts.PERSON)


def wrong_in(definition: "Definition") -> Found:
    """Yield (path, sentence) for everything that is wrong with a definition of the right shape."""
    for number, question in enumerate(definition.questions):
        for path, words in _wrong_question(question):
            yield ("questions", number, *path), words
    yield from _twice(definition)
    yield from _nobody(definition)
    yield from _wrong_results(definition)
    yield from _wrong_figures(definition)
    if definition.thanks.at_once and not definition.thanks.link:
        yield ("thanks", "link"), "is where it leads at once; write the address, or untick it"
    if definition.thanks.at_once and (definition.results or definition.figures):
        yield ("thanks", "at_once"), "would pass over the result; leave it to the button"


def _wrong_question(question: "Question") -> Found:
    if question.type in facts.PERSON and question.name != question.type:
        yield ("name",), f"a question of the type {question.type} is called {question.type}"
    if question.type not in facts.PERSON and question.name in TAKEN.union(facts.PERSON):
        yield ("name",), f"{question.name} is a name of leadboard's own; choose another"
    if question.type == "hidden" and (question.required or question.progressive):
        yield ("type",), "a hidden value is never required and never asked later"
    least, most = question.at_least, question.at_most
    if least is not None and most is not None and least > most:
        yield ("at_most",), "must not be below the least"
    yield from _wrong_choices(question)


def _wrong_choices(question: "Question") -> Found:
    least = {"choice": 2, "choices": 1}.get(question.type, 0)
    if len(question.choices) < least:
        yield ("choices",), f"needs {least} answers to choose from at least"
    if question.choices and question.type not in facts.CHOSEN:
        yield ("choices",), "only a choice has answers to choose from"
    seen: set[str] = set()
    for number, choice in enumerate(question.choices):
        if choice.label.casefold().strip() in seen:
            yield ("choices", number, "label"), "is there twice"
        seen.add(choice.label.casefold().strip())


def _twice(definition: "Definition") -> Found:
    seen: set[str] = set()
    named = [(("questions", n, "name"), question.name) for n, question in enumerate(definition.questions)]
    named += [(("figures", n, "name"), figure.name) for n, figure in enumerate(definition.figures)]
    for path, name in named:
        if name in seen:
            yield path, f"{name} is there twice"
        if path[0] == "figures" and name in TAKEN.union(facts.PERSON):
            yield path, f"{name} is a name of leadboard's own; choose another"
        seen.add(name)


def _nobody(definition: "Definition") -> Found:
    """Without an address or a number that must be given, an answer could belong to nobody."""
    if not any(q.required and not q.progressive for q in definition.asks("email", "phone")):
        yield ("questions",), "needs an e-mail or phone question that is required and not asked later"


def _wrong_results(definition: "Definition") -> Found:
    if definition.kind == "assessment" and not any(question.is_scored for question in definition.questions):
        yield ("questions",), "an assessment needs answers with points"
    if definition.kind == "checklist" and not definition.asks("choices"):
        yield ("questions",), "a checklist needs a question with answers to tick"
    if definition.kind in ("assessment", "checklist") and not definition.results:
        yield ("results",), "needs a text for the result"
    before: dict[str, int] = {}
    for number, result in enumerate(definition.results):
        path = ("results", number, "at_least")
        if result.of not in before and result.at_least != 0:
            yield path, "the first text of a score begins at 0"
        elif result.of in before and result.at_least <= before[result.of]:
            yield path, f"must be above {before[result.of]}, where the text before begins"
        before[result.of] = result.at_least


def _wrong_figures(definition: "Definition") -> Found:
    if definition.kind == "calculator" and not definition.figures:
        yield ("figures",), "a calculator needs something to work out"
    known = {question.name for question in definition.asks("number")}
    for number, figure in enumerate(definition.figures):
        path = ("figures", number, "formula")
        try:
            needs = formula.parse(figure.formula).names
        except formula.FormulaError as error:
            yield path, str(error)
            needs = ()
        for name in needs:
            if name not in known:
                yield path, f"there is no number {name}; there are {', '.join(sorted(known)) or 'none'}"
        known.add(figure.name)
