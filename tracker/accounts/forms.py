"""allauth's forms in our words, and with our rule of whose an address is."""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm, ResetPasswordKeyForm, SignupForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from tracker.accounts import rate_limits
from tracker.accounts.addresses import is_login, person_with
from tracker.core.forms import TypedField


class NewAccountForm(SignupForm):
    def validate_unique_email(self, value: str) -> str:
        """Taken is what somebody signs in with, not what was only added to an account."""
        if is_login(value):
            raise get_adapter().validation_error("email_taken")
        return value

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """The account with its address, or nothing. Of a double tap the second finds the first one's."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            messages.error(request, get_adapter().error_messages["email_taken"])
            return None, HttpResponseRedirect(reverse("account_login"))


class AskForCodeForm(RequestLoginCodeForm):
    def clean_email(self) -> str:
        email = super().clean_email()
        _count_mail(email)
        self._user = person_with(email)
        return email


class ForgottenPasswordForm(ResetPasswordForm):
    def clean_email(self) -> str:
        email = super().clean_email()
        _count_mail(email)
        person = person_with(email)
        self.users = [person] if person else []
        return email


class NewPasswordForm(ResetPasswordKeyForm):
    """Behind the link in the mail."""

    def save(self) -> None:
        get_adapter().reset_password(self.user, self.cleaned_data["password1"])


def _count_mail(email: str) -> None:
    try:
        rate_limits.count(context.request, "mail", email)
    except rate_limits.TooMany as too_many:
        text = gettext(
            "Many mails were asked for. Look at the newest, or wait %(time)s. A password or a passkey works too."
        )
        told = text % {"time": rate_limits.in_words(too_many.seconds)}
        raise ValidationError(told, code="too_many_mails") from None


class _AsksForCode(forms.Form):
    """Digits come up first on a phone; a recovery code has digits too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = gettext_lazy("Code")
        code.widget.attrs |= {"inputmode": "numeric", "placeholder": ""}


class CodeForm(_AsksForCode, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_AsksForCode, ReauthenticateForm):
    """Who it is, once more."""


class NewAppForm(_AsksForCode, ActivateTOTPForm):
    """The first code of a new app."""


class PasskeyField(forms.JSONField):
    """What a browser says of a passkey, in the shape that `read` of the library takes: whatever else comes is an error.

    Of what anybody may send, Python's JSON refuses a number of 5,000 digits or a thousand brackets by errors that
    Django's field does not expect, and the library what is no passkey by errors that its forms do not.
    """

    widget = forms.HiddenInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": gettext_lazy("The passkey could not be read. Try again, or sign in another way.")
    }

    def __init__(self, read: Callable[[Any], object]) -> None:
        super().__init__()
        self.read = read

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            if found is not None:
                self.read(found)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The page after a refusal has an empty field: its script fills it anew."""
        return None


class AddPasskeyForm(AddWebAuthnForm):
    """Works instead of the password unless told otherwise: that is what the page promises."""

    credential = PasskeyField(RegistrationResponse.from_dict)
    name = TypedField(label=gettext_lazy("What to call it"), required=False)
    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Not every plug-in key can do this. If it fails, take the tick away."),
    )


class SignInByPasskeyForm(LoginWebAuthnForm):
    """Instead of the password."""

    credential = PasskeyField(AuthenticationResponse.from_dict)


class PasskeyForm(AuthenticateWebAuthnForm):
    """The second step of signing in."""

    credential = PasskeyField(AuthenticationResponse.from_dict)


class PasskeyAgainForm(ReauthenticateWebAuthnForm):
    """Who it is, once more."""

    credential = PasskeyField(AuthenticationResponse.from_dict)


class RenamePasskeyForm(EditWebAuthnForm):
    name = TypedField(label=gettext_lazy("What to call it"))
