"""From the log form to the answer, as a browser without scripts goes it."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import NIGHT_NUMBER, NOW, NUMBERS, child_of
from therapies.schedule import Event
from tracker.assessment.phone_script import ScriptFacts, what_to_say
from tracker.families.actions.children import begin_child
from tracker.families.actions.treatment import start_course
from tracker.models import Alert, Child, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")


@pytest.mark.hazard("H01")
def test_a_fever_at_night_is_call_now_with_the_number_and_what_to_say(phone: Phone, child: Child) -> None:
    answer = phone.send(child, **FEVER)
    assert answer.redirect_chain[0][1] == 303
    said = text(answer)
    assert "Call your care team now" in said
    assert f"tel:{NIGHT_NUMBER.replace(' ', '')}" in links(answer)
    assert "My child is 8 years old and had CAR T cells." in said
    assert "The treatment is CAR T cells (tisagenlecleucel): Day 6 after the infusion." in said
    assert "38.4 °C, which is 101.1 °F, measured under the arm." in said
    assert "My child had no fever medicine in the last 6 hours." in said
    assert "Should we come in now?" in said
    assert "No fever medicine before you have asked" in said


def test_a_drug_is_named_once_on_the_phone(phone: Phone, mother: User) -> None:
    theo = child_of(mother, "Theo", "gemtuzumab-ozogamicin", Event("dose", NOW))
    said = text(phone.send(theo, **FEVER)).partition("What to say")[2].partition("Have you called?")[0]
    assert "gets gemtuzumab ozogamicin (Mylotarg). " in said
    assert said.count("gemtuzumab ozogamicin") == 1
    assert "Day of dose 1." in said


def test_a_seizure_is_an_emergency(phone: Phone, child: Child) -> None:
    said = text(phone.send(child, temperature="36.8", unit="C", **{"sign-seizure": "yes"}))
    assert "Call emergency services now" in said
    assert "What do I do until help is here?" in said


def test_signs_are_said_with_how_bad_and_for_how_long(phone: Phone, child: Child) -> None:
    signs = {"sign-chills": "moderate", "sign-chills-duration": "2", "sign-vomiting": "yes"}
    said = text(phone.send(child, temperature="36.8", **signs, when="1"))
    assert "At 01:14 I saw: Chills, shaking (moderate, for 2 hours), Throws up" in said


MILD = (
    "cough",
    "fatigue",
    "constipation",
    "poor_appetite",
    "joint_pain",
    "muscle_pain",
    "nausea",
    "diarrhea",
)


@pytest.mark.hazard("H25")
def test_the_worst_of_many_signs_is_said_first_and_never_left_out(phone: Phone, child: Child) -> None:
    signs = {f"sign-{code}": "mild" for code in MILD} | {"sign-vomiting": "severe", "sign-bleeding": "severe"}
    answer = phone.send(child, temperature="36.8", **signs, **{"sign-seizure": "yes"}, neuro_talks="not")
    script = text(answer).partition("At 02:14 I saw: ")[2].partition(". ")[0]
    assert script.startswith("Bleeding (severe), Seizure, fit, ")
    assert "Throws up (severe), Talking: Not at all, " in script
    assert script.endswith(" more signs")


def test_of_many_mild_signs_the_script_says_how_many_more() -> None:
    told = ScriptFacts({"symptoms": [{"code": code, "severity": "mild"} for code in MILD]})
    script = " ".join(what_to_say(told, (), "today"))
    assert "Tired all over (mild)" in script
    assert "and 2 more signs." in script


@pytest.mark.hazard("H27")
def test_an_uneventful_log_is_a_note_and_offers_no_script(phone: Phone, child: Child) -> None:
    said = text(phone.send(child, temperature="36.8", unit="C", antipyretic_given="no"))
    assert "Nothing documented as urgent in what you entered" in said
    assert "If you are worried, call." in said
    assert "What to say" not in said


@pytest.mark.hazard("H27")
def test_nothing_documented_as_urgent_is_not_said_while_an_earlier_alert_is_open(
    phone: Phone, ward_child: Child, night
) -> None:
    phone.send(ward_child, **FEVER)
    night.shift(25 * 3600)
    answer = phone.send(ward_child, temperature="36.8", unit="C", antipyretic_given="no")
    said = text(answer)
    assert "Nothing documented as urgent" not in said
    assert "An earlier log still says to call." in said
    first = SymptomLog.objects.earliest("received_at")
    assert reverse("answer", args=[first.pk]) in links(answer)


def test_each_flag_leads_to_the_page_that_shows_how_it_is_decided(phone: Phone, child: Child) -> None:
    answer = phone.send(child, temperature="36.8", **{"sign-seizure": "yes", "sign-fatigue": "mild"})
    how = [link for link in links(answer) if link.startswith("/how/")]
    assert how
    for link in how:
        page = phone.get(link.partition("#")[0])
        assert page.status_code == 200
        assert f'id="{link.partition("#")[2]}"' in page.content.decode()


# ---------------------------------------------------------------- double taps, bad times


def test_a_double_tap_is_one_log_with_one_answer(phone: Phone, child: Child) -> None:
    first = phone.send(child, client_uuid="6a1f0c1e-3f0b-4f43-9d6c-0d6c5f3b8a11", **FEVER)
    again = phone.send(child, client_uuid="6a1f0c1e-3f0b-4f43-9d6c-0d6c5f3b8a11", **FEVER)
    assert first.redirect_chain == again.redirect_chain
    assert SymptomLog.objects.count() == 1
    assert Alert.objects.count() == 1


def test_the_same_form_with_other_answers_is_a_correction_at_once(phone: Phone, child: Child) -> None:
    number = str(uuid4())
    phone.send(child, client_uuid=number, temperature="36.8")
    for _twice in range(2):
        said = text(phone.send(child, client_uuid=number, temperature="39.2"))
        assert "39.2 °C" in said
        assert "Call your care team now" in said
    assert SymptomLog.objects.standing().count() == 1
    phone.send(child, client_uuid=number, temperature="39.5")
    assert SymptomLog.objects.standing().count() == 1


@pytest.mark.hazard("H18")
@pytest.mark.parametrize(
    ("when_at", "sentence"),
    [
        ("2026-11-20T02:30", "This time is still to come."),
        ("9999-12-31T23:59", "This time is still to come."),
        ("2026-10-01T02:30", "This is before the treatment began."),
        ("1900-01-01T00:00", "This is before your child was born."),
        ("2026-02-31T10:00", "Pick the day and the time."),
        ("", "Pick the day and the time."),
    ],
)
def test_a_time_that_cannot_be_is_explained_and_what_was_typed_is_kept(
    phone: Phone, child: Child, when_at: str, sentence: str
) -> None:
    typed = FEVER | {"when": "pick", "when_at": when_at, "note": "woke up cold"}
    page = phone.send(child, **typed, **{"sign-chills": "severe"})
    assert page.status_code == 422
    html = page.content.decode()
    assert sentence in text(page)
    assert "What you typed is still here." in text(page)
    assert 'value="38,4"' in html
    assert "woke up cold" in html
    assert 'id="chills-severe" checked' in html.replace('value="severe" ', "")
    assert 'id="route-armpit"' in html
    assert f"tel:{NIGHT_NUMBER.replace(' ', '')}" in links(page)
    assert not SymptomLog.objects.exists()


@pytest.mark.hazard("H18")
def test_a_family_that_skipped_its_dates_may_log_what_it_saw_before_it_signed_up(
    phone: Phone, mother: User
) -> None:
    about = {"nickname": "Theo", "birth_month": date(2018, 5, 1), "writes": True}
    theo = begin_child(about=about, numbers=NUMBERS, therapy="tisagenlecleucel", by=mother, now=NOW)
    page = phone.send(theo, **FEVER | {"when": "pick", "when_at": "2026-11-19T22:30"})
    assert "Call your care team now" in text(page)
    assert SymptomLog.objects.get().observed_at == NOW - timedelta(hours=3, minutes=44)
    start_course(child=theo, therapy="blinatumomab", events=[Event("start", NOW)], by=mother, now=NOW)
    phone.send(theo, **FEVER | {"when": "pick", "when_at": "2026-11-18T22:30"})
    assert SymptomLog.objects.count() == 2  # when the first therapy began, nobody has said yet


SLIPS = [
    {"when": "pick", "when_at": ""},
    {"when": "pick", "when_at": "2026-11-20T09:30"},
    {"note": "x" * 4001},
]


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("corrects", [False, True])
def test_a_slip_beside_an_emergency_is_answered_before_it_is_asked_about(
    phone: Phone, child: Child, slip: dict[str, str], *, corrects: bool
) -> None:
    seen = {"temperature": "103", "unit": "F", "sign-seizure": "yes"} | slip
    if corrects:
        phone.send(child, **FEVER)
        page = phone.post(reverse("log-correct", args=[SymptomLog.objects.get().pk]), seen)
    else:
        page = phone.send(child, **seen)
    said, html = text(page), page.content.decode()
    assert page.status_code == 422
    assert said.index("Call emergency services now") < said.index("What you typed is still here.")
    assert "This log is not saved yet." in said
    assert 'value="103"' in html
    assert 'id="seizure-yes" value="yes" checked' in html
    assert 'id="errors"' not in html  # which takes the focus, and would scroll the answer away
    assert SymptomLog.objects.count() == corrects


@pytest.mark.hazard("H21")
def test_a_note_that_is_too_long_is_searched_for_danger_all_the_same(phone: Phone, child: Child) -> None:
    page = phone.send(child, temperature="36.8", note="had a seizure " + "x" * 4000)
    assert page.status_code == 422
    assert "If so, call now and say it." in text(page)


def test_a_time_between_two_courses_counts_from_the_first(phone: Phone, child: Child, mother: User) -> None:
    page = phone.send(child, **FEVER | {"when": "pick", "when_at": "2026-11-14T10:00"})
    assert page.status_code == 200
    assert SymptomLog.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"when": "pick", "when_at": "2027-01-01T10:00"}, "when_at"), ({"note": "x" * 4001}, "note")],
)
def test_what_needs_another_look_says_so_to_a_screen_reader(
    phone: Phone, child: Child, typed: dict[str, str], field: str
) -> None:
    html = phone.send(child, **FEVER | typed).content.decode()
    input_of_it = re.search(rf'<(?:input|textarea)[^>]* name="{field}"[^>]*>', html)
    assert input_of_it
    assert 'aria-invalid="true"' in input_of_it[0]
    described = re.search(r'aria-describedby="([^"]*)"', input_of_it[0])
    assert described
    (error,) = [one for one in described[1].split() if one.endswith("_error")]
    assert f'id="{error}"' in html


@pytest.mark.parametrize("to", ["logs", "log-neuro"])
def test_an_empty_log_is_asked_about_and_not_saved(phone: Phone, child: Child, to: str) -> None:
    page = phone.send(child, to)
    assert page.status_code == 422
    assert "Not saved yet. Look at this:" in text(page)
    assert not SymptomLog.objects.exists()


def test_a_correction_may_take_everything_back(phone: Phone, child: Child) -> None:
    phone.send(child, temperature="38.4")
    first = SymptomLog.objects.get()
    phone.post(reverse("log-correct", args=[first.pk]), {"client_uuid": str(uuid4()), "when": "0"})
    assert SymptomLog.objects.get(corrects=first).observations.count() == 0


# ---------------------------------------------------------------- odd numbers


@pytest.mark.hazard("H15")
@pytest.mark.parametrize("typed", ["36.6\u00b0", "36,6\u00ba", "\u200e36.6", "36.6\ufffc", "36\u00b76"])
def test_a_mark_beside_the_number_raises_no_alert(phone: Phone, child: Child, typed: str) -> None:
    answer = phone.send(child, temperature=typed, unit="C")
    assert "36.6 °C" in text(answer)
    assert "We could not check this" not in text(answer)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    "typed",
    ["38.", ".38", "37.949999", "38.5.1", "38-39", ">38", "-38", "1e1", "3_8", "0x26", "NaN", "1e400",
     "9" * 5000, "38\u200b.5", "38\x00", "null", "[38]", '{"v":38}', "<script>alert(1)</script>"],
)  # fmt: skip
def test_a_number_that_cannot_be_read_is_saved_asked_about_and_call_now(
    phone: Phone, child: Child, typed: str
) -> None:
    answer = phone.send(child, temperature=typed, unit="C")
    said = text(answer)
    assert answer.status_code == 200
    assert "We could not check this. Call your care team now." in said
    assert "Type it again." in said
    assert "<script>alert" not in answer.content.decode()
    log = SymptomLog.objects.get()
    assert reverse("log-correct", args=[log.pk]) in links(answer)


@pytest.mark.parametrize(
    ("typed", "unit", "said_as", "urgency"),
    [
        ("38", "C", "38.0 °C", "now"),
        ("38,0", "C", "38.0 °C", "now"),
        ("37.95", "C", "37.95 °C", "today"),
        ("100.4", "F", "100.4 °F", "now"),
        ("100.3", "F", "100.3 °F", "today"),
        ("\u0663\u0668\u066b\u0665", "C", "38.5 °C", "now"),
        ("\uff13\uff18\uff0e\uff15", "C", "38.5 °C", "now"),
        ("38.4 °C", "F", "38.4 °C", "now"),
        ("101F", "C", "101.0 °F", "now"),
        ("385", "C", "385.0 °C", "now"),
        ("0", "C", "0.0 °C", "now"),
    ],
)
def test_a_number_is_answered_as_it_was_typed(
    phone: Phone, child: Child, typed: str, unit: str, said_as: str, urgency: str
) -> None:
    said = text(phone.send(child, temperature=typed, unit=unit))
    assert said_as in said
    assert SymptomLog.objects.get().assessment.urgency == urgency


@pytest.mark.hazard("H03")
def test_a_wrong_unit_is_asked_about_and_one_tap_records_the_correction(phone: Phone, child: Child) -> None:
    answer = phone.send(child, temperature="38", unit="F")
    assert "38 °F is not possible. Did you mean 38.0 °C?" in text(answer)
    assert "Yes, 38.0 °C" in text(answer)
    log = SymptomLog.objects.get()
    for _twice in range(2):
        after = phone.post(reverse("log-confirm", args=[log.pk]), {"temperature": "38.0|C"}, follow=True)
        assert "Did you mean" not in text(after)
        assert "38.0 °C" in text(after)
    assert SymptomLog.objects.get(corrects=log).assessment.urgency == "now"


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    ("typed", "unit", "card", "script"),
    [
        ("38.4", "F", "38.4 °F (probably 38.4 °C)", "I wrote 38.4 °F. It was probably 38.4 °C."),
        ("101", "C", "101.0 °C (probably 101.0 °F)", "I wrote 101.0 °C. It was probably 101.0 °F."),
        ("385", "C", "385.0 °C ·", "For the temperature I wrote 385.0 °C. "),
    ],
)
def test_a_temperature_that_no_body_has_is_never_converted(
    phone: Phone, child: Child, typed: str, unit: str, card: str, script: str
) -> None:
    said = text(phone.send(child, temperature=typed, unit=unit))
    assert card in said
    assert script in said
    assert "which is" not in said
    for nonsense in ("3.6 °C", "213.8 °F", "725"):
        assert nonsense not in said
        assert nonsense not in text(phone.get(reverse("today", args=[child.pk])))
        checked = {"therapy": "tisagenlecleucel", "temperature": typed, "unit": unit}
        assert nonsense not in text(phone.post("/check/", checked))


def test_a_reply_that_cannot_be_read_leads_to_the_correction(phone: Phone, child: Child) -> None:
    phone.send(child, temperature="38", unit="F")
    log = SymptomLog.objects.get()
    for reply in ({"temperature": "warm|C"}, {"temperature": "38|K"}, {"sign": "drop table"}, {}):
        after = phone.post(reverse("log-confirm", args=[log.pk]), reply)
        assert after["Location"] == reverse("log-correct", args=[log.pk])
    assert SymptomLog.objects.count() == 1


@pytest.mark.hazard("H21")
def test_a_danger_word_in_a_note_is_asked_about_before_anything_else(phone: Phone, child: Child) -> None:
    answer = phone.send(child, temperature="36.8", antipyretic_given="no", note="he had a seizure I think")
    said = text(answer)
    assert "Nothing documented as urgent" not in said
    assert "Your note may say something urgent: answer this" in said
    log = SymptomLog.objects.get()
    today = phone.get(reverse("today", args=[child.pk]))
    assert "One question is open Did you mean: Seizure, fit?" in text(today)
    assert "“he had a seizure I think”" in text(today)
    assert reverse("answer", args=[log.pk]) in links(today)
    after = phone.post(reverse("log-confirm", args=[log.pk]), {"sign": "seizure"}, follow=True)
    assert "Call emergency services now" in text(after)


@pytest.mark.hazard("H21")
def test_a_danger_in_the_note_stands_in_a_red_card_with_the_number_until_it_is_answered(
    phone: Phone, child: Child, night
) -> None:
    note = "he is fitting and won't wake up " + "since a while " * 20
    for seen in ({"temperature": "36.8"}, {"sign-fatigue": "mild"}):
        card = phone.send(child, note=note, **seen, antipyretic_given="no").content.decode()
        card = card.partition('<section class="care care-now"')[2].partition("</section>")[0]
        assert "Yes, or not sure? Call now." in card
        assert 'href="tel:5550142"' in card
        assert card.count("Did you mean") == 2
        night.shift(60)
        today = text(phone.get(reverse("today", args=[child.pk])))
        assert "One question is open" in today
    assert today.index("One question is open") < today.index("Call your care team today")
    assert "since a while since a while" in text(phone.get(reverse("today", args=[child.pk])))
    assert note.strip() not in text(phone.get(reverse("today", args=[child.pk])))
    slip = phone.send(child, note=note, when="pick").content.decode()
    assert slip.index("Yes, or not sure? Call now.") < slip.index("Not saved yet. Look at this:")
    night.shift(60)
    phone.send(child, temperature="36.8", antipyretic_given="no")
    assert "One question is open" not in text(phone.get(reverse("today", args=[child.pk])))


def test_a_weight_that_can_hardly_be_is_asked_about(phone: Phone, mother: User, child: Child) -> None:
    Child.objects.filter(pk=child.pk).update(baseline_weight_kg=20)
    said = text(phone.send(child, temperature="36.8", weight_kg="40"))
    assert "The weight was 20 kg before and is 40 kg now. Is that right?" in said


# ---------------------------------------------------------------- a baby


@pytest.mark.parametrize(
    ("born", "old"),
    [
        ((2018, 5), "8 years old"),
        ((2025, 10), "1 year old"),
        ((2026, 3), "7 months old"),
        ((2026, 9), "1 month old"),
        ((2026, 11), "less than 1 month old"),
    ],
)
def test_below_one_year_an_age_is_said_in_months(
    phone: Phone, child: Child, born: tuple[int, int], old: str
) -> None:
    Child.objects.filter(pk=child.pk).update(birth_month=date(*born, 1))
    assert f"My child is {old} and had CAR T cells." in text(phone.send(child, **FEVER))


# ---------------------------------------------------------------- the short ways


def test_nothing_new_takes_three_taps_besides_the_digits(phone: Phone, child: Child) -> None:
    """Open it, touch the number, save: nothing else has to be chosen."""
    today = phone.get(reverse("today", args=[child.pk]))
    assert reverse("log-nothing-new", args=[child.pk]) in links(today)
    page = phone.get(reverse("log-nothing-new", args=[child.pk]))
    assert 'name="sign-' not in page.content.decode()
    assert 'name="temperature" id="id_temperature" value=""' in page.content.decode()
    said = text(phone.send(child, to="log-nothing-new", temperature="36.8"))
    assert "Nothing documented as urgent in what you entered" in said
    log = SymptomLog.objects.get()
    assert (log.kind, log.signs_asked) == ("nothing-new", False)


def test_nothing_new_is_an_answer_about_the_signs(phone: Phone, child: Child, night: Any) -> None:
    """They are still unknown to the rules: a sign that was logged before does not go away by it."""
    phone.send(child, temperature="37.0", **{"sign-headache": "severe"})
    night.shift(7200)
    said = text(phone.send(child, to="log-nothing-new", temperature="36.8"))
    assert "36.8 °C (98.2 °F), nothing new" in said
    assert "I see nothing new and nothing worse." in said
    assert "You did not tell us: Signs" not in said
    log = SymptomLog.objects.get(kind="nothing-new")
    assert "symptoms" in log.assessment.response["unanswered"]
    assert "An earlier log says so" in said
    assert "36.8 °C (98.2 °F) · Nothing new" in text(phone.get(reverse("days", args=[child.pk])))
    assert "Signs Nothing new" in text(phone.get(reverse("log", args=[log.pk])))
    full = text(phone.send(child, temperature="", note="Sleeps.", **{"sign-headache": "mild"}))
    assert "nothing new" not in full.lower()


def test_a_correction_that_names_a_sign_does_not_say_nothing_new_any_more(phone: Phone, child: Child) -> None:
    """It keeps the kind of its log; and one that was a mistake says nothing at all."""
    phone.send(child, to="log-nothing-new", temperature="36.8")
    first = SymptomLog.objects.get()
    sent = {"temperature": "36.8", "unit": "C", "sign-chills": "severe", "client_uuid": str(uuid4())}
    where = {"when": "pick", "when_at": f"{first.observed_at.astimezone(child.zone):%Y-%m-%dT%H:%M}"}
    said = text(phone.post(reverse("log-correct", args=[first.pk]), sent | where, follow=True))
    assert "Chills, shaking (severe)" in said
    assert "nothing new" not in said.lower()
    phone.send(child, to="log-nothing-new", temperature="36.9")
    second = SymptomLog.objects.filter(corrects=None).exclude(pk=first.pk).get()
    mistake = text(phone.post(reverse("log-mistake", args=[second.pk]), follow=True))
    assert "nothing new" not in mistake.lower()


def test_a_reason_names_what_was_told_of_thinking_and_talking(phone: Phone, child: Child) -> None:
    said = text(phone.send(child, to="log-neuro", neuro_talks="less"))
    assert "You told us: Thinking, talking" in said
    assert "all that you entered" not in said


def test_the_neuro_check_is_beside_the_childs_first_day(phone: Phone, child: Child) -> None:
    Child.objects.filter(pk=child.pk).update(first_sentence="The moon is my lamp.")
    page = phone.get(reverse("log-neuro", args=[child.pk]))
    assert "The moon is my lamp." in text(page)
    said = text(phone.send(child, to="log-neuro", neuro_talks="less", handwriting="worse"))
    assert "Call your care team now" in said
    assert "Talking: Less than usual" in said
    assert "Handwriting: Less clear" in said


def test_a_pump_is_asked_about_while_one_is_worn(phone: Phone, mother: User) -> None:
    theo = child_of(mother, "Theo", "blinatumomab", Event("start", NOW.replace(day=18)))
    page = phone.get(reverse("log-new", args=[theo.pk]))
    assert 'name="pump"' in page.content.decode()
    said = text(phone.send(theo, temperature="36.8", pump="alarm"))
    assert "Pump: Alarm" in said
    assert "Don't change the settings of the pump" in said


# ---------------------------------------------------------------- one log, corrected


def test_a_correction_stands_in_for_the_log_which_stays(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    log = SymptomLog.objects.get()
    page = phone.get(reverse("log-correct", args=[log.pk]))
    assert 'value="38.4"' in page.content.decode()
    assert "A correction does not take that back." in text(page)
    after = phone.post(
        reverse("log-correct", args=[log.pk]),
        {"temperature": "37.1", "unit": "C", "when": "pick", "when_at": "2026-11-20T02:14",
         "antipyretic_given": "no"},
        follow=True,
    )  # fmt: skip
    assert "37.1 °C" in text(after)
    assert "An earlier log still says to call." in text(after)
    assert Alert.objects.open().count() == 1
    detail = phone.get(reverse("log", args=[log.pk]))
    assert "This log was corrected." in text(detail)
    assert "38.4 °C (101.1 °F), under the arm" in text(detail)
    correction = SymptomLog.objects.get(corrects=log)
    assert phone.get(reverse("log-correct", args=[log.pk]))["Location"] == reverse(
        "log-correct", args=[correction.pk]
    )


@pytest.mark.hazard("H09")
def test_a_log_by_mistake_no_longer_counts_and_its_alert_stays(phone: Phone, child: Child) -> None:
    phone.send(child, **FEVER)
    log = SymptomLog.objects.get()
    for _twice in range(2):
        phone.post(reverse("log-mistake", args=[log.pk]))
    correction = SymptomLog.objects.standing().get()
    assert correction.corrects == log
    assert not correction.observations.exists()
    assert Alert.objects.open().count() == 1


def test_one_log_shows_what_was_entered_in_words(phone: Phone, child: Child) -> None:
    signs = {"sign-chills": "moderate", "sign-chills-duration": "1"}
    phone.send(child, **FEVER, **signs, weight_kg="20,4", note="Woke up shivering.", worried="on")
    shown = text(phone.get(reverse("log", args=[SymptomLog.objects.get().pk])))
    for words in (
        "Temperature 38.4 °C (101.1 °F), under the arm",
        "Chills, shaking moderate: can't get warm, for 1 hour",
        "Weight 20.4 kg",
        "Note Woke up shivering.",
        "Fever medicine No",
        "Correct this log",
    ):
        assert words in shown
