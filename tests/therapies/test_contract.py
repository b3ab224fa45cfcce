"""The contract of `assess`: what is refused, what is assessed however odd, and the shape of the answer."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from therapies import cli
from therapies.catalogue import load
from therapies.request import RequestError, loads
from therapies.rules import assess, worst_of

ROOT = Path(__file__).resolve().parents[2]
QUIET = {"hours_ago": 0, "temperature": {"value": 36.8, "unit": "C"}, "symptoms": []}
SHAPE = {
    "urgency",
    "headline",
    "flags",
    "syndromes",
    "unanswered",
    "needs_confirmation",
    "could_not_check",
    "knowledge_version",
}


def ask(report=None, therapy="gemtuzumab-ozogamicin", **more):
    return assess({"therapy": therapy, "reports": [QUIET | (report or {})], **more})


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ([], "request"),
        ("text", "request"),
        ({}, "therapy"),
        ({"therapy": None, "reports": []}, "therapy"),
        ({"therapy": "aspirin", "reports": []}, "therapy"),
        ({"therapy": ["blinatumomab"], "reports": []}, "therapy"),
        ({"therapy": "blinatumomab"}, "reports"),
        ({"therapy": "blinatumomab", "reports": {}}, "reports"),
        ({"therapy": "blinatumomab", "reports": [None]}, "reports[0]"),
        ({"therapy": "blinatumomab", "reports": [], "extra": 1}, "extra"),
        ({"therapy": "blinatumomab", "reports": [], "context": []}, "context"),
        ({"therapy": "blinatumomab", "reports": [], "context": {"age": 8}}, "context.age"),
        ({"therapy": "blinatumomab", "reports": [], "context": {"age_years": "8"}}, "context.age_years"),
        ({"therapy": "blinatumomab", "reports": [], "context": {"age_years": True}}, "context.age_years"),
        ({"therapy": "blinatumomab", "reports": [], "context": {"writes": 1}}, "context.writes"),
        ({"therapy": "blinatumomab", "reports": [], "policy": {"fever": "39"}}, "policy.fever"),
        ({"therapy": "blinatumomab", "reports": [], "policy": {"sensitivity": "low"}}, "policy.sensitivity"),
        ({"therapy": "blinatumomab", "reports": [{"pain": 1}]}, "reports[0].pain"),
        ({"therapy": "blinatumomab", "reports": [{"hours_ago": "1"}]}, "reports[0].hours_ago"),
        ({"therapy": "blinatumomab", "reports": [{"temperature": 38}]}, "reports[0].temperature"),
        (
            {"therapy": "blinatumomab", "reports": [{"temperature": {"value": "38"}}]},
            "reports[0].temperature.value",
        ),
        (
            {"therapy": "blinatumomab", "reports": [{"temperature": {"value": 38, "unit": "K"}}]},
            "reports[0].temperature.unit",
        ),
        (
            {"therapy": "blinatumomab", "reports": [{"temperature": {"value": 38, "route": "foot"}}]},
            "reports[0].temperature.route",
        ),
        ({"therapy": "blinatumomab", "reports": [{"symptoms": "chills"}]}, "reports[0].symptoms"),
        ({"therapy": "blinatumomab", "reports": [{"symptoms": ["chills"]}]}, "reports[0].symptoms[0]"),
        ({"therapy": "blinatumomab", "reports": [{"symptoms": [{}]}]}, "reports[0].symptoms[0].code"),
        (
            {"therapy": "blinatumomab", "reports": [{"symptoms": [{"code": "sad"}]}]},
            "reports[0].symptoms[0].code",
        ),
        (
            {"therapy": "blinatumomab", "reports": [{"symptoms": [{"code": "rash", "severity": "bad"}]}]},
            "reports[0].symptoms[0].severity",
        ),
        ({"therapy": "blinatumomab", "reports": [{"handwriting": "fine"}]}, "reports[0].handwriting"),
        ({"therapy": "blinatumomab", "reports": [{"neuro": {"talks": "well"}}]}, "reports[0].neuro.talks"),
        ({"therapy": "blinatumomab", "reports": [{"neuro": {"walks": "usual"}}]}, "reports[0].neuro.walks"),
        ({"therapy": "blinatumomab", "reports": [{"worried": "yes"}]}, "reports[0].worried"),
        ({"therapy": "blinatumomab", "reports": [{"note": 5}]}, "reports[0].note"),
        ({"therapy": "blinatumomab", "reports": [{"weight_kg": float("inf")}]}, "reports[0].weight_kg"),
    ],
)
def test_a_request_that_could_be_misread_is_refused_by_field(request_, field):
    with pytest.raises(RequestError) as refused:
        assess(request_)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["therapy", "reports[0].symptoms[0].severity"])
def test_a_refusal_names_the_allowed_values(name):
    report = {"symptoms": [{"code": "rash", "severity": "bad"}]}
    with pytest.raises(RequestError) as refused:
        assess({"therapy": "x" if name == "therapy" else "blinatumomab", "reports": [report]})
    assert refused.value.field == name
    assert ("blinatumomab" if name == "therapy" else "moderate") in refused.value.message


@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        '{"therapy": NaN}',
        '{"therapy": -Infinity}',
        '{"therapy": "blinatumomab", "therapy": "blinatumomab", "reports": []}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_strict_json_is_refused(text):
    with pytest.raises(RequestError):
        loads(text)


@pytest.mark.parametrize(
    "value",
    [
        *("1e400", "1e-400", "9" * 5000, "-1", "0", "1e1000000"),
        *(
            "1e99999999999999999999",
            "-2.5E+99999999999999999999",
            "1e-99999999999999999999",
            "1e" + "9" * 5000,
        ),
    ],
)
def test_an_absurd_temperature_is_assessed_and_not_refused(value):
    request = loads(
        '{"therapy":"blinatumomab","reports":[{"temperature":{"value":VALUE}}]}'.replace("VALUE", value)
    )
    response = assess(request)
    assert response["urgency"] == "now"
    assert response["could_not_check"] == ["temperature"]
    assert response["headline"] == "We could not check this. Call your care team now."


def test_null_is_absent():
    nothing = {
        "hours_ago": None,
        "temperature": None,
        "symptoms": None,
        "weight_kg": None,
        "neuro": None,
        "pump": None,
    }
    with_nulls = assess({"therapy": "blinatumomab", "context": None, "policy": None, "reports": [nothing]})
    assert with_nulls == assess({"therapy": "blinatumomab", "reports": [{}]})


def test_the_answer_has_the_shape_of_the_contract():
    response = ask({"temperature": {"value": 100.4, "unit": "F"}}, therapy="blinatumomab")
    assert set(response) == SHAPE
    flag = next(flag for flag in response["flags"] if flag["id"] == "BLIN-CRS-01")
    assert {"id", "syndrome", "urgency", "because", "text", "sources"} <= set(flag)
    assert flag["because"] == ["temperature"]
    assert set(flag["sources"][0]) == {"id", "title", "publisher", "locator", "revised"}
    assert response["syndromes"] == ["crs", "infusion-reaction", "infection"]


def test_an_empty_report_says_that_the_temperature_is_missing():
    response = assess({"therapy": "gemtuzumab-ozogamicin", "reports": [{}]})
    assert response["urgency"] == "note"
    assert response["unanswered"] == ["temperature"]
    assert response["headline"] == "Temperature not entered"


def test_another_unit_is_asked_about_in_words():
    asked = ask({"temperature": {"value": 38, "unit": "F"}})["needs_confirmation"]
    assert [(a["field"], a["message"]) for a in asked] == [
        ("temperature", "38 °F is not possible. Did you mean 38.0 °C?")
    ]


def test_a_temperature_without_a_unit_counts_as_what_it_can_only_be():
    assert ask({"temperature": {"value": 100.4}})["urgency"] == "now"
    assert ask({"temperature": {"value": 100.4}})["needs_confirmation"] == []


def test_reports_of_one_time_are_one_report_each_sign_at_its_worst():
    mild = {"hours_ago": 0, "symptoms": [{"code": "fatigue", "severity": "mild"}], "pump": "ok"}
    severe = {"hours_ago": 0, "symptoms": [{"code": "fatigue", "severity": "severe"}], "pump": "alarm"}
    for reports in ([mild, severe], [severe, mild]):
        response = assess({"therapy": "gemtuzumab-ozogamicin", "reports": reports})
        assert response["urgency"] == "now"
        assert {"fatigue", "pump"} <= {code for flag in response["flags"] for code in flag["because"]}


def test_of_two_readings_of_one_time_the_high_and_the_low_both_count():
    readings = [{"hours_ago": 0, "temperature": {"value": value, "unit": "C"}} for value in (38.5, 35.5)]
    ids = {flag["id"] for flag in assess({"therapy": "inotuzumab-ozogamicin", "reports": readings})["flags"]}
    assert {"INOTU-INFECTION-01", "ANY-TEMPERATURE-03"} <= ids


def test_what_is_remembered_says_when_it_was_reported():
    fever = {"hours_ago": 3, "temperature": {"value": 38.4, "unit": "C"}, "symptoms": []}
    response = assess({"therapy": "tisagenlecleucel", "reports": [QUIET, fever]})
    assert response["urgency"] == "now"
    assert {flag["reported_hours_ago"] for flag in response["flags"]} == {3}


def test_an_emergency_is_remembered_as_call_now():
    seizure = {"hours_ago": 2, "symptoms": [{"code": "seizure"}]}
    response = assess({"therapy": "tisagenlecleucel", "reports": [QUIET, seizure]})
    assert response["urgency"] == "now"


def test_the_age_of_an_old_report_stands_in_the_headline():
    old = QUIET | {"hours_ago": 30, "temperature": {"value": 38.5, "unit": "C"}}
    response = assess({"therapy": "tisagenlecleucel", "reports": [old]})
    assert response["headline"] == "Call your care team now (30 hours ago)"


@pytest.mark.hazard("H16")
def test_a_rule_that_fails_is_named_and_the_others_still_fire(monkeypatch):
    monkeypatch.setitem(__import__("therapies.conditions").conditions.OPERATORS, "episodes_over", None)
    response = ask({"symptoms": [{"code": "diarrhea", "severity": "mild"}, {"code": "exposure"}]})
    assert response["could_not_check"] == ["ANY-STOMACH-03"]
    assert response["urgency"] == "now"
    assert response["headline"] == "We could not check this. Call your care team now."
    assert "ANY-INFECTION-03" in {flag["id"] for flag in response["flags"]}


def test_an_emergency_keeps_its_headline_beside_what_could_not_be_checked():
    response = ask({"temperature": {"value": 60}, "symptoms": [{"code": "seizure"}]})
    assert (response["urgency"], response["headline"]) == ("emergency", "Call emergency services now")


def test_of_several_therapies_all_that_fired_is_told_once_with_the_worst_headline():
    reports = [QUIET | {"symptoms": [{"code": c, "severity": "mild"} for c in ("abdominal_pain", "cough")]}]
    first, other = (
        assess(
            {"therapy": therapy, "context": {"days_since_last_dose": 40, "cycle_day": 9}, "reports": reports}
        )
        for therapy in ("blinatumomab", "inotuzumab-ozogamicin")
    )
    both = worst_of(first, other)
    assert both["urgency"] == "today"
    assert {flag["id"] for flag in first["flags"] + other["flags"]} == {flag["id"] for flag in both["flags"]}
    assert len(both["flags"]) == len({flag["id"] for flag in both["flags"]})
    assert both["unanswered"] == first["unanswered"]
    assert worst_of(first) == first


def test_the_batch_answers_in_order_and_a_refusal_stops_nobody():
    lines = [json.dumps({"therapy": "blinatumomab", "reports": [QUIET]}), "{", json.dumps({"therapy": "x"})]
    out = io.StringIO()
    assert cli.run_batch(lines, out) == 0
    first, second, third = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["urgency"] == "note"
    assert set(second["error"]) == {"field", "message"}
    assert third["error"]["field"] == "therapy"


def test_many_requests_are_shared_out_and_their_answers_come_in_the_same_order():
    lines = [
        json.dumps(
            {"therapy": "blinatumomab", "reports": [QUIET | {"note": "x"}], "context": {"cycle": n % 7}}
        )
        for n in range(cli.TOGETHER)
    ] + ["{"]
    alone, shared = io.StringIO(), io.StringIO()
    assert cli.run_batch([*lines, *lines[::-1]], alone, cores=1) == 0
    assert cli.run_batch(iter([*lines, *lines[::-1]]), shared, cores=2) == 0
    assert shared.getvalue() == alone.getvalue()
    assert len(alone.getvalue().splitlines()) == 2 * len(lines)


def test_a_single_refusal_is_one_line_and_exit_code_2():
    out, err = io.StringIO(), io.StringIO()
    assert cli.run_assess('{"therapy": "x", "reports": []}', out, err) == 2
    assert out.getvalue() == ""
    assert err.getvalue().startswith("therapy: is not one of ")
    assert err.getvalue().count("\n") == 1


def test_a_single_request_is_answered_and_an_empty_line_of_a_batch_is_skipped():
    out = io.StringIO()
    line = json.dumps({"therapy": "blinatumomab", "reports": [QUIET]})
    assert cli.run_assess(line, out, io.StringIO()) == 0
    assert cli.run_batch([line, "\n"], out) == 0
    first, second = out.getvalue().splitlines()
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["assess"], json.dumps({"therapy": "blinatumomab", "reports": [QUIET]}), 0),
        (["assess"], "{}", 2),
        (["assess", "/nowhere.json"], "", 2),
        (["assess", "--batch"], "{}\n{}\n", 0),
        (["catalogue"], "", 0),
    ],
)
def test_the_commands_need_no_secret_no_database_and_no_broker(arguments, stdin, code, tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "SECRET_KEY": "",
        },
        cwd=tmp_path,
    )
    assert done.returncode == code, done.stderr
    if code == 0:
        assert json.loads(done.stdout.splitlines()[0] if "--batch" in arguments else done.stdout)
    else:
        assert done.stderr.count("\n") == 1


def test_the_catalogue_has_what_the_contract_names():
    out = io.StringIO()
    cli.run_catalogue(out)
    catalogue = json.loads(out.getvalue())
    assert {"version", "sources", "observations", "therapies"} <= set(catalogue)
    for therapy in catalogue["therapies"]:
        assert {"effects", "red_flags", "schedule", "instructions"} <= set(therapy)
        for effect in therapy["effects"]:
            assert {"id", "text", "syndrome", "listed_as", "observed_as", "sources"} <= set(effect)
            assert ("code" in effect) != ("finding" in effect)


# ------------------------------------------------------------------ what the principles say of every therapy

OWN_RULES = {"constipation", "exposure", "nosebleed", "felt_hot"}
EVERY = list(load().therapies)
LONG_AGO = {"infusion_running": True, "cycle_day": 12, "hours_since_start": 270, "days_since_last_dose": 10}


def of_sign(therapy, code, severity, **more):
    sign = {"code": code} | ({"severity": severity} if severity else {})
    report = {"symptoms": [sign], "antipyretic_given": False, **more}
    return ask(report, therapy=therapy, context=LONG_AGO)


@pytest.mark.hazard("H16")
@pytest.mark.parametrize("severity", ["severe", None])
@pytest.mark.parametrize("therapy", EVERY)
def test_severe_or_nobody_said_how_bad_is_call_now_whatever_a_list_names(therapy, severity):
    quieter = {
        code
        for code in load().symptoms.keys() - OWN_RULES
        if of_sign(therapy, code, severity)["urgency"] not in ("now", "emergency")
    }
    assert quieter == set()


@pytest.mark.parametrize("therapy", EVERY)
def test_moderate_is_at_least_a_call_today(therapy):
    quieter = {
        c for c in load().symptoms.keys() - OWN_RULES if of_sign(therapy, c, "moderate")["urgency"] == "note"
    }
    assert quieter == set()


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("therapy", EVERY)
def test_an_allergic_reaction_is_named_before_everything_else(therapy):
    signs = [
        {"code": code, "severity": "moderate"} for code in ("face_swelling", "hives", "breathing_trouble")
    ]
    for listed in (signs, signs[:2], signs[1:], signs[::2]):
        response = ask({"symptoms": listed}, therapy=therapy, context=LONG_AGO)
        assert response["urgency"] == "emergency"
        assert response["syndromes"][0] == "infusion-reaction"
    effects = {effect.finding for effect in load().therapies[therapy].effects}
    assert "allergic_reaction" in effects


def test_severe_belly_pain_on_blinatumomab_is_the_pancreas_by_its_label():
    response = of_sign("blinatumomab", "abdominal_pain", "severe")
    assert response["syndromes"] == ["bowel-or-pancreas"]
    assert "BLIN-STOMACH-01" in {flag["id"] for flag in response["flags"]}


def of_two(one, other, **more):
    """The worst of blinatumomab now and inotuzumab 40 days ago."""
    report = QUIET | {
        "symptoms": [{"code": code, "severity": severity} for code, severity in (one, other)],
        **more,
    }
    contexts = {"blinatumomab": LONG_AGO, "inotuzumab-ozogamicin": {"days_since_last_dose": 40}}
    return worst_of(
        *(assess({"therapy": therapy, "context": c, "reports": [report]}) for therapy, c in contexts.items())
    )


def test_findings_for_today_of_two_therapies_are_counted_together():
    both = of_two(("sleep_trouble", "mild"), ("vomiting", "mild"))
    assert both["urgency"] == "now"
    hers, earlier = (
        assess({"therapy": therapy, "context": LONG_AGO, "reports": [QUIET | {"symptoms": [sign]}]})
        for therapy, sign in (
            ("blinatumomab", {"code": "tremor", "severity": "mild"}),
            ("inotuzumab-ozogamicin", {"code": "abdominal_pain", "severity": "mild"}),
        )
    )
    assert [hers["urgency"], earlier["urgency"]] == ["today", "today"]
    both = of_two(("tremor", "mild"), ("abdominal_pain", "mild"))
    assert (both["urgency"], both["headline"]) == ("now", "Call your care team now")
    assert both["flags"][0]["id"] == "ANY-TWO-01"
    assert both["flags"][0]["because"] == ["tremor", "abdominal_pain"]
    old = of_two(("tremor", "mild"), ("abdominal_pain", "mild"), hours_ago=30)
    assert old["headline"] == "Call your care team now (30 hours ago)"


def test_the_same_finding_of_two_therapies_counts_once():
    assert of_two(("fatigue", "mild"), ("cough", "mild"))["urgency"] == "today"


def test_of_one_flag_in_two_therapies_the_worse_is_told():
    report = QUIET | {"symptoms": [{"code": "abdominal_pain", "severity": "mild"}]}
    calm, early = (
        assess(
            {
                "therapy": "inotuzumab-ozogamicin",
                "context": {"days_since_last_dose": days},
                "reports": [report],
            }
        )
        for days in (40, 0)
    )
    for both in (worst_of(calm, early), worst_of(early, calm)):
        assert [(flag["id"], flag["urgency"]) for flag in both["flags"]] == [("INOTU-LIVER-03", "now")]


def test_what_a_finding_for_today_counts_as_is_told_with_it():
    response = of_sign("blinatumomab", "swelling_feet", "moderate")
    assert [flag["counts"] for flag in response["flags"]] == [["swelling"]]
    assert all("counts" not in flag for flag in of_sign("blinatumomab", "chills", "mild")["flags"])
