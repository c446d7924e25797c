"""Letters to a prospect: text with {first_name} or {first_name|there} in it, and nothing that could run."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from leadboard.playbook.values import Line, Section, Text

PLACEHOLDERS = ("name", "first_name", "company", "title", "rep", "firm")
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^{}|\n]{0,60}))?\}")
LONGEST_VALUE = 120


def check_letter(template: str) -> str:
    """The template itself; ValueError for a placeholder that does not exist and for a stray brace."""
    unknown = sorted({found[1] for found in PLACEHOLDER.finditer(template)} - set(PLACEHOLDERS))
    if unknown:
        raise ValueError(f"unknown placeholder {{{unknown[0]}}}; there are {', '.join(PLACEHOLDERS)}")
    if set("{}") & set(PLACEHOLDER.sub("", template)):
        raise ValueError("a brace that is no placeholder; write {name} or {name|words when unknown}")
    return template


def fill(template: str, values: Mapping[str, object]) -> str:
    """The template with the values in it: on one line each, without control characters, at most 120 long."""

    def replace(found: re.Match[str]) -> str:
        value = "".join(c if c.isprintable() else " " for c in str(values.get(found[1]) or ""))
        return " ".join(value.split())[:LONGEST_VALUE] or found[2] or ""

    return PLACEHOLDER.sub(replace, template)


Subject = Annotated[Line, AfterValidator(check_letter)]
Body = Annotated[Text, AfterValidator(check_letter)]


class Letter(Section):
    """What a prospect gets by e-mail."""

    subject: Subject
    text: Body
