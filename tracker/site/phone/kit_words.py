"""The sentences of an answer, as a phone says them without us: those of tracker/assessment, with the same gaps."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def phrases() -> dict[str, str | list[str]]:
    """Pairs are for one and for more."""
    return {**_script(), **_entered(), **_signs(), **_around()}


def _script() -> dict[str, str | list[str]]:
    return {
        "my child": _("My child %(says)s."),
        "under one": _("My child is less than 1 year old"),
        "under one month": _("My child is less than 1 month old"),
        "months old": _pair("My child is %(months)d month old", "My child is %(months)d months old"),
        "age": _pair("My child is %(years)d year old", "My child is %(years)d years old"),
        "age and": _("%(age)s and %(says)s."),
        "treatment": _("The treatment is %(therapy)s."),
        "treatment day": _("The treatment is %(therapy)s: %(day)s."),
        "earlier treatment": _("Earlier treatment: %(therapy)s."),
        "i saw": _("At %(time)s I saw: %(signs)s."),
        "more signs": _pair("and %(n)d more sign", "and %(n)d more signs"),
        "not measured": _("I have not measured the temperature."),
        "wrote": _("For the temperature I wrote %(typed)s."),
        "wrote probably": _("For the temperature I wrote %(typed)s. It was probably %(meant)s."),
        "temperature was": _("The temperature was %(shown)s, which is %(other)s."),
        "temperature route": _("The temperature was %(shown)s, which is %(other)s, measured %(route)s."),
        "medicine yes": _("My child had a fever medicine in the last 6 hours."),
        "medicine no": _("My child had no fever medicine in the last 6 hours."),
        "given at": _("%(name)s was given at %(time)s."),
        "logged lately": _("Less than an hour ago I logged: %(signs)s."),
        "logged": _pair(
            "About %(hours)d hour ago I logged: %(signs)s.", "About %(hours)d hours ago I logged: %(signs)s."
        ),
        "worried": _("I am worried. Something is not right."),
        "ask emergency": _("What do I do until help is here?"),
        "ask now": _("Should we come in now?"),
        "ask today": _("What should we do, and when should we call again?"),
    }


def _entered() -> dict[str, str | list[str]]:
    return {
        "typed": _("temperature typed: %(typed)s"),
        "you are worried": _("you are worried"),
        "nothing new": _("nothing new"),
        "i see nothing new": _("I see nothing new and nothing worse."),
        "weight": _("weight %(weight)s"),
        "probably": _("probably %(temperature)s"),
        "carried over": _("An earlier log says so, %(when)s: %(signs)s. The team has not advised on it yet."),
        "this log": _("This log: %(summary)s"),
        "ago": _pair("%(n)d hour ago", "%(n)d hours ago"),
        "ago lately": _("less than an hour ago"),
        "reported": _("reported %(when)s"),
    }


def _signs() -> dict[str, str | list[str]]:
    return {
        "mild": _("mild"),
        "moderate": _("moderate"),
        "severe": _("severe"),
        "minutes": _pair("for %(n)d minute", "for %(n)d minutes"),
        "hours": _pair("for %(n)d hour", "for %(n)d hours"),
        "days": _pair("for %(n)d day", "for %(n)d days"),
        "times": _pair("%(n)d time in 24 hours", "%(n)d times in 24 hours"),
    }


def _around() -> dict[str, str | list[str]]:
    return {
        "could not": _("We could not check this. Call your care team now."),
        "not sent": _("Not sent yet"),
        "note unread": _(
            "Your note was not searched for danger signs: we cannot read this script. "
            "Does it say something urgent? Call."
        ),
        "note by draft": _(
            "Our list of danger words in Arabic is a draft and misses some. Does your note say something urgent? Call."
        ),
        "nothing urgent": _("Nothing urgent is documented for what you entered"),
        "can miss": _("Nightlight can miss things. If you are worried, call. You need no reason."),
        "then team": _("Then the care team"),
        "call now": _("Call now"),
        "call": _("Call"),
        "on your card": _("Call the number on your card."),
        "until help": _("Until help is here"),
        "call first": _("Call first. Then put the phone on speaker and stay with your child."),
        "what to say": _("What to say"),
        "until you reach them": _("Until you reach them"),
        "why": _("Why"),
        "where from": _("Where this comes from"),
        "one question": _("One question"),
        "not everything": _("Not everything was checked"),
        "could not read": _("We could not read or check:"),
        "the rules": _("all that you entered"),
        "not told": _("You did not tell us:"),
        "not checked": _("So we could not check it."),
        "because of": _("You told us:"),
        **_alone(),
    }


def _alone() -> dict[str, str]:
    """What only a phone says that could not reach the site."""
    return {
        "alone": _(
            "This phone could not reach Nightlight. It checked this alone, with what it knew %(ago)s (%(time)s). "
            "Logs of others since then were not seen."
        ),
        "alone unchecked": _("This phone could not reach Nightlight, and could not check this alone."),
        "alone check": _(
            "This phone could not reach Nightlight. It checked this alone, with the rules that it keeps."
        ),
        "not saved": _("Nothing was saved. This does not call anyone."),
        "of all": _("This is the most urgent answer of all therapies."),
        "choose therapy": _("Choose the therapy."),
        "why old": _("What it knows is older than a week."),
        "why clock": _("Its clock was put back."),
        "why nothing": _("What it needs for that is not here, or damaged."),
        "why child": _("It does not know this child's treatment."),
        "nobody knows": _("Nobody has been told. Only your call tells the care team."),
        "change": _("Change what you entered"),
        "back": _("Back to Today"),
    }


def _pair(one: str, more: str) -> list[str]:
    return [ngettext(one, more, 1), ngettext(one, more, 2)]
