"""Path converters that refuse what PostgreSQL could not look up."""

LARGEST = 2**63 - 1


class RowId:
    """A positive whole number in ASCII digits that fits a bigint; anything else is 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value):
        """Return the id."""
        number = int(value)
        if number > LARGEST:
            raise ValueError(value)
        return number

    def to_url(self, value):
        """Return its text."""
        return str(value)
