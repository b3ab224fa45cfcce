"""The demo: five families and two wards, invented. What happened stands in the .toml files, relative to now."""
