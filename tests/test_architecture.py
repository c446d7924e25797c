"""The law of the house: imports point one way, files and functions stay small."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = [
    "leadboard.processes", "leadboard.http", "leadboard.plots", "leadboard.health", "leadboard.limits",
    "leadboard.people", "leadboard.playbook", "leadboard.sheets", "leadboard.leads", "leadboard.companies",
    "leadboard.capture", "leadboard.imports", "leadboard.board", "leadboard.notify", "leadboard.tracking",
    "leadboard.forms", "leadboard.privacy",
    "qualification", "handoff",
]  # fmt: skip
CORE = [
    "leadboard.http", "leadboard.people", "leadboard.playbook", "leadboard.leads", "leadboard.companies",
]  # fmt: skip
GROUND = [
    "leadboard.processes", "leadboard.http", "leadboard.health", "leadboard.limits", "leadboard.sheets",
    "leadboard.plots",
]  # fmt: skip
SIDES = [
    "leadboard.capture", "leadboard.board", "leadboard.notify", "leadboard.tracking", "leadboard.forms",
]  # fmt: skip
MAY_IMPORT = {
    "leadboard.processes": [],
    "leadboard.http": [],
    "leadboard.sheets": ["leadboard.http"],
    "leadboard.plots": ["leadboard.sheets"],
    "leadboard.health": GROUND[:2],
    "leadboard.limits": [],
    "leadboard.people": GROUND,
    "leadboard.playbook": [*GROUND, *CORE[:2]],
    "leadboard.leads": [*GROUND, *CORE[:3]],
    "leadboard.companies": [*GROUND, *CORE[:4]],
    "leadboard.capture": [*GROUND, *CORE],
    "leadboard.imports": [*GROUND, *CORE, "leadboard.capture"],
    "leadboard.board": [*GROUND, *CORE],
    "leadboard.notify": [*GROUND, *CORE],
    "leadboard.tracking": [*GROUND, *CORE, "leadboard.capture"],
    "leadboard.forms": [*GROUND, *CORE, "leadboard.capture", "leadboard.tracking"],
    "leadboard.privacy": [*GROUND, *CORE],
    "qualification": [*GROUND, *CORE, *SIDES],
    "handoff": [*GROUND, *CORE, *SIDES],
}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
BANNED = {"utils", "helpers", "common", "manager", "service", "services", "misc"}


def sources():
    """Return every Python file of ours outside of migrations and tests."""
    files = [
        *ROOT.glob("leadboard/**/*.py"),
        *ROOT.glob("qualification/**/*.py"),
        *ROOT.glob("handoff/**/*.py"),
    ]
    return sorted(file for file in files if "migrations" not in file.parts)


def part_of(module):
    """Return the part that a module belongs to, or None for the frame and the world."""
    return next((part for part in PARTS if module == part or module.startswith(f"{part}.")), None)


def module_of(file):
    """Return the dotted name of a file."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file):
    """Return (line, module) of every import, also those inside functions."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def forbidden(importer, imported):
    """May a module of one part not import this one? The frame may import everything."""
    mine, other = part_of(importer), part_of(imported)
    if mine is None or other == mine:
        return False
    if other is None:
        return imported.startswith("leadboard.") and part_of(f"{imported}.x") is None
    return other not in MAY_IMPORT[mine]


def test_imports_point_one_way():
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in sources()
        for line, name in imports_of(file)
        if forbidden(module_of(file), name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("leadboard.leads.lifecycle", "leadboard.board.feed"),
        ("qualification.pipeline", "handoff.claims"),
        ("handoff.claims", "qualification.models"),
        ("leadboard.people.models", "leadboard.settings"),
        ("leadboard.capture.intake", "leadboard.notify.alerts"),
    ],
)
def test_an_import_against_the_direction_would_be_seen(importer, imported):
    assert forbidden(importer, imported)


def test_an_import_inside_a_function_tells_its_reason():
    silent = []
    for file in sources():
        lines = file.read_text().splitlines()
        for function in (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and "reason:" not in lines[node.lineno - 1]:
                    silent.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


def test_no_file_is_longer_than_a_reader_can_hold():
    long = {
        str(f.relative_to(ROOT)): n
        for f in sources()
        if (n := len(f.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_has_a_name_that_explains_nothing():
    assert [str(file.relative_to(ROOT)) for file in sources() if file.stem in BANNED] == []
