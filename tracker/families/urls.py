"""Routes of the beginning, and of what a family seldom changes."""

from django.urls import path

from tracker.families.views import begin, callback_numbers, family, invitations, settings, stop, treatment

urlpatterns = [
    path("begin/", begin.begin, name="begin"),
    path("begin/<str:step>/", begin.begin_step, name="begin-step"),
    path("children/<uuid:child_id>/family/", family.family, name="family"),
    path("children/<uuid:child_id>/family/invite/", family.make_invitation, name="invite"),
    path("children/<uuid:child_id>/treatment/", treatment.treatment, name="treatment"),
    path("children/<uuid:child_id>/call-back/", callback_numbers.callback, name="callback"),
    path("children/<uuid:child_id>/settings/", settings.settings, name="settings"),
    path("children/<uuid:child_id>/pause/", settings.pause_or_stop, name="pause"),
    path("children/<uuid:child_id>/stop/", stop.stop, name="stop"),
    path("memberships/<uuid:membership_id>/end/", family.end, name="membership-end"),
    path("invitations/<uuid:invitation_id>/revoke/", family.revoke, name="invitation-revoke"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("events/<uuid:event_id>/withdraw/", treatment.withdraw, name="treatment-withdraw"),
]
