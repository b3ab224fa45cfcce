"""Every route of the site, each with a name."""

from django.urls import path

from tracker.accounts.views import privacy
from tracker.clinic.views import alerts as closing
from tracker.clinic.views import board as nurse
from tracker.clinic.views import child as nurse_child
from tracker.clinic.views import silence, team
from tracker.clinic.views import staff_lock as staff
from tracker.families.views import begin, family, invitations, settings, treatment
from tracker.families.views import callback_numbers as callbacks
from tracker.home_care.views import card, doses, drill, duty, pump, summary
from tracker.logs.views import answer, check, days, decision, ending, late, late_forms
from tracker.logs.views import log as logs
from tracker.logs.views import self_report as handed
from tracker.messaging.views import contact_points as reaching
from tracker.messaging.views import outbox, reminders
from tracker.site.views import demo_codes, health, home, how, more, today
from tracker.site.views import theme as looks

urlpatterns = [
    # what a caregiver sees, logs and is told
    path("children/<uuid:child_id>/", today.today, name="today"),
    path("children/<uuid:child_id>/decision/opened/", decision.opened, name="decision-opened"),
    path("children/<uuid:child_id>/logs/", logs.logs, name="logs"),
    path("children/<uuid:child_id>/logs/new/", logs.log_new, name="log-new"),
    path("children/<uuid:child_id>/logs/nothing-new/", logs.log_nothing_new, name="log-nothing-new"),
    path("children/<uuid:child_id>/logs/thinking/", logs.log_neuro, name="log-neuro"),
    path("children/<uuid:child_id>/logs/kept/", late.log_kept, name="log-kept"),
    path("children/<uuid:child_id>/kept/", late_forms.forms_kept, name="forms-kept"),
    path("logs/<uuid:log_id>/", logs.log, name="log"),
    path("logs/<uuid:log_id>/answer/", answer.answer, name="answer"),
    path("logs/<uuid:log_id>/called/", answer.called, name="called"),
    path("alerts/<uuid:alert_id>/end/", ending.end, name="alert-end"),
    path("logs/<uuid:log_id>/correct/", logs.log_correct, name="log-correct"),
    path("logs/<uuid:log_id>/mistake/", logs.log_mistake, name="log-mistake"),
    path("logs/<uuid:log_id>/confirm/", logs.log_confirm, name="log-confirm"),
    path("children/<uuid:child_id>/days/", days.days, name="days"),
    path("check/", check.check, name="check"),
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
    # The staff: board, alerts, one child
    path("board/", nurse.choose, name="board"),
    path("teams/<uuid:care_team_id>/board/", nurse.team_board, name="team-board"),
    path("teams/<uuid:care_team_id>/board/version/", nurse.board_version, name="board-version"),
    path("teams/<uuid:care_team_id>/board/find/", nurse.find, name="board-find"),
    path("teams/<uuid:care_team_id>/board/close/", closing.close_together, name="board-close"),
    path("alerts/<uuid:alert_id>/take/", nurse.take, name="alert-take"),
    path("alerts/<uuid:alert_id>/offer/", nurse.offer, name="alert-offer"),
    path("alerts/<uuid:alert_id>/accept/", nurse.accept, name="alert-accept"),
    path("alerts/<uuid:alert_id>/close/", closing.close, name="alert-close"),
    path("alerts/<uuid:alert_id>/not-reached/", closing.not_reached, name="alert-not-reached"),
    path("alerts/<uuid:alert_id>/reopen/", closing.reopen, name="alert-reopen"),
    path("staff/lock/", staff.staff_lock, name="staff-lock"),
    path("staff/active/", staff.staff_active, name="staff-active"),
    path("staff/unlock/", staff.staff_unlock, name="staff-unlock"),
    path("teams/<uuid:care_team_id>/", team.team, name="team"),
    path("teams/<uuid:care_team_id>/numbers/", team.numbers, name="team-numbers"),
    path("teams/<uuid:care_team_id>/rules/", team.policy, name="team-policy"),
    path("teams/<uuid:care_team_id>/staff/", team.staff, name="team-staff"),
    path("teams/<uuid:care_team_id>/staff/order/", team.call_order, name="team-call-order"),
    path("teams/<uuid:care_team_id>/staff/invite/", team.invite_staff, name="team-invite"),
    path("teams/invitations/<uuid:link_id>/revoke/", team.revoke_staff, name="team-revoke"),
    path("teams/memberships/<uuid:colleague_id>/end/", team.end_staff, name="team-end"),
    path("teams/<uuid:care_team_id>/code/", team.code, name="team-code"),
    path("teams/<uuid:care_team_id>/figures/", team.figures, name="team-figures"),
    path("teams/<uuid:care_team_id>/figures/table/", team.export, name="team-export"),
    path("teams/<uuid:care_team_id>/changes/", team.changes, name="team-changes"),
    path("children/<uuid:child_id>/review/", nurse_child.review, name="nurse-child"),
    path("teams/<uuid:care_team_id>/handover/", nurse.shift, name="team-handover"),
    path("children/<uuid:child_id>/review/chart/", nurse_child.chart, name="nurse-chart"),
    path("children/<uuid:child_id>/review/note/", nurse_child.note, name="nurse-note"),
    path("children/<uuid:child_id>/review/reached/", silence.reached, name="nurse-reached"),
    path("children/<uuid:child_id>/review/numbers/", nurse_child.know, name="nurse-know"),
    # The family: the beginning, and what is seldom changed.
    path("", home.home, name="home"),
    path("begin/", begin.begin, name="begin"),
    path("begin/<str:step>/", begin.begin_step, name="begin-step"),
    path("children/<uuid:child_id>/more/", more.more, name="more"),
    path("children/<uuid:child_id>/family/", family.family, name="family"),
    path("children/<uuid:child_id>/family/invite/", family.make_invitation, name="invite"),
    path("children/<uuid:child_id>/treatment/", treatment.treatment, name="treatment"),
    path("children/<uuid:child_id>/call-back/", callbacks.callback, name="callback"),
    path("children/<uuid:child_id>/settings/", settings.settings, name="settings"),
    path("children/<uuid:child_id>/pause/", settings.pause_or_stop, name="pause"),
    path("memberships/<uuid:membership_id>/end/", family.end, name="membership-end"),
    path("invitations/<uuid:invitation_id>/revoke/", family.revoke, name="invitation-revoke"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("events/<uuid:event_id>/withdraw/", treatment.withdraw, name="treatment-withdraw"),
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
    path("children/<uuid:child_id>/duty/", duty.duty, name="duty"),
    path("children/<uuid:child_id>/duty/ask/", duty.duty_offer, name="duty-offer"),
    path("children/<uuid:child_id>/duty/take/", duty.duty_take, name="duty-take"),
    path("children/<uuid:child_id>/duty/<uuid:baton_id>/", duty.duty_answer, name="duty-answer"),
    path("children/<uuid:child_id>/pump/", pump.pump, name="pump"),
    path("children/<uuid:child_id>/pump/days/", pump.pump_intervals, name="pump-intervals"),
    path("children/<uuid:child_id>/pump/changed/", pump.pump_changed, name="pump-changed"),
    path("children/<uuid:child_id>/pump/problem/", pump.pump_problem, name="pump-problem"),
    path(
        "children/<uuid:child_id>/pump/<uuid:change_id>/take-back/",
        pump.pump_take_back,
        name="pump-take-back",
    ),
    path("children/<uuid:child_id>/summary/", summary.summary, name="summary"),
    path("children/<uuid:child_id>/summary/paper/", summary.summary_paper, name="summary-paper"),
    path("children/<uuid:child_id>/summary/table/", summary.summary_table, name="summary-table"),
    path("children/<uuid:child_id>/questions/", summary.question_new, name="question-new"),
    path(
        "children/<uuid:child_id>/questions/<uuid:question_id>/",
        summary.question_answer,
        name="question-answer",
    ),
    path("children/<uuid:child_id>/drill/", drill.drill, name="drill"),
    path("children/<uuid:child_id>/drill/begin/", drill.drill_begin, name="drill-begin"),
    path("children/<uuid:child_id>/drill/<uuid:drill_id>/", drill.drill_step, name="drill-step"),
    path("children/<uuid:child_id>/drill/<uuid:drill_id>/card/", drill.drill_card, name="drill-card"),
    path("children/<uuid:child_id>/own-words/", handed.handed, name="handed"),
    path("children/<uuid:child_id>/own-words/ask/", handed.handed_ask, name="handed-ask"),
    path("children/<uuid:child_id>/own-words/<uuid:pair_id>/", handed.handed_pair, name="handed-pair"),
    # Trust: one's own data
    path("children/<uuid:child_id>/export/", privacy.export, name="export"),
    path("children/<uuid:child_id>/erase/", privacy.erase, name="erase"),
    path("account/erase/", privacy.erase_account, name="erase-account"),
    path("demo/codes/", demo_codes.demo_codes, name="demo-codes"),
]
