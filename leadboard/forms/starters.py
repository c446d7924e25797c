"""Forms to start from, as data (starters.yaml), and their words in other languages (starters_words.yaml)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "starters.yaml"
WORDS = FILE.with_name("starters_words.yaml")
# What of a definition is read by people.
SAID = frozenset(["label", "title", "intro", "button", "help", "text", "advice", "link_label"])
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}


@dataclass(frozen=True)
class Starter:
    """One form to start from."""

    key: str
    words: str
    definition: dict[str, Any]

    @property
    def title(self) -> str:
        """Return what it is called in the list."""
        return {"demo": "Demo request", "content": "Content download", "assessment": "Self-assessment",
                "calculator": "ROI calculator"}.get(self.key, self.key.capitalize())  # fmt: skip


@cache
def starters() -> dict[str, Starter]:
    """Return {key: starter}, in the order of the file."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {key: Starter(key, one["words"], one["definition"]) for key, one in read.items()}


def plain(types: list[str], language: str = "en") -> dict[str, dict[str, Any]]:
    """Return the starters' definitions in a language (English for one that they are not in), without a lead
    type that this firm's playbook does not know.
    """
    words = _words().get(language, {})
    spoken = {"language": language} if words else {}
    return {
        key: _told_in(words, starter.definition)
        | spoken
        | ({} if starter.definition.get("lead_type") in types else {"lead_type": ""})
        for key, starter in starters().items()
    }


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(WORDS.read_text(encoding="utf-8"))


def _told_in(words: dict[str, str], part: Any, name: str = "") -> Any:
    """Return a part of a definition with what people read in other words."""
    if isinstance(part, dict):
        return {key: _told_in(words, member, key) for key, member in part.items()}
    if isinstance(part, list):
        return [_told_in(words, member, name) for member in part]
    return words.get(part, part) if name in SAID else part
