"""Ten thousand children of one ward and a million logs, in minutes: the database makes the rows itself."""

import os
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from therapies.rules import assess

CHILDREN = int(os.environ.get("BENCHMARK_CHILDREN", 10_000))
LOGS_EACH, OPEN_ALERTS = 100, 20
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

PEOPLE = """
INSERT INTO tracker_user (id, password, is_superuser, email, name, language, time_zone, is_staff, is_active, joined_at,
    board_view, unit, session_round)
SELECT md5('user' || n)::uuid, '!', false, 'person' || n || '@example.org', 'Person ' || n, 'en', 'UTC', false, true,
    %(now)s, '', '', 0
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
CHILD = """
INSERT INTO tracker_child (id, care_team_id, nickname, birth_month, colour, units, time_zone, country, emergency_number,
    first_sentence, record_number, call_back_number, last_log_at, paused_reason, begun_at, changed_at,
    home_care_number)
SELECT md5('child' || n)::uuid, %(team)s, 'Child ' || n, date '2018-05-01', 'teal', 'C', 'Europe/Berlin', 'DE', '', '',
    'MRN ' || n, '555 ' || n, {last_log}, '', %(now)s - interval '400 days', %(now)s, ''
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
COURSE = """
INSERT INTO tracker_course (id, child_id, therapy, begun_at)
SELECT md5('course' || n)::uuid, md5('child' || n)::uuid,
    (ARRAY['tisagenlecleucel', 'blinatumomab', 'inotuzumab-ozogamicin', 'gemtuzumab-ozogamicin'])[1 + n %% 4],
    %(now)s - make_interval(days => n %% 300)
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
EVENT = """
INSERT INTO tracker_treatmentevent (id, course_id, kind, at, cycle, recorded_by_id, recorded_at)
SELECT md5('event' || n)::uuid, md5('course' || n)::uuid, (ARRAY['infusion', 'start', 'dose', 'dose'])[1 + n %% 4],
    %(now)s - make_interval(days => n %% 300), 1, md5('user' || n)::uuid, %(now)s
FROM generate_series(%(first)s::int, %(last)s::int) n
UNION ALL
SELECT md5('stop' || n)::uuid, md5('course' || n)::uuid, 'end', %(now)s - make_interval(days => n %% 300 - 28), 1,
    md5('user' || n)::uuid, %(now)s
FROM generate_series(%(first)s::int, %(last)s::int) n WHERE n %% 4 = 1 AND n %% 300 > 28
"""
# Every fifth family has not logged for two days; every hundredth log has a fever.
SEEN = "%(now)s - make_interval(hours => (CASE WHEN n %% 5 = 0 THEN 48 ELSE n %% 20 END) + 12 * k)"
LOG = f"""
INSERT INTO tracker_symptomlog (id, child_id, caregiver_id, client_uuid, kind, observed_at, observed_zone, received_at,
    signs_asked)
SELECT md5('log' || n || '-' || k)::uuid, md5('child' || n)::uuid, md5('user' || n)::uuid,
    md5('form' || n || '-' || k)::uuid, 'full', {SEEN}, 'UTC', {SEEN}, true
FROM generate_series(%(first)s::int, %(last)s::int) n, generate_series(0, %(logs)s::int - 1) k
"""
ANSWER = f"""
INSERT INTO tracker_observation (log_id, child_id, observed_at, code, value_number, value_code, value_text, unit, route,
    severity, raw)
SELECT md5('log' || n || '-' || k)::uuid, md5('child' || n)::uuid, {SEEN}, 'temperature',
    CASE WHEN (n + k) %% 100 = 0 THEN 38.4 ELSE 36.8 END, '', '', 'C', 'oral', '', ''
FROM generate_series(%(first)s::int, %(last)s::int) n, generate_series(0, %(logs)s::int - 1) k
UNION ALL
SELECT md5('log' || n || '-' || k)::uuid, md5('child' || n)::uuid, {SEEN}, 'chills', NULL, 'present', '', '', '',
    'moderate', ''
FROM generate_series(%(first)s::int, %(last)s::int) n, generate_series(0, %(logs)s::int - 1) k WHERE (n + k) %% 100 = 0
"""
ASSESSED = f"""
INSERT INTO tracker_assessment (log_id, made_at, urgency, response, basis, knowledge_version)
SELECT md5('log' || n || '-' || k)::uuid, {SEEN}, CASE WHEN (n + k) %% 100 = 0 THEN 'now' ELSE 'note' END,
    CASE WHEN (n + k) %% 100 = 0 THEN %(fever)s::jsonb ELSE %(quiet)s::jsonb END, %(basis)s::jsonb, '1'
FROM generate_series(%(first)s::int, %(last)s::int) n, generate_series(0, %(logs)s::int - 1) k
"""
# An alert for each fever; all but the newest of the first families are closed.
ALERT = f"""
INSERT INTO tracker_alert (id, child_id, log_id, urgency, raised_at, round, level, escalates_at, outcome,
    resolution_note, resolved_by_id, resolved_at)
SELECT md5('alert' || n || '-' || k)::uuid, md5('child' || n)::uuid, md5('log' || n || '-' || k)::uuid, 'now',
    {SEEN}, 1, 0, CASE WHEN is_open THEN %(now)s::timestamptz END,
    CASE WHEN is_open THEN '' ELSE 'advised-by-phone' END, '',
    CASE WHEN is_open THEN NULL ELSE md5('user0')::uuid END,
    CASE WHEN is_open THEN NULL ELSE {SEEN} + interval '9 minutes' END
FROM (SELECT n, (100 - n %% 100) %% 100 AS k, n <= {OPEN_ALERTS} AS is_open
      FROM generate_series(%(first)s::int, %(last)s::int) n) fevers
"""
ALERT_EVENT = f"""
INSERT INTO tracker_alertevent (alert_id, verb, at, by_id, log_id, outcome, note)
SELECT md5('alert' || n || '-' || k)::uuid, verb, {SEEN} + wait,
    md5(CASE WHEN verb = 'raised' THEN 'user' || n ELSE 'user0' END)::uuid,
    CASE WHEN verb = 'raised' THEN md5('log' || n || '-' || k)::uuid END,
    '', ''
FROM (SELECT n, (100 - n %% 100) %% 100 AS k, n <= {OPEN_ALERTS} AS is_open
      FROM generate_series(%(first)s::int, %(last)s::int) n) fevers,
     (VALUES ('raised', interval '0'), ('taken', interval '4 minutes'),
             ('resolved', interval '9 minutes')) AS v (verb, wait)
WHERE verb = 'raised' OR NOT is_open
"""


def seed(team: object, now: datetime, told: Callable[[float], None]) -> None:
    given = {"now": now, "team": str(team)} | assessed()
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, given | {"first": 0, "last": MANY})
        last_log = "%(now)s - make_interval(hours => CASE WHEN n %% 5 = 0 THEN 48 ELSE n %% 20 END)"
        for statement in (CHILD.format(last_log=last_log), COURSE, EVENT):
            cursor.execute(statement, given | {"first": 1, "last": MANY})
        for first in range(1, CHILDREN + 1, STEP):
            families = {"first": first, "last": first + STEP - 1, "logs": LOGS_EACH}
            for statement in (LOG, ANSWER, ASSESSED, ALERT, ALERT_EVENT):
                cursor.execute(statement, given | families)
            told((first + STEP - 1) / CHILDREN)
        for child, logs in ((FEW, 50), (MANY, 5000)):
            for statement in (LOG, ANSWER, ASSESSED):
                cursor.execute(statement, given | {"first": child, "last": child, "logs": logs})
        cursor.execute("VACUUM ANALYZE")


def assessed() -> dict[str, str]:
    """Two real answers of the rules, as JSON."""
    import json

    answers = {
        name: assess(BASIS | {"reports": [report | {"hours_ago": 0}]})
        for name, report in (("fever", FEVER), ("quiet", QUIET))
    }
    return {name: json.dumps(answer) for name, answer in answers.items()} | {"basis": json.dumps(BASIS)}
