"""Inviting, and accepting."""

from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from tracker.core.forms import PageForm, TypedField, let_choose
from tracker.models import Role

MEANS = {
    Role.PARENT: gettext_lazy("Logs, sees every day, and changes everything."),
    Role.HELPER: gettext_lazy("Logs and sees Today. Changes nothing."),
    Role.NURSE: gettext_lazy("Sees the children of the care team and takes their alerts."),
    Role.LEAD: gettext_lazy("As a nurse, and keeps the numbers, the hours and the staff."),
}
FAMILY = (Role.PARENT, Role.HELPER)


class InviteForm(PageForm):
    role = forms.ChoiceField(
        label=gettext_lazy("As what?"),
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    drawn_as: ClassVar[dict[str, str]] = {"role": "cards"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [
            (role.value, format_html("{} <small>{}</small>", capfirst(role.label), MEANS[role]))
            for role in FAMILY
        ]
        let_choose(self, "role", roles)


class NameForm(PageForm):
    """Asked of who has no name yet: others see who logged and who called."""

    your_name = TypedField(
        label=gettext_lazy("Who are you?"),
        help_text=gettext_lazy("As the family says it: Dad, Oma, Aunt Mia. It stands beside what you log."),
        max_length=60,
        required=False,
    )
