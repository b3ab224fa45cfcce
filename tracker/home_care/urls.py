"""Routes of home care: card, doses, duty, pump, summary, drill."""

from django.urls import path

from tracker.home_care.views import card, doses, drill, duty, pump, summary

urlpatterns = [
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
]
