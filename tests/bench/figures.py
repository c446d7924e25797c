"""One measured figure, and the table of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured; `floor` is the same work without us, taken in the same run."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    beside: str = ""

    def line(self):
        """Return the row of the table."""
        text = f"{self.name:48} {self.value:>12,.2f} {self.unit:16}"
        if self.floor is None:
            return text
        return f"{text} floor {self.floor:>12,.2f}  ratio {self.value / self.floor:6.3f}  ({self.beside})"


def percentile(values, share):
    """Return the value below which `share` per cent of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("nan")
