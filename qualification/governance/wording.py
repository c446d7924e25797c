"""What the readings of drift are called, for people."""

MEASURES = {
    "psi": "is spread differently",
    "score": "The chances given are spread differently",
    "unseen": "has new values",
    "missing": "is blank more often",
    "rate": "More or fewer leads are won than was promised",
    "ece": "The chances no longer say how many are won",
    "auc": "It sorts the leads less well than at training",
}


def in_words(measure: str, field: str) -> str:
    """What a reading is about: “Country has new values”."""
    words = MEASURES[measure]
    return f"{field.replace('_', ' ').capitalize()} {words}" if field else words
