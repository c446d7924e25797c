"""Promises with a time: the clocks, what fires when one is due, and what was broken."""
