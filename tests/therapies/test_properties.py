"""What must hold for every request, found by hypothesis rather than by us."""

import os
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.effort import tries
from therapies.catalogue import load
from therapies.model import SEVERITIES, URGENCIES
from therapies.rules import assess, worst_of

THERAPIES = sorted(load().therapies)
CODES = sorted(load().symptoms)
MEASURED_BY_LENGTH = {
    "nosebleed",
    "constipation",
}  # their severity is not asked, so that it cannot be unknown
settings.register_profile(
    "rules", max_examples=int(os.environ.get("EXAMPLES", tries(20, 300))), deadline=None
)
settings.load_profile("rules")

severities = st.sampled_from([None, *SEVERITIES])
signs = st.fixed_dictionaries(
    {"code": st.sampled_from(CODES), "severity": severities},
    optional={
        "duration_hours": st.integers(0, 72),
        "episodes_24h": st.integers(0, 8),
    },
)
temperatures = st.builds(
    lambda tenths, route: {"value": Decimal(tenths) / 10, "unit": "C", "route": route},
    st.integers(340, 430),
    st.sampled_from(["oral", "armpit", "ear", "forehead", "unknown"]),
)


def reports_at(hours):
    return st.fixed_dictionaries(
        {"hours_ago": hours, "symptoms": st.lists(signs, max_size=4)},
        optional={
            "temperature": temperatures,
            "weight_kg": st.integers(150, 260).map(lambda tenths: Decimal(tenths) / 10),
            "handwriting": st.sampled_from(["same", "worse", "unable"]),
            "fluids_kept": st.sampled_from(["all", "some", "none"]),
            "antipyretic_given": st.booleans(),
            "pump": st.sampled_from(["ok", "alarm", "leak", "disconnected", "stopped"]),
            "worried": st.booleans(),
        },
    )


COURSE = {
    "infusion_running": st.booleans(),
    "hours_since_start": st.integers(0, 900),
    "age_years": st.integers(1, 20),  # nobody of unknown age is taken for a newborn
}
contexts = st.fixed_dictionaries(
    {},
    optional={
        "age_years": st.integers(0, 20),
        "age_months": st.integers(0, 240),
        "low_counts_known": st.booleans(),
        "days_since_transplant": st.integers(0, 200),
        "infusion_running": st.booleans(),
        "cycle_day": st.integers(1, 42),
        "hours_since_start": st.integers(0, 900),
        "days_since_last_dose": st.integers(0, 60),
        "days_since_infusion": st.integers(0, 400),
        "baseline_weight_kg": st.just(20),
        "team_advised_hours_ago": st.integers(0, 48),
        "writes": st.booleans(),
    },
)
policies = st.fixed_dictionaries(
    {
        "fever": st.sampled_from(["38.0-once", "38.0-sustained-or-38.3-once", "38.5-once"]),
        "sensitivity": st.sampled_from(["calibrated", "literal"]),
    }
)
requests = st.fixed_dictionaries(
    {
        "therapy": st.sampled_from(THERAPIES),
        "context": contexts,
        "policy": policies,
        "reports": st.lists(reports_at(st.integers(0, 60)), min_size=1, max_size=5),
    }
)


def rank(response):
    """The higher, the more urgent."""
    return -URGENCIES.index(response["urgency"])


def newest(request):
    return min(request["reports"], key=lambda report: report["hours_ago"])


@given(requests, signs)
def test_one_more_sign_never_lowers_the_urgency(request, sign):
    before = rank(assess(request))
    report = newest(request)
    more = report | {"symptoms": [*report["symptoms"], sign]}
    reports = [more if item is report else item for item in request["reports"]]
    assert rank(assess(request | {"reports": reports})) >= before


@given(requests, st.randoms(use_true_random=False))
def test_the_order_of_signs_and_reports_changes_nothing(request, random):
    before = assess(request)
    reports = [r | {"symptoms": random.sample(r["symptoms"], len(r["symptoms"]))} for r in request["reports"]]
    random.shuffle(reports)
    after = assess(request | {"reports": reports})
    assert after["urgency"] == before["urgency"]
    assert {f["id"] for f in after["flags"]} == {f["id"] for f in before["flags"]}


@pytest.mark.hazard("H03")
@given(requests)
def test_celsius_or_fahrenheit_changes_nothing(request):
    def in_fahrenheit(report):
        if "temperature" not in report:
            return report
        typed = report["temperature"]
        return report | {"temperature": typed | {"value": typed["value"] * Decimal("1.8") + 32, "unit": "F"}}

    after = assess(request | {"reports": [in_fahrenheit(report) for report in request["reports"]]})
    assert after["flags"] == assess(request)["flags"]


@given(requests, st.data())
def test_an_unknown_severity_is_never_milder_than_a_known_one(request, data):
    report = newest(request)
    assume(report["symptoms"])
    place = data.draw(st.integers(0, len(report["symptoms"]) - 1))
    sign = report["symptoms"][place]
    assume(sign["code"] not in MEASURED_BY_LENGTH)
    others = [other for i, other in enumerate(report["symptoms"]) if i != place]
    ranks = {}
    for severity in (None, *SEVERITIES):
        changed = report | {"symptoms": [*others, sign | {"severity": severity}]}
        reports = [changed if item is report else item for item in request["reports"]]
        ranks[severity] = rank(assess(request | {"reports": reports}))
    assert ranks[None] == max(ranks.values())
    assert ranks["mild"] <= ranks["moderate"] <= ranks["severe"]


@given(requests)
def test_literal_is_never_below_calibrated(request):
    ranks = {
        word: rank(assess(request | {"policy": request["policy"] | {"sensitivity": word}}))
        for word in ("literal", "calibrated")
    }
    assert ranks["literal"] >= ranks["calibrated"]


@given(requests)
def test_no_fever_rule_is_stricter_than_the_default(request):
    ranks = {
        rule: rank(assess(request | {"policy": request["policy"] | {"fever": rule}}))
        for rule in ("38.0-once", "38.0-sustained-or-38.3-once", "38.5-once")
    }
    assert max(ranks.values()) == ranks["38.0-once"]


@pytest.mark.hazard("H16")
@given(
    requests,
    st.sampled_from(["infusion_running", "hours_since_start", "age_years"]).flatmap(
        lambda key: st.tuples(st.just(key), COURSE[key])
    ),
)
def test_what_is_unknown_about_the_course_is_never_better_than_anything_known(request, known):
    key, value = known
    beside = {
        "age_years": {"age_months"},  # of two ages the younger counts
        "hours_since_start": {"cycle_day", "days_since_last_dose", "days_since_infusion"},
    }
    hidden = {key} | beside.get(key, set())
    unknown = {name: said for name, said in request["context"].items() if name not in hidden}
    told = assess(request | {"context": {**unknown, key: value}})
    assert rank(assess(request | {"context": unknown})) >= rank(told)


@given(requests, st.sampled_from(["low_counts_known", "days_since_transplant"]))
def test_what_is_known_of_counts_and_a_transplant_only_adds(request, key):
    ranks = [
        rank(assess(request | {"context": {**request["context"], key: value}}))
        for value in (None, {"low_counts_known": True, "days_since_transplant": 20}[key])
    ]
    assert ranks[1] >= ranks[0]


@given(requests, st.integers(0, 240), st.integers(0, 240))
def test_a_younger_child_is_never_answered_more_calmly(request, one, other):
    context = {key: value for key, value in request["context"].items() if key != "age_years"}
    younger, older = (
        rank(assess(request | {"context": {**context, "age_months": months}}))
        for months in sorted((one, other))
    )
    assert younger >= older


@given(requests, st.sampled_from(THERAPIES))
def test_an_earlier_therapy_only_adds(request, earlier):
    now, before = (assess(request | {"therapy": therapy}) for therapy in (request["therapy"], earlier))
    both = worst_of(now, before)
    assert rank(both) >= max(rank(now), rank(before))
    assert {f["id"] for f in now["flags"] + before["flags"]} <= {f["id"] for f in both["flags"]}


@pytest.mark.hazard("H28")
@given(requests)
def test_a_fever_medicine_lowers_nothing(request):
    report = newest(request)
    ranks = []
    for given_ in (False, True):
        changed = report | {"antipyretic_given": given_}
        reports = [changed if item is report else item for item in request["reports"]]
        ranks.append(rank(assess(request | {"reports": reports})))
    assert ranks[1] >= ranks[0]


@pytest.mark.hazard("H27")
@given(requests)
def test_a_note_is_only_given_when_nothing_more_urgent_fired(request):
    response = assess(request)
    worst = min((URGENCIES.index(flag["urgency"]) for flag in response["flags"]), default=3)
    assert URGENCIES.index(response["urgency"]) <= worst
    assert all(flag["sources"] and flag["text"] for flag in response["flags"])
