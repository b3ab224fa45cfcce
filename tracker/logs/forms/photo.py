"""A photo beside a log: what it shows, and the file."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from tracker.core.forms import PageForm, number_field
from tracker.lib.pictures import AT_MOST, MEGABYTE, NoPicture, Picture, Why, redrawn
from tracker.models import PhotoKind

SAYS: dict[Why, Any] = {
    "too large": gettext_lazy(
        "This photo is larger than %(n)d megabytes. Choose a smaller one, or take a screenshot of it."
    ),
    "heic": gettext_lazy(
        "This photo is in a form that only some phones can read (HEIC). Take a screenshot of it and choose that."
    ),
    "no picture": gettext_lazy("This file is no photo that we can read. Choose a photo: JPEG, PNG or WebP."),
    "too many pixels": gettext_lazy(
        "This picture has too many points. Take a screenshot of it and choose that."
    ),
    "broken": gettext_lazy("This photo is damaged or not whole. Take it again, or choose another."),
}


class PhotoField(forms.FileField):
    """Cleans to a Picture of ours. What cannot be one is refused in a sentence."""

    def clean(self, value: Any, initial: Any = None) -> Picture | None:
        file = super().clean(value, initial)
        if not file:
            return None
        try:
            if file.size > AT_MOST:
                raise NoPicture("too large")
            return redrawn(file.read())
        except NoPicture as none:
            raise ValidationError(SAYS[none.why] % {"n": AT_MOST // MEGABYTE}) from None


class PhotoForm(PageForm):
    """The kind comes first: it is what the nurse looks for."""

    drawn_as: ClassVar[dict[str, str]] = {"kind": "chips", "photo": "photo"}

    kind = forms.ChoiceField(
        label=gettext_lazy("What does it show?"), choices=PhotoKind.choices, widget=forms.RadioSelect
    )
    photo = PhotoField(
        label=gettext_lazy("The photo"),
        error_messages={
            "required": gettext_lazy("Choose a photo first."),
            "empty": SAYS["no picture"],
            "missing": gettext_lazy("Choose a photo first."),
            "invalid": gettext_lazy("Choose a photo first."),
        },
    )
    client_uuid = number_field()
