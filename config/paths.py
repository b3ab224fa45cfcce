"""Where the project is, and where it may write. Standard library only."""

import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


def var_folder() -> Path:
    """The private folder: the secret, the database, logs, sockets. VAR_DIR names another one."""
    return Path(os.environ.get("VAR_DIR", "").strip() or BASE / "var").absolute()
