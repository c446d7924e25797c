"""What is wrong, and the next command: `manage.py doctor`; what must never be: `doctor --invariants`."""
