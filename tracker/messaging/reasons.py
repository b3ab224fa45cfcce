"""Why a message went out, in one sentence."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from tracker.models import Cause, Kind, Message, Role


def reasons(message_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """By message; those that are no messages of ours are left out."""
    found = Message.objects.filter(pk__in=message_ids).select_related("alert__log", "reminder", "recipient")
    return {message.pk: why(message) for message in found}


def why(message: Message) -> str:
    if message.alert:
        return _why_alert(message)
    if message.reminder:
        return _why_reminder(message)
    if message.kind == Kind.ROTA:
        return _("They lead a team whose rota has a shift without anybody on.")
    if message.kind == Kind.SIGN_IN:
        return _("Somebody signs in or up with this address, or changed how.")
    return _("A test message that they asked for.")


def _why_alert(message: Message) -> str:
    is_family = message.person.memberships.filter(child=message.child_id, role=Role.PARENT).exists()
    if message.kind == Kind.NUDGE and message.level:
        return _("The other parent logged something urgent again, and no call was noted.")
    if message.kind == Kind.NUDGE or message.recipient_id == message.its_alert.log.caregiver_id:
        return _("They logged something urgent, and no call was noted.")
    if is_family and message.level == 0:
        return _("The other parent logged something urgent.")
    if is_family:
        return _("Nobody of the care team has taken an alert about their child.")
    if message.round > 1:
        return _("An alert is open, and nobody holds it: everybody is told again.")
    if message.level:
        return _("Nobody has taken an alert: the next ones are told.")
    return _("An alert was raised, and they are first on call.")


def _why_reminder(message: Message) -> str:
    cause = message.its_reminder.cause
    if cause == Cause.NUMBERS:
        return _("Once a month the family calls its numbers, to see that they are right.")
    if cause == Cause.WHERE:
        return _("The care team told them to come in, and nobody has written that they came.")
    if cause == Cause.SILENCE:
        return _("Nobody has logged for a day, and just now a day matters.")
    if cause == Cause.HOME:
        return _("Their child is on a ward: once a day they are asked whether it is at home again.")
    if cause == Cause.MOVED:
        return _("Another team cares for their child now, or none does.")
    if message.level == 2:
        return _("Nobody has logged: the other parent is reminded too.")
    if message.level == 1:
        return _("Nobody has logged: reminded once more.")
    if cause == Cause.LOOK_AGAIN:
        return _("The care team said to look again at this time.")
    if cause == Cause.SNOOZED:
        return _("They asked to be reminded later.")
    return _("It is the time of day that the family chose.")
