"""How an alert moves: the one table that the actions obey, the tests check and docs/alerts.md is drawn from.

The actions come here through moves.py. What sets only due times, levels or rounds is no move.
`python -m tracker.alerts.states > docs/alerts.md`
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

WAITING, HELD, OFFERED, CLOSED, PART = "waiting", "held", "offered", "closed", "part of a worse one"
TRIED = "not reached"
STATES = {
    WAITING: "open, and nobody's: it escalates",
    HELD: "open, and one nurse's for 15 minutes; then it lapses",
    OFFERED: "held, and another nurse is asked to take it over; until she accepts, it stays with the first",
    TRIED: "she called the family in vain: hers until she tries again, then it lapses; another nurse may take it",
    CLOSED: "closed, by a person, with an outcome",
    PART: "another alert of the child, as urgent or worse, took this one in; that one is open",
}
OPEN = (WAITING, HELD, OFFERED, TRIED)
_FREE = {"taken_by": False, "offered_to": False, "try_again_at": False}
_STANDS = {"resolved_at": False, "taken_in_by": False}
COLUMNS: Mapping[str, Mapping[str, bool]] = {
    WAITING: _FREE | _STANDS,
    HELD: _FREE | {"taken_by": True} | _STANDS,
    OFFERED: {"taken_by": True, "offered_to": True} | _STANDS,
    TRIED: _FREE | {"taken_by": True, "try_again_at": True} | _STANDS,
    CLOSED: {"resolved_at": True, "taken_in_by": False},
    PART: {"resolved_at": False, "taken_in_by": True},
}
"""Which columns of the alert's row are filled in each state: every row that the database takes is in one of them."""
AS_BEFORE = "as before"
"""Where an undone closing leads: to the state that the alert was closed in."""


class Move(NamedTuple):
    """One way from some states to another: the event it leaves, who may do it, and what else holds."""

    verb: str  # an AlertVerb
    states: tuple[str, ...]
    to: str
    who: str
    rule: str


NURSE, HOLDER, OTHER, RECEIVER, SWEEP, FAMILY, EITHER = (
    "a nurse of the team",
    "the nurse who holds it",
    "another nurse of the team",
    "the nurse it was offered to",
    "the sweep",
    "the family",
    "the family, or a nurse of the team",
)
MOVES = {
    "raise": Move(
        "raised", (), WAITING, FAMILY, "a log calls for attention and none is open, or it is more urgent"
    ),
    "raise in her hands": Move(
        "raised",
        (),
        HELD,
        FAMILY,
        "more urgent than the one that a nurse holds, and no emergency: hers for the rest of her 15 minutes",
    ),
    "join": Move("joined", OPEN, "", FAMILY, "a further log that is no worse; nobody is told again"),
    "join what is closed": Move(
        "joined",
        (CLOSED,),
        "",
        FAMILY,
        "the same, while what a nurse advised still holds (therapies/episodes.py)",
    ),
    "worsen": Move(
        "worse",
        (WAITING, TRIED),
        WAITING,
        FAMILY,
        "a further log that is worse than what was told, and no more urgent: a new round, due at once",
    ),
    "worsen in her hands": Move(
        "worse", (HELD, OFFERED), "", FAMILY, "the same: whoever holds it is due to be told, nobody else"
    ),
    "take in": Move(
        "taken-in",
        OPEN,
        PART,
        FAMILY,
        "a log raises another: more urgent, an emergency again, or a day later",
    ),
    "call": Move("called", OPEN, "", FAMILY, "“I have called”; it stays open"),
    "call in vain": Move(
        "called",
        OPEN,
        WAITING,
        FAMILY,
        "urgent, and nobody answered: nobody holds it any more, and the next level is due at once",
    ),
    "take": Move("taken", (WAITING,), HELD, NURSE, "hers for 15 minutes; the first one wins"),
    "keep": Move(
        "taken", (HELD, OFFERED, TRIED), HELD, HOLDER, "15 minutes from now; an offer is taken back"
    ),
    "take over": Move("taken", (HELD, OFFERED), HELD, OTHER, "only once the 15 minutes are over"),
    "take on": Move("taken", (TRIED,), HELD, OTHER, "at once"),
    "offer": Move("offered", (HELD, OFFERED), OFFERED, HOLDER, "within her 15 minutes, to one of the team"),
    "accept": Move("handed-over", (OFFERED,), HELD, RECEIVER, "hers for 15 minutes"),
    "tell": Move(
        "told",
        (WAITING,),
        WAITING,
        SWEEP,
        "a round begins: the first on call are told; at once where those told before are not there any more",
    ),
    "tell her": Move(
        "told-holder",
        (HELD, OFFERED),
        "",
        SWEEP,
        "a worse log has come: whoever holds it is told, nobody else",
    ),
    "not reached": Move(
        "not-reached",
        OPEN,
        TRIED,
        NURSE,
        "with a time to try again; while another nurse holds it, only she; the family and the next level are told",
    ),
    "lapse": Move(
        "lapsed",
        (HELD, OFFERED, TRIED),
        WAITING,
        SWEEP,
        "the 15 minutes are over, it is time to try again, or she works there no more: a new round begins",
    ),
    "escalate": Move("escalated", (WAITING,), WAITING, SWEEP, "it is due: the next level is told"),
    "close": Move(
        "resolved",
        OPEN,
        CLOSED,
        NURSE,
        "with an outcome, an urgent false alarm with a reason; while another nurse holds it, only she; "
        "not from a page that is older than a worse log",
    ),
    "end": Move(
        "resolved",
        OPEN,
        CLOSED,
        FAMILY,
        "where no team watches: they were told on the phone what to do, or they say that it is over",
    ),
    "close together": Move("resolved", (WAITING,), CLOSED, NURSE, "only “call today”, with an outcome"),
    "open the decision": Move("opened", (CLOSED,), CLOSED, FAMILY, "once a closing"),
    "arrive": Move("there", (CLOSED,), CLOSED, EITHER, "told to come in: “we are there”; once"),
    "go home": Move("home", (CLOSED,), CLOSED, EITHER, "“home again”: what was advised is over; once"),
    "ask where": Move("asked-where", (CLOSED,), CLOSED, SWEEP, "told to come in, and it is time; once"),
    "undo": Move(
        "undone", (CLOSED,), AS_BEFORE, NURSE, "within a minute: the family is not told of the closing"
    ),
    "reopen": Move(
        "reopened", (CLOSED,), WAITING, NURSE, "after the minute: due at once, and the family is told"
    ),
    "undo beside another": Move(
        "undone", (CLOSED,), PART, NURSE, "one as urgent or worse is open; a milder one is taken in instead"
    ),
    "reopen beside another": Move("reopened", (CLOSED,), PART, NURSE, "the same, after the minute"),
}


class IllegalMove(Exception):
    """The program does what the table does not have. A fault of ours, told to nobody: the transaction ends."""


def find(names: Collection[str]) -> list[Move]:
    """The moves of these names. Several are one action that may start in several states, with one end."""
    if unknown := set(names) - set(MOVES):
        raise IllegalMove(f"no such move: {', '.join(sorted(unknown))}")
    moves = [MOVES[name] for name in names]
    if len({(move.verb, move.to) for move in moves}) != 1:
        raise IllegalMove(f"not one event and one end: {', '.join(names)}")
    return moves


def check(name: str, changes: Mapping[str, Any]) -> None:
    """Refuses changes to the row that do not lead where the move leads, from each of its states."""
    move = MOVES[name]
    written = {column: changes[column] is not None for column in COLUMNS[WAITING] if column in changes}
    if move.to == "" and written:
        raise IllegalMove(f"{name} leaves the state as it was, and would write {', '.join(written)}")
    end = _STANDS if move.to == AS_BEFORE else COLUMNS.get(move.to, {})
    empty = dict.fromkeys(COLUMNS[WAITING], False)
    for start in [COLUMNS[state] for state in move.states] or [empty]:
        after = {**start, **written}
        if wrong := {column for column, is_filled in end.items() if after.get(column) != is_filled}:
            raise IllegalMove(f"{name} does not lead to {move.to} by {', '.join(sorted(wrong))}")


def drawn() -> str:
    """The table and a picture of it, as Markdown."""
    lines = [
        "# How an alert moves",
        "",
        "Drawn from `tracker/alerts/states.py` by `python -m tracker.alerts.states > docs/alerts.md`; a test compares.",
        "Each move is one conditional UPDATE whose row count is looked at, with its event in the same transaction.",
        "An open alert always has a time at which it is due again (`escalates_at`): taking moves it to the end of the",
        "15 minutes or to the next try, closing ends it.",
        "",
        "| State | |",
        "| --- | --- |",
        *(f"| {state} | {meaning} |" for state, meaning in STATES.items()),
        "",
        "| Move | From | To | Who | Rule | Event |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(name, move) for name, move in MOVES.items()),
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f'    state "{state}" as {_id(state)}' for state in STATES),
        *(arrow for name, move in MOVES.items() for arrow in _arrows(name, move)),
        "```",
    ]
    return "\n".join(lines)


def _row(name: str, move: Move) -> str:
    states = ", ".join(move.states) or "(none)"
    return f"| {name} | {states} | {move.to or 'as it was'} | {move.who} | {move.rule} | `{move.verb}` |"


def _arrows(name: str, move: Move) -> list[str]:
    starts = [_id(state) for state in move.states] or ["[*]"]
    ends = [_id(state) for state in OPEN] if move.to == AS_BEFORE else [_id(move.to)] if move.to else []
    return [f"    {start} --> {end}: {name}" for start in starts for end in ends or [start]]


def _id(state: str) -> str:
    return state.replace(" ", "_")


if __name__ == "__main__":
    print(drawn())
