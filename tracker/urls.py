"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import card, doses, health, how

urlpatterns = [
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
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
]
