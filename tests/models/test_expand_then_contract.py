"""While a new version comes up, the one before still runs on the new schema (docs/adr/expand-then-contract.md).

A migration after 0018 that takes away or narrows what that release uses is refused, unless it names the release that
has stopped using it. `python -m tests.tools.release_before` really runs the release before on the new schema.
"""

import re
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests.support.fixtures_infra import BASE

SINCE = 18  # the rule's own age
ADDS_ONLY = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.RemoveConstraint,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RunPython,
)
RELEASES = re.findall(r"^## (\d+\.\d+\.\d+)", (BASE / "CHANGELOG.md").read_text(), re.M)


def breaks(operation: Operation, before: ProjectState) -> str:
    """What the release before could not live with; empty where it can."""
    if isinstance(operation, ADDS_ONLY):
        return ""
    if isinstance(operation, migrations.AddField):
        return "" if can_be_left_out(operation.field) else "its rows have no value for it: null or db_default"
    if isinstance(operation, migrations.AlterField):
        old = before.models["tracker", operation.model_name.lower()].fields[operation.name]
        return narrows(old, operation.field)
    if isinstance(operation, migrations.AddConstraint):
        return "" if takes_more(operation, before) else "it may write what is refused now"
    return "it may need what is taken away"


def takes_more(operation: migrations.AddConstraint, before: ProjectState) -> bool:
    """Whether it stands for one of the same name that refused at least as much."""
    constraints = before.models["tracker", operation.model_name.lower()].options.get("constraints", ())
    old = next((one for one in constraints if one.name == operation.constraint.name), None)
    return isinstance(old, models.CheckConstraint) and widens(old.condition, operation.constraint.condition)


def widens(old: Any, new: Any) -> bool:
    """Of two conditions of one shape: the lists of the new one have all that the old one's have."""
    if isinstance(old, models.Q) and isinstance(new, models.Q) and not (old.negated or new.negated):
        is_alike = (old.connector, len(old.children)) == (new.connector, len(new.children))
        return is_alike and all(map(widens, old.children, new.children))
    if isinstance(old, tuple) and isinstance(new, tuple) and old[0] == new[0] and old[0].endswith("__in"):
        return set(old[1]) <= set(new[1])
    return bool(old == new)


def can_be_left_out(field: models.Field) -> bool:
    return field.null or field.has_db_default() or field.many_to_many


def narrows(old: models.Field, new: models.Field) -> str:
    if old.null and not new.null:
        return "it writes null"
    if new.unique and not old.unique:
        return "it writes the same twice"
    if old.has_db_default() and not new.has_db_default() and not new.null:
        return "its rows have no value for it"
    if longest(new) < longest(old):
        return "it writes more than that"
    return "" if kind(old) == kind(new) else "it writes another kind of value"


def longest(field: models.Field) -> float:
    return float("inf") if field.max_length is None else field.max_length


def kind(field: models.Field) -> str:
    found = field.db_type(connection) or ""
    return "text" if found.startswith("varchar") or found == "text" else found


def new_migrations() -> list[tuple[str, migrations.Migration]]:
    loader = MigrationLoader(None)
    found = sorted(name for app, name in loader.disk_migrations if app == "tracker")
    return [(name, loader.disk_migrations["tracker", name]) for name in found if int(name[:4]) > SINCE]


def test_no_migration_breaks_the_release_before() -> None:
    loader = MigrationLoader(None)
    for name, migration in new_migrations():
        state, before = (loader.project_state(("tracker", name), at_end=False) for _ in range(2))
        named = getattr(import_module(f"tracker.migrations.{name}"), "UNUSED_SINCE", "")
        assert named == "" or named in RELEASES, f"{name}: no release {named} is in CHANGELOG.md"
        for operation in migration.operations:
            is_constraint = isinstance(operation, migrations.AddConstraint)
            why = breaks(
                operation, before if is_constraint else state
            )  # the one it stands for may be gone by then
            assert named or not why, f"{name}: {operation.describe()}, but of the release before: {why}"
            operation.state_forwards("tracker", state)


TEXT = models.CharField(max_length=10)
KNOWN = ProjectState()
ONE_OF = models.CheckConstraint(condition=models.Q(words__in=("a", "b")) | models.Q(words=""), name="one_of")
KNOWN.add_model(
    ModelState(
        "tracker",
        "Thing",
        [("id", models.AutoField(primary_key=True)), ("words", TEXT)],
        {"constraints": [ONE_OF]},
    ),
)


def one_of(*words: str, other: str = "", negated: bool = False) -> migrations.AddConstraint:
    listed = models.Q(words__in=words)
    condition = (~listed if negated else listed) | models.Q(words=other)
    return migrations.AddConstraint("thing", models.CheckConstraint(condition=condition, name="one_of"))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("thing", "words"),
        migrations.RenameField("thing", "words", "text"),
        migrations.DeleteModel("Thing"),
        migrations.RenameModel("Thing", "Other"),
        migrations.AlterModelTable("Thing", "other"),
        migrations.RunSQL("DROP TABLE tracker_thing"),
        migrations.AddField("thing", "more", models.IntegerField(default=0)),
        migrations.AddField("thing", "more", models.IntegerField()),
        migrations.AlterField("thing", "words", models.CharField(max_length=9)),
        migrations.AlterField("thing", "words", models.CharField(max_length=10, unique=True)),
        migrations.AlterField("thing", "words", models.IntegerField()),
        migrations.AddConstraint("thing", models.CheckConstraint(condition=models.Q(words="a"), name="a")),
        one_of("a"),
        one_of("a", "b", other="c"),
        one_of("a", "b", "c", negated=True),
    ],
    ids=str,
)
def test_what_takes_away_is_refused(operation: Operation) -> None:
    assert breaks(operation, KNOWN)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("thing", "more", models.IntegerField(null=True)),
        migrations.AddField("thing", "more", models.IntegerField(db_default=0)),
        migrations.AlterField("thing", "words", models.CharField(max_length=11, null=True)),
        migrations.AlterField("thing", "words", models.CharField(max_length=10, choices=[("a", "A")])),
        migrations.AlterField("thing", "words", models.TextField()),
        migrations.RemoveIndex("thing", "words"),
        one_of("a", "b", "c"),
        migrations.CreateModel("Other", [("id", models.AutoField(primary_key=True))]),
    ],
    ids=str,
)
def test_what_adds_is_taken(operation: Operation) -> None:
    assert breaks(operation, KNOWN) == ""
