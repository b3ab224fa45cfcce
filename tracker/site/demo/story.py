"""Reads the story and tells it through the actions that a family and a nurse would use, each at its own time."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from therapies.schedule import Event
from tracker.alerts.actions import resolve_alert
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.families.actions.children import begin_child
from tracker.families.actions.memberships import accept_invitation, invite
from tracker.families.numbers import Numbers
from tracker.lib.present import present
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import record_log
from tracker.models import Alert, CareTeam, Child, Role, User
from tracker.site.demo.household import furnish
from tracker.site.demo.second_factors import seed_totp

PASSWORD = "moon-over-maple"
TOTP_SECRET = "NIGHTLIGHTDEMOXX"  # of every nurse's app; the page demo-codes shows its codes
BEGAN = timedelta(days=60)
REACHED_US = timedelta(minutes=2)  # from looking at the thermometer to saving


@dataclass(frozen=True)
class When:
    """A moment of the story: a clock time some days ago, or some hours ago."""

    now: datetime
    zone: ZoneInfo

    def __call__(self, row: Mapping[str, Any]) -> datetime:
        if "hours" in row:
            return self.now - timedelta(hours=row["hours"])
        day = self.now.astimezone(self.zone).date() - timedelta(days=row["day"])
        return datetime.combine(day, time.fromisoformat(row["at"]), self.zone)


def read_teams() -> list[dict[str, Any]]:
    return tomllib.loads(files("tracker.site.demo").joinpath("teams.toml").read_text(encoding="utf-8"))[
        "team"
    ]


def read_families() -> Iterator[dict[str, Any]]:
    """In the order of their names."""
    folder = files("tracker.site.demo").joinpath("families")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def numbers_of(told: Mapping[str, Any], time_zone: str) -> Numbers:
    """The numbers and hours of a team, or of a family that keeps its own."""
    numbers: dict[str, Any] = {name: told[name] for name in ("day_number", "night_number") if name in told}
    numbers |= {name: time.fromisoformat(told[name]) for name in ("opens_at", "closes_at") if name in told}
    return Numbers(**numbers, time_zone=time_zone)


@transaction.atomic
def tell(now: datetime) -> list[Child]:
    """Everybody and everything, up to `now`; gives the children."""
    password = make_password(PASSWORD)  # one for all: deriving it takes longer than the rest
    teams = {team["name"]: _team(team, password, now) for team in read_teams()}
    return [_family(family, teams, password, now) for family in read_families()]


def _person(told: Mapping[str, str], password: str, zone: str, now: datetime) -> User:
    who = {"email": told["email"], "name": told["name"], "time_zone": zone, "language": "en"}
    return User.objects.create(password=password, confirmed_at=now, **who)


def _team(told: Mapping[str, Any], password: str, now: datetime) -> CareTeam:
    began = now - BEGAN - timedelta(days=1)
    lead, *nurses = (
        _person(one, password, told["time_zone"], began) for one in (told["lead"], *told["nurses"])
    )
    team = begin_care_team(name=told["name"], numbers=numbers_of(told, told["time_zone"]), by=lead, now=began)
    for nurse in nurses:
        _join(nurse, Role.NURSE, by=lead, now=began, care_team=team)
    for one in (lead, *nurses):
        seed_totp(one, TOTP_SECRET)
    return team


def _join(user: User, role: str, *, by: User, now: datetime, **around: Any) -> None:
    invitation, _token = invite(role=role, by=by, now=now, **around)
    accept_invitation(invitation=invitation, by=user, now=now)


def _family(told: Mapping[str, Any], teams: Mapping[str, CareTeam], password: str, now: datetime) -> Child:
    zone = told["child"]["time_zone"]
    people = [_person(person, password, zone, now - BEGAN) for person in told["people"]]
    child = _child(told, people[0], now)
    for person, user in list(zip(told["people"], people, strict=True))[1:]:
        _join(user, person["role"], by=people[0], now=now - BEGAN, child=child)
    if name := told.get("team"):
        join_care_team(child=child, code=present(teams[name].join_code), by=people[0], now=now - BEGAN)
    by = {user.email.partition("@")[0]: user for user in people}
    for row in told["logs"]:
        _log(child, row, by, When(now, child.zone))
    furnish(child, told.get("household", {}), by, When(now, child.zone), now)
    return child


def _child(told: Mapping[str, Any], parent: User, now: datetime) -> Child:
    about = dict(told["child"])
    months = now.year * 12 + now.month - 1 - about.pop("age_months")
    when = When(now, ZoneInfo(about["time_zone"]))
    return begin_child(
        about=about | {"birth_month": date(months // 12, months % 12 + 1, 1)},
        numbers=numbers_of(told.get("numbers", {"day_number": "555 0100"}), about["time_zone"]),
        therapy=told["therapy"],
        events=[_event(row, when) for row in told["events"]],
        by=parent,
        now=now - BEGAN,
    )


def _event(row: Mapping[str, Any], when: When) -> Event:
    at = when(row)
    until = at + timedelta(days=row["until_in"]) if "until_in" in row else None
    return Event(row["kind"], at, cycle=row.get("cycle"), until=until)


def _log(child: Child, row: Mapping[str, Any], by: Mapping[str, User], when: When) -> None:
    at = when(row)
    recorded = record_log(
        child=child,
        caregiver=by[row["by"]],
        answers=_answers(child, row),
        observed_at=at,
        client_uuid=_number(child, "log", at),
        now=at + REACHED_US,
        kind=row.get("kind", "full"),
    )
    if call := row.get("call"):
        called_at = at + timedelta(minutes=call["after"])
        record_call(
            child=child,
            caregiver=by[call["by"]],
            client_uuid=_number(child, "call", at),
            called_at=called_at,
            reached=True,
            advice=call["advice"],
            told=call["told"],
            look_again_at=called_at + timedelta(hours=call["look_again"]),
            now=called_at + REACHED_US,
        )
    if done := row.get("resolved"):
        resolve_alert(
            alert=Alert.objects.get(log=recorded.log),
            outcome=done["outcome"],
            note=done["note"],
            by=User.objects.get(email=done["by"]),
            now=at + timedelta(minutes=done["after"]),
        )


def _answers(child: Child, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as a report of the contract. "Nothing new" asks for no signs; a full log asks for all."""
    taken = ("antipyretic_given", "fluids_kept", "handwriting", "pump", "weight_kg", "note")
    report: dict[str, Any] = {name: row[name] for name in taken if name in row}
    report["temperature"] = {"value": row["temperature"], "unit": child.units, "route": "ear"}
    if "neuro" in row:
        report["neuro"] = {part: row["neuro"] for part in ("talks", "knows", "follows")}
    if row.get("kind") != "nothing-new":
        report["symptoms"] = [{"code": code, "severity": how} for code, how in row.get("signs", {}).items()]
    return report


def _number(child: Child, what: str, at: datetime) -> UUID:
    return uuid5(NAMESPACE_URL, f"{child.nickname} {what} {at.isoformat()}")
