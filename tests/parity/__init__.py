"""That the rules on the phone say the same as Python's."""
