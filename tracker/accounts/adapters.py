"""What django-allauth asks this site, and its words where they are not in a template."""

import logging
from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy

from tracker.accounts import rate_limits
from tracker.accounts.addresses import is_login, may_confirm
from tracker.accounts.failed_sign_ins import password_was_wrong
from tracker.accounts.ownership import change_password, confirm_owner, end_sessions
from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.core.reauthentication import gave_a_sign_lately, sign_in_again
from tracker.lib.encryption import Unreadable, decrypt, encrypt
from tracker.messaging.contact_points import end_browsers, forget_browser
from tracker.messaging.own_browser import own_browser
from tracker.models import User

log = logging.getLogger(__name__)

MAIL_KEY = "sign_in_mail"  # in the session: the mail that this browser waits for
SOMEBODY_WAITS_FOR = frozenset(
    f"account/email/{name}"
    for name in (
        "login_code",
        "email_confirmation",
        "email_confirmation_signup",
        "password_reset_key",
        "unknown_account",
    )
)
CODE_LIVES = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
LINK_LIVES = timedelta(days=1)  # so long it is tried; the link itself works for three

WHAT_WAS_ENDED = gettext_lazy(
    "What was set up before that no longer works: the password, passkeys, other devices, "
    "notifications, invitations. Set up again what you need. Look under Family who can see your child."
)
TOO_MANY_PASSWORDS = gettext_lazy(
    "Too many tries. Wait %(time)s, or sign in with a code by e-mail or a passkey."
)
KEYS_ENDED = gettext_lazy(
    "Passkeys, other devices, notifications and invitations from before no longer work. "
    "Look under Family who can see your child."
)
NOTIFICATIONS_ENDED = gettext_lazy(
    "Your other devices get no notifications any more. Turn them on again there, under How you are reached."
)
OTHERS_ENDED = gettext_lazy(
    "Other devices are signed out and get no notifications any more. "
    "Did somebody else choose your password? Then set a new one now."
)


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
        "too_many_login_attempts": gettext_lazy(  # of the second step, and of a code that came by mail
            "Too many tries. Wait five minutes, or sign in with a code by e-mail or a passkey."
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

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth takes the try back where the password turns out to be right."""
        try:
            self._login_failed_rl_usage = rate_limits.count(request, "password", credentials["email"])
        except rate_limits.TooMany as too_many:
            self._login_failed_rl_usage = None
            raise ValidationError(
                TOO_MANY_PASSWORDS % {"time": rate_limits.in_words(too_many.seconds)},
                code="too_many_login_attempts",
            ) from None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        password_was_wrong(credentials.get("email", ""))

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a new password by mail."""
        rate_limits.forgive(request, credentials["email"])

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        response = super().post_login(request, user, **about)
        rate_limits.remember_browser(request, response, user)
        return response

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """A code that came by mail confirms the address; allauth has noted that by now."""
        refusal = super().pre_login(request, user, **about)
        if refusal is None and user.confirmed_at is None and _came_by_code(request, user):
            own = EmailAddress.objects.filter(user=user, email=about["email"] or "", verified=True)
            if own.exists() and confirm_owner(
                person=user, address=about["email"], is_signed_in=False, now=timezone.now()
            ):
                self.add_message(request, messages.WARNING, message=WHAT_WAS_ENDED)
        return refusal

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The link in a mail, and the button on its page."""
        person = email_address.user
        is_signed_in = request.user.pk == person.pk
        if not may_confirm(request.user, email_address) or is_login(email_address.email, but=person):
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt")
            return False
        with transaction.atomic():
            if not super().confirm_email(request, email_address):
                return False
            now, browser = timezone.now(), own_browser(request) if is_signed_in else None
            address = email_address.email
            if not confirm_owner(
                person=person, address=address, is_signed_in=is_signed_in, now=now, browser=browser
            ):
                end_sessions(person=person, browser=browser, now=now)
        if is_signed_in:
            stay_signed_in(request, person)
        self.add_message(request, messages.WARNING, message=OTHERS_ENDED if is_signed_in else WHAT_WAS_ENDED)
        return True

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Who came by the mail alone has no password any more."""
        if self.request.user.is_authenticated:
            return super().get_email_verification_redirect_url(email_address)
        return reverse("account_request_login_code")

    def reset_password(self, user: User, password: str) -> None:
        """By a link that came by mail: before anything is confirmed, to the address of the login."""
        if user.confirmed_at is None:
            own = EmailAddress.objects.filter(user=user, email=user.email.lower()).first()
            if own and own.set_verified():
                confirm_owner(person=user, address=own.email, is_signed_in=False, now=timezone.now())
                self.add_message(self.request, messages.WARNING, message=KEYS_ENDED)
        self.set_password(user, password)

    def set_password(self, user: User, password: str) -> None:
        """The sessions of all other browsers end with the old password, by themselves; what is pushed there, here."""
        if not change_password(person=user, password=password):
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        _end_other_browsers(self.request, user)

    def is_reauthentication_required(self, *, app: str, **about: Any) -> bool:
        """allauth asks nobody who has neither password nor passkey: an open phone would be enough."""
        person = self.request.user
        if not self.get_reauthentication_methods(person) and not gave_a_sign_lately(self.request):
            raise ImmediateHttpResponse(sign_in_again(self.request))
        return super().is_reauthentication_required(app=app, **about)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whoever asked waits for no mail server; the page that follows looks up how far the mail has come."""
        about = {"request": self.request, "email": email} | context
        mail = self.render_mail(template_prefix, email, about)
        lives = CODE_LIVES if "code" in context else LINK_LIVES
        text = str(mail.body)
        message = queue_sign_in_mail(
            to=email, subject=mail.subject, text=text, lives=lives, now=timezone.now()
        )
        if template_prefix in SOMEBODY_WAITS_FOR:
            self.request.session[MAIL_KEY] = str(message)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Signs out everywhere else: a telephone that is lost is not pushed to either."""

    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        _end_other_browsers(context.request, context.request.user)


def _end_other_browsers(request: HttpRequest, person: User) -> None:
    """Said at once: whoever is on call may have been told by one of them."""
    if end_browsers(person=person, but=own_browser(request), now=timezone.now()):
        messages.warning(request, NOTIFICATIONS_ENDED)


def stay_signed_in(request: HttpRequest, person: User) -> None:
    """This browser, after all sessions of its person have ended."""
    update_session_auth_hash(request, person)
    UserSession.objects.create_from_request(request)


def _came_by_code(request: HttpRequest, user: User) -> bool:
    records = get_authentication_records(request, user)
    return bool(records) and records[-1]["method"] == "code"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of apps and the seeds of recovery codes are encrypted in the database."""

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

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """In place of one that cannot be opened, a secret that nobody has: no code is right, the others still work."""
        try:
            return decrypt(encrypted_text)
        except Unreadable:
            log.error("second_factor_unreadable")
            return generate_totp_secret()
