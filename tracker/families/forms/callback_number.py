"""One's own number, under which the care team calls back."""

from typing import Any

from django.utils.translation import gettext_lazy

from tracker.core.phone_forms import PhoneField, PhoneForm


class CallbackForm(PhoneForm):
    number = PhoneField(
        label=gettext_lazy("Your number"),
        autocomplete="tel",
        error_messages={"required": gettext_lazy("Type your number.")},
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country = country

    def country(self) -> str:
        return self._country
