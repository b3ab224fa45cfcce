"""Every text of the knowledge, for the translators."""

from collections.abc import Iterable

from therapies.catalogue import load
from therapies.model import SEVERITIES, SYNDROMES

_SPOKEN = (
    *("name", "hint", "question", "duration_question", *SEVERITIES, "text", "term", "say"),
    "not_verified",
)


def texts() -> Iterable[tuple[str, str]]:
    """Each text with where it stands."""
    catalogue = load()
    for code, syndrome in SYNDROMES.items():
        yield from ((code, text) for key in _SPOKEN if (text := getattr(syndrome, key, "")))
    for area in catalogue.areas:
        yield area.code, area.name
    for symptom in catalogue.symptoms.values():
        yield from ((symptom.code, text) for key in _SPOKEN if (text := getattr(symptom, key, "")))
    for asked in catalogue.observations.values():
        for value in (asked, *asked.choices, *asked.routes):
            yield from ((asked.code, text) for key in _SPOKEN if (text := getattr(value, key, "")))
    for therapy in catalogue.therapies.values():
        said = (
            *(*therapy.red_flags, *therapy.effects, *therapy.instructions),
            *(*therapy.onsets, *therapy.given),
        )
        for part in (therapy, therapy.schedule, *said):
            yield from ((therapy.id, text) for key in _SPOKEN if (text := getattr(part, key, "")))
        yield from ((therapy.id, flag.confirm["message"]) for flag in therapy.red_flags if flag.confirm)
    yield from ((one.signs[0], line) for one in catalogue.first_aid for line in one.lines)
    yield from ((source.id, source.why) for source in catalogue.sources.values() if source.why)
    yield from catalogue.messages.items()
    yield catalogue.two_of_today.id, catalogue.two_of_today.text
