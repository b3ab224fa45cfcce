"""The people of the tests: Juno's parents, her grandmother who helps, the nurse of her ward, a stranger."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from tests.support.moment import NOW
from therapies.schedule import Event
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.families.actions.children import begin_child
from tracker.families.actions.memberships import accept_invitation, end_membership, invite
from tracker.families.numbers import Numbers
from tracker.logs.actions.record import Recorded, record_log
from tracker.models import CareTeam, Child, Role, User
from tracker.models.memberships import TEAM_ROLES
from tracker.site.demo.second_factors import seed_totp

SECRET = "JBSWY3DPEHPK3PXP"  # of the app that nurses have their codes from
DAY_NUMBER, NIGHT_NUMBER = "555 0100", "555 0142"
NUMBERS = Numbers(day_number=DAY_NUMBER, night_number=NIGHT_NUMBER)


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", name=name.capitalize())


def join(
    user: User, role: Role, *, by: User, child: Child | None = None, care_team: CareTeam | None = None
) -> None:
    invitation, _token = invite(child=child, care_team=care_team, role=role, by=by, now=NOW)
    accept_invitation(invitation=invitation, by=user, now=NOW)
    if role in TEAM_ROLES:
        seed_totp(user, SECRET)


def child_of(
    parent: User, nickname: str = "Juno", therapy: str = "tisagenlecleucel", *events: Event
) -> Child:
    """A child whose numbers its family keeps; CAR T cells six days ago unless told otherwise."""
    return begin_child(
        about={"nickname": nickname, "birth_month": date(2018, 5, 1), "writes": True},
        numbers=NUMBERS,
        therapy=therapy,
        events=events or [Event("infusion", NOW - timedelta(days=6))],
        by=parent,
        now=NOW - timedelta(days=20),
    )


@pytest.fixture
def clock_at_now() -> Iterator[Any]:
    """A clock that stands at the moment of these people; `shift` moves it by hand."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def mother(db: None) -> User:
    return person("mother")


@pytest.fixture
def father(child: Child, mother: User) -> User:
    father = person("father")
    join(father, Role.PARENT, child=child, by=mother)
    return father


@pytest.fixture
def helper(child: Child, mother: User) -> User:
    helper = person("helper")
    join(helper, Role.HELPER, child=child, by=mother)
    return helper


@pytest.fixture
def removed_helper(child: Child, mother: User) -> User:
    removed = person("removed")
    join(removed, Role.HELPER, child=child, by=mother)
    end_membership(membership=removed.memberships.get(), by=mother, now=NOW)
    return removed


@pytest.fixture
def stranger(db: None) -> User:
    """A parent too, of another child."""
    stranger = person("stranger")
    child_of(stranger, "Mila")
    return stranger


@pytest.fixture
def lead(db: None) -> User:
    lead = person("lead")
    seed_totp(lead, SECRET)
    return lead


@pytest.fixture
def care_team(lead: User) -> CareTeam:
    return begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=NOW)


@pytest.fixture
def nurse(care_team: CareTeam, lead: User) -> User:
    nurse = person("nurse")
    join(nurse, Role.NURSE, care_team=care_team, by=lead)
    return nurse


@pytest.fixture
def second(care_team: CareTeam, lead: User) -> User:
    """Another nurse of the ward."""
    second = person("second")
    join(second, Role.NURSE, care_team=care_team, by=lead)
    return second


@pytest.fixture
def colleague(care_team: CareTeam, lead: User) -> User:
    """One more, where the first of them is at the desk."""
    colleague = person("colleague")
    join(colleague, Role.NURSE, care_team=care_team, by=lead)
    return colleague


@pytest.fixture
def nurse_of_another_team(db: None) -> User:
    other_lead, nurse = person("other-lead"), person("other-nurse")
    team = begin_care_team(name="Birch ward", numbers=NUMBERS, by=other_lead, now=NOW)
    join(nurse, Role.NURSE, care_team=team, by=other_lead)
    return nurse


@pytest.fixture
def child(mother: User) -> Child:
    """Juno, 8, six days after CAR T cells. Her family keeps the numbers itself."""
    return child_of(mother)


@pytest.fixture
def ward_child(child: Child, care_team: CareTeam, mother: User) -> Child:
    """Juno, once her family has joined the ward."""
    join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW)
    return child


@pytest.fixture
def log(child: Child, mother: User) -> Callable[..., Recorded]:
    """Logs what the mother sees: log(temperature=38.4, hours_ago=2, headache="mild")."""

    def log(*, hours_ago: float = 0, at: datetime = NOW, **seen: object) -> Recorded:
        return record_log(
            child=child,
            caregiver=mother,
            answers=answers(**seen),
            observed_at=at - timedelta(hours=hours_ago),
            client_uuid=uuid4(),
            now=at,
        )

    return log


TOLD_APART = (
    "weight_kg",
    "worried",
    "antipyretic_given",
    "fluids_kept",
    "pump",
    "note",
    "handwriting",
    "neuro",
    "raw",
)


def answers(temperature: object = None, **seen: object) -> dict[str, object]:
    """A report of the contract: a temperature in °C, signs with their severity, anything else by its name."""
    report: dict[str, object] = {key: seen.pop(key) for key in TOLD_APART if key in seen}
    if temperature is not None:
        report["temperature"] = {"value": temperature, "unit": "C", "route": "oral"}
    report["symptoms"] = [
        {"code": code, "severity": severity} if severity else {"code": code}
        for code, severity in seen.items()
    ]
    return report
