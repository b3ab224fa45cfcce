"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import health, how, nurse, nurse_child

urlpatterns = [
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    # The staff: board, alerts, one child
    path("board/", nurse.choose, name="board"),
    path("teams/<uuid:team_id>/board/", nurse.team_board, name="team-board"),
    path("teams/<uuid:team_id>/board/version/", nurse.board_version, name="board-version"),
    path("teams/<uuid:team_id>/board/find/", nurse.find, name="board-find"),
    path("teams/<uuid:team_id>/board/close/", nurse.close_together, name="board-close"),
    path("alerts/<uuid:alert_id>/take/", nurse.take, name="alert-take"),
    path("alerts/<uuid:alert_id>/offer/", nurse.offer, name="alert-offer"),
    path("alerts/<uuid:alert_id>/accept/", nurse.accept, name="alert-accept"),
    path("alerts/<uuid:alert_id>/close/", nurse.close, name="alert-close"),
    path("children/<uuid:child_id>/review/", nurse_child.review, name="nurse-child"),
    path("children/<uuid:child_id>/review/note/", nurse_child.note, name="nurse-note"),
    path("children/<uuid:child_id>/review/numbers/", nurse_child.know, name="nurse-know"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/duty", health.duty, name="health_duty"),
]
