"""Telephone numbers in a form. Each is read for the country of who types it, and kept as it will be dialled."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext as _

from tracker.core.forms import PageForm
from tracker.lib import telephone

SURE = "_sure"


class PhoneField(forms.CharField):
    """The text of one number. `asked` is what would be dialled, where no numbering plan has it."""

    asked: telephone.Telephone | None = None
    is_sure = False

    def __init__(self, autocomplete: str = "off", **kwargs: Any) -> None:
        self.autocomplete = autocomplete
        super().__init__(max_length=telephone.TYPED_AT_MOST, **kwargs)


class PhoneForm(PageForm):
    """A form with telephone numbers.

    What no numbering plan has, a short code or an internal number, is asked about and never refused: it is taken once
    the box beside its digits is ticked. Other digits need another tick.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name, field in self.fields.items() if isinstance(field, PhoneField)]:
            self.fields[name + SURE] = forms.CharField(required=False, max_length=telephone.TYPED_AT_MOST)

    def country(self) -> str:
        """Where a number without its country code is dialled from: ISO 3166-1, or nothing where nobody knows."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        for name, field in self.fields.items():
            if isinstance(field, PhoneField) and self.cleaned_data.get(name):
                self._read(name, field)

    def _read(self, name: str, field: PhoneField) -> None:
        text = self.cleaned_data[name]
        try:
            number = telephone.read(text, self.country())
        except telephone.NotOneNumber as why:
            self.add_error(name, str(why))
            return
        field.is_sure = self.cleaned_data.get(name + SURE) == number.dialled
        field.asked = None if number.is_known or text == self.initial.get(name) else number
        if field.asked and not field.is_sure:
            question = _(
                "We do not know this kind of number. This would be dialled: %(number)s. Right? Tick the box."
            )
            self.add_error(name, question % {"number": number.dialled})
        else:
            self.cleaned_data[name] = number.kept

    def _is_drawn(self, name: str) -> bool:
        return not name.endswith(SURE)

    def _drawn(self, name: str) -> Any:
        if isinstance(self.fields[name], PhoneField):
            return Field(name, template="tracker/core/fields/phone.html")
        return super()._drawn(name)
