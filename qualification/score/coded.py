"""The facts of many leads by what they say: each field is read once, for the model and for the card, and each
distinct value is understood once, because a batch repeats few of them.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualification.score.cards import Facts, key_of

Places = NDArray[np.intp]
# Told apart as they are; True, 1 and 1.0 are equal keys but different facts, and a list is none.
PLAIN = (str, float, bool, int)
MOST_SAID = 20_000


class Said(dict[Any, int]):
    """The distinct values of a field and the number of each, in the order in which they came up."""

    def __init__(self) -> None:
        super().__init__()
        self.values_said: list[Any] = []
        self._told: dict[Hashable, list[float]] = {}

    def __missing__(self, value: Any) -> int:
        return self.add(value, value)

    def add(self, key: Any, value: Any) -> int:
        """Number a value under this key."""
        number = self[key] = len(self.values_said)
        self.values_said.append(value)
        return number

    def told(self, question: Hashable, answer: Callable[[Any], float]) -> NDArray[np.float64]:
        """The answer for each value, by its number; asked once of each."""
        known = self._told.setdefault(question, [])
        known.extend(map(answer, self.values_said[len(known) :]))
        return np.array(known, dtype=float)


Memory = dict[tuple[str, Any], Said]
"""What one field and one kind of value said so far: kept from portion to portion, for one model and one
playbook."""


class Coded:
    """What leads say in these fields, by columns; each fact also as a number among the values that came up.

    The rows are read once, one after the other, and not kept: facts may be read from JSON on the way.
    """

    def __init__(self, rows: Iterable[Facts], fields: Iterable[str], memory: Memory | None = None) -> None:
        fields = list(dict.fromkeys(fields))
        told = [tuple(map(facts.get, fields)) for facts in rows]
        self._leads = len(told)
        self._kinds: dict[str, set[type]] = {}
        self._values = dict(zip(fields, zip(*told, strict=True) if told else [()] * len(fields), strict=True))
        self._memory: Memory = {} if memory is None else memory
        self._coded: dict[str, tuple[Said, Places]] = {}

    def __len__(self) -> int:
        return self._leads

    def values(self, field: str) -> Sequence[Any]:
        """What each lead says in this field, None where nothing is said."""
        return self._values[field]

    def facts(self, lead: int, fields: Iterable[str]) -> dict[str, Any]:
        """These facts of one lead."""
        return {field: self._values[field][lead] for field in fields}

    def kinds(self, field: str) -> set[type]:
        """The types of what is said in this field."""
        if field not in self._kinds:
            values = self._values[field]
            is_silent = values.count(None) == len(values)  # a fifth of the price of asking each for its type
            self._kinds[field] = set() if is_silent else set(map(type, values)) - {type(None)}
        return self._kinds[field]

    def of(self, field: str) -> tuple[Said, Places]:
        """(what came up in this field, the number of each lead's value among it)."""
        if field not in self._coded:
            self._coded[field] = self._code(field, self.kinds(field))
        return self._coded[field]

    def _code(self, field: str, kinds: set[type]) -> tuple[Said, Places]:
        kind = next(iter(kinds), str) if len(kinds) < 2 else None
        plain = kind if kind in PLAIN else None
        said = self._remembered(field, plain)
        if not kinds:
            return said, np.full(self._leads, said[None], dtype=np.intp)
        keys = self._values[field] if plain else self._told_apart(field, said)
        return said, np.fromiter(map(said.__getitem__, keys), dtype=np.intp, count=self._leads)

    def _remembered(self, field: str, kind: type | None) -> Said:
        said = self._memory.get((field, kind))
        if said is None or len(said) > MOST_SAID:
            said = self._memory[field, kind] = Said()
        return said

    def _told_apart(self, field: str, said: Said) -> list[Any]:
        keys = [key_of({field: value}, [field]) for value in self._values[field]]
        for key, value in zip(keys, self._values[field], strict=True):
            if key not in said:
                said.add(key, value)
        return keys
