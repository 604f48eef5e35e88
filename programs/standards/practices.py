"""Practices of drug prevention, as data: what is known of each, and where that was read.

The standards' own text is not here: they are cited and may be looked up. What was read at its source is `verified`; what was not says
so on the page, beside the `source` to check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise

EDITION = "UNODC/WHO 2018"
"""The edition of the standards by which plans are rated: International Standards on Drug Use Prevention, second updated edition."""
_ACCOUNT = "College of Policing: account of the UNODC/WHO International Standards on Drug Use Prevention (2018)"
_RATINGS = "National Institute of Justice, CrimeSolutions"


class Verdict(models.TextChoices):
    """What is known of a practice; the order is that of `WORST_FIRST`."""

    HARMFUL = "harmful", _("Does harm")
    NO_EFFECT = "no_effect", _("Does not work")
    UNKNOWN = "unknown", _("Not known")
    PROMISING = "promising", _("Promising")
    WORKS = "works", _("Works")


WORST_FIRST = (Verdict.HARMFUL, Verdict.NO_EFFECT, Verdict.UNKNOWN, Verdict.PROMISING, Verdict.WORKS)
LOOKS = {
    Verdict.HARMFUL: "bad",
    Verdict.NO_EFFECT: "bad",
    Verdict.UNKNOWN: "wait",
    Verdict.PROMISING: "calm",
    Verdict.WORKS: "good",
}
"""How a page shows a verdict."""


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A practice. `ages`, `setting`: for whom and where; `condition`: what must be there for the verdict to hold, empty: nothing.

    `only_alone`: the verdict is of the practice on its own, and does not count where a plan uses others beside it.
    """

    code: str
    label: Text
    verdict: Verdict
    ages: Text
    setting: Text
    reason: Text
    source: str
    edition: str
    verified: bool
    condition: Text = ""
    only_alone: bool = False


ALL_AGES, YOUNG = _("any age"), _("children and young people")
SCHOOL = pgettext_lazy("setting", "school")
EDUCATORS_ALONE = "educators_alone"
"""Not chosen by a planner: it follows from who does it."""

PRACTICES: dict[str, Practice] = {
    practice.code: practice
    for practice in (
        Practice(
            code="early_skills",
            label=_("Skills of small children"),
            verdict=Verdict.WORKS,
            ages=_("before school"),
            setting=_("home, day care"),
            reason=_("What children learn early protects them for long."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="family",
            label=_("Family and parenting skills"),
            verdict=Verdict.WORKS,
            ages=YOUNG,
            setting=_("family"),
            reason=_("Parents who know what to do matter more than any lesson."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="school_environment",
            label=_("A school in which everybody belongs"),
            verdict=Verdict.WORKS,
            ages=YOUNG,
            setting=SCHOOL,
            reason=_("Clear rules and a tie to the school protect all pupils."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="social_skills",
            label=_("Personal and social skills"),
            verdict=Verdict.WORKS,
            ages=YOUNG,
            setting=SCHOOL,
            condition=_("practised together over several meetings, with somebody who is trained"),
            reason=_("Pupils practise how to decide, to cope and to say no."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="multi_component",
            label=_("School, family and community together"),
            verdict=Verdict.WORKS,
            ages=ALL_AGES,
            setting=_("community"),
            reason=_("Parts that support each other last longer than one part."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="peer_mentoring",
            label=_("Peer mentoring"),
            verdict=Verdict.UNKNOWN,
            ages=YOUNG,
            setting=_("school, community"),
            condition=_("with a named source that this very way of doing it works"),
            reason=_("Some ways of it help; without evidence it is no safe choice."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="information",
            label=_("Information about drugs"),
            verdict=Verdict.NO_EFFECT,
            ages=YOUNG,
            setting=SCHOOL,
            condition=_("on its own; as a part of something else it does no harm"),
            reason=_("Knowing more does not make anybody use less."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
            only_alone=True,
        ),
        Practice(
            code="scare_tactics",
            label=_("Frightening people about drugs"),
            verdict=Verdict.NO_EFFECT,
            ages=ALL_AGES,
            setting=_("any place"),
            reason=_("Fear does not last, and those who have tried stop listening."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code=EDUCATORS_ALONE,
            label=_("Police, or people who used drugs, as the only educators"),
            verdict=Verdict.NO_EFFECT,
            ages=YOUNG,
            setting=SCHOOL,
            condition=_("when it is not part of a wider programme"),
            reason=_("A visit by itself changes nothing, however good the speaker is."),
            source=_ACCOUNT,
            edition=EDITION,
            verified=True,
        ),
        Practice(
            code="other",
            label=_("Another practice"),
            verdict=Verdict.UNKNOWN,
            ages=ALL_AGES,
            setting=_("any place"),
            reason=_("Nothing is known of it here: look for a rating of it, and name the source."),
            source=_RATINGS,
            edition="",
            verified=False,
        ),
    )
}
CHOICES = [(practice.code, practice.label) for practice in PRACTICES.values() if practice.code != EDUCATORS_ALONE]


def worst(codes: Iterable[str]) -> Verdict:
    """The verdict of a plan that uses these practices: that of the one of which the least good is known. `UNKNOWN` for none."""
    used = [PRACTICES[code] for code in codes]
    counted = [practice for practice in used if not practice.only_alone] or used
    verdicts = {practice.verdict for practice in counted}
    return next((verdict for verdict in WORST_FIRST if verdict in verdicts), Verdict.UNKNOWN)
