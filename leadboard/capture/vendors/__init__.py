"""The vendors whose deliveries are understood: one small module each.

A vendor module has `LARGEST_BODY` (bytes) and `verify(source, headers, body)`, which raises
Problem 401 when the sender cannot be who it says.
"""

from types import ModuleType

from leadboard.capture.vendors import generic

VENDORS: dict[str, ModuleType] = {"generic": generic}
