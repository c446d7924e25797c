"""The shape of the agreement in plain words: chapters of rows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """What, what is agreed, and which clause says so."""

    label: str
    words: str
    rule: str


@dataclass(frozen=True)
class Chapter:
    """A part of the agreement with a heading."""

    title: str
    about: str
    rows: list[Row] = field(default_factory=list)
