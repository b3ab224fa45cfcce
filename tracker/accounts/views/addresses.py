"""allauth's pages of e-mail addresses, with our rules: tracker/accounts/addresses.py says whose an address is."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailView, EmailView, password_set
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from tracker.accounts.adapters import OTHERS_ENDED, stay_signed_in
from tracker.accounts.addresses import may_confirm
from tracker.accounts.ownership import end_sessions
from tracker.accounts.views.sign_in_mails import WaitsForMail
from tracker.core.pages import AuthedRequest
from tracker.core.reauthentication import asks_again
from tracker.core.redirects import see_other
from tracker.messaging.own_browser import own_browser
from tracker.models import User

set_password = asks_again(password_set)  # who has one is sent on to changing it, which asks for the old one


class Addresses(WaitsForMail, EmailView):
    def post(self, request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whatever changes who can sign in signs out every other browser."""
        if "action_primary" in request.POST and not _is_confirmed(request):
            message = "account/messages/unverified_primary_email.txt"
            get_adapter().add_message(request, messages.ERROR, message)
            return see_other("account_email")
        before = _keys(request.user)
        response = super().post(request, *args, **kwargs)
        if _keys(request.user) != before:
            end_sessions(person=request.user, browser=own_browser(request), now=timezone.now())
            stay_signed_in(request, request.user)
            messages.warning(request, OTHERS_ENDED)
        return response


class ConfirmAddress(ConfirmEmailView):
    """The page behind the link in a mail. Opening it changes nothing, whoever is signed in."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        address = self.get_object().email_address
        confirm = super().post if may_confirm(self.request.user, address) else self.get
        return confirm(*args, **kwargs)

    def logout_other_user(self, confirmation: Any) -> None:
        """A link that somebody had sent to a mother must not sign her out."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        address = self.object and self.object.email_address
        return context | {"signs_in_first": address and not may_confirm(self.request.user, address)}


def _is_confirmed(request: AuthedRequest) -> bool:
    email = request.POST.get("email", "").lower()
    return EmailAddress.objects.filter(user=request.user, email=email, verified=True).exists()


def _keys(person: User) -> set[tuple[str, bool]]:
    confirmed = EmailAddress.objects.filter(user=person, verified=True)
    return set(confirmed.values_list("email", "primary"))
