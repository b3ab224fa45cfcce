"""For whoever runs the site: people and clinics. Nothing about a child can be seen or changed here."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tracker.core.forms import ZoneField
from tracker.core.pages import is_authed
from tracker.core.reauthentication import asks_again
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import change_numbers
from tracker.families.actions.children import set_login_open
from tracker.families.numbers import Numbers
from tracker.models import CareTeam, Heartbeat, User
from tracker.operations.clinics import free_name, known_lead, numbers_of, open_clinic, rename_clinic


class LookOnly(admin.ModelAdmin):
    """No adding, no deleting, and no changing but of `changeable` columns."""

    fields: ClassVar[tuple[str, ...]]
    changeable: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [name for name in self.fields if name not in self.changeable]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(LookOnly):
    """A login can be closed here. Roles are given by invitation, passwords by their owners."""

    fields = ("email", "name", "is_active", "joined_at", "last_login")
    changeable = ("is_active",)
    list_display = ("email", "is_active", "joined_at")
    search_fields = ("email",)

    def save_model(self, request: HttpRequest, obj: User, form: object, change: bool) -> None:
        """By the action: what a closed login held or was told goes to others at once."""
        set_login_open(person=obj, is_open=obj.is_active, by=_operator(request), now=timezone.now())


class ClinicForm(forms.ModelForm):
    """The name, whom families call, and where that is. Hours and rules are the lead's."""

    time_zone = ZoneField()
    lead = forms.EmailField(help_text="A mail to this address opens the lead's account.")

    class Meta:
        model = CareTeam
        fields = ("name", "day_number", "night_number", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding:
            del self.fields["lead"]  # the team's own leads invite the next one

    def clean_name(self) -> str:
        is_new = self.instance._state.adding
        return _or_error(lambda: free_name(self.cleaned_data["name"], but=None if is_new else self.instance))

    def clean_lead(self) -> str:
        _or_error(lambda: known_lead(self.cleaned_data["lead"]))
        return self.cleaned_data["lead"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors:
            self.numbers = _or_error(
                lambda: numbers_of(
                    day=typed["day_number"], night=typed["night_number"], time_zone=typed["time_zone"]
                )
            )
        return typed


@admin.register(CareTeam)
class CareTeamAdmin(admin.ModelAdmin):
    """Saved by the actions, which put it on record; and only after who saves has shown once more who it is."""

    form = ClinicForm
    list_display = ("name", "day_number", "night_number", "time_zone", "begun_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareTeam]:
        return super().get_queryset(request).filter(kept_by_family=False)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ClinicForm.Meta.fields if obj else (*ClinicForm.Meta.fields, "lead")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = super().changeform_view
        return (asks_again(view) if request.method == "POST" else view)(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: CareTeam, form: Any, change: bool) -> None:
        by, now, typed = _operator(request), timezone.now(), form.cleaned_data
        if not change:
            team = open_clinic(name=typed["name"], numbers=form.numbers, lead=typed["lead"], by=by, now=now)
            obj.pk = team.pk
            return
        team = CareTeam.objects.get(pk=obj.pk)
        rename_clinic(care_team=team, name=typed["name"], by=by, now=now)
        kept = {name: getattr(team, name) for name in Numbers.__dataclass_fields__}
        wanted = {name: getattr(form.numbers, name) for name in ("day_number", "night_number", "time_zone")}
        change_numbers(care_team=team, numbers=replace(Numbers(**kept), **wanted), by=by, now=now)


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnly):
    fields = list_display = ("name", "at")


def _operator(request: HttpRequest) -> User:
    if not is_authed(request):
        raise PermissionDenied
    return request.user


def _or_error(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Refused as refusal:
        raise ValidationError(str(refusal)) from None
