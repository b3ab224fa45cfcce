"""The pages on which somebody waits for a code or a link: they say how far the mail has come, and what to do."""

from typing import Any, Protocol
from uuid import UUID

from allauth.account.views import ConfirmLoginCodeView, PasswordResetDoneView
from django.http import HttpRequest

from tracker.accounts.adapters import MAIL_KEY
from tracker.models import Message


class _HasRequest(Protocol):
    request: HttpRequest


class WaitsForMail:
    def get_context_data(self: _HasRequest, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"mail": mail_of(self.request)}


class ConfirmCode(WaitsForMail, ConfirmLoginCodeView):
    """Known address or not, the page and the mail's way are the same."""


class LinkSent(WaitsForMail, PasswordResetDoneView):
    """The page after asking for a new password."""


def mail_of(request: HttpRequest) -> Message | None:
    """The newest mail that this browser asked for; None once it is deleted."""
    number = request.session.get(MAIL_KEY)
    return Message.objects.filter(pk=UUID(number)).first() if number else None
