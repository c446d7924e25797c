"""The refusal of a whole file."""


class BadFile(Exception):
    """The file as a whole cannot be read; the text says why."""
