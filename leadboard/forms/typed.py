"""What a marketer typed into the builder, as plain data of a definition; whether it is right, `load` says."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from leadboard.capture.contact import folded
from leadboard.forms import facts
from leadboard.forms.schema import MOST_QUESTIONS

ROW = re.compile(r"(questions|results|figures)\.(\d{1,2})\.")
CHOICE = re.compile(r"questions\.(\d{1,2})\.choices\.(\d{1,2})\.")
TOP = ("kind", "language", "title", "intro", "button", "lead_type", "campaign")
THANKS = ("title", "text", "link", "link_label")
# What an added question begins with.
LABELS = {
    "name": "Your name",
    "email": "Work e-mail",
    "phone": "Phone",
    "company": "Company",
    "title": "Your role",
    "country": "Country",
    "website": "Website",
    "message": "What can we do for you?",
    "consent": "You may contact me about this.",
    "number": "How many?",
    "date": "When?",
    "hidden": "Hidden value",
}

Post = Mapping[str, str]
Data = dict[str, Any]


def read(post: Post) -> Data:
    """Return the definition that was typed; rows in which nothing stands are left out."""
    data: Data = {key: _clean(post.get(key, "")) for key in TOP}
    data["progressive"] = _number(post.get("progressive", ""), default=2)
    data["language"] = data["language"] or "en"
    data["live"] = data["kind"] != "calculator" or "live" in post or "live.shown" not in post
    thanks = {key: _clean(post.get(f"thanks.{key}", "")) for key in THANKS}
    data["thanks"] = thanks | {"at_once": "thanks.at_once" in post}
    data["sites"] = _clean(post.get("sites", "")).lower().split()
    rows = sorted({(match[1], int(match[2])) for key in post if (match := ROW.match(key))})
    data["questions"] = [_question(post, n) for kind, n in rows if kind == "questions"]
    data["results"] = [row for kind, n in rows if kind == "results" and (row := _result(post, n))]
    data["figures"] = [row for kind, n in rows if kind == "figures" and (row := _figure(post, n))]
    _name_all(data)
    return data


def act(data: Data, do: str, added: str) -> int | None:
    """Add, copy, move or remove a question, as the button says; return where the eye should go."""
    questions = data["questions"]
    verb, _, place = do.partition(":")
    numbers = [int(text) for text in place.split(":") if text.isascii() and text.isdigit()][:2]
    if verb == "add" and len(questions) < MOST_QUESTIONS:
        questions.append(new_question(added))
        _name_all(data)
        return len(questions) - 1
    if not numbers or numbers[0] >= len(questions):
        return None
    here = numbers[0]
    if verb == "copy":
        questions.insert(here + 1, copied(questions[here])) if len(questions) < MOST_QUESTIONS else None
        _name_all(data)
        return min(here + 1, len(questions) - 1)
    if verb == "remove":
        del questions[here]
        return min(here, len(questions) - 1)
    there = {"up": here - 1, "down": here + 1, "move": numbers[-1]}.get(verb, here)
    there = max(0, min(there, len(questions) - 1))
    questions.insert(there, questions.pop(here))
    return there


def new_question(kind: str) -> Data:
    """Return a question of this type to begin with."""
    label = LABELS.get(kind, "New question")
    question: Data = {"name": "", "type": kind, "label": label, "required": kind == "consent"}
    if kind in facts.CHOSEN:
        question["choices"] = [{"label": "Yes"}, {"label": "No"}]
    return question


def copied(question: Data) -> Data:
    """Return a question like this one, to be changed: under a name of its own; a second e-mail question, say,
    becomes one of the firm's own.
    """
    kind = "text" if question["type"] in facts.PERSON else question["type"]
    return copy.deepcopy(question) | {"name": "", "type": kind}


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _number(text: str, *, default: int | None = None) -> Any:
    """Return a number; what is none stays text, so that it is refused with its place."""
    text = text.strip().replace(",", ".")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _question(post: Post, number: int) -> Data:
    said = {
        key: _clean(post.get(f"questions.{number}.{key}", ""))
        for key in ("name", "type", "label", "help", "unit", "default")
    }
    bounds = {key: _number(post.get(f"questions.{number}.{key}", "")) for key in ("at_least", "at_most")}
    ticked = {key: f"questions.{number}.{key}" in post for key in ("required", "progressive")}
    rows = sorted({int(m[2]) for key in post if (m := CHOICE.match(key)) and int(m[1]) == number})
    choices = [choice for row in rows if (choice := _choice(post, f"questions.{number}.choices.{row}"))]
    return {**said, **bounds, **ticked, "choices": choices}


def _choice(post: Post, path: str) -> Data | None:
    label, advice = _clean(post.get(f"{path}.label", "")), _clean(post.get(f"{path}.advice", ""))
    points = {
        dimension: value
        for dimension in facts.DIMENSIONS
        if (value := _number(post.get(f"{path}.points.{dimension}", ""))) is not None
    }
    return {"label": label, "advice": advice, "points": points} if label or advice or points else None


def _result(post: Post, number: int) -> Data | None:
    title, text, of = (_clean(post.get(f"results.{number}.{key}", "")) for key in ("title", "text", "of"))
    at_least = _number(post.get(f"results.{number}.at_least", ""))
    if not (title or text) and at_least is None:
        return None
    return {
        "of": of or "total",
        "at_least": 0 if at_least is None else at_least,
        "title": title,
        "text": text,
    }


def _figure(post: Post, number: int) -> Data | None:
    said = {
        key: _clean(post.get(f"figures.{number}.{key}", ""))
        for key in ("name", "label", "formula", "format", "unit", "text")
    }
    if not (said["label"] or said["formula"]):
        return None
    places = _number(post.get(f"figures.{number}.places", ""), default=0)
    return said | {"places": places, "format": said["format"] or "number"}


def _name_all(data: Data) -> None:
    """Give a name to every question and figure that has none: that of its type, or made of its label."""
    taken = {one["name"] for one in (*data["questions"], *data["figures"]) if one["name"]}
    for question in data["questions"]:
        if question["type"] in facts.PERSON:
            question["name"] = question["type"]
        question["name"] = question["name"] or _free_name(question["label"], taken)
        taken.add(question["name"])
    for figure in data["figures"]:
        figure["name"] = figure["name"] or _free_name(figure["label"], taken)
        taken.add(figure["name"])


def _free_name(label: str, taken: set[str]) -> str:
    """Return "team_size" for "Team size?"; with a number behind it when that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", folded(label).encode("ascii", "ignore").decode()).strip("_")
    stem = re.sub(r"^[^a-z]+", "", stem)[:36].strip("_") or "question"
    names = [stem, *(f"{stem}_{number}" for number in range(2, 99))]
    return next((name for name in names if name not in taken), stem)
