"""What every request passes through, whoever it is from."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from config.json_logs import context

log = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """One line a request: the route's pattern instead of its path, no query, no address, no browser."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = uuid.uuid4().hex
        token = context.set({"request_id": request_id})
        try:
            response = self.get_response(request)
            log.info("request", extra=about(request, response, began))
        finally:
            context.reset(token)
        response["X-Request-ID"] = request_id
        return response


def about(request: HttpRequest, response: HttpResponse, began: float) -> dict[str, object]:
    match = request.resolver_match
    person = getattr(
        request, "_cached_user", None
    )  # only when the page has asked who it is: no query for a log line
    return {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
        **({"person": person.pk} if person and person.is_authenticated else {}),
    }


class PrivatePages:
    """No cache keeps a page, and no page asks for the telephone's sensors."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
