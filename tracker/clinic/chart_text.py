"""A child's situation as plain text, to paste into the hospital's own record.

In the order in which nurses hand over: situation, background, assessment as documented, request.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from therapies.catalogue import KnowledgeError, load
from tracker.assessment import wording
from tracker.assessment.wording import syndrome, syndrome_term, urgency_word
from tracker.clinic.queries.child import Fired, read_in
from tracker.lib.bidi import isolated
from tracker.logs import queries
from tracker.models import Alert, AlertEvent, AlertVerb, Call, Child
from tracker.models.users import display_name

LATELY = timedelta(hours=24)
MOST_LINES = 12
MOVES = (
    AlertVerb.TAKEN,
    AlertVerb.HANDED_OVER,
    AlertVerb.NOT_REACHED,
    AlertVerb.RESOLVED,
    AlertVerb.UNDONE,
    AlertVerb.REOPENED,
)


def chart_text(
    child: Child,
    day_label: str,
    earlier: list[str],
    alert: Alert | None,
    fired: list[Fired],
    unit: str,
    now: datetime,
) -> str:
    """All of it, with the time at which it was written. `unit`: of the temperatures, as in `fired`."""
    blocks = [
        (_("SITUATION"), _situation(child, alert, fired, now)),
        (_("BACKGROUND"), _background(child, day_label, earlier, unit, now)),
        (_("ASSESSMENT AS DOCUMENTED"), _assessment(fired)),
        (_("REQUEST"), _request(child, now)),
    ]
    head = _("Nightlight, %(when)s") % {"when": _when(now)}
    return "\n\n".join([head, *("\n".join([title, *lines]) for title, lines in blocks)]) + "\n"


def _situation(child: Child, alert: Alert | None, fired: list[Fired], now: datetime) -> Iterator[str]:
    who = [isolated(child.nickname), wording.age(child.age_months(now))]
    who.append(_("record %(number)s") % {"number": child.record_number} if child.record_number else "")
    yield ", ".join(filter(None, who))
    if alert:
        said = {"urgency": urgency_word(alert.urgency), "when": _when(alert.raised_at)}
        yield _("Alert: %(urgency)s, raised %(when)s") % said
    for one in _to_read(fired):
        yield _("Seen %(when)s, told by %(who)s:") % {
            "when": _when(one.log.observed_at),
            "who": one.log.by or _("the family"),
        }
        yield from (f"- {name}: {value}" for name, value in one.told)


def _to_read(fired: list[Fired]) -> list[Fired]:
    """The log that tells of the danger, and the newest where that is another."""
    return [*fired[:1], *[one for one in fired[1:] if one.log.observed_at > fired[0].log.observed_at][:1]]


def _background(child: Child, day_label: str, earlier: list[str], unit: str, now: datetime) -> Iterator[str]:
    if child.course:
        yield _("Therapy: %(name)s. %(day)s") % {"name": _therapy(child.course.therapy), "day": day_label}
        for event in child.course.events.filter(withdrawn_at=None, at__lte=now).order_by("-at")[:3]:
            yield f"- {event.get_kind_display()}: {_when(event.until or event.at)}"
    for one in earlier:
        yield _("Earlier therapy, late effects possible: %(therapy)s") % {"therapy": one}
    logs = queries.logs_of(child).standing().filter(observed_at__gte=now - LATELY).order_by("-observed_at")
    rows = queries.rows(list(logs[:MOST_LINES]))
    read_in(unit, rows)
    yield _("Logs of the last 24 hours:") if rows else _("No log in the last 24 hours.")
    for row in rows:
        typed = f"({row.temperature_other})" if row.temperature_other else ""
        temperature = " ".join(filter(None, (row.temperature, typed)))
        seen = ", ".join(filter(None, [temperature, *row.signs])) or _("nothing entered")
        yield f"- {_when(row.observed_at)}: {seen} [{urgency_word(row.urgency)}]"


def _assessment(fired: list[Fired]) -> Iterator[str]:
    yield _("By documented rules, from what was entered; not a diagnosis.")
    for one in _to_read(fired):
        response = one.assessment.response
        for flag in response.get("flags", ()):
            sources = "; ".join(f"{source['publisher']}, {source['title']}" for source in flag["sources"][:2])
            term = f" ({syndrome_term(flag['syndrome'])})" if syndrome_term(flag["syndrome"]) else ""
            yield f"- {urgency_word(flag['urgency'])}: {syndrome(flag['syndrome'])}{term}. {flag['text']}"
            yield _("  Rule %(id)s. Source: %(sources)s") % {"id": flag["id"], "sources": sources}
        if missing := [*response.get("could_not_check", ()), *response.get("unanswered", ())]:
            yield _("- Not told or not checked: %(what)s") % {
                "what": ", ".join(wording.name_of(code) for code in missing)
            }
        yield _("Knowledge %(version)s") % {"version": one.assessment.knowledge_version}


def _request(child: Child, now: datetime) -> Iterator[str]:
    """What the family was told and what was decided in the last day; else what is still open."""
    yield from _calls(child)
    alerts = _of_the_shift(child, now)
    if not alerts:
        yield _("No alert.")
    for alert in alerts:
        if len(alerts) > 1:
            said = {"urgency": urgency_word(alert.urgency), "when": _when(alert.raised_at)}
            yield _("The alert raised %(when)s, %(urgency)s:") % said
        yield from _moves(alert)
        yield from _ending(alert)


def _of_the_shift(child: Child, now: datetime) -> list[Alert]:
    """All that is open, and all that was closed or became part of another in the last day; else the last one."""
    alerts = Alert.objects.filter(child=child).order_by("raised_at").select_related("resolved_by")
    lately = now - LATELY
    found = list(alerts.filter(Q(resolved_at=None, taken_in_by=None) | Q(resolved_at__gte=lately)))
    parts = alerts.filter(resolved_at=None, taken_in_by__isnull=False, raised_at__gte=lately)
    found += [part for part in parts if AlertEvent.objects.filter(alert=part, verb__in=MOVES).exists()]
    last = alerts.filter(taken_in_by=None).last()
    return sorted(found, key=lambda alert: alert.raised_at) or ([last] if last else [])


def _ending(alert: Alert) -> Iterator[str]:
    if alert.taken_in_by_id:
        yield _("It became part of a later, worse one.")
    elif alert.resolved_at:
        yield _("Closed %(when)s by %(who)s: %(outcome)s %(note)s") % {
            "when": _when(alert.resolved_at),
            "who": alert.closed_by.name or _("a colleague"),
            "outcome": alert.get_outcome_display(),
            "note": alert.resolution_note,
        }
    else:
        yield _("Open: nothing is decided yet. Please assess and advise the family.")


def _calls(child: Child) -> Iterator[str]:
    calls: Iterable[Call] = child.calls.select_related("caregiver").order_by("-called_at")[:3]
    for call in calls:
        told = call.in_words or _("nothing was written down") if call.reached else _("nobody answered")
        who = call.caregiver.name or _("the family")
        yield _("The family called %(when)s (%(who)s): %(told)s") % {
            "when": _when(call.called_at),
            "who": who,
            "told": told,
        }


def _moves(alert: Alert) -> Iterator[str]:
    """Who had it, who called in vain, what was decided and taken back. The closing that stands follows."""
    events = AlertEvent.objects.filter(alert=alert, verb__in=MOVES).select_related("by")
    events = events.exclude(verb=AlertVerb.RESOLVED, at=alert.resolved_at) if alert.resolved_at else events
    for event in reversed(events.order_by("-pk")[:MOST_LINES]):
        words = " ".join(filter(None, (event.get_outcome_display(), event.note)))
        who = f"{event.get_verb_display()} {_when(event.at)}, {display_name(event.by) or _('a colleague')}"
        yield f"{who}: {words}" if words else who


def _therapy(code: str) -> str:
    try:
        known = load().therapies.get(code)
    except KnowledgeError:
        known = None
    return _(known.name) if known else code


def _when(at: datetime) -> str:
    """With the zone: a chart is read elsewhere."""
    return date_format(localtime(at), "Y-m-d H:i T")
