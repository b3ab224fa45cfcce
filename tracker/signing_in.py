"""What django-allauth asks this site."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy

from tracker.actions.reaching import forget_browser
from tracker.models import User


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
