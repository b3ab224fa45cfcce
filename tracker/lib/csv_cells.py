"""Text in a table that a spreadsheet opens."""

FORMULA = "=+-@\t\r\n\0|%\uff1d\uff0b\uff0d\uff20"  # the last four: the same signs in full width


def cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it, and stays readable."""
    return f"'{value}" if isinstance(value, str) and value[:1] and value[0] in FORMULA else value
