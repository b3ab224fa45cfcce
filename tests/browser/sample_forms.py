"""Forms as the site's own modules will have them, with the field names that the templates' comments state."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms


def chips(name: str) -> Field:
    return Field(name, template="tracker/core/fields/chips.html")


class Crispy(forms.Form):
    """A form with a crispy helper that leaves the form tag to the page."""

    layout: tuple = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag, self.helper.disable_csrf = False, True
        self.helper.layout = Layout(*(self.layout or self.fields))


class CalledForm(Crispy):
    reached = forms.ChoiceField(
        label="Did somebody answer?",
        choices=[("yes", "Yes"), ("no", "Nobody answered")],
        widget=forms.RadioSelect,
    )
    advice = forms.ChoiceField(
        label="What did they say to do?",
        choices=[("come-in", "Come in, or go to the emergency room"), ("none", "They did not say")],
        widget=forms.RadioSelect,
        required=False,
    )
    told = forms.CharField(
        label="What did they tell you?", widget=forms.Textarea({"rows": 3}), required=False
    )
    look_again = forms.ChoiceField(
        label="When to look again?",
        choices=[("1", "In 1 hour"), ("2", "In 2 hours"), ("4", "In 4 hours"), ("", "They did not say")],
        widget=forms.RadioSelect,
        required=False,
    )
    called_at = forms.TimeField(label="Called at", widget=forms.TimeInput({"type": "time"}))
    layout = (
        chips("reached"),
        chips("advice"),
        Field("told", template="tracker/core/fields/text.html"),
        chips("look_again"),
        "called_at",
    )


COLOURS = [
    ("teal", "Teal"),
    ("clay", "Clay"),
    ("gold", "Gold"),
    ("violet", "Violet"),
    ("blue", "Blue"),
    ("rose", "Rose"),
    ("moss", "Moss"),
    ("slate", "Slate"),
]


class ChildForm(Crispy):
    nickname = forms.CharField(label="Nickname", max_length=40)
    born = forms.CharField(label="Born in", required=False, widget=forms.DateInput({"type": "month"}))
    colour = forms.ChoiceField(label="Colour", choices=COLOURS, required=False, widget=forms.RadioSelect)
    writes = forms.ChoiceField(
        label="Can they write a sentence?",
        choices=[("yes", "Yes"), ("no", "Not yet")],
        required=False,
        widget=forms.RadioSelect,
    )
    layout = (
        "nickname",
        "born",
        Field("colour", template="tracker/core/fields/swatches.html"),
        chips("writes"),
    )


class TherapyForm(Crispy):
    therapy = forms.ChoiceField(
        label="Which one?",
        choices=[
            ("tisagenlecleucel", "Tisagenlecleucel (Kymriah): CAR T cells"),
            ("blinatumomab", "Blinatumomab (Blincyto): by a pump"),
            ("inotuzumab-ozogamicin", "Inotuzumab ozogamicin (Besponsa)"),
            ("gemtuzumab-ozogamicin", "Gemtuzumab ozogamicin (Mylotarg)"),
        ],
        widget=forms.RadioSelect,
    )
    layout = (Field("therapy", template="tracker/core/fields/cards.html"),)


class DatesForm(Crispy):
    infusion = forms.DateField(label="Day of the infusion", widget=forms.DateInput({"type": "date"}))
    cycle = forms.IntegerField(label="Cycle", help_text="The first is 1.", required=False)


class NumbersForm(Crispy):
    day_number = forms.CharField(label="By day", widget=forms.TextInput({"type": "tel"}))
    opens = forms.TimeField(label="From", widget=forms.TimeInput({"type": "time"}))
    closes = forms.TimeField(label="Until", widget=forms.TimeInput({"type": "time"}))
    night_number = forms.CharField(
        label="At night and at weekends",
        help_text="If there is only one number, enter it twice.",
        widget=forms.TextInput({"type": "tel"}),
    )
    emergency_number = forms.CharField(label="Emergency number where you are", initial="112")


class LastForm(Crispy):
    first_sentence = forms.CharField(
        label="A sentence in your child's own hand",
        help_text="Let your child write one sentence on paper, today. Keep the paper and type the sentence here.",
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    unit = forms.ChoiceField(
        label="Thermometer", choices=[("C", "°C"), ("F", "°F")], widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=[("Europe/Berlin", "Europe/Berlin")])
    after_saving = forms.ChoiceField(
        label="Your child is hot at 2 in the morning and you saved it here. What next?",
        choices=[("wait", "I wait for the nurse"), ("call", "I call")],
        widget=forms.RadioSelect,
    )
    layout = (
        Field("first_sentence", template="tracker/core/fields/text.html"),
        chips("unit"),
        "time_zone",
        chips("after_saving"),
    )


class PauseForm(Crispy):
    reason = forms.ChoiceField(
        label="Why?",
        choices=[
            ("hospital", "In hospital"),
            ("moved", "Moved to another team"),
            ("finished", "Treatment finished"),
            ("unneeded", "We don't need this any more"),
        ],
        widget=forms.RadioSelect,
    )
    layout = (Field("reason", template="tracker/core/fields/cards.html"),)


class InviteForm(Crispy):
    role = forms.ChoiceField(
        label="As what?",
        choices=[
            ("parent", "Parent: logs, sees and changes everything"),
            ("helper", "Helper: logs and sees Today, changes nothing"),
        ],
        widget=forms.RadioSelect,
    )
    layout = (Field("role", template="tracker/core/fields/cards.html"),)


class ChangeForm(Crispy):
    at = forms.DateTimeField(label="When?", widget=forms.DateTimeInput({"type": "datetime-local"}))


class AboutForm(Crispy):
    therapy = forms.ChoiceField(
        label="Therapy", choices=[("", "Choose"), ("blinatumomab", "Blinatumomab (Blincyto)")]
    )
    age_years = forms.IntegerField(label="Age in years", required=False)


class LoginForm(Crispy):
    login = forms.EmailField(label="E-mail address", widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput({"autocomplete": "current-password"}), required=False
    )
    remember = forms.BooleanField(label="Stay signed in", required=False)

    def clean(self) -> None:
        if not self.cleaned_data.get("password"):
            self.add_error(None, "The e-mail address or the password is not right.")


class EmailForm(Crispy):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput({"autocomplete": "email"}))


class CodeForm(Crispy):
    code = forms.CharField(label="Code", widget=forms.TextInput({"autocomplete": "one-time-code"}))


class PasswordForm(Crispy):
    password1 = forms.CharField(
        label="Password",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least 8 characters.",
    )
