"""Routes of the care team: board, alerts, one child, the team."""

from django.urls import path

from tracker.clinic.views import alerts, blood_counts, board, child, silence, staff_lock, team

urlpatterns = [
    path("board/", board.choose, name="board"),
    path("teams/<uuid:care_team_id>/board/", board.team_board, name="team-board"),
    path("teams/<uuid:care_team_id>/board/version/", board.board_version, name="board-version"),
    path("teams/<uuid:care_team_id>/board/find/", board.find, name="board-find"),
    path("teams/<uuid:care_team_id>/board/close/", alerts.close_together, name="board-close"),
    path("alerts/<uuid:alert_id>/take/", alerts.take, name="alert-take"),
    path("alerts/<uuid:alert_id>/offer/", alerts.offer, name="alert-offer"),
    path("alerts/<uuid:alert_id>/accept/", alerts.accept, name="alert-accept"),
    path("alerts/<uuid:alert_id>/close/", alerts.close, name="alert-close"),
    path("alerts/<uuid:alert_id>/not-reached/", alerts.not_reached, name="alert-not-reached"),
    path("alerts/<uuid:alert_id>/reopen/", alerts.reopen, name="alert-reopen"),
    path("alerts/<uuid:alert_id>/where/", alerts.where, name="alert-where"),
    path("staff/lock/", staff_lock.staff_lock, name="staff-lock"),
    path("staff/active/", staff_lock.staff_active, name="staff-active"),
    path("staff/unlock/", staff_lock.staff_unlock, name="staff-unlock"),
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
    path("children/<uuid:child_id>/review/", child.review, name="nurse-child"),
    path("teams/<uuid:care_team_id>/handover/", board.shift, name="team-handover"),
    path("children/<uuid:child_id>/review/chart/", child.chart, name="nurse-chart"),
    path("children/<uuid:child_id>/review/note/", child.note, name="nurse-note"),
    path("children/<uuid:child_id>/review/reached/", silence.reached, name="nurse-reached"),
    path("children/<uuid:child_id>/review/numbers/", child.know, name="nurse-know"),
    path("children/<uuid:child_id>/review/counts/", blood_counts.blood_counts, name="nurse-counts"),
]
