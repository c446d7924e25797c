"""What is held of a person: told on request, and erased on request, in all parts at once."""
