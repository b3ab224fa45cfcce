"""The parts of the pages in each of their states, with invented data: for the style page. No database.

Each part is the template that the pages themselves use. A state is a title, and what that template is given.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import SimpleNamespace as Sample
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict

from therapies.fever import FEVER
from tracker.core.pages import NumberToCall
from tracker.lib import charts, telephone
from tracker.logs.forms.check import AboutForm
from tracker.logs.forms.log import Asking, LogForm

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 2, 14, tzinfo=ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NICKNAME = "Juno"
Given = Mapping[str, Any]


class State(NamedTuple):
    title: str
    template: str
    given: Callable[[], Given]


def _same(**given: Any) -> Callable[[], Given]:
    return lambda: given


def _line() -> NumberToCall:
    hours = "Open now. The day line opens Friday 08:00."
    return NumberToCall("Care team, night line", telephone.of("555 0142"), hours)


def _around(**more: Any) -> Given:
    return {"call": _line(), "emergency_number": telephone.of("911"), "now": NOW, **more}


# ---------------------------------------------------------------- answers

HEADLINES = {
    "emergency": "Call emergency services now",
    "now": "Call your care team now",
    "today": "Call your care team today",
    "note": "Saved. Nothing here calls for action now.",
}
FLAG = {"text": "Fever or chills after CAR T cells can be the start of a reaction of the whole body."}


def _answer(urgency: str) -> Given:
    flags = [FLAG] if urgency != "note" else []
    answer = {"urgency": urgency, "headline": HEADLINES[urgency], "flags": flags}
    summary = "38.4 °C, shaking chills, 6 days after CAR T cells"
    return _around(answer=answer, summary=summary, is_emergency=urgency == "emergency")


def _could_not_check() -> Given:
    answer = {"urgency": "now", "headline": "We could not check this. Call your care team now.", "flags": []}
    return _around(answer=answer)


def _standing(**more: Any) -> Given:
    standing = Sample(
        urgency="now", headline=HEADLINES["now"], log_pk=UUID(int=1), seen_at=NOW - HOUR, is_old=False
    )
    for name, value in {"not_reached_at": None, "taken_by": "", "taken_at": None, **more}.items():
        setattr(standing, name, value)
    return _around(standing=standing)


# ---------------------------------------------------------------- logs and days


def _row(**more: Any) -> Given:
    usual = {
        "pk": UUID(int=1),
        "observed_at": NOW - 4 * HOUR,
        "received_at": NOW - 4 * HOUR,
        "by": "Dad",
        "urgency": "note",
        "temperature": "36.9 °C",
        "temperature_other": "98.4 °F",
        "signs": ["Tired all over (mild)"],
        "calls": [],
    }
    return _around(row=Sample(**usual | more))


def _readings(*celsius: str) -> Given:
    first = NOW - (len(celsius) or 1) * DAY
    read = [(first + number * DAY, Decimal(value)) for number, value in enumerate(celsius)]
    given = [(first + 2 * DAY, "Infusion")] if celsius else []
    return {"curve": charts.curve(read, given, first - DAY, NOW, FEVER), "unit": "C", "name": ""}


def _signs() -> Given:
    days = [NOW.date() - number * DAY for number in range(13, -1, -1)]
    levels = {
        "Headache": {days[12]: 1, days[13]: 2},
        "Chills, shaking": {days[13]: 3},
        "Tired all over": {days[9]: 1},
    }
    return {"heat": charts.heat_map(levels, days, [day for day in days if day != days[10]])}


def _week(*urgencies: str | None) -> Given:
    first = date(2026, 11, 14)
    days = [
        {"day": first + number * DAY, "logs": 1 if one else 0, "urgency": one, "called": one == "now"}
        for number, one in enumerate(urgencies)
    ]
    return {"week": days}


# ---------------------------------------------------------------- the board


def _board() -> Given:
    nurse = Sample(pk=UUID(int=9), name="Nurse A.")
    taken = {"taken_by": nurse, "taken_by_id": nurse.pk}
    rows = [
        _board_row(1, "emergency", "Seizure"),
        _board_row(2, "now", "38.4 °C", "Chills, shaking (moderate)", tried_at=NOW - HOUR),
        _board_row(3, "now", "39.0 °C", **taken),
        _board_row(4, "today", "Loose dressing", taken_by=Sample(name=""), taken_by_id=UUID(int=8)),
    ]
    return _around(board=Sample(alerts=rows), user=nurse, shows_ward=False)


def _board_row(number: int, urgency: str, *seen: str, **of_alert: Any) -> Sample:
    nobody = {"taken_by": None, "taken_by_id": None, "offered_to_id": None, "tried_at": None}
    raised_at = NOW - number * HOUR
    alert = Sample(pk=UUID(int=number), urgency=urgency, raised_at=raised_at, **nobody | of_alert)
    callbacks = [Sample(name="Mum", number=telephone.of("555 0170"))] if number != 4 else []
    child = Sample(nickname=f"{NICKNAME} {number}", has_died=False, is_admitted=False, callbacks=callbacks)
    return Sample(
        alert=alert,
        child=child,
        seen=list(seen),
        before=[],
        age=8,
        therapy="tisagenlecleucel",
        day_label="Day 6 after the infusion",
        link="#part",
        take="#part",
        is_held=alert.taken_by_id is not None,
        waits=alert.taken_by_id is None,
        nobody_answered=number == 4,
        emergency=None,
    )


# ---------------------------------------------------------------- forms


def _form(typed: str | None) -> Given:
    data = None if typed is None else QueryDict(typed)
    asking = Asking(now=NOW, zone=ZONE, kind="check", neuro=True, pump=True)
    return {"about": AboutForm(data), "form": LogForm(data, asking=asking)}


FILLED = "therapy=tisagenlecleucel&age_years=8&days=6&temperature=38.4&unit=C&sign-chills=moderate&worried=on"
WRONG = "age_years=eight&days=soon&temperature=hot&unit=C"


# ---------------------------------------------------------------- all of them

CARE, LOG = "tracker/assessment/_care_card.html", "tracker/logs/_log_row.html"
BAR, STYLE = "tracker/core/_call_bar.html", "tracker/site/style"
URGENCIES = ("emergency", "now", "today", "note")
COLOURS = ("teal", "clay", "gold", "violet", "blue", "rose", "moss", "slate")

PARTS: dict[str, tuple[State, ...]] = {
    "buttons": (State("Buttons", f"{STYLE}/_buttons.html", _same()),),
    "badges": (
        State("Badges and dots", f"{STYLE}/_badges.html", _same(urgencies=URGENCIES, colours=COLOURS)),
    ),
    "messages": (State("Messages, and where nothing is", f"{STYLE}/_messages.html", _same()),),
    "call-number": (State("The number for this hour", BAR, _around),),
    "call-emergency": (State("While an emergency is open", BAR, partial(_around, is_emergency=True)),),
    "call-card": (State("Where no number is known", BAR, _same()),),
    "answers": (
        *(State(one, CARE, partial(_answer, one)) for one in URGENCIES),
        State("could not be checked", CARE, _could_not_check),
    ),
    "open-answer": (State("Nobody has it", "tracker/logs/_standing.html", _standing),),
    "open-answer-taken": (
        State(
            "Somebody has it",
            "tracker/logs/_standing.html",
            partial(_standing, taken_by="Nurse A.", taken_at=NOW - HOUR / 2),
        ),
    ),
    "open-answer-in-vain": (
        State(
            "They called in vain",
            "tracker/logs/_standing.html",
            partial(_standing, not_reached_at=NOW - HOUR / 2),
        ),
    ),
    "logs": (
        *(State(one, LOG, partial(_row, urgency=one)) for one in URGENCIES),
        State("with a note", LOG, partial(_row, note="Woke up shivering.", language="", worried=True)),
        State("entered later", LOG, partial(_row, late=True, temperature="", temperature_other="", signs=[])),
    ),
    "form": (State("Empty", f"{STYLE}/_form.html", partial(_form, None)),),
    "form-filled": (State("Filled", f"{STYLE}/_form.html", partial(_form, FILLED)),),
    "form-wrong": (State("With errors", f"{STYLE}/_form.html", partial(_form, WRONG)),),
    "curve": (
        State(
            "A fever", "tracker/logs/_curve.html", partial(_readings, "36.6", "36.8", "36.5", "37.4", "38.4")
        ),
    ),
    "curve-of-one": (State("One reading", "tracker/logs/_curve.html", partial(_readings, "36.8")),),
    "curve-empty": (State("No reading", "tracker/logs/_curve.html", _readings),),
    "curve-table": (
        State("As a table", "tracker/logs/_curve_table.html", partial(_readings, "36.6", "36.8", "38.4")),
    ),
    "signs": (State("Signs by day", "tracker/logs/_heat_map.html", _signs),),
    "signs-table": (State("As a table", "tracker/logs/_heat_table.html", _signs),),
    "week": (
        State(
            "A week",
            "tracker/logs/_week_strip.html",
            partial(_week, "note", "note", "today", None, "emergency", "now", "note"),
        ),
        State("An empty week", "tracker/logs/_week_strip.html", partial(_week, *[None] * 7)),
    ),
    "board": (State("A board of lines", "tracker/clinic/_board_lines.html", _board),),
}
