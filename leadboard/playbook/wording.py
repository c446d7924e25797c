"""What is wrong with a document, in words: from pydantic's findings to (path, sentence)."""

from typing import Any

from pydantic import ValidationError

from leadboard.playbook.calendar import CalendarError
from leadboard.playbook.reading import Path

SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "unknown name",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be names with values",
    "model_type": "must be names with values",
    "model_attributes_type": "must be names with values",
}
CODE_SENTENCE = "a name has small letters, digits and _, begins with a letter and is at most 40 long"
LINE_SENTENCE = "must be one line with something on it"


def problems_of(error: ValidationError, data: Any) -> list[tuple[Path, str]]:
    """Each finding about this document as (path, sentence), each place once."""
    found: dict[Path, str] = {}
    for finding in error.errors(include_url=False):
        for path, sentence in _said(finding, data):
            found.setdefault(path, sentence)
    return list(found.items())


def _said(finding: Any, data: Any) -> list[tuple[Path, str]]:
    path = _place(finding, data)
    cause = finding.get("ctx", {}).get("error")
    if isinstance(cause, CalendarError):
        return [((*path, *_parts(inner)), sentence) for inner, sentence in cause.problems]
    return [(path, _sentence(finding))]


def _place(finding: Any, data: Any) -> Path:
    """The place in the document: the location without the parts that name pydantic's inner working."""
    path: Path = ()
    for part in finding["loc"]:
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and part in range(len(data))):
            path, data = (*path, part), data[part]
    if finding["type"] == "missing":
        path = (*path, finding["loc"][-1])
    return path


def _parts(path: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))


def _sentence(finding: Any) -> str:
    kind = finding["type"]
    if kind == "string_pattern_mismatch":
        return CODE_SENTENCE if "0,39" in finding["ctx"]["pattern"] else LINE_SENTENCE
    return SENTENCES.get(kind) or finding["msg"].removeprefix("Value error, ").removeprefix("Input ")
