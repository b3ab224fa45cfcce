"""How many pages of one kind this process makes at once. Nothing is counted by address, and nothing is kept."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class InProgress:
    """A limit on work in progress: whoever comes while `at_most` are at it is answered by something cheap at once.

    Nobody waits for a turn: each one who did would hold a thread that a parent's log needs.
    """

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.turns = threading.BoundedSemaphore(at_most)

    def else_(self, refuse: Callable[[HttpRequest], HttpResponse]) -> Callable[[View], View]:
        """Wraps a view that shares this limit."""

        def wrap(view: View) -> View:
            @wraps(view)
            def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not self.turns.acquire(blocking=False):
                    return refuse(request)
                try:
                    return view(request, *args, **kwargs)
                finally:
                    self.turns.release()

            return limited

        return wrap
