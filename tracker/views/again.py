"""Before what cannot be taken back, a page asks once more who it is."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LATELY = 5 * 60  # seconds

View = Callable[..., HttpResponse]


def asks_again(view: View) -> View:
    """For a view: password, passkey or code once more, unless it was asked in the last five minutes.

    Who has neither of them signs in by a code in the mail: that person signs in anew.
    """
    asking = reauthentication_required(view)

    @wraps(view)
    def asks(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if get_adapter().get_reauthentication_methods(request.user):
            return asking(request, *args, **kwargs)
        signed_in = [record["at"] for record in get_authentication_records(request, request.user)]
        if time.time() - max(signed_in, default=0) < LATELY:
            return view(request, *args, **kwargs)
        return render(request, "tracker/privacy/again.html")

    return asks
