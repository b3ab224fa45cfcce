"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import (
    answer,
    begin,
    card,
    demo_codes,
    doses,
    health,
    home,
    how,
    logs,
    looks,
    more,
    outbox,
    privacy,
    reaching,
    reminders,
    today,
)

urlpatterns = [
    # what a caregiver sees, logs and is told
    path("children/<uuid:child_id>/", today.today, name="today"),
    path("children/<uuid:child_id>/logs/", logs.logs, name="logs"),
    path("children/<uuid:child_id>/logs/new/", logs.log_new, name="log-new"),
    path("children/<uuid:child_id>/logs/nothing-new/", logs.log_nothing_new, name="log-nothing-new"),
    path("children/<uuid:child_id>/logs/thinking/", logs.log_neuro, name="log-neuro"),
    path("logs/<uuid:log_id>/", logs.log, name="log"),
    path("logs/<uuid:log_id>/answer/", answer.answer, name="answer"),
    path("logs/<uuid:log_id>/called/", answer.called, name="called"),
    path("logs/<uuid:log_id>/correct/", logs.log_correct, name="log-correct"),
    path("logs/<uuid:log_id>/confirm/", logs.log_confirm, name="log-confirm"),
    path("theme/", looks.theme, name="theme"),
    # how we decide
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    # reminders and messages
    path("children/<uuid:child_id>/reminders/", reminders.reminders, name="reminders"),
    path("reach/", reaching.reach, name="reach"),
    path("reach/push/", reaching.push_subscribe, name="push-subscribe"),
    path("reach/<uuid:point_id>/forget/", reaching.forget, name="way-forget"),
    path("sw.js", reaching.service_worker, name="service-worker"),
    path("m/<uuid:message_id>/", reminders.message, name="message"),
    path("m/<uuid:message_id>/off/", reminders.switch_off, name="reminders-off"),
    # The family: the beginning, and what is seldom changed.
    path("", home.home, name="home"),
    path("begin/", begin.begin, name="begin"),
    path("begin/<str:step>/", begin.begin_step, name="begin-step"),
    path("children/<uuid:child_id>/more/", more.more, name="more"),
    path("outbox/", outbox.outbox, name="outbox"),
    # Whether the site is well.
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/duty", health.duty, name="health_duty"),
    # the family's own: card, doses, duty, pump, summary, drill, handed
    path("card/<str:token>/", card.card_open, name="card-open"),
    path("children/<uuid:child_id>/card/", card.card, name="card"),
    path("children/<uuid:child_id>/card/code/", card.card_link, name="card-link"),
    path("children/<uuid:child_id>/card/close/", card.card_revoke, name="card-revoke"),
    path("children/<uuid:child_id>/card/paper/", card.card_paper, name="card-paper"),
    path("children/<uuid:child_id>/doses/", doses.doses, name="doses"),
    path("children/<uuid:child_id>/doses/new/", doses.medicine_new, name="medicine-new"),
    path("children/<uuid:child_id>/doses/<uuid:medicine_id>/", doses.medicine, name="medicine"),
    path("children/<uuid:child_id>/doses/<uuid:medicine_id>/given/", doses.dose_give, name="dose-give"),
    path(
        "children/<uuid:child_id>/doses/<uuid:dose_id>/take-back/",
        doses.dose_take_back,
        name="dose-take-back",
    ),
    # Trust: one's own data
    path("children/<uuid:child_id>/export/", privacy.export, name="export"),
    path("children/<uuid:child_id>/erase/", privacy.erase, name="erase"),
    path("account/erase/", privacy.erase_account, name="erase-account"),
    path("demo/codes/", demo_codes.demo_codes, name="demo-codes"),
]
