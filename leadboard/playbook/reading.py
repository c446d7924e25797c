"""From text to plain data, with the line of every value.

Reads the part of YAML that a person writes, and JSON: no aliases (they explode), no tags (they run code),
no key twice (one of them would be lost), no `no` that becomes False (Norway), no 1:30 that becomes 90.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import yaml

LARGEST = 256 * 1024
DEEPEST = 12
CONTROL_ALLOWED = "\n\t"

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """One thing that is wrong: where ("first_action.demo.within"), on which line if known, and what."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        line = f"line {self.line}: " if self.line else ""
        return f"{line}{self.path}: {self.message}" if self.path else f"{line}{self.message}"


class PlaybookError(ValueError):
    """A document that is no agreement; `problems` says where and why, in the order of the document."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class Document(NamedTuple):
    """Plain data, and the line on which each path begins."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int | None:
        """The line of this path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def spell(path: Path) -> str:
    """("tracks", "welcome", 0) as "tracks.welcome.0"."""
    return ".".join(map(str, path))


def read_document(source: str | bytes) -> Document:
    """The document in `source`; PlaybookError names the first thing that is not readable."""
    text = _decoded(source)
    if text.lstrip().startswith("{"):
        try:
            return Document(_checked(_read_json(text)), {})
        except json.JSONDecodeError:
            pass  # YAML may begin with a brace too; its reader finds the line that is wrong
    return _read_yaml(text)


def _decoded(source: str | bytes) -> str:
    if len(source) > LARGEST:
        raise PlaybookError([Problem("", None, f"larger than {LARGEST // 1024} KiB")])
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise PlaybookError([Problem("", line, "not UTF-8 text")]) from error


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise PlaybookError([Problem("", None, f"nested deeper than {DEEPEST} levels")]) from error
    except (json.JSONDecodeError, PlaybookError):
        raise
    except ValueError as error:  # Python's limit of digits in a whole number
        raise PlaybookError([Problem("", None, f"not readable: {error}"[:200])]) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise PlaybookError([Problem(key, None, "is given twice")])
        found[key] = value
    return found


def _refuse_constant(name: str) -> None:
    raise PlaybookError([Problem("", None, f"{name} is not a number")])


def _checked(value: Any, path: Path = ()) -> Any:
    """The same data; refuses what JSON lets through and a database or a page would not."""
    if len(path) > DEEPEST:
        raise PlaybookError([Problem(spell(path[:3]), None, f"nested deeper than {DEEPEST} levels")])
    if isinstance(value, dict):
        return {_clean(key, path, None): _checked(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_checked(item, (*path, number)) for number, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise PlaybookError([Problem(spell(path), None, "a number that is too large")])
    return _clean(value, path, None) if isinstance(value, str) else value


def _clean(text: str, path: Path, line: int | None) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in CONTROL_ALLOWED for c in text):
        raise PlaybookError([Problem(spell(path), line, "text with a control character")])
    return text


class _Loader(yaml.SafeLoader):
    """Composes nodes only: values are made here, so no constructor ever runs."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    depth = 0

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases are not allowed", problem_mark=self.peek_event().start_mark
            )
        self.depth += 1
        if self.depth > DEEPEST:
            message = f"nested deeper than {DEEPEST} levels"
            raise yaml.MarkedYAMLError(problem=message, problem_mark=self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


PREFIX = "tag:yaml.org,2002:"
for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"[-+]?[0-9]{1,15}", list("-+0123456789")),
    ("float", r"[-+]?[0-9]{1,15}\.[0-9]{1,15}", list("-+0123456789")),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
):
    _Loader.add_implicit_resolver(PREFIX + _tag, re.compile(rf"(?:{_pattern})\Z", re.ASCII), _first)


def _read_yaml(text: str) -> Document:
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(filter(None, [error.context, error.problem])) or "not YAML"
        raise PlaybookError([Problem("", mark.line + 1 if mark else None, message)]) from error
    except yaml.YAMLError as error:
        raise PlaybookError([Problem("", None, str(error).splitlines()[0])]) from error
    if node is None:
        raise PlaybookError([Problem("", None, "is empty")])
    lines: dict[Path, int] = {}
    return Document(_value(node, (), lines), lines)


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode) and node.tag == PREFIX + "map":
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode) and node.tag == PREFIX + "seq":
        return [_value(item, (*path, number), lines) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in SCALARS:
        try:
            return SCALARS[node.tag](_clean(node.value, path, line))
        except PlaybookError:
            raise
        except ValueError as error:
            raise PlaybookError([Problem(spell(path), line, f"no such value: {node.value[:80]}")]) from error
    raise PlaybookError([Problem(spell(path), line, f"the tag {node.tag[:80]} is not allowed")])


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag != PREFIX + "str":
            raise PlaybookError([Problem(spell(path), line, "a name must be text; put it in quotes")])
        key = _clean(key_node.value, path, line)
        if key in found:
            raise PlaybookError([Problem(spell((*path, key)), line, "is given twice")])
        lines[(*path, key)] = line
        found[key] = _value(value_node, (*path, key), lines)
    return found


SCALARS: dict[str, Callable[[str], Any]] = {
    PREFIX + "str": str,
    PREFIX + "null": lambda text: None,
    PREFIX + "bool": lambda text: text == "true",
    PREFIX + "int": int,
    PREFIX + "float": float,
    PREFIX + "timestamp": date.fromisoformat,
}
