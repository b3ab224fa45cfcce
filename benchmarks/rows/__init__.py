"""What is measured: a module each, with `measure(database)`, which yields its rows; in the order of the table.

A module may say on which DATABASES it runs, when not on both. It runs in a process of its own, on an empty database
that `setup` has prepared, and may keep files in `database.folder`.
"""

ROWS = ("family", "crowd", "late", "board", "reminders", "assess", "first_page", "start")
