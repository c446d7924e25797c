"""What was read in a message, in a rep's words, with the exact words it was read from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

TOPICS = ("budget", "authority", "urgency", "timeline")
QUOTED_FOR = frozenset({*TOPICS, "enquiry_class", "enquiry_kind"})
MEANS = {
    ("budget", "approved"): "approved",
    ("budget", "named"): "a sum is named",
    ("budget", "open"): "not released yet",
    ("budget", "none"): "says there is none",
    ("authority", "decides"): "decides",
    ("authority", "shares"): "decides with others",
    ("authority", "recommends"): "asks for somebody else",
    ("urgency", "high"): "in a hurry",
    ("urgency", "none"): "in no hurry",
    ("timeline", "named"): "names a date",
    ("timeline", "none"): "no date yet",
    ("quantity", "named"): "so many are wanted",
}


class Said(NamedTuple):
    """A topic, what was said of it, and their own words."""

    topic: str
    means: str
    words: str


def readings(evidence: Sequence[dict[str, Any]]) -> list[Said]:
    """What the message says of budget, authority, urgency, timing and quantity."""
    return [
        Said(word["topic"], _meaning(word), word["words"]) for word in evidence if word["topic"] != "class"
    ]


def _meaning(word: dict[str, Any]) -> str:
    """In a rep's words, with the sum, the date or the number that it comes to."""
    said = MEANS.get((word["topic"], word["value"]), word["value"].replace("_", " "))
    return f"{said}: {word['means']}" if word.get("means") else said


def case(evidence: Sequence[dict[str, Any]]) -> list[str]:
    """The words that made the case for the class, each once."""
    return list(
        {word["words"].casefold(): word["words"] for word in evidence if word["topic"] == "class"}.values()
    )


def unsaid(evidence: Sequence[dict[str, Any]]) -> list[str]:
    """Of what the message does not speak: what is left to ask."""
    spoken = {word["topic"] for word in evidence}
    return [topic for topic in TOPICS if topic not in spoken]


def quoted(evidence: Sequence[dict[str, Any]], field: str) -> str:
    """The words from which this fact was read, in quotation marks; empty without any."""
    topic = "class" if field.startswith("enquiry") else field
    words = [word["words"] for word in evidence if word["topic"] == topic][:2]
    return ", ".join(f"“{one}”" for one in words)
