"""What django-allauth asks this site, and its words where they are not in a template."""

import logging
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, gettext_lazy

from tracker.actions.reaching import forget_browser
from tracker.models import User

log = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    """Everybody lands on "/", which knows the way on; `next` and the session bring back what was begun."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
        "email_taken": gettext_lazy(
            "This address has an account already. Sign in with it, by a code if you like."
        ),
        "incorrect_code": gettext_lazy("This code is not right. Look at the newest mail."),
        "incorrect_password": gettext_lazy("This password is not right."),
        "too_many_login_attempts": gettext_lazy(
            "Too many tries. Wait five minutes, or sign in with a code by e-mail."
        ),
    }

    def logout(self, request: HttpRequest) -> None:
        """This browser gets no more notifications, where its person asked for that (logout.js)."""
        if request.user.is_authenticated and (endpoint := request.POST.get("endpoint")):
            forget_browser(person=request.user, endpoint=endpoint)
        super().logout(request)

    def new_user(self, request: HttpRequest) -> Any:
        """With the language of the page on which the account is made."""
        return User(language=get_language() or "en")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Something about signing in has changed already: a dead mail server must not say otherwise."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:
            log.warning("notification_not_sent")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy(
            "Your account has a second step: no address can be added while it is on."
        ),
        "cannot_delete_authenticator": gettext_lazy("This cannot be switched off now."),
        "cannot_generate_recovery_codes": gettext_lazy("Add a passkey or an app first."),
        "incorrect_code": gettext_lazy("This code is not right. Type the one that the app shows now."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first: open the link in the mail."),
    }

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What a new passkey is called until somebody says better."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)s") % {"number": number}
