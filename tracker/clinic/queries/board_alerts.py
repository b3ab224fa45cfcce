"""Which open alerts stand on which page of a team's board: no page and no filter hides an urgent one that waits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tracker.lib.name_search import is_found
from tracker.models import Alert, CareTeam, Course, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import RANK

CARDS, LINES = "cards", "lines"
VIEWS = (CARDS, LINES)
ON_A_PAGE = {CARDS: 12, LINES: 40}


@dataclass(frozen=True)
class Filters:
    """What a nurse asked to see. Kept in the session: no address carries a name or a therapy."""

    therapy: str = ""
    nurse: str = ""
    urgency: str = ""
    words: str = ""

    @property
    def are_set(self) -> bool:
        return any((self.therapy, self.nurse, self.urgency, self.words))


@dataclass(frozen=True)
class Pick:
    """All open alerts of a team in the order of its board, and those of one page of it."""

    open: Sequence[Alert]
    matching: Sequence[Alert]  # what was asked for
    shown: Sequence[Alert]  # on any page: these, and every urgent one that waits for a nurse
    page: int
    size: int
    now: datetime

    @property
    def of_this_page(self) -> Sequence[Alert]:
        first = (self.page - 1) * self.size
        return self.shown[first : first + self.size]

    @property
    def has_more(self) -> bool:
        return self.page * self.size < len(self.shown)

    @property
    def sounding(self) -> list[UUID]:
        """The urgent alerts that wait, the worst first."""
        return [alert.pk for alert in self.open if is_urgent(alert) and waits(alert, self.now)]

    @property
    def emergencies(self) -> int:
        """How many of those that sound are emergencies."""
        return sum(a.urgency == Urgency.EMERGENCY and waits(a, self.now) for a in self.open)

    @property
    def elsewhere(self) -> int:
        """How many urgent ones that wait stand on other pages."""
        here = {alert.pk for alert in self.of_this_page}
        return sum(pk not in here for pk in self.sounding)

    @property
    def elsewhere_page(self) -> int:
        """Where the worst of those stands."""
        here, sounding = {alert.pk for alert in self.of_this_page}, set(self.sounding)
        places = [n for n, a in enumerate(self.shown) if a.pk in sounding and a.pk not in here]
        return places[0] // self.size + 1 if places else 1

    @property
    def hidden_today(self) -> int:
        """Open ones that a filter leaves out: they can wait until the day."""
        return len(self.open) - len(self.shown) - self.hidden_held

    @property
    def hidden_held(self) -> int:
        """And urgent ones that a colleague has in hand."""
        shown = {alert.pk for alert in self.shown}
        return sum(is_urgent(alert) and alert.pk not in shown for alert in self.open)

    @property
    def by_urgency(self) -> Counter[str]:
        return Counter(alert.urgency for alert in self.open)

    @property
    def by_holder(self) -> Counter[UUID | None]:
        """Whose they are, or to whom they are offered."""
        return Counter(nurse for alert in self.open for nurse in (alert.taken_by_id, alert.offered_to_id))


def pick(team: CareTeam, filters: Filters, now: datetime, *, view: str = CARDS, page: int = 1) -> Pick:
    """A page that is not there is the last."""
    return pick_of(open_alerts(team, filters, now), filters, now, size=ON_A_PAGE[view], page=page)


def pick_of(alerts: Sequence[Alert], filters: Filters, now: datetime, *, size: int, page: int) -> Pick:
    """Of these alerts, in any order."""
    alerts = in_order(alerts, now)
    matching = [alert for alert in alerts if _is_wanted(alert, filters)]
    wanted = {alert.pk for alert in matching}
    shown = [a for a in alerts if a.pk in wanted or (is_urgent(a) and waits(a, now))]
    last = max(1, -(-len(shown) // size))
    return Pick(alerts, matching, shown, min(page, last), size, now)


def open_alerts(team: CareTeam, filters: Filters, now: datetime) -> list[Alert]:
    """The worst first; of these the ones that wait for a nurse, and of these the oldest."""
    found = Alert.objects.open().filter(child__care_team=team)
    alerts = list(found.select_related("child", "taken_by", "offered_to"))
    if filters.therapy:
        courses = Course.objects.filter(child__in=[alert.child_id for alert in alerts], ended_at=None)
        running = dict(courses.values_list("child_id", "therapy"))
        for alert in alerts:
            alert.therapy = running.get(alert.child_id, "")
    return in_order(alerts, now)


def in_order(alerts: Iterable[Alert], now: datetime) -> list[Alert]:
    return sorted(alerts, key=lambda a: (-RANK[a.urgency], not waits(a, now), a.raised_at))


def is_urgent(alert: Alert) -> bool:
    return alert.urgency in AT_ANY_HOUR


def is_held(alert: Alert, now: datetime) -> bool:
    return alert.taken_until is not None and alert.taken_until > now


def waits(alert: Alert, now: datetime) -> bool:
    """For a nurse: nobody has it, or who has it reached nobody, so that any may take it."""
    return not is_held(alert, now) or alert.try_again_at is not None


def _is_wanted(alert: Alert, filters: Filters) -> bool:
    holder = {str(alert.taken_by_id), str(alert.offered_to_id)}
    child = alert.child
    return (
        (not filters.therapy or filters.therapy == alert.therapy)
        and (not filters.nurse or filters.nurse in holder)
        and filters.urgency in ("", alert.urgency)
        and is_found(filters.words, child.nickname, child.record_number)
    )
