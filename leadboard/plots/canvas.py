"""A canvas with two scales, on which marks are put by value and not by pixel."""

import math
from collections.abc import Callable, Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Point = tuple[float, float]
BEFORE_LABEL = 6


class Canvas:
    """`width` and `height` in pixels, the room left around the axes, and what the axes span."""

    def __init__(
        self,
        width: int,
        height: int,
        *,
        left: int = 34,
        right: int = 12,
        top: int = 12,
        bottom: int = 34,
        x: Point = (0.0, 1.0),
        y: Point = (0.0, 1.0),
    ) -> None:
        self.width, self.height = width, height
        self.left, self.right, self.top, self.bottom = left, width - right, top, height - bottom
        self._x, self._y = x, y
        self._marks: list[SafeString] = []

    def x(self, value: float) -> float:
        """The pixel of a value on the level axis, kept inside of the axes."""
        return round(self.left + _part(value, self._x) * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        """The pixel of a value on the upright axis; an axis that spans (9, 0) has its 0 on top."""
        return round(self.bottom - _part(value, self._y) * (self.bottom - self.top), 1)

    def rows(self, ticks: Iterable[float], spell: Callable[[float], str]) -> None:
        """Hairlines across with their values at the left."""
        for tick in ticks:
            at = self.y(tick)
            self.mark("line", "grid", x1=self.left, x2=self.right, y1=at, y2=at)
            self.text(spell(tick), self.left - BEFORE_LABEL, at + 4, anchor="end")

    def columns(self, ticks: Iterable[tuple[float, str]], below: int = 18) -> None:
        """Words below the level axis."""
        for tick, words in ticks:
            self.text(words, self.x(tick), self.bottom + below, anchor="middle")

    def axis(self) -> None:
        """The level axis."""
        self.mark("line", "axis", x1=self.left, x2=self.right, y1=self.bottom, y2=self.bottom)

    def line(self, points: Sequence[Point], kind: str) -> None:
        """A line through values."""
        if points:
            self.mark("polyline", kind, points=self._spell(points))

    def area(self, points: Sequence[Point], kind: str) -> None:
        """A filled shape around values."""
        if points:
            self.mark("polygon", kind, points=self._spell(points))

    def dot(self, point: Point, kind: str = "dot", radius: float = 3.5) -> None:
        """A dot at a value."""
        self.mark("circle", kind, cx=self.x(point[0]), cy=self.y(point[1]), r=radius)

    def bar(self, x: Point, y: Point, kind: str = "bar1") -> None:
        """A bar that spans these values."""
        left, right = self.x(x[0]), self.x(x[1])
        foot, head = self.y(y[0]), self.y(y[1])
        self.mark("rect", kind, x=left, width=round(max(0.0, right - left), 1), y=head,
                  height=round(max(0.0, foot - head), 1))  # fmt: skip

    def text(self, words: str, x: float, y: float, kind: str = "", anchor: str = "start") -> None:
        """Words at a pixel."""
        self._marks.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>', x, y, anchor, kind, words
            )
        )

    def mark(self, tag: str, kind: str, **attributes: float | str) -> None:
        """Any mark by its attributes."""
        spelled = format_html_join("", ' {}="{}"', attributes.items())
        self._marks.append(format_html('<{} class="{}"{}/>', mark_safe(tag), kind, spelled))  # noqa: S308 - our tags

    def _spell(self, points: Sequence[Point]) -> str:
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)

    def svg(self, said: str, kind: str) -> SafeString:
        """The picture; `said` is read out instead of it."""
        marks = format_html_join("", "{}", ((mark,) for mark in self._marks))
        return format_html(
            '<svg class="plot {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
            kind, self.width, self.height, said, marks,
        )  # fmt: skip


def _part(value: float, ends: Point) -> float:
    """How far along the axis a value is, from 0 to 1."""
    return min(1.0, max(0.0, (value - ends[0]) / (ends[1] - ends[0])))


def ticks_up_to(most: float, about: int = 4) -> list[float]:
    """Round numbers from 0 to the first one at or above `most`: steps of 1, 2 or 5 times a power of ten."""
    rough = max(most, 1e-9) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough)
    return [step * place for place in range(math.ceil(most / step - 1e-9) + 1)]
