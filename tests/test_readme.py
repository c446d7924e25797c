"""The README promises nothing that is not so."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from leadboard.environment import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)
COMMANDS = [
    shlex.split(line, comments=True)[2:]
    for block in BLOCKS
    for line in block.splitlines()
    if line.startswith(".venv/bin/python manage.py")
]


def table():
    """Return the README's table of variables as it has to be."""
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {words} |"
        for name, (default, words) in VARIABLES.items()
    ]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def test_the_table_of_variables_is_that_of_the_settings():
    found = re.search(r"<!-- variables -->\n(.*)\n<!-- /variables -->", README, re.S)[1]
    assert found == table()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_in_the_readme_is_understood(words):
    name = words[0]
    command = load_command_class(get_commands()[name], name)
    shown = [word for word in words[1:] if word != ">"]
    if ">" in words:
        shown = words[1 : words.index(">")]
    command.create_parser("manage.py", name).parse_args(shown)


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make ([a-z][\w-]*)", README)) <= targets


def test_every_picture_is_there():
    assert [path for path in re.findall(r"!\[.*?\]\((.*?)\)", README) if not (ROOT / path).exists()] == []
