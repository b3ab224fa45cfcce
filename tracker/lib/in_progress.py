"""How many pages of one kind this process makes at once. Nothing is counted by address, and nothing is kept."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class InProgress:
    """A limit on work in progress: whoever comes while `at_most` are at it is answered by something cheap.

    At once, unless `waiting` says how many may wait for a turn, for `waits` seconds at most: each one who waits holds
    a thread that a parent's log needs.
    """

    def __init__(self, at_most: int, *, waiting: int = 0, waits: float = 0) -> None:
        self.at_most = at_most
        self.turns = threading.BoundedSemaphore(at_most)
        self.places = threading.Semaphore(waiting)
        self.waits = waits

    def begin(self) -> bool:
        """False where there is no turn. Whoever has one gives it back by `end`."""
        if self.turns.acquire(blocking=False):
            return True
        if not self.places.acquire(blocking=False):
            return False
        try:
            return self.turns.acquire(timeout=self.waits)
        finally:
            self.places.release()

    def end(self) -> None:
        self.turns.release()

    def else_(self, refuse: Callable[[HttpRequest], HttpResponse]) -> Callable[[View], View]:
        """Wraps a view that shares this limit."""

        def wrap(view: View) -> View:
            @wraps(view)
            def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not self.begin():
                    return refuse(request)
                try:
                    return view(request, *args, **kwargs)
                finally:
                    self.end()

            return limited

        return wrap
