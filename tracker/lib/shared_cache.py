"""The cache in the database: what the limits of signing in are counted in."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache

from tracker.lib.database import unavailable


class Cache(DatabaseCache):
    """Django's answers a database that is held or full like a key that is taken: "Too many tries", to the first one."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        is_added: bool = super().add(*args, **kwargs)
        if not is_added and (refused := unavailable()):
            raise refused
        return is_added
