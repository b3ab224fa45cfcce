"""What the requests of the access matrix are about: one child in the care of a ward, and the people around it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils import timezone

from tests.support.personas import NOW, SECRET
from therapies.catalogue import load
from therapies.explaining import address, subjects
from tracker.families.actions.memberships import invite
from tracker.home_care.actions.card import make_card_link
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.home_care.actions.drill import begin_drill
from tracker.home_care.actions.duty import offer_baton
from tracker.home_care.actions.pump import record_change
from tracker.home_care.actions.questions import ask_question
from tracker.lib.pictures import Picture
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.photos import add_photo
from tracker.logs.actions.record import Recorded
from tracker.logs.actions.self_report import record_own_answers
from tracker.messaging.contact_points import set_mobile
from tracker.models import (
    Absence,
    Alert,
    Baton,
    Child,
    DoseGiven,
    Invitation,
    LineChange,
    Medicine,
    Message,
    Photo,
    Question,
    Reminder,
    Role,
    SecondStepReset,
    TeamMerge,
    Transfer,
    User,
)
from tracker.site.demo.second_factors import seed_totp
from tracker.site.phone.kit import kit_version

KINDS = ("anyone", "helper", "parent", "other", "nurse", "away", "lead", "removed", "staff")
FIXTURES = {
    "helper": "helper",
    "parent": "mother",
    "other": "stranger",
    "nurse": "nurse",
    "away": "nurse_of_another_team",
    "lead": "lead",
    "removed": "removed_helper",
}


class World(NamedTuple):
    """The fixtures that arguments are made of; `people` by kind."""

    child: Child
    recorded: Recorded
    people: dict[str, User]
    keys: dict[str, str]  # of each person's session
    made: dict[str, Any]  # what was made for an argument, once


def a_medicine(world: World) -> Medicine:
    label = {"name": "A", "dose": "1", "as_needed": True, "times": [], "days": "", "gap_hours": 6}
    return add_medicine(
        child=world.child, label=label | {"lowers_fever": False}, by=world.people["parent"], now=NOW
    )


def a_dose(world: World) -> DoseGiven:
    return give_dose(
        medicine=a_medicine(world),
        slot_at=None,
        given_at=NOW,
        client_uuid=uuid4(),
        by=world.people["parent"],
        now=NOW,
    )


def an_offer(world: World) -> Baton:
    return offer_baton(child=world.child, to=world.people["helper"], by=world.people["parent"], now=NOW)


def a_change(world: World) -> LineChange:
    return record_change(
        child=world.child,
        part="bag",
        changed_at=NOW,
        client_uuid=uuid4(),
        by=world.people["parent"],
        now=NOW,
    )


def a_question(world: World) -> Question:
    return ask_question(child=world.child, text="When?", by=world.people["parent"], now=NOW)


def a_photo(world: World) -> Photo:
    """Beside her log; the picture is none, since nobody draws it anew on the way out."""
    picture = Picture(b"\xff\xd8 a photo \xff\xd9", 4, 3)
    her = {"by": world.people["parent"], "now": NOW, "client_uuid": uuid4()}
    return add_photo(log=world.recorded.log, kind="rash", picture=picture, **her)


def a_card_link(world: World) -> str:
    return make_card_link(child=world.child, by=world.people["parent"], now=timezone.now())[1]


def by_her_mother(world: World) -> dict[str, Any]:
    return {"child": world.child, "by": world.people["parent"], "now": NOW}


def a_pair(world: World) -> UUID:
    pair, her = uuid4(), by_her_mother(world)
    told = {"caregiver": her.pop("by"), "by_child": True, "answers": {}}
    record_own_answers(pair=pair, client_uuid=uuid4(), **told, **her)
    return pair


def an_invitation(world: World) -> tuple[Invitation, str]:
    return invite(child=world.child, role=Role.HELPER, by=world.people["parent"], now=NOW)


def a_staff_invitation(world: World) -> Invitation:
    return invite(care_team=world.child.care_team, role=Role.NURSE, by=world.people["lead"], now=NOW)[0]


def a_lost_second_step(world: World) -> SecondStepReset:
    nurse, team = world.people["nurse"], world.child.care_team
    told = {"asked_by": world.people["lead"], "asked_at": NOW}
    return SecondStepReset.objects.get_or_create(person=nurse, care_team=team, ended_at=None, defaults=told)[
        0
    ]


def an_absence(world: World) -> Absence:
    days = {"from_day": NOW.date(), "until_day": NOW.date()}
    who = world.people["nurse"]
    return Absence.objects.create(care_team=world.child.care_team, person=who, **days)


def an_offer_to_another_ward(world: World) -> Transfer:
    """To the one where "away" works."""
    there = world.people["away"].memberships.get().care_team
    teams = {"left": world.child.care_team, "joins": there}
    return Transfer.objects.create(
        child=world.child, offered_by=world.people["nurse"], offered_at=NOW, **teams
    )


def a_merge(world: World) -> TeamMerge:
    """The ward of "away" asks to go into the one of "lead"."""
    away = world.people["away"]
    left = away.memberships.get().care_team
    told = {"joins": world.child.care_team, "asked_by": away, "asked_at": timezone.now()}
    return TeamMerge.objects.get_or_create(left=left, ended_at=None, defaults=told)[0]


# What an argument of a route stands for; "route argument" where one route means something else by it.
ARGUMENTS: dict[str, Callable[[World], Any]] = {
    "child_id": lambda world: world.child.pk,
    "log_id": lambda world: world.recorded.log.pk,
    "alert_id": lambda world: Alert.objects.filter(child=world.child).latest("raised_at").pk,
    "event_id": lambda world: world.child.course.events.first().pk,
    "membership_id": lambda world: world.people["helper"].memberships.get().pk,
    "invitation_id": lambda world: an_invitation(world)[0].pk,
    "colleague_id": lambda world: world.people["nurse"].memberships.get().pk,
    "link_id": lambda world: a_staff_invitation(world).pk,
    "reset_id": lambda world: a_lost_second_step(world).pk,
    "care_team_id": lambda world: world.child.care_team_id,
    "medicine_id": lambda world: a_medicine(world).pk,
    "dose_id": lambda world: a_dose(world).pk,
    "version": lambda world: kit_version(),
    "baton_id": lambda world: an_offer(world).pk,
    "change_id": lambda world: a_change(world).pk,
    "transfer_id": lambda world: an_offer_to_another_ward(world).pk,
    "photo_id": lambda world: a_photo(world).pk,
    "merge_id": lambda world: a_merge(world).pk,
    "question_id": lambda world: a_question(world).pk,
    "drill_id": lambda world: begin_drill(**by_her_mother(world)).pk,
    "pair_id": lambda world: a_pair(world),
    "token": lambda world: an_invitation(world)[1],
    "card-open token": lambda world: make_card_link(
        child=world.child, by=world.people["parent"], now=timezone.now()
    )[1],
    "message_id": lambda world: a_reminder(world).pk,
    "point_id": lambda world: set_mobile(person=world.people["parent"], number="+15550100", now=NOW).pk,
    "absence_id": lambda world: an_absence(world).pk,
    "step": lambda world: "therapy",
    "page": lambda world: "privacy",
    "part": lambda world: "buttons",
    "place": lambda world: address("tisagenlecleucel"),
    "sign": lambda world: address(next(iter(subjects(load().therapies["tisagenlecleucel"]))).code),
}


# What those of a library stand for: nobody's.
LIBRARY_ARGUMENTS: dict[str, Callable[[World], Any]] = {
    "key": lambda world: "nothing",
    "uidb36": lambda world: "0",
    "pk": lambda world: 1,
    "object_id": lambda world: str(world.people["parent"].pk),
    "content_type_id": lambda world: 1,
    "app_label": lambda world: "tracker",
    "url": lambda world: "nothing/",
}


def a_reminder(world: World) -> Message:
    """One to her mother; for alerts it is the same table and the same rule."""
    plan = {"child": world.child, "cause": "look-again", "local_date": NOW.date(), "due_at": NOW}
    reminder, _new = Reminder.objects.get_or_create(**plan, moot_since=NOW)
    told = {"kind": "reminder", "child": world.child, "channel": "email", "recipient": world.people["parent"]}
    message, _new = Message.objects.get_or_create(
        **told, reminder=reminder, queued_at=NOW, due_at=NOW, expires_at=NOW
    )
    return message


@pytest.fixture
def world(
    request: pytest.FixtureRequest, log: Callable[..., Recorded], ward_child: Child, mother: User
) -> World:
    people = {kind: request.getfixturevalue(name) for kind, name in FIXTURES.items()}
    people["staff"] = User.objects.create_superuser("staff@example.org")
    seed_totp(people["staff"], SECRET)
    recorded = log(temperature=38.4)
    record_call(child=ward_child, caregiver=mother, client_uuid=uuid4(), called_at=NOW, reached=True, now=NOW)
    keys = {kind: key_of(person) for kind, person in people.items()}
    return World(ward_child, recorded, people, keys, {})


def key_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def signed_in(world: World, kind: str) -> Client:
    client = Client(raise_request_exception=False)  # a page that breaks is a cell, too: 500
    if kind != "anyone":
        client.cookies[settings.SESSION_COOKIE_NAME] = world.keys[kind]
    return client


class Route(NamedTuple):
    name: str
    arguments: tuple[str, ...]


ROOT = Route("", ())


def routes(entries: Iterable[Any] | None = None, before: Route = ROOT) -> Iterator[Route]:
    """Every route of the site, by the name that reverse() knows it by."""
    for entry in get_resolver("config.urls").url_patterns if entries is None else entries:
        arguments = before.arguments + arguments_of(entry.pattern)
        if isinstance(entry, URLResolver):
            space = f"{before.name}{entry.namespace}:" if entry.namespace else before.name
            yield from routes(entry.url_patterns, Route(space, arguments))
        elif entry.name:
            yield Route(f"{before.name}{entry.name}", arguments)


def arguments_of(pattern: Any) -> tuple[str, ...]:
    return tuple(pattern.regex.groupindex if isinstance(pattern, RegexPattern) else pattern.converters)
