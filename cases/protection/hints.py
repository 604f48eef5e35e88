"""Signs of trafficking, as hints: none of them proves anything, and none has to be there.

They are in our own words, one question each, after the pages that `source` names. `verified`: somebody read it there. One yes is a
reason to ask more, many are no score: nothing here is added up.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.catalogue.national import Line


class Group(models.TextChoices):
    """What a hint is about: the means of the UN Protocol (Palermo 2000, article 3), control of daily life, and what is taken."""

    MEANS = "means", _("Pressure and threats")
    CONTROL = "control", _("Who decides about their day")
    TAKEN = "taken", _("Money, work and papers")


class Answer(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


class Hint(NamedTuple):
    """A sign to look for. `verified`: read at its source."""

    code: str
    group: Group
    label: str | Promise
    source: str
    verified: bool = True


OWN_TEST = "https://ihmiskauppa.fi/en/get-help/am-i-a-victim-of-human-trafficking"
"""Of the national assistance system: what people can ask themselves."""
UNODC = "http://www.unodc.org/southeastasiaandpacific/en/topics/illicit-trafficking/human-trafficking2.html"
"""Of the UN Office on Drugs and Crime: what others can notice."""

HINTS = (
    Hint("made_to", Group.MEANS, _("Somebody makes them do what they don’t want to do"), OWN_TEST),
    Hint("drugs_used", Group.MEANS, _("Somebody uses their need for drugs or alcohol to steer them"), OWN_TEST),
    Hint("trouble_used", Group.MEANS, _("Somebody uses that they have no home, money or permit to stay"), OWN_TEST),
    Hint("threatened", Group.MEANS, _("They or people close to them are threatened"), OWN_TEST),
    Hint("given_away", Group.MEANS, _("Somebody says they will be reported or put to shame"), OWN_TEST),
    Hint("hurt", Group.MEANS, _("They have injuries that look like violence"), UNODC),
    Hint("watched", Group.CONTROL, _("They can’t go where they want, or only with somebody"), OWN_TEST),
    Hint("silenced", Group.CONTROL, _("They were told not to talk, or not to look for help"), OWN_TEST),
    Hint("spoken_for", Group.CONTROL, _("Somebody else speaks for them"), UNODC),
    Hint("afraid", Group.CONTROL, _("They are afraid for themselves or people close to them"), OWN_TEST),
    Hint("debt", Group.TAKEN, _("They owe money to somebody who makes them do things"), OWN_TEST),
    Hint("unpaid", Group.TAKEN, _("They work for no pay or too little, and can’t change it"), OWN_TEST),
    Hint("papers", Group.TAKEN, _("Somebody else keeps their passport, bank card or phone"), UNODC),
    Hint("lives_badly", Group.TAKEN, _("They live in very poor conditions, or where they work"), UNODC),
)

CALL_FIRST = Line(
    "Auttamisjärjestelmä",
    _("The national assistance system for victims of trafficking: advice day and night, also without a name."),
    "https://ihmiskauppa.fi/",
    "https://migri.fi/en/assistance-system-for-victims-of-human-trafficking",
    {"fi": "+358 2954 63177"},
)
"""Whom to ask before anything is written down. The number was read at its source; nobody of the partnership has called it yet."""


def by_group() -> list[tuple[str | Promise, list[Hint]]]:
    """The hints under their headings, in the order of the checklist."""
    return [(group.label, [hint for hint in HINTS if hint.group == group]) for group in Group]
