"""From what became of leads to a model that may judge the next ones."""
