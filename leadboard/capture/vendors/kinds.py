"""What a vendor declares a question to be (an e-mail address, a long text), as a hint for its label."""

from collections.abc import Iterable

from leadboard.capture import labels
from leadboard.capture.labels import PLAIN


def hints(asked: Iterable[tuple[str, str]], among: Iterable[str]) -> dict[str, str | None]:
    """Return {our field: label} of the questions `asked`, each with the field that its kind means.

    A field that one of all labels plainly means by its words needs no hint; what is about others gives none.
    Of several questions of a kind the first whose words mean it too is the one, else the first.
    """
    plain = {
        meaning.field for label in among for meaning in labels.meanings((label,)) if meaning.strength >= PLAIN
    }
    found: dict[str, str | None] = {}
    for label, field in sorted(asked, key=lambda pair: not _means(*pair)):
        if field not in plain and not labels.is_about_others((label,)):
            found.setdefault(field, label)
    return found


def _means(label: str, field: str) -> bool:
    return any(meaning.field == field for meaning in labels.meanings((label,)))
