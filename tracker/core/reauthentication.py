"""Before what cannot be taken back, or changes who sees what, a page asks once more who it is."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tracker.core.pages import AuthedRequest

LATELY = 5 * 60  # seconds

Response = TypeVar("Response", bound=HttpResponseBase)


def asks_again(view: Callable[..., Response]) -> Callable[..., Response | HttpResponse]:
    """For a view: password, passkey or code once more, unless one was given in the last five minutes.

    What was sent is kept meanwhile, and done after the answer. Who has none of them signs in by a code in the mail:
    that person signs in anew, comes back to the same address with GET, and does it once more.
    """

    @wraps(view)
    def asks(request: AuthedRequest, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        if gave_a_sign_lately(request):
            return view(request, *args, **kwargs)
        if get_adapter().get_reauthentication_methods(request.user):
            raise ReauthenticationRequired  # allauth keeps the request and leads to its page
        return sign_in_again(request)

    return asks


def gave_a_sign_lately(request: AuthedRequest) -> bool:
    """A password, passkey or code in the last five minutes. One from a clock that was ahead is none."""
    now = time.time()
    given = [record["at"] for record in get_authentication_records(request, request.user)]
    return any(0 <= now - at < LATELY for at in given)


def sign_in_again(request: AuthedRequest) -> HttpResponse:
    """For who has nothing but codes by mail."""
    return render(request, "tracker/core/again.html")
