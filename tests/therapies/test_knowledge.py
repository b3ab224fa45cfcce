"""A broken knowledge file refuses to load, by name and line; then the answer is to call."""

import datetime
import shutil
from dataclasses import replace
from decimal import Decimal
from itertools import chain

import pytest

from therapies import catalogue, rules
from therapies.catalogue import CASES, DATA, KnowledgeError, load, read
from therapies.checks import READ_IN_CODE, unread_keys
from therapies.conditions import OPERATORS, READS
from therapies.facts import Moment
from therapies.request import CONTEXT_FLAGS, CONTEXT_NUMBERS, Report
from therapies.texts import texts

KYMRIAH = "https://us.kymriah.com/acute-lymphoblastic-leukemia-children/"
REMS_END = load().sources["fda-rems-end"].address


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def broken(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError) as refused:
        read(folder, CASES)
    line = path.read_text("utf-8").splitlines()[refused.value.line - 1]
    return refused.value, line


@pytest.mark.parametrize(
    ("name", "old", "new", "says", "on_line"),
    [
        ("blinatumomab.toml", "[[red_flag]]", "[[red_flag", "Expected", "[[red_flag"),
        ("blinatumomab.toml", 'syndrome = "crs"', 'syndrome = "cold"', "unknown syndrome", "BLIN-CRS-01"),
        ("blinatumomab.toml", '"BLIN-CRS-02"', '"BLIN-CRS-01"', "twice", "BLIN-CRS-01"),
        ("blinatumomab.toml", '"BLIN-CRS-01"', '"BLIN-CRS-99"', "no worked case", "BLIN-CRS-99"),
        (
            "blinatumomab.toml",
            '"dizziness", "chills"',
            '"dizzy", "chills"',
            "unknown code dizzy",
            "BLIN-INFUSION-02",
        ),
        (
            "blinatumomab.toml",
            'severity = "moderate"',
            'sevrity = "moderate"',
            "unknown operator",
            "BLIN-INFUSION-03",
        ),
        ("blinatumomab.toml", 'is = "fever"', 'is = "hot"', "unknown definition", "BLIN-CRS-01"),
        ("blinatumomab.toml", "now = [{}]", "now = {}", "list of tables", "BLIN-INFECTION-02"),
        ("blinatumomab.toml", "now = [{}]\n", "", "no urgency", "BLIN-INFECTION-02"),
        (
            "blinatumomab.toml",
            '{ id = "blincyto-label", locator',
            '{ id = "hearsay", locator',
            "unknown source",
            None,
        ),
        ("blinatumomab.toml", "text = ", "txt = ", "unknown key txt", None),
        (
            "blinatumomab.toml",
            'listed_as = "common"',
            'listed_as = "rare"',
            "unknown list",
            "BLIN-E-COMMON-01",
        ),
        ("blinatumomab.toml", 'code = "temperature"\n', "", "needs a code", "BLIN-E-COMMON-01"),
        (
            "every-therapy.toml",
            "{ lasting_told = { from = 24 } }",
            "{ nonsense = 1 }",
            "unknown operator",
            None,
        ),
        (
            "every-therapy.toml",
            "{ weight_over_baseline = 5.0 },",
            '{ severity = "mild" },',
            "about a sign",
            "gained",
        ),
        ("observations.toml", 'code = "chills"', 'code = "felt_hot"', "twice", "felt_hot"),
        ("observations.toml", 'name = "Chills, shaking"\n', "", "name is missing", "chills"),
        ("danger-words.toml", '"in-case-of"', '"In-case-of"', "cannot be searched for", "In-case-of"),
        ("danger-words.toml", 'code = "seizure"', 'code = "fit"', "unknown code fit", "fit"),
        ("sources.toml", "publisher = ", "published_by = ", "unknown key", None),
        ("sources.toml", "checked = 2", "# checked = 2", "checked is missing", None),
        (
            "observations.toml",
            'code = "chills"',
            'code = "weight_kg"',
            "an observation and a symptom",
            "weight_kg",
        ),
        (
            "observations.toml",
            '[[symptom]]\ncode = "chills"',
            '[[symptom]]\ncode = "itch"\nname = "Itch"\narea = "skin"\n[[symptom]]\ncode = "chills"',
            "read by no rule of ",
            "itch",
        ),
        (
            "observations.toml",
            '[[observation]]\ncode = "worried"',
            '[[observation]]\ncode = "sad"\nname = "Sad"\nquestion = "Sad?"\nkind = "yes-no"\narea = "line"\n'
            '[[observation]]\ncode = "worried"',
            "read by no rule",
            "sad",
        ),
        (
            "blinatumomab.toml",
            '"dizziness", "chills"',
            '"chills", "chills"',
            "a sign twice",
            "BLIN-INFUSION-02",
        ),
        (
            "blinatumomab.toml",
            'severity = "moderate"',
            'severity = "bad"',
            "severity is one of",
            "BLIN-INFUSION-03",
        ),
        (
            "every-therapy.toml",
            'counts_from = "moderate"',
            'counts_from = "often"',
            "counts_from is one of",
            "ANY-LINE-03",
        ),
        (
            "every-therapy.toml",
            "lasting = { from = 8 }",
            "lasting = { form = 8 }",
            "does not know form",
            "ANY-URINE",
        ),
        (
            "every-therapy.toml",
            'unread = "temperature"',
            'unread = "heat"',
            "unread does not know heat",
            None,
        ),
        (
            "every-therapy.toml",
            'only = ["tisagenlecleucel"]',
            'only = ["tisagen"]',
            "unknown therapy",
            "tisagen",
        ),
        (
            "every-therapy.toml",
            'in_emergency_with = ["temperature"',
            'in_emergency_with = ["heat"',
            "unknown code heat",
            "ANY-DONT-01",
        ),
        (
            "sources.toml",
            'revised = "2024-06-24"\n',
            "",
            "revised is missing",
            "acs-childhood-leukemia-immunotherapy",
        ),
        ("sources.toml", f'address = "{KYMRIAH}"\n', "", "address is missing", "kymriah-safety"),
        ("sources.toml", f'"{KYMRIAH}"', '""', "address cannot be ''", "kymriah-safety"),
        (
            "sources.toml",
            f'"{KYMRIAH}"',
            '"kymriah.com"',
            "address cannot be 'kymriah.com'",
            "kymriah-safety",
        ),
        (
            "sources.toml",
            '"2024-06-24"',
            '"June 2024"',
            "revised cannot be 'June 2024'",
            "acs-childhood-leukemia-immunotherapy",
        ),
        (
            "sources.toml",
            '"2024-06-24"',
            '"undated"',
            "undated, and no why",
            "acs-childhood-leukemia-immunotherapy",
        ),
        (
            "sources.toml",
            f'"{REMS_END}"',
            '"no public address"',
            "no public address, and no why",
            "fda-rems-end",
        ),
    ],
)
def test_a_broken_file_is_refused_by_name_and_line(folder, name, old, new, says, on_line):
    error, line = broken(folder, name, old, new)
    assert error.file == name
    assert says in error.message
    if on_line:
        assert on_line in line


@pytest.mark.parametrize("name", ["observations", "sources", "every-therapy", "first-aid"])
def test_a_file_that_all_need_is_missed_by_name(folder, name):
    (folder / f"{name}.toml").unlink()
    with pytest.raises(KnowledgeError, match=f"{name}.toml:1: is missing"):
        read(folder, CASES)


def test_a_red_flag_can_be_of_some_therapies_only(folder):
    path = folder / "every-therapy.toml"
    only = 'only = ["blinatumomab"]\nid = "ANY-CONCERN-01"'
    path.write_text(path.read_text("utf-8").replace('id = "ANY-CONCERN-01"', only), "utf-8")
    has_it = {
        name
        for name, t in read(folder, CASES).therapies.items()
        if "ANY-CONCERN-01" in {f.id for f in t.red_flags}
    }
    assert has_it == {"blinatumomab"}


def test_an_error_in_a_file_that_several_share_names_the_file_and_the_therapy(folder):
    error, line = broken(folder, "after-car-t.toml", 'is = "unwell"', 'is = "poorly"')
    assert error.file == "after-car-t.toml"
    assert "CART-CRS-04" in line
    assert error.message.endswith("(for brexucabtagene-autoleucel)")


@pytest.mark.hazard("H17")
def test_a_red_flag_whose_sources_are_all_another_therapys_is_refused_for_that_one(folder):
    old = '{ id = "cuh-car-t", locator = "contact the hospital at 37.5 °C or more" }'
    new = old.replace(" }", ', only = ["tisagenlecleucel"] }')
    error, line = broken(folder, "after-car-t.toml", old, new)
    assert str(error).startswith("after-car-t.toml:")
    assert "CART-CRS-04" in line
    assert "has no source (for brexucabtagene-autoleucel)" in error.message


@pytest.mark.hazard("H17")
def test_a_red_flag_without_a_source_does_not_load(folder):
    path = folder / "blinatumomab.toml"
    head, _, tail = path.read_text("utf-8").partition('id = "BLIN-STOMACH-01"')
    old = 'sources = [{ id = "blincyto-label-5", locator = "pancreatitis" }]'
    path.write_text(f'{head}id = "BLIN-STOMACH-01"{tail.replace(old, "sources = []", 1)}', "utf-8")
    with pytest.raises(KnowledgeError, match="BLIN-STOMACH-01: has no source"):
        read(folder, CASES)


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("key", CONTEXT_NUMBERS + CONTEXT_FLAGS)
def test_every_key_of_the_context_is_read_by_a_rule(key):
    """Removing all that reads it leaves a key unread, and that does not load."""
    known = load()
    assert key not in set(unread_keys(known.observations, known.definitions, known.therapies.values()))
    readers = {operator for operator, keys in READS.items() if key in keys}
    assert bool(readers) != (key in READ_IN_CODE)
    without = [without_operators(therapy, readers) for therapy in known.therapies.values()]
    definitions = {
        name: tuple(one for one in conditions if not readers & one.keys())
        for name, conditions in known.definitions.items()
    }
    assert (key in set(unread_keys(known.observations, definitions, without))) is bool(readers)


def without_operators(therapy, operators):
    flags = tuple(
        replace(
            flag,
            levels=tuple((u, tuple(one for one in c if not operators & one.keys())) for u, c in flag.levels),
        )
        for flag in therapy.red_flags
    )
    return replace(therapy, red_flags=flags)


@pytest.mark.parametrize("operator", READS)
def test_an_operator_reads_the_keys_that_it_says(operator):
    read = set()

    class Seen(dict):
        def get(self, key, default=None):
            read.add(key)
            return default

        def __contains__(self, key):
            read.add(key)
            return False

    report = Report(Decimal(0))
    argument = {"after_transplant": {}, "age_under": 3, "weight_over_baseline": 5}.get(operator, {})
    for therapy in load().therapies.values():
        now = Moment(load(), therapy, Seen(), "38.0-once", "calibrated", report, ())
        OPERATORS[operator](now, None, argument)
    assert read == set(READS[operator]) - {"temperature", "weight_kg"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"kymriah-label"', '"hearsay"', "unknown source hearsay (for brexucabtagene-autoleucel)"),
        (
            '{ id = "car-t-hlh", locator',
            '{ id = "car-t-hlh", only = ["tisagenlecleucel"], locator',
            "has no source (for brexucabtagene-autoleucel)",
        ),
    ],
)
def test_an_error_in_a_shared_file_names_the_therapy_too(folder, old, new, says):
    error, line = broken(folder, "after-car-t.toml", old, new)
    assert error.file == "after-car-t.toml"
    assert says in error.message
    assert "CART-" in line


def test_when_the_knowledge_does_not_load_the_answer_is_to_call(monkeypatch):
    def refuse():
        raise KnowledgeError("sources.toml", 3, "broken")

    monkeypatch.setattr(rules, "load", refuse)
    response = rules.assess({"anything": "at all"})
    assert response["urgency"] == "now"
    assert response["could_not_check"] == ["knowledge"]
    assert response["headline"] == "We could not check this. Call your care team now."


def test_a_failed_load_is_not_remembered(monkeypatch, folder):
    load.cache_clear()
    monkeypatch.setattr(catalogue, "DATA", folder / "nowhere")
    with pytest.raises(KnowledgeError):
        load()
    monkeypatch.undo()
    assert load().therapies


@pytest.mark.hazard("H08")
def test_the_version_changes_with_any_change_of_the_knowledge(folder):
    before = read(folder, CASES).version
    path = folder / "blinatumomab.toml"
    path.write_text(path.read_text("utf-8") + "\n# a comment\n", "utf-8")
    assert read(folder, CASES).version != before


def test_every_source_was_checked_within_a_year_of_this_release():
    release = max(source.checked for source in load().sources.values())
    assert all(release - source.checked < datetime.timedelta(days=366) for source in load().sources.values())


def test_every_source_is_cited():
    cited = {
        citation.source.id
        for therapy in load().therapies.values()
        for items in (therapy.red_flags, therapy.effects, therapy.instructions, therapy.onsets, therapy.given)
        for citation in chain(therapy.schedule.sources, *(item.sources for item in items))
    }
    cited |= {citation.source.id for citation in load().two_of_today.sources}
    cited |= {citation.source.id for one in load().first_aid for citation in one.sources}
    assert cited == set(load().sources)


def test_a_source_without_a_date_or_a_public_address_says_why():
    sources = load().sources.values()
    assert all(source.why for source in sources if not (source.address and source.revised))
    assert load().sources["upmc-inotuzumab"].address == ""
    assert load().sources["upmc-inotuzumab"].revised is None


def test_every_text_that_a_family_can_read_reaches_the_translators():
    known = {text for _, text in texts()}
    assert {source.why for source in load().sources.values()} - {""} <= known
    for therapy in load().therapies.values():
        assert {fact.text for fact in therapy.given} <= known
        said = (*therapy.effects, *therapy.onsets, *therapy.given)
        assert {one.not_verified for one in said if one.not_verified} <= known
        assert {flag.text for flag in therapy.red_flags} <= known
        assert {instruction.text for instruction in therapy.instructions} <= known
    assert {symptom.name for symptom in load().symptoms.values()} <= known
    assert set(load().messages.values()) <= known
    assert "Under the arm often reads low. Measure by mouth or ear now." in known
    assert "Come apart" in known


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "every-therapy.toml",
            "from = 38.3 }, policy",
            "from = 38.4 }, policy",
            "is not what the rule 38.0-sus",
        ),
        ("every-therapy.toml", "{ temperature = { from = 38.5 } },", "", "is not what the rule 38.5-once"),
        ("observations.toml", 'code = "C", name = "°C"', 'code = "K", name = "K"', "none of C, F"),
        ("observations.toml", 'name = "°C" }', 'name = "°C", plausible = [20, 50] }', "a band of its own"),
        ("observations.toml", 'name = "°C" }', 'nane = "°C" }', "unknown key nane"),
        ("observations.toml", 'code = "oral", name', 'code = "oral", nane', "unknown key nane"),
    ],
)
def test_a_temperature_means_the_same_on_a_page_and_to_the_rules(folder, name, old, new, says):
    error, _line = broken(folder, name, old, new)
    assert says in error.message


def test_the_lines_are_read_from_the_rules():
    assert [float(line) for line in load().temperature_lines] == [
        35.0,
        36.0,
        37.4,
        37.5,
        37.7,
        38.0,
        38.3,
        38.5,
    ]
    assert [float(line) for line in load().widest_step] == [36.0, 37.4]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("late_effects_days = 365\n", "", "late_effects_days is missing"),
        ("late_effects_days = 365", 'late_effects_days = "a year"', "cannot be 'a year'"),
        ("late_effects_days = 365", "late_effects_days = -1", "cannot be -1"),
        ("near_hospital_days = 0", "near_hospital_days = 2.5", "cannot be"),
        ("near_hospital_days = 0", "near_hospital_days = true", "cannot be True"),
        ("neuro_check = true", "neuro_check = 1", "cannot be 1"),
        ("neuro_check = true", "neurocheck = true", "unknown key"),
        ('id = "blinatumomab"\n', "", "id is missing"),
    ],
)
def test_what_a_therapy_says_of_itself_is_complete_and_of_its_type(folder, old, new, says):
    error, _line = broken(folder, "blinatumomab.toml", old, new)
    assert says in error.message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{ day = 0 }", "{ day = 1 }", "are days after the first"),
        ("first_day = 7", "first_day = 10", "are days after the first"),
        ("last_day = 20", "last_day = 8", "are days after the first"),
        ("last_day = 20", "until = 20", "unknown key until"),
        ("last_day = 20", "last_day = 20.5", "cannot be"),
        ("{ day = 0 }", "{}", "day is missing"),
        ('given = "once"', 'given = "doses"', "are days after the first"),
    ],
)
def test_the_days_of_a_split_dose_are_in_order_and_begin_with_the_first(folder, old, new, says):
    error, line = broken(folder, "obecabtagene-autoleucel.toml", old, new)
    assert says in error.message
    assert "infusions" in line


def test_late_effects_come_until_their_last_day_and_those_of_cells_for_life():
    pump, cells = (load().therapies[name] for name in ("blinatumomab", "tisagenlecleucel"))
    assert [pump.may_act_after(days) for days in (0, 365, 365.1)] == [True, True, False]
    assert cells.may_act_after(10_000)


def test_no_rule_looks_further_back_than_the_rules_are_told():
    """A danger is remembered for a day, so what a rule looks at is seen from a day ago."""
    known = load()
    flags = (level for t in known.therapies.values() for flag in t.red_flags for _, level in flag.levels)
    conditions = [one for level in (*known.definitions.values(), *flags) for one in level]
    hours = [
        one[key]["within"]
        for one in conditions
        for key in one
        if "within" in (one[key] if isinstance(one[key], dict) else ())
    ]
    hours += [24 * one["weight_rises"]["days"] + 12 for one in conditions if "weight_rises" in one]
    assert max(hours) + rules.REMEMBERED_HOURS <= rules.LOOKS_BACK_HOURS


@pytest.mark.parametrize("name", ["ANY-DO-01", "ANY-DONT-01"])
def test_an_instruction_that_a_page_names_is_there(folder, name):
    error, _line = broken(folder, "every-therapy.toml", f'"{name}"', '"ANY-DO-77"')
    assert name in error.message
