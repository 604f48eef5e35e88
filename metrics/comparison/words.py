"""What all programmes' comparisons say, in words: the finding of the page of effects, and an estimate as a cell of its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.comparison.effects import Effect, KindEffect, ProgrammeVerdict
from metrics.comparison.models import ComparisonResult
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.models import Offences
from metrics.recidivism.words import Numbers, in_sentence, numbers_of, release_name
from metrics.runs.models import Run
from partnership.pages.number_format import plain, round_half_up


def short_name(group: str) -> str:
    """A comparison group in two or three words, for headings of columns and beside lines."""
    return {
        ComparisonResult.Group.MATCHED: _("Similar people arrested"),
        ComparisonResult.Group.NOT_ENROLLED: _("Referred, not enrolled"),
        ComparisonResult.Group.BASELINE: _("Own first year"),
    }[ComparisonResult.Group(group)]


def finding_of_all(effects: Sequence[Effect]) -> str:
    """In how many programmes re-arrest was lower, and what is known of each of the others: they add up to all."""
    if not effects:
        return _("No programme has participants yet.")
    if len(effects) == 1:
        only = effects[0]
        return f"{only.programme.local_name}: {in_sentence(only.verdict.label)}."
    count = Counter(effect.verdict for effect in effects)
    lower = count[ProgrammeVerdict.LOWER]
    about: dict[str, Any] = {"n": lower, "all": len(effects)}
    parts = [
        _("Re-arrest was lower in %(n)s of %(all)s programmes") % about
        if lower
        else _("Re-arrest was lower in none of %(all)s programmes") % about
    ]
    few = count[ProgrammeVerdict.TOO_FEW]
    rest = {
        ProgrammeVerdict.HIGHER: _("in %(n)s it was higher"),
        ProgrammeVerdict.MIXED: _("in %(n)s the comparisons differ"),
        ProgrammeVerdict.CHANCE: _("in %(n)s the difference could be chance"),
        ProgrammeVerdict.NOT_COMPARABLE: _("%(n)s cannot be compared"),
        ProgrammeVerdict.TOO_FEW: ngettext("%(n)s has too few people", "%(n)s have too few people", few),
    }
    parts += [words % {"n": count[verdict]} for verdict, words in rest.items() if count[verdict]]
    return "; ".join(parts) + "."


def cell(said: Numbers | None) -> str:
    """A difference in percentage points with its interval, below 0 where fewer were arrested again; empty where there is none."""
    if said is None:
        return ""
    return _("%(difference)s (%(low)s to %(high)s)") % {
        "difference": points(said.difference, said.digits),
        "low": points(said.low, said.digits),
        "high": points(said.high, said.digits),
    }


def points(value: float, digits: int) -> str:
    """Percentage points with their sign; a tenth more where they would be rounded to nought, which they are not."""
    if value and not round_half_up(value, digits):
        digits = 1
    return ("+" if round_half_up(value, digits) > 0 else "") + plain(value, digits)


def numbers_of_kind(kind: KindEffect) -> Numbers:
    """An average as it is said."""
    average = kind.average
    return numbers_of(average.rate, average.other_rate, average.lower, average.upper)


def source(run: Run, offences: str, months: int | None = None, *, rests_on: RestsOn) -> str:
    """What a picture of outcomes says of where its numbers come from; `months`: of the one window that it is about; `rests_on`: the
    feeds behind it."""
    day = date_format(rests_on.complete_through, "SHORT_DATE_FORMAT") if rests_on.complete_through else "–"
    parts = [
        str(dict(Offences.choices)[offences]),
        *([_("Within %(months)s months") % {"months": months}] if months else []),
        _("Police data complete through %(day)s") % {"day": day},
        release_name(run),
        _("Computation %(number)s, definition %(definition)s") % {"number": run.pk, "definition": run.definition},
    ]
    if settings.DEMO:
        parts.append(_("Simulated data"))
    return " · ".join(parts)
