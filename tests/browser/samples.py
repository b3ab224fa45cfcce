"""Sample contexts for every page and state. The children, numbers and words are invented."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as Sample
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict

from tests.browser.sample_forms import CalledForm
from therapies.fever import FEVER
from tracker.assessment import answer_text
from tracker.lib import charts, telephone
from tracker.logs.forms.log import Asking, LogForm
from tracker.logs.forms.photo import PhotoForm
from tracker.logs.photos import Beside

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 2, 20, tzinfo=ZONE)
CHILD_ID, LOG_ID = "6a1f0c1e-3f0b-4f43-9d6c-0d6c5f3b8a11", "0b8c9f1a-7f4e-4e0e-8a5d-5f2f7c6d9e22"
JUNO = Sample(pk=CHILD_ID, nickname="Juno", colour="teal")
THEO = Sample(pk="6a1f0c1e-3f0b-4f43-9d6c-0d6c5f3b8a12", nickname="Theo", colour="clay")
NIGHT_LINE = Sample(
    label="Care team, night line",
    number=telephone.of("555 0142"),
    hours="Open now. The day line opens Monday 08:00.",
)
BASE = {
    "child": JUNO,
    "children": [JUNO],
    "day_label": "Day 6 after the infusion · CAR T cells",
    "call": NIGHT_LINE,
    "emergency_number": telephone.of("911"),
    "now": NOW,
}
Context = Callable[[HttpRequest], dict[str, Any]]


def always(**context: Any) -> Context:
    return lambda request: BASE | context


# ---------------------------------------------------------------- logs

FEVER_LOG = Sample(
    pk=LOG_ID,
    observed_at=NOW - timedelta(minutes=10),
    received_at=NOW - timedelta(minutes=6),
    by="Dad",
    late=False,
    urgency="now",
    temperature="38.4 °C",
    temperature_other="101.1 °F",
    signs=["Chills, shaking (moderate)", "Tired all over (mild)"],
    told_apart=(["Chills, shaking (moderate)", "Tired all over (mild)"], ["Talking: As usual"]),
    note="Woke up shivering.",
    worried=True,
    corrects=None,
    corrected_by=None,
    alert=Sample(taken_by="Nurse A.", taken_at=NOW - timedelta(minutes=3), outcome="", resolved_at=None),
    calls=[
        Sample(called_at=NOW - timedelta(minutes=4), reached=True, in_words="Come in now. Bring the card.")
    ],
)
QUIET_LOG = Sample(
    **vars(FEVER_LOG)
    | {
        "observed_at": NOW - timedelta(hours=4),
        "received_at": NOW - timedelta(hours=4),
        "urgency": "note",
        "temperature": "36.9 °C",
        "temperature_other": "98.4 °F",
        "signs": ["Tired all over (mild)"],
        "told_apart": (["Tired all over (mild)"], ["Talking: As usual", "Name and place: As usual"]),
        "note": "",
        "worried": False,
        "alert": None,
        "calls": [],
    }
)
CORRECTED_LOG = Sample(
    **vars(QUIET_LOG)
    | {
        "temperature": "39.2 °C",
        "temperature_other": "102.6 °F",
        "corrected_by": Sample(pk=LOG_ID, received_at=NOW, by="Mum"),
        "signs": [],
        "told_apart": ([], []),
    }
)
BARE_LOG = Sample(
    **vars(QUIET_LOG)
    | {"temperature": "", "temperature_other": "", "signs": [], "told_apart": ([], []), "late": True}
)

WEEK = [
    {"day": date(2026, 11, 12), "logs": 2, "urgency": "note", "called": False},
    {"day": date(2026, 11, 13), "logs": 1, "urgency": "note", "called": False},
    {"day": date(2026, 11, 14), "logs": 3, "urgency": "today", "called": True},
    {"day": date(2026, 11, 15), "logs": 1, "urgency": "note", "called": False},
    {"day": date(2026, 11, 16), "logs": 0, "urgency": None, "called": False},
    {"day": date(2026, 11, 17), "logs": 2, "urgency": "emergency", "called": True},
    {"day": date(2026, 11, 18), "logs": 1, "urgency": "now", "called": True},
]
EMPTY_WEEK = [day | {"logs": 0, "urgency": None, "called": False} for day in WEEK]


# ---------------------------------------------------------------- answers

MEDICATION_GUIDE = {
    "id": "kymriah-patients",
    "title": "KYMRIAH for children and young adults, important safety information",
    "publisher": "Novartis",
    "locator": "Call your provider or get emergency help right away",
    "revised": "2025-06-30",
}
ACS = {
    "id": "acs-child",
    "title": "Immunotherapy for childhood leukemia",
    "publisher": "American Cancer Society",
    "locator": "CAR T-cell therapy, serious side effects",
    "revised": "2024-06-24",
}
CRS_FLAG = {
    "id": "CART-CRS-01",
    "syndrome": "crs",
    "urgency": "now",
    "because": ["temperature", "chills"],
    "text": "Fever or chills after CAR T cells can be the start of a reaction of the whole body.",
    "sources": [MEDICATION_GUIDE, ACS],
}
INFECTION_FLAG = CRS_FLAG | {
    "id": "ANY-INF-01",
    "syndrome": "infection",
    "because": ["temperature"],
    "text": "A fever can be the only sign of an infection while defences are low.",
    "sources": [ACS],
    "reported_hours_ago": 3,
}


def assessed(urgency: str, headline: str, **more: Any) -> dict[str, Any]:
    """An answer of assess()."""
    empty = {"flags": [], "syndromes": [], "unanswered": [], "needs_confirmation": [], "could_not_check": []}
    return {"urgency": urgency, "headline": headline, "knowledge_version": "1-abc", **empty, **more}


CALL_NOW = assessed(
    "now", "Call your care team now", flags=[CRS_FLAG, INFECTION_FLAG], unanswered=["antipyretic_given"]
)
EMERGENCY = assessed(
    "emergency",
    "Call emergency services now",
    flags=[
        CRS_FLAG
        | {
            "syndrome": "emergency-sign",
            "urgency": "emergency",
            "because": ["seizure"],
            "text": "A seizure is an emergency.",
        }
    ],
)
CALL_TODAY = assessed(
    "today",
    "Call your care team today",
    flags=[
        CRS_FLAG
        | {
            "syndrome": "common-side-effect",
            "urgency": "today",
            "because": ["fatigue"],
            "text": "Being tired is common after this therapy. The team wants to know.",
        }
    ],
)
NOTED = assessed("note", "Nothing documented as urgent in what you entered")
NO_TEMPERATURE = assessed("note", "Temperature not entered", unanswered=["temperature", "symptoms"])
ASKED_BACK = assessed(
    "now",
    "Call your care team now",
    flags=[CRS_FLAG],
    needs_confirmation=[
        {"field": "temperature", "message": "38 °F is not possible. Did you mean 38.0 °C?"},
    ],
)
UNREADABLE = assessed(
    "now", "We could not check this. Call your care team now.", could_not_check=["temperature"]
)
WHAT_TO_SAY = [
    "My child is 8 and had CAR T cells 6 days ago.",
    "Since 1 a.m.: temperature 38.4 °C under the arm, shaking chills.",
    "No fever medicine given.",
    "Should we come in?",
]
INSTRUCTIONS = answer_text.instructions("tisagenlecleucel")


def answer(answer: dict[str, Any], **more: Any) -> Context:
    def context(request: HttpRequest) -> dict[str, Any]:
        return (
            BASE
            | {
                "log": FEVER_LOG,
                "answer": answer,
                "summary": "38.4 °C under the arm, shaking chills, 6 days after CAR T cells",
                "what_to_say": WHAT_TO_SAY,
                "instructions": INSTRUCTIONS,
                "calls": [],
                "called_form": CalledForm(),
                "may_log": True,
            }
            | more
        )

    return context


# ---------------------------------------------------------------- log forms

ASKING = {"now": NOW, "zone": ZONE, "age_years": 8}
FULL_LOG = {
    "temperature": "38,4",
    "unit": "C",
    "route": "armpit",
    "antipyretic_given": "no",
    "sign-chills": "moderate",
    "sign-chills-duration": "1",
    "sign-vomiting": "yes",
    "sign-vomiting-episodes": "2",
    "sign-blue_lips": "yes",
    "neuro_talks": "less",
    "weight_kg": "20,4",
    "worried": "on",
    "when": "1",
    "note": "Woke up shivering.",
}
WRONG_TIME = FULL_LOG | {"when": "pick", "when_at": "2026-11-19T02:00"}


def log(kind: str = "full", data: dict[str, str] | None = None, **asking: Any) -> Context:
    def context(request: HttpRequest) -> dict[str, Any]:
        sent = QueryDict(mutable=True)
        sent.update(data or {})
        form = LogForm(sent if data else None, asking=Asking(kind=kind, **ASKING | asking))
        return BASE | {"form": form, "log": FEVER_LOG, "alert_stays": True}

    return context


def not_saved(**more: Any) -> Context:
    def context(request: HttpRequest) -> dict[str, Any]:
        return log(data=FULL_LOG)(request) | answer(CALL_NOW, action="/")(request) | more

    return context


def waiting(number: int, title: str, *rows: tuple[str, str]) -> dict[str, Any]:
    form = Sample(path="/", sent_at=NOW - timedelta(minutes=20), number=str(number))
    return {"draft": form, "words": Sample(title=title, rows=rows), "hidden": [("number", str(number))]}


WAITING = {
    "layout": "base.html",
    "forms": [
        waiting(1, "A dose was given", ("Medicine", "Levetiracetam, 5 mL"), ("Given", "Wednesday 01:54")),
        waiting(2, "A question for the next visit", ("Question", "May she swim?\nAnd when?")),
    ],
}


# ---------------------------------------------------------------- days


def days(view: str, **more: Any) -> Context:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, 10, tzinfo=ZONE)

    values = [36.6, 36.8, 36.5, 36.7, 36.6, 36.4, 36.8, 36.9, 37.1, 37.0, 37.4, 37.2, 37.9, 38.4]
    readings = [
        (at(5 + number, 20 if number < 13 else 2), Decimal(str(value))) for number, value in enumerate(values)
    ]
    shown = [date(2026, 11, day) for day in range(5, 19)]
    signs = {
        "Headache": {date(2026, 11, 17): 1, date(2026, 11, 18): 2},
        "Chills, shaking": {date(2026, 11, 18): 3},
        "Tired all over": {date(2026, 11, 14): 1, date(2026, 11, 15): 1, date(2026, 11, 17): 2},
        "Shaky hands": {date(2026, 11, 14): 1},
    }
    context = {
        "view": view,
        "first": shown[0],
        "last": shown[-1],
        "earlier": date(2026, 11, 4),
        "later": None,
        "unit": "C",
        "may_log": True,
        "curve": charts.curve(readings, [(at(12, 11), "infusion")], at(5, 0), at(18, 4), FEVER),
        "heat": charts.heat_map(signs, shown, [day for day in shown if day.day != 16]),
        "timeline": [
            {"day": date(2026, 11, 18), "day_label": "Day 6", "rows": [FEVER_LOG]},
            {"day": date(2026, 11, 17), "day_label": "Day 5", "rows": [QUIET_LOG, CORRECTED_LOG, BARE_LOG]},
        ],
    }
    return always(**context | more)


NOTHING = {
    "curve": charts.curve([], [], NOW - timedelta(days=13), NOW, FEVER),
    "heat": charts.heat_map({}, [], []),
}
TOLD = [
    ("Temperature", "38.4 °C (101.1 °F), under the arm, typed as “38,4”"),
    ("Chills, shaking", "moderate: can't get warm, for 1 hour"),
    ("Note", "Woke up shivering."),
]
TODAY = {
    "last": QUIET_LOG,
    "neuro": True,
    "week": WEEK,
    "may_log": True,
    "advice": None,
    "open_answer": None,
}
DETAIL = {"row": FEVER_LOG, "told": TOLD, "answer": CALL_NOW, "may_correct": True, "assessments": [CALL_NOW]}
PHOTO = Sample(pk=FEVER_LOG.pk, seen_at=NOW, width=300, height=400)
PHOTOS = {
    "log": FEVER_LOG,
    "form": PhotoForm(),
    "refused": "",
    "may_log": True,
    "beside": [Beside("Skin or rash", [PHOTO] * 3, 4), Beside("Where the line goes in", [PHOTO], 0)],
}

STATES: dict[str, tuple[str, Context]] = {
    "today": (
        "tracker/site/today.html",
        always(
            **TODAY
            | {
                "advice": Sample(
                    at=NOW - timedelta(hours=4),
                    by="Dad",
                    told="Measure again at 22:00. Call if it is 38 or more.",
                    look_again_at=NOW + timedelta(hours=1),
                    holds=True,
                )
            }
        ),
    ),
    "today-old-advice": (
        "tracker/site/today.html",
        always(
            **TODAY
            | {
                "advice": Sample(
                    at=NOW - timedelta(days=3),
                    by="Dad",
                    told="Come to the emergency room tonight.",
                    holds=False,
                ),
                "may_manage": True,
                "earlier": ["inotuzumab ozogamicin: Cycle 1, day 34, 19 days after dose 3"],
                "course_questions": [
                    Sample(
                        text="The pump should have ended 24 November, 14:00. Does it still run?",
                        hint="It still runs? Ask your care team today until when.",
                        ways=[("No, the cycle has ended", "end"), ("No, it was stopped", "stop")],
                    )
                ],
            }
        ),
    ),
    "today-empty": (
        "tracker/site/today.html",
        always(**TODAY | {"last": None, "week": EMPTY_WEEK, "neuro": False}),
    ),
    "today-emergency": (
        "tracker/site/today.html",
        always(
            **TODAY
            | {
                "open_answer": Sample(
                    log_pk=LOG_ID,
                    urgency="emergency",
                    headline="Call emergency services now",
                    seen_at=NOW - timedelta(minutes=20),
                ),
                "is_emergency": True,
                "asks_callback": True,
                "call": Sample(label="Care team", number=telephone.of("+44 20 7946 0119 x12"), hours=""),
            }
        ),
    ),
    "today-decided": (
        "tracker/site/today.html",
        always(
            **TODAY
            | {
                "decision": Sample(
                    at=NOW - timedelta(minutes=4),
                    by="Nurse A.",
                    told="Go to the emergency room. Door B, ask for Ada.",
                    opened_at=None,
                )
            }
        ),
    ),
    "today-open-answer": (
        "tracker/site/today.html",
        always(
            **TODAY
            | {
                "children": [JUNO, THEO],
                "open_answer": Sample(
                    log_pk=LOG_ID,
                    urgency="now",
                    headline="Call your care team now",
                    seen_at=NOW - timedelta(days=2),
                    is_old=True,
                    ends_at=LOG_ID,
                ),
                "paused": "in hospital",
                "may_log": False,
            }
        ),
    ),
    "log": ("tracker/logs/log.html", log()),
    "log-blinatumomab": (
        "tracker/logs/log.html",
        log(pump=True, neuro=True, writes=True, first_sentence="The moon is my lamp.", unit="F"),
    ),
    "log-filled": (
        "tracker/logs/log.html",
        log(data=FULL_LOG, pump=True, neuro=True, writes=True, first_sentence="The moon is my lamp."),
    ),
    "log-wrong": ("tracker/logs/log.html", log(data=WRONG_TIME)),
    "nothing-new": ("tracker/logs/nothing_new.html", log("nothing-new", pump=True)),
    "neuro": (
        "tracker/logs/neuro.html",
        log("neuro", writes=True, first_sentence="The moon is my lamp."),
    ),
    "neuro-toddler": ("tracker/logs/neuro.html", log("neuro", age_years=2)),
    "correct": ("tracker/logs/correct.html", log(data=FULL_LOG)),
    "answer-now": ("tracker/logs/answer.html", answer(CALL_NOW)),
    "answer-now-called": (
        "tracker/logs/answer.html",
        answer(CALL_NOW, calls=FEVER_LOG.calls, nobody_confirmed=True),
    ),
    "answer-emergency": (
        "tracker/logs/answer.html",
        answer(EMERGENCY, summary="A seizure, 6 days after CAR T cells", is_emergency=True),
    ),
    "answer-unanswered": (
        "tracker/logs/answer.html",
        answer(
            CALL_NOW,
            calls=[Sample(called_at=NOW, by="Dad", reached=False, told="", look_again_at=None)],
            nobody_answered=True,
            is_urgent=True,
            second_numbers=[Sample(label="Home-care company", number=telephone.of("+1 202 555 0177 x9"))],
        ),
    ),
    "answer-today": ("tracker/logs/answer.html", answer(CALL_TODAY, summary="Tired all over (mild)")),
    "answer-note": ("tracker/logs/answer.html", answer(NOTED, summary="36.9 °C")),
    "answer-no-temperature": ("tracker/logs/answer.html", answer(NO_TEMPERATURE, summary="")),
    "answer-asks": (
        "tracker/logs/answer.html",
        answer(
            ASKED_BACK,
            questions=[
                {
                    "message": "38 °F is not possible. Did you mean 38.0 °C?",
                    "replies": [{"label": "Yes, 38.0 °C", "value": "38.0|C"}],
                }
            ],
        ),
    ),
    "answer-unreadable": (
        "tracker/logs/answer.html",
        answer(UNREADABLE, summary="Temperature typed: “38.5.1”"),
    ),
    "answer-taken": (
        "tracker/logs/answer.html",
        answer(
            CALL_NOW,
            is_held=True,
            may_log=True,
            call_is_missing=True,
            fever_rule="The fever line for this answer: 38.5 °C, once. It was set by Maple ward.",
            became=Sample(taken_by="Nurse A.", taken_at=NOW, resolved_at=None, outcome=""),
        ),
    ),
    "answer-not-reached": (
        "tracker/logs/answer.html",
        answer(
            CALL_NOW,
            may_log=True,
            not_reached_at=NOW - timedelta(minutes=2),
            became=Sample(taken_by="Nurse A.", taken_at=NOW, resolved_at=None, outcome=""),
            emergency_before=Sample(
                alert=Sample(raised_at=NOW - timedelta(hours=3)),
                outcome="They closed it as a false alarm. Worried again? Call.",
                note="Typed by mistake.",
                resolved_by="Nurse B.",
                resolved_at=NOW - timedelta(hours=2),
            ),
        ),
    ),
    "answer-closed": (
        "tracker/logs/answer.html",
        answer(
            NOTED,
            corrected_by=Sample(pk=LOG_ID),
            standing=Sample(
                urgency="now",
                headline="Call your care team now",
                log_pk=LOG_ID,
                seen_at=NOW - timedelta(hours=26),
            ),
            became=Sample(
                resolved_by="Nurse A.",
                resolved_at=NOW,
                outcome="Come to the clinic today.",
                note="Ask for Ada.",
            ),
        ),
    ),
    "answer-late": (
        "tracker/logs/late.html",
        answer(CALL_NOW, child=None, login="/account/login/"),
    ),
    "late": ("tracker/logs/late.html", always(child=None, login="/account/login/")),
    "forms-kept": ("tracker/logs/forms_kept.html", always(**WAITING)),
    "send-again": (
        "tracker/logs/send_again.html",
        always(child=None, login="/account/login/", action="/", typed=[("text", "May she swim?")]),
    ),
    "nothing-done": ("tracker/logs/not_done.html", always(child=None, login="/account/login/")),
    "nothing-done-without-second-factor": ("tracker/logs/not_done.html", always(child=None, set_up="/")),
    "answer-not-saved": ("tracker/logs/not_saved.html", not_saved(broken=True)),
    "answer-waited": ("tracker/logs/not_saved.html", not_saved(sent_at=NOW - timedelta(minutes=20))),
    "answer-of-nobody": ("tracker/logs/not_saved.html", not_saved(child=None, login="/account/login/")),
    "answer-without-database": (
        "tracker/logs/not_saved_nobodys.html",
        answer(CALL_NOW, typed=[("temperature", "38,4")], action="/", csrf_token="x"),
    ),
    "days": ("tracker/logs/days.html", days("picture")),
    "days-table": ("tracker/logs/days.html", days("table")),
    "days-empty": ("tracker/logs/days.html", days("picture", timeline=[], earlier=None, **NOTHING)),
    "log-detail": ("tracker/logs/log_detail.html", always(**DETAIL)),
    "log-detail-corrected": (
        "tracker/logs/log_detail.html",
        always(**DETAIL | {"row": CORRECTED_LOG, "assessments": [], "told": [], "answer": CALL_TODAY}),
    ),
    "photos": ("tracker/logs/photos.html", always(**PHOTOS)),
    "photos-refused": (
        "tracker/logs/photos.html",
        always(**PHOTOS | {"form": PhotoForm({}), "refused": "This log has 8 photos. More do not fit."}),
    ),
}

ROUTES = [
    ("children/<uuid:pk>/", "today", "today"),
    ("children/<uuid:pk>/logs/new/", "log-new", "log"),
    ("children/<uuid:pk>/logs/", "logs", "answer-now"),
    ("children/<uuid:pk>/logs/nothing-new/", "log-nothing-new", "nothing-new"),
    ("children/<uuid:pk>/decision/opened/", "decision-opened", "today"),
    ("children/<uuid:pk>/where/", "where", "today"),
    ("children/<uuid:pk>/logs/neuro/", "log-neuro", "neuro"),
    ("children/<uuid:pk>/pump/problem/", "pump-problem", "today"),
    ("children/<uuid:pk>/days/", "days", "days"),
    ("logs/<uuid:pk>/", "log", "log-detail"),
    ("logs/<uuid:pk>/answer/", "answer", "answer-now"),
    ("logs/<uuid:pk>/photos/", "photos", "answer-now"),
    ("logs/<uuid:pk>/correct/", "log-correct", "correct"),
    ("logs/<uuid:pk>/mistake/", "log-mistake", "answer-now"),
    ("children/<uuid:pk>/kept/", "forms-kept", "forms-kept"),
    ("logs/<uuid:pk>/confirm/", "log-confirm", "answer-asks"),
    ("logs/<uuid:pk>/called/", "called", "answer-now-called"),
    ("logs/<uuid:pk>/photos/", "photos", "photos"),
    ("photos/<uuid:pk>/", "photo", "photos"),
]
