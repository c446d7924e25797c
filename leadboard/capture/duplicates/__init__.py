"""Two leads, one person: suspected, merged by a person, and parted again."""
