"""For whoever runs the site: people and clinics. Nothing about a child can be seen or changed here."""

from typing import ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tracker.core.pages import is_authed
from tracker.families.actions.children import set_login_open
from tracker.models import CareTeam, Heartbeat, User


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
        if not is_authed(request):
            raise PermissionDenied
        set_login_open(person=obj, is_open=obj.is_active, by=request.user, now=timezone.now())


@admin.register(CareTeam)
class CareTeamAdmin(LookOnly):
    fields = list_display = ("name", "day_number", "night_number", "time_zone", "begun_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareTeam]:
        return super().get_queryset(request).filter(kept_by_family=False)


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnly):
    fields = list_display = ("name", "at")
