"""Whoever runs the site sees people and clinics there, and nothing about a child."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

import tracker.admin  # noqa: F401
from tracker.models import CareTeam, Child, User


def test_nothing_about_a_child_is_in_the_admin() -> None:
    ours = {model.__name__ for model in admin.site._registry if model._meta.app_label == "tracker"}
    assert ours == {"User", "CareTeam", "Heartbeat"}


@pytest.mark.django_db
def test_nobody_is_added_deleted_or_promoted_there() -> None:
    admins = User.objects.create_superuser("admin@example.org", "a long pass phrase")
    request = RequestFactory().get("/")
    request.user = admins
    for model, shown in admin.site._registry.items():
        if model._meta.app_label == "tracker":
            assert not shown.has_add_permission(request)
            assert not shown.has_delete_permission(request)
    form = admin.site._registry[User].get_form(request, admins)
    assert list(form.base_fields) == ["is_active"]


def test_a_familys_own_numbers_are_not_shown_there(child: Child, care_team: CareTeam) -> None:
    shown = admin.site._registry[CareTeam].get_queryset(RequestFactory().get("/"))
    assert list(shown) == [care_team]
