"""Ten thousand children of one ward and a million logs, in minutes: the database makes the rows itself."""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from therapies.rules import assess

CHILDREN = int(os.environ.get("BENCHMARK_CHILDREN", 10_000))
LOGS_EACH, OPEN_ALERTS = 100, 20
Given = dict[str, str | int | None]
FEW, MANY = CHILDREN + 1, CHILDREN + 2  # one child with 50 logs, one with 5,000
STEP = 500

FEVER = {
    "temperature": {"value": 38.4, "unit": "C"},
    "symptoms": [{"code": "chills", "severity": "moderate"}],
}
QUIET = {"temperature": {"value": 36.8, "unit": "C"}, "symptoms": []}
BASIS = {
    "therapy": "tisagenlecleucel",
    "context": {"days_since_infusion": 6, "age_years": 8},
    "policy": {"fever": "38.0-once", "sensitivity": "calibrated"},
}

# Both databases know these three functions and this table. Every fifth family has not logged for two days; every
# hundredth log has a fever.
FUNCTIONS = (
    "CREATE FUNCTION ident(words text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT md5(words)::uuid'",
    "CREATE FUNCTION as_json(words text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT words::jsonb'",
    "CREATE FUNCTION before(at timestamptz, minutes int) RETURNS timestamptz LANGUAGE sql IMMUTABLE"
    " AS 'SELECT at - make_interval(mins => minutes)'",
)
NUMBERS = """
INSERT INTO numbers
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < %(last)s) SELECT n FROM counted
"""
FAMILIES = "(SELECT n FROM numbers WHERE n BETWEEN %(first)s AND %(last)s) families"
LOGS = "(SELECT n AS k FROM numbers WHERE n < %(logs)s) logs"
LAST = "CASE WHEN n %% 5 = 0 THEN 48 ELSE n %% 20 END"
SEEN = f"before(%(now)s, 60 * (({LAST}) + 12 * k))"
PEOPLE = f"""
INSERT INTO tracker_user (id, password, is_superuser, email, name, language, time_zone, is_staff, is_active, joined_at,
    board_view, unit, session_round)
SELECT ident('user' || n), '!', false, 'person' || n || '@example.org', 'Person ' || n, 'en', 'UTC', false, true,
    %(now)s, '', '', 0
FROM {FAMILIES}
"""
CHILD = f"""
INSERT INTO tracker_child (id, care_team_id, nickname, birth_month, colour, units, time_zone, country, emergency_number,
    first_sentence, record_number, call_back_number, last_log_at, paused_reason, begun_at, changed_at,
    home_care_number)
SELECT ident('child' || n), %(team)s, 'Child ' || n, '2018-05-01', 'teal', 'C', 'Europe/Berlin', 'DE', '', '',
    'MRN ' || n, '555 ' || n, before(%(now)s, 60 * ({LAST})), '', before(%(now)s, 60 * 24 * 400), %(now)s, ''
FROM {FAMILIES}
"""
COURSE = f"""
INSERT INTO tracker_course (id, child_id, therapy, begun_at)
SELECT ident('course' || n), ident('child' || n),
    CASE n %% 4 WHEN 0 THEN 'tisagenlecleucel' WHEN 1 THEN 'blinatumomab' WHEN 2 THEN 'inotuzumab-ozogamicin'
        ELSE 'gemtuzumab-ozogamicin' END,
    before(%(now)s, 60 * 24 * (n %% 300))
FROM {FAMILIES}
"""
EVENT = f"""
INSERT INTO tracker_treatmentevent (id, course_id, kind, at, cycle, recorded_by_id, recorded_at)
SELECT ident('event' || n), ident('course' || n),
    CASE n %% 4 WHEN 0 THEN 'infusion' WHEN 1 THEN 'start' ELSE 'dose' END,
    before(%(now)s, 60 * 24 * (n %% 300)), 1, ident('user' || n), %(now)s
FROM {FAMILIES}
UNION ALL
SELECT ident('stop' || n), ident('course' || n), 'end', before(%(now)s, 60 * 24 * (n %% 300 - 28)), 1,
    ident('user' || n), %(now)s
FROM {FAMILIES} WHERE n %% 4 = 1 AND n %% 300 > 28
"""
LOG = f"""
INSERT INTO tracker_symptomlog (id, child_id, caregiver_id, client_uuid, kind, observed_at, observed_zone, received_at,
    signs_asked)
SELECT ident('log' || n || '-' || k), ident('child' || n), ident('user' || n),
    ident('form' || n || '-' || k), 'full', {SEEN}, 'UTC', {SEEN}, true
FROM {FAMILIES}, {LOGS}
"""
ANSWER = f"""
INSERT INTO tracker_observation (log_id, child_id, observed_at, code, value_number, value_code, value_text, unit, route,
    severity, raw)
SELECT ident('log' || n || '-' || k), ident('child' || n), {SEEN}, 'temperature',
    CASE WHEN (n + k) %% 100 = 0 THEN 38.4 ELSE 36.8 END, '', '', 'C', 'oral', '', ''
FROM {FAMILIES}, {LOGS}
UNION ALL
SELECT ident('log' || n || '-' || k), ident('child' || n), {SEEN}, 'chills', NULL, 'present', '', '', '',
    'moderate', ''
FROM {FAMILIES}, {LOGS} WHERE (n + k) %% 100 = 0
"""
ASSESSED = f"""
INSERT INTO tracker_assessment (log_id, made_at, urgency, response, basis, knowledge_version)
SELECT ident('log' || n || '-' || k), {SEEN}, CASE WHEN (n + k) %% 100 = 0 THEN 'now' ELSE 'note' END,
    CASE WHEN (n + k) %% 100 = 0 THEN as_json(%(fever)s) ELSE as_json(%(quiet)s) END, as_json(%(basis)s), '1'
FROM {FAMILIES}, {LOGS}
"""
# An alert for each fever; all but the newest of the first families are closed.
ALERT = f"""
INSERT INTO tracker_alert (id, child_id, log_id, urgency, raised_at, round, level, escalates_at, outcome,
    resolution_note, resolved_by_id, resolved_at)
SELECT ident('alert' || n || '-' || k), ident('child' || n), ident('log' || n || '-' || k), 'now',
    {SEEN}, 1, 0, CASE WHEN is_open THEN before(%(now)s, 0) END,
    CASE WHEN is_open THEN '' ELSE 'advised-by-phone' END, '',
    CASE WHEN is_open THEN NULL ELSE ident('user0') END,
    CASE WHEN is_open THEN NULL ELSE before({SEEN}, -9) END
FROM (SELECT n, (100 - n %% 100) %% 100 AS k, n <= {OPEN_ALERTS} AS is_open
      FROM {FAMILIES}) fevers
"""
ALERT_EVENT = f"""
INSERT INTO tracker_alertevent (alert_id, verb, at, by_id, log_id, outcome, note)
SELECT ident('alert' || n || '-' || k), verb, before({SEEN}, -wait),
    ident(CASE WHEN verb = 'raised' THEN 'user' || n ELSE 'user0' END),
    CASE WHEN verb = 'raised' THEN ident('log' || n || '-' || k) END,
    '', ''
FROM (SELECT n, (100 - n %% 100) %% 100 AS k, n <= {OPEN_ALERTS} AS is_open
      FROM {FAMILIES}) fevers,
     (SELECT 'raised' AS verb, 0 AS wait UNION ALL SELECT 'taken', 4 UNION ALL SELECT 'resolved', 9) happened
WHERE verb = 'raised' OR NOT is_open
"""


def seed(team: UUID, now: datetime, told: Callable[[float], None]) -> None:
    is_sqlite = connection.vendor == "sqlite"
    given: Given = {
        "now": connection.ops.adapt_datetimefield_value(now),
        "team": team.hex if is_sqlite else str(team),
    }
    given |= assessed()
    with connection.cursor() as cursor:
        teach(cursor)
        cursor.execute("CREATE TEMPORARY TABLE numbers (n integer PRIMARY KEY)")
        cursor.execute(NUMBERS, {"last": max(MANY, 5000)})
        cursor.execute(PEOPLE, given | {"first": 0, "last": MANY})
        for statement in (CHILD, COURSE, EVENT):
            cursor.execute(statement, given | {"first": 1, "last": MANY})
        for first in range(1, CHILDREN + 1, STEP):
            last = min(first + STEP - 1, CHILDREN)
            families: Given = {"first": first, "last": last, "logs": LOGS_EACH}
            for statement in (LOG, ANSWER, ASSESSED, ALERT, ALERT_EVENT):
                cursor.execute(statement, given | families)
            told(last / CHILDREN)
        for child, logs in ((FEW, 50), (MANY, 5000)):
            for statement in (LOG, ANSWER, ASSESSED):
                cursor.execute(statement, given | {"first": child, "last": child, "logs": logs})
        cursor.execute("ANALYZE" if is_sqlite else "VACUUM ANALYZE")


def teach(cursor: Any) -> None:
    """The functions of the statements: in SQLite as Python's, which is slower and as right."""
    if connection.vendor == "postgresql":
        for function in FUNCTIONS:
            cursor.execute(function)
        return
    make = connection.connection.create_function
    make("ident", 1, lambda words: hashlib.md5(words.encode()).hexdigest(), deterministic=True)
    make("as_json", 1, lambda words: words, deterministic=True)
    make(
        "before",
        2,
        lambda at, minutes: str(datetime.fromisoformat(at) - timedelta(minutes=minutes)),
        deterministic=True,
    )


def assessed() -> dict[str, str]:
    """Two real answers of the rules, as JSON."""
    import json

    answers = {
        name: assess(BASIS | {"reports": [report | {"hours_ago": 0}]})
        for name, report in (("fever", FEVER), ("quiet", QUIET))
    }
    return {name: json.dumps(answer) for name, answer in answers.items()} | {"basis": json.dumps(BASIS)}
