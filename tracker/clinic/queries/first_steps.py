"""What a new clinic still lacks before its first night. Told from rows, so that nobody ticks anything off."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from tracker.models import CareTeam, Channel, Child, ContactPoint, Membership, User


@dataclass(frozen=True)
class FirstSteps:
    """Each is True once it is done."""

    has_both_numbers: bool
    has_colleague: bool
    is_reached_fast: bool  # the lead, by more than mail
    has_family: bool

    @property
    def are_done(self) -> bool:
        return self.has_both_numbers and self.has_colleague and self.is_reached_fast and self.has_family


def first_steps(team: CareTeam, person: User) -> FirstSteps:
    """One query."""
    colleagues = Membership.objects.running().filter(care_team=OuterRef("pk")).exclude(user=person)
    ways = ContactPoint.objects.filter(person=person, dead_at=None).exclude(channel=Channel.EMAIL)
    children = Child.objects.filter(care_team=OuterRef("pk"))
    done = CareTeam.objects.filter(pk=team.pk).values_list(Exists(colleagues), Exists(ways), Exists(children))
    (has_colleague, is_reached_fast, has_family) = done.get()
    return FirstSteps(bool(team.day_number and team.night_number), has_colleague, is_reached_fast, has_family)
