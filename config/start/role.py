"""One part of the site in a container of its own: `python -m config.start.role web`.

The same commands that ./start looks after; whoever runs the containers looks after these.
"""

import os
import sys

from config.paths import BASE
from config.start.serve import commands, port_number

PARTS = ("web", "alerts", "reminders", "beat", "nightwatch")


def command(role: str, *more: str) -> list[str]:
    """`manage check --deploy` and `setup` are manage.py's; `web` listens to other containers too."""
    if role == "setup":
        return [sys.executable, "manage.py", "setup", *more]
    if role == "manage":
        return [sys.executable, "manage.py", *more]
    if role not in PARTS:
        sys.exit(f"A container is one of: setup, {', '.join(PARTS)}, manage; not {role!r}.")
    everywhere = ["--bind", f"0.0.0.0:{port_number(os.environ.get('PORT') or '8000')}"]
    return [*commands()[role], *(everywhere if role == "web" else []), *more]


def main(arguments: list[str]) -> None:
    found = command(*(arguments or ["web"]))
    os.umask(0o077)  # whatever the site writes is its own user's alone
    os.chdir(BASE)
    os.execv(found[0], found)


if __name__ == "__main__":
    main(sys.argv[1:])
