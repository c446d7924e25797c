"""The clause about the door: how much may come in how fast, and what is junk."""

import re
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from leadboard.playbook.values import Duration, Line, Section, read_duration, write_duration

RATE = re.compile(r"([1-9]\d{0,6})/(\w{1,12})", re.ASCII)
LONGEST = timedelta(days=1)
Lines = Annotated[list[Line], Field(max_length=1_000)]


class Often(NamedTuple):
    """So many within a time."""

    most: int
    within: timedelta

    def __str__(self) -> str:
        return f"{self.most}/{write_duration(self.within)}"


def _read_often(text: object) -> Often:
    found = RATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('so many within a time is written like "60/1m"')
    within = read_duration(found[2])
    if not timedelta(seconds=1) <= within <= LONGEST:
        raise ValueError("the time must be from 1s to 1d")
    return Often(int(found[1]), within)


Rate = Annotated[Often, BeforeValidator(_read_often)]


class FormAge(Section):
    """How long a person takes for a form of our own: sooner it is a robot, later an old copy."""

    youngest: Duration = timedelta(seconds=2)
    oldest: Duration = LONGEST

    @model_validator(mode="after")
    def _is_a_span(self) -> "FormAge":
        if self.youngest >= self.oldest:
            raise PydanticCustomError("order", "youngest must be shorter than oldest")
        return self


class SourceDoor(Section):
    """What is different at one source; what is not said is as everywhere, null switches a limit off."""

    source: Rate | None = None
    address: Rate | None = None
    honeypots: Lines = []
    stop_words: Lines = []
    link_words: Lines = []


class Door(Section):
    """Limits and signs of junk. `repeats` is for one person, `alike` for one text without a person; a link
    word is one only beside a link to a site that is not the sender's own.
    """

    source: Rate | None = Often(30_000, timedelta(minutes=1))
    address: Rate | None = Often(60, timedelta(minutes=1))
    repeats: Rate = Often(5, timedelta(minutes=10))
    alike: Rate = Often(20, timedelta(minutes=10))
    honeypots: Lines = []
    stop_words: Lines = []
    link_words: Lines = []
    form: FormAge = FormAge()
    sources: Annotated[dict[Line, SourceDoor], Field(max_length=500)] = {}

    def limit(self, source: str, kind: str) -> Often | None:
        """Return the limit of a kind (source, address) at a source of this name; None when there is none."""
        own = self.sources.get(source)
        if own is not None and kind in own.model_fields_set:
            return getattr(own, kind)
        return getattr(self, kind)

    def asks_every_sender(self, source: str) -> bool:
        """Does this source name a limit for addresses of its own? Then all are held to it."""
        own = self.sources.get(source)
        return own is not None and own.address is not None

    def words(self, source: str, kind: str) -> list[str]:
        """Return honeypots, stop words or link words: those of everywhere and those of the source."""
        own = self.sources.get(source)
        return [*getattr(self, kind), *(getattr(own, kind) if own else [])]
