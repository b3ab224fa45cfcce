"""Sample contexts for the pages around the log: the beginning, the family, signing in, errors."""

import io
from datetime import datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

import qrcode
import qrcode.image.svg
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from tests.browser import sample_forms
from tests.browser.samples import (
    BASE,
    CALL_NOW,
    CALL_TODAY,
    CHILD_ID,
    INSTRUCTIONS,
    LOG_ID,
    NOW,
    WHAT_TO_SAY,
    Context,
    always,
    log,
)
from therapies.catalogue import load
from tracker.families.forms.callback_number import CallbackForm
from tracker.families.forms.numbers import BeginNumbersForm
from tracker.lib import telephone
from tracker.logs.forms.call import OverForm

STRANGER = {"child": None, "children": [], "call": None, "emergency_number": None, "day_label": ""}


ENDING = {
    "alert": Sample(urgency="emergency"),
    "log_pk": LOG_ID,
    "seen_at": NOW - timedelta(days=2),
    "may_be_over": True,
}


def nobody(**context: Any) -> Context:
    """A page where no child is known."""
    return always(**STRANGER | context)


def begin(step: int, form: Any, **more: Any) -> Context:
    return lambda request: BASE | STRANGER | {"step": step, "form": form(), "may_go_back": step > 1, **more}


def qr(address: str) -> str:
    """A QR code as an SVG without style or script."""
    image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    written = io.BytesIO()
    image.save(written)
    return mark_safe(written.getvalue().decode().partition("?>")[2])


def member(name: str, role: str, **more: Any) -> Sample:
    return Sample(pk=LOG_ID, name=name, role_name=role, since=NOW - timedelta(days=20), is_you=False, **more)


MEMBERS = [
    Sample(**vars(member("Mum", "Parent")) | {"is_you": True}),
    member("Dad", "Parent"),
    member("Oma", "Helper"),
]
OPEN_INVITATION = Sample(pk=LOG_ID, role_name="Helper", expires_at=NOW + timedelta(days=2), by="Mum")
NEW_INVITATION = Sample(
    url="http://localhost:8000/invitations/q3J4bW0zZ2x1c2VzYW1wbGU/",
    qr=qr("http://localhost:8000/invitations/q3J4bW0zZ2x1c2VzYW1wbGU/"),
    role_name="Helper",
    expires_at=NOW + timedelta(days=3),
)
INVITED = Sample(
    role_name="Helper",
    role_means="You can log and see Today. You cannot change the treatment or the family.",
    by="Mum",
    expires_at=NOW + timedelta(days=2),
)
CHANGES = [
    ("stop", "The pump was stopped"),
    ("restart", "The pump was started again"),
    ("delayed", "A dose was put off"),
    ("next", "The next cycle or dose"),
    ("transplant", "A transplant"),
]
EVENTS = [
    Sample(
        pk=LOG_ID,
        words="Cycle 2 began",
        at=datetime(2026, 11, 13, 10, 0, tzinfo=NOW.tzinfo),
        by="Mum",
        withdrawn_at=None,
    ),
    Sample(
        pk=LOG_ID,
        words="Cycle 1 began",
        at=datetime(2026, 10, 2, 10, 0, tzinfo=NOW.tzinfo),
        by="Mum",
        withdrawn_at=NOW,
    ),
]
NUMBERS = [
    Sample(label="Day line", number=telephone.of("555 0100"), hours="Monday to Friday, 08:00 to 17:00"),
    Sample(label="Night line", number=telephone.of("555 0142"), hours="every night and at weekends"),
]
MAILS = [
    Sample(
        sent_at=NOW,
        to="mum@example.org",
        subject="Nightlight: your sign-in code",
        body="Your sign-in code:\n\nQX7P2M",
    )
]
ENTRY = {
    "LOGIN_BY_CODE_ENABLED": True,
    "request_login_code_url": "/account/code/",
    "signup_url": "/account/signup/",
    "login_url": "/account/login/",
}


def checked(**more: Any) -> Context:
    def context(request: HttpRequest) -> dict[str, Any]:
        return (
            log("check", neuro=True)(request)
            | STRANGER
            | {"about": sample_forms.AboutForm(), "log": None}
            | more
        )

    return context


def entry(form: Any, **more: Any) -> Context:
    return lambda request: BASE | STRANGER | ENTRY | {"form": form()} | more


def wrong(form: Any, **data: Any) -> Any:
    return lambda: form(data)


def family(**more: Any) -> Context:
    return lambda request: (
        BASE
        | {
            "members": MEMBERS,
            "may_manage": True,
            "form": sample_forms.InviteForm(),
            "open_invitations": [OPEN_INVITATION],
            "invitation": None,
            **more,
        }
    )


def treatment(**more: Any) -> Context:
    def context(request: HttpRequest) -> dict[str, Any]:
        shown = {
            "therapy": load().therapies["blinatumomab"],
            "labels": ["Cycle 2, day 5, pump running until Friday 09:00"],
        }
        return BASE | shown | {"changes": CHANGES, "change": None, "events": EVENTS} | more

    return context


def code(**more: Any) -> Context:
    return lambda request: (
        BASE
        | STRANGER
        | {
            "verify_form": sample_forms.CodeForm(),
            "email": "mum@example.org",
            "can_resend": True,
            "can_change": True,
            "change_form": sample_forms.EmailForm(),
            **more,
        }
    )


CONFIRMATION = Sample(key="abc", email_address=Sample(email="mum@example.org"))
ADDRESSES = [
    Sample(email="mum@example.org", primary=True, verified=True),
    Sample(email="mum@example.com", primary=False, verified=False),
]


def asked(form: Any, **typed: str) -> Any:
    """A form with a number that no plan has: it asks."""
    bound = form(typed, country="DE")
    bound.is_valid()
    return bound


def callback(**more: Any) -> Context:
    number = telephone.read("+1 202 555 0111")
    own = Sample(callback_number=number.kept, callback_confirmed_at=None)
    numbers = [
        Sample(name="Mum", number=number, confirmed_at=None, membership_id=CHILD_ID),
        Sample(name="Dad", number=telephone.of("555 0122 x7"), confirmed_at=NOW, membership_id=CHILD_ID),
    ]
    shown = {"own": own, "callbacks": numbers, "may_order": True} | more
    return lambda request: BASE | {"form": CallbackForm(country="DE")} | shown


LOGS, FAMILIES, SITE = "tracker/logs/", "tracker/families/", "tracker/site/"
MESSAGING, BEGIN = "tracker/messaging/", "tracker/families/begin/"

STATES: dict[str, tuple[str, Context]] = {
    "begin-1": (BEGIN + "1.html", begin(1, sample_forms.ChildForm, may_skip=True)),
    "begin-1-wrong": (BEGIN + "1.html", begin(1, wrong(sample_forms.ChildForm, nickname=""), may_skip=True)),
    "begin-2": (BEGIN + "2.html", begin(2, sample_forms.TherapyForm)),
    "begin-3": (BEGIN + "3.html", begin(3, sample_forms.DatesForm, may_skip=True)),
    "begin-4": (BEGIN + "4.html", begin(4, sample_forms.NumbersForm)),
    "begin-4-asked": (BEGIN + "4.html", begin(4, lambda: asked(BeginNumbersForm, day_number="1234"))),
    "callback": (FAMILIES + "callback.html", callback()),
    "callback-asked": (
        FAMILIES + "callback.html",
        lambda request: (
            callback(own=Sample(callback_number=""), callbacks=[])(request)
            | {"form": asked(CallbackForm, number="555 0142")}
        ),
    ),
    "begin-5": (BEGIN + "5.html", begin(5, sample_forms.LastForm)),
    "more": (SITE + "more.html", always(may_manage=True, asks_child=True, numbers=NUMBERS)),
    "family": (FAMILIES + "family.html", family()),
    "family-invited": (FAMILIES + "family.html", family(invitation=NEW_INVITATION)),
    "family-helper": (FAMILIES + "family.html", family(may_manage=False, open_invitations=[])),
    "treatment": (FAMILIES + "treatment.html", treatment()),
    "treatment-change": (
        FAMILIES + "treatment.html",
        treatment(change="stop", form=sample_forms.ChangeForm(), events=[]),
    ),
    "settings": (
        FAMILIES + "settings.html",
        lambda request: BASE | {"form": sample_forms.ChildForm(), "numbers_form": sample_forms.NumbersForm()},
    ),
    "settings-clinic": (
        FAMILIES + "settings.html",
        lambda request: BASE | {"form": sample_forms.ChildForm()},
    ),
    "pause": (FAMILIES + "pause.html", lambda request: BASE | {"form": sample_forms.PauseForm()}),
    "end": (LOGS + "end.html", lambda request: BASE | ENDING | {"form": OverForm()}),
    "end-too-young": (LOGS + "end.html", always(**ENDING | {"form": None, "may_be_over": False})),
    "paused": (FAMILIES + "pause.html", always(paused="In hospital")),
    "invitation": (FAMILIES + "invitation.html", nobody(invitation=INVITED, signed_in=True)),
    "invitation-stranger": (FAMILIES + "invitation.html", nobody(invitation=INVITED, **ENTRY)),
    "invitation-gone": (FAMILIES + "invitation.html", nobody(invitation=None)),
    "home": (SITE + "home.html", nobody()),
    "check": (LOGS + "check.html", checked()),
    "call": ("tracker/site/call.html", nobody(called_form=sample_forms.CalledForm())),
    "check-now": (
        LOGS + "check.html",
        checked(answer=CALL_NOW, summary="38.4 °C", what_to_say=WHAT_TO_SAY, instructions=INSTRUCTIONS),
    ),
    "check-today": (LOGS + "check.html", checked(answer=CALL_TODAY, emergency_number=telephone.of("999"))),
    "outbox": (MESSAGING + "outbox.html", nobody(mails=MAILS)),
    "outbox-empty": (MESSAGING + "outbox.html", nobody(mails=[])),
    "login": ("account/login.html", entry(sample_forms.LoginForm)),
    "login-wrong": ("account/login.html", entry(wrong(sample_forms.LoginForm, login="mum@example.org"))),
    "signup": ("account/signup.html", entry(sample_forms.LoginForm)),
    "signup-closed": ("account/signup_closed.html", nobody()),
    "request-code": ("account/request_login_code.html", entry(sample_forms.EmailForm)),
    "code": ("account/confirm_login_code.html", code()),
    "code-email": ("account/confirm_email_verification_code.html", code(can_change=False, cancel_url="/")),
    "password-reset": ("account/password_reset.html", entry(sample_forms.EmailForm)),
    "password-reset-done": ("account/password_reset_done.html", nobody()),
    "password-from-key": (
        "account/password_reset_from_key.html",
        entry(sample_forms.PasswordForm, action_url="/"),
    ),
    "password-from-old-key": ("account/password_reset_from_key.html", nobody(token_fail=True)),
    "password-from-key-done": ("account/password_reset_from_key_done.html", nobody()),
    "password-change": ("account/password_change.html", entry(sample_forms.PasswordForm)),
    "password-set": ("account/password_set.html", entry(sample_forms.PasswordForm)),
    "reauthenticate": ("account/reauthenticate.html", entry(sample_forms.PasswordForm)),
    "logout": ("account/logout.html", nobody()),
    "verification-sent": ("account/verification_sent.html", nobody()),
    "verification-required": ("account/verified_email_required.html", nobody()),
    "account-inactive": ("account/account_inactive.html", nobody()),
    "email": (
        "account/email.html",
        entry(sample_forms.EmailForm, emailaddresses=ADDRESSES, can_add_email=True),
    ),
    "email-confirm": ("account/email_confirm.html", nobody(confirmation=CONFIRMATION, can_confirm=True)),
    "email-confirm-gone": ("account/email_confirm.html", nobody(confirmation=None)),
    "400": ("400.html", nobody()),
    "403": ("403.html", nobody()),
    "403-csrf": ("403_csrf.html", nobody()),
    "404": ("404.html", nobody()),
    "429": ("429.html", nobody()),
    "500": ("500.html", nobody()),
    "503": ("503.html", nobody()),
}

ROUTES = [
    ("children/<uuid:pk>/more/", "more", "more"),
    ("children/<uuid:pk>/call-back/", "callback", "callback"),
    ("children/<uuid:pk>/pause/", "pause", "pause"),
    ("children/<uuid:pk>/stop/", "stop", "pause"),
    ("alerts/<uuid:pk>/end/", "alert-end", "end"),
    # the family's own pages are shown with a database: tests/browser/test_own.py
    *(
        (f"children/<uuid:pk>/{name}/", name, "more")
        for name in ("card", "doses", "duty", "pump", "summary", "handed", "drill")
    ),
    ("children/<uuid:pk>/family/", "family", "family"),
    ("children/<uuid:pk>/family/invite/", "invite", "family-invited"),
    ("children/<uuid:pk>/treatment/", "treatment", "treatment"),
    ("children/<uuid:pk>/settings/", "settings", "settings"),
    ("memberships/<uuid:pk>/end/", "membership-end", "family"),
    ("invitations/<uuid:pk>/revoke/", "invitation-revoke", "family"),
    ("treatment/<uuid:pk>/withdraw/", "treatment-withdraw", "treatment"),
    ("children/<uuid:pk>/reminders/", "reminders", "more"),
    ("reach/", "reach", "more"),
    ("children/<uuid:pk>/export/", "export", "more"),
    ("children/<uuid:pk>/erase/", "erase", "more"),
    ("children/<uuid:pk>/reminders/", "reminders", "more"),
    ("reach/", "reach", "more"),
    ("account/2fa/", "mfa_index", "more"),
    ("begin/", "begin", "begin-1"),
    ("check/", "check", "check"),
    ("account/login/", "account_login", "login"),
    ("account/signup/", "account_signup", "signup"),
    ("account/logout/", "account_logout", "logout"),
    ("account/code/confirm/", "account_confirm_login_code", "code"),
    ("account/code/", "account_request_login_code", "login"),
    ("account/email/sent/", "account_email_verification_sent", "verification-sent"),
    ("account/email/", "account_email", "email"),
    ("account/confirm/<slug:key>/", "account_confirm_email", "email-confirm"),
    ("account/password/reset/", "account_reset_password", "password-reset"),
    ("account/password/change/", "account_change_password", "password-change"),
    ("account/password/set/", "account_set_password", "password-set"),
    ("account/again/", "account_reauthenticate", "reauthenticate"),
]
