"""Routes of a caregiver's main job: log, answer, the call, days, /check."""

from django.urls import path

from tracker.logs.views import (
    answer,
    check,
    days,
    decision,
    ending,
    late,
    late_forms,
    log,
    photos,
    self_report,
)

urlpatterns = [
    path("children/<uuid:child_id>/decision/opened/", decision.opened, name="decision-opened"),
    path("children/<uuid:child_id>/where/", decision.where, name="where"),
    path("children/<uuid:child_id>/logs/", log.logs, name="logs"),
    path("children/<uuid:child_id>/logs/new/", log.log_new, name="log-new"),
    path("children/<uuid:child_id>/logs/nothing-new/", log.log_nothing_new, name="log-nothing-new"),
    path("children/<uuid:child_id>/logs/thinking/", log.log_neuro, name="log-neuro"),
    path("children/<uuid:child_id>/logs/kept/", late.log_kept, name="log-kept"),
    path("children/<uuid:child_id>/kept/", late_forms.forms_kept, name="forms-kept"),
    path("logs/<uuid:log_id>/", log.log, name="log"),
    path("logs/<uuid:log_id>/answer/", answer.answer, name="answer"),
    path("logs/<uuid:log_id>/called/", answer.called, name="called"),
    path("alerts/<uuid:alert_id>/end/", ending.end, name="alert-end"),
    path("logs/<uuid:log_id>/correct/", log.log_correct, name="log-correct"),
    path("logs/<uuid:log_id>/mistake/", log.log_mistake, name="log-mistake"),
    path("logs/<uuid:log_id>/confirm/", log.log_confirm, name="log-confirm"),
    path("logs/<uuid:log_id>/photos/", photos.photos, name="photos"),
    path("photos/<uuid:photo_id>/", photos.photo, name="photo"),
    path("children/<uuid:child_id>/days/", days.days, name="days"),
    path("check/", check.check, name="check"),
    path("children/<uuid:child_id>/own-words/", self_report.handed, name="handed"),
    path("children/<uuid:child_id>/own-words/ask/", self_report.handed_ask, name="handed-ask"),
    path("children/<uuid:child_id>/own-words/<uuid:pair_id>/", self_report.handed_pair, name="handed-pair"),
]
