"""A verdict for people: what speaks for and against, the facts behind it, what changed, what to do next."""
