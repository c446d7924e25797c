"""Forms to start from, as data (starters.yaml)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "starters.yaml"


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


def plain(types: list[str]) -> dict[str, dict[str, Any]]:
    """Return the starters' definitions, without a lead type that this firm's playbook does not know."""
    return {
        key: starter.definition | ({} if starter.definition.get("lead_type") in types else {"lead_type": ""})
        for key, starter in starters().items()
    }
