"""Whoever runs the site sees people and clinics there, and nothing about a child."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import timezone

import tracker.admin  # noqa: F401
from tests.support.personas import NOW
from tracker.alerts.escalation import escalate_due
from tracker.alerts.taking import take_alert
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, AuditEvent, CareTeam, Child, User


def test_nothing_about_a_child_is_in_the_admin() -> None:
    ours = {model.__name__ for model in admin.site._registry if model._meta.app_label == "tracker"}
    assert ours == {"User", "CareTeam", "Heartbeat"}


@pytest.mark.django_db
def test_nothing_but_a_clinic_is_added_and_nothing_deleted_or_promoted_there() -> None:
    admins = User.objects.create_superuser("admin@example.org", "a long pass phrase")
    request = RequestFactory().get("/")
    request.user = admins
    for model, shown in admin.site._registry.items():
        if model._meta.app_label == "tracker":
            assert shown.has_add_permission(request) == (model is CareTeam)
            assert not shown.has_delete_permission(request)
    form = admin.site._registry[User].get_form(request, admins)
    assert list(form.base_fields) == ["is_active"]


def test_a_familys_own_numbers_are_not_shown_there(child: Child, care_team: CareTeam) -> None:
    shown = admin.site._registry[CareTeam].get_queryset(RequestFactory().get("/"))
    assert list(shown) == [care_team]


@pytest.mark.hazard("H40")
def test_a_login_that_is_closed_there_leaves_its_alerts_to_others(
    log: Callable[..., Recorded], ward_child: Child, nurse: User, lead: User, clock_at_now: Any
) -> None:
    log(temperature=38.6)
    escalate_due(now=NOW)
    take_alert(alert=Alert.objects.get(), by=nurse, now=NOW)
    request = RequestFactory().post("/")
    request.user = User.objects.create_superuser("admin@example.org", "a long pass phrase")
    shown = admin.site._registry[User]
    nurse.is_active = False
    shown.save_model(request, nurse, shown.get_form(request, nurse)(instance=nurse), change=True)
    assert not User.objects.get(pk=nurse.pk).is_active
    assert Alert.objects.get().escalates_at <= timezone.now()
    escalate_due(now=timezone.now())
    assert Alert.objects.get().taken_by is None
    assert AuditEvent.objects.filter(verb="login.closed", about=nurse.pk, who=request.user.pk).exists()
