"""What can be chosen in the builder: {value, words} of kinds, types, formats, scores and languages."""

from leadboard.forms.facts import DIMENSIONS
from leadboard.forms.words import LANGUAGES, words_of

Options = list[tuple[str, str]]
KINDS: Options = [
    ("form", "Form"),
    ("checklist", "Checklist"),
    ("assessment", "Assessment"),
    ("calculator", "Calculator"),
]
TYPES: Options = [
    ("name", "Name"),
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("company", "Company"),
    ("title", "Job title"),
    ("country", "Country"),
    ("website", "Website"),
    ("message", "Message"),
    ("text", "Short text"),
    ("choice", "One of several"),
    ("choices", "Several of them"),
    ("number", "Number"),
    ("date", "Date"),
    ("consent", "Consent"),
    ("hidden", "Hidden value"),
]
SPOKEN: Options = [(code, words_of(code)["called"]) for code in LANGUAGES]
FORMATS: Options = [("number", "Number"), ("money", "Money"), ("percent", "Percent")]
SCORES: Options = [("total", "All points"), *((name, name.capitalize()) for name in DIMENSIONS)]
