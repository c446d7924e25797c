"""What a public form says by itself, in the language of the form (words.yaml)."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

import yaml

FILE = Path(__file__).parent / "words.yaml"
Language = Literal["en", "de", "fr", "es", "it", "nl", "pt", "pl"]
LANGUAGES: tuple[str, ...] = get_args(Language)


class Words(dict[str, str]):
    """The words of one language: `words["email"]`, or `words.say("at_most", most=5)` with what stands in
    braces.
    """

    def say(self, key: str, **values: object) -> str:
        """Return the sentence of this key."""
        return self[key].format(**values)

    @property
    def signs(self) -> tuple[str, str]:
        """Return (what parts thousands, the decimal sign)."""
        return self["number"][1], self["number"][-2]

    def written(self, number: str) -> str:
        """Return "1,234.50" as this language writes it."""
        thousands, point = self.signs
        return number.translate({ord(","): thousands, ord("."): point})


@cache
def words_of(language: str) -> Words:
    """Return the words of a language; English for one that we do not speak."""
    every = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Words(every.get(language, every["en"]))
