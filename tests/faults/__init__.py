"""What may break, broken on purpose. `python -m tests.faults` runs all of it and prints a table (docs/faults.md)."""
