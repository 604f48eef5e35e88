"""Figures in words: what one shows and what it does not, in the manner of the UK Justice Data Lab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cases.arrests.models import OffenceGroup
from metrics.comparison.effects import in_order
from metrics.comparison.models import ComparisonResult
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from partnership.pages.number_format import percent, plain, round_half_up


def share(value: float | None, digits: int = 0) -> str:
    """A share from 0 to 1 as a percentage with so many decimals; a dash for none."""
    return "–" if value is None else percent(value, digits)


def release_name(run: Run) -> str:
    """Which release a run's outcomes are, or that they are a preview of one."""
    text = _("Release %(quarter)s") if run.released_at else _("Preview of release %(quarter)s")
    return text % {"quarter": run.quarter}


class Numbers(NamedTuple):
    """An estimate as it is said, in per cent and percentage points, all from the two rates as they are said: whoever takes one from
    the other gets the difference that is said. `low`, `high`: the bounds of the difference, low the smaller one with its sign."""

    digits: int
    rate: float
    other: float
    difference: float
    low: float
    high: float
    reduction: float | None


def numbers(result: ComparisonResult) -> Numbers | None:
    """What an estimate comes to in words; None where there is none."""
    if result.rate is None or result.comparison_rate is None:
        return None
    return numbers_of(result.rate, result.comparison_rate, result.difference_lower or 0, result.difference_upper or 0)


def numbers_of(own_rate: float, other_rate: float, lower: float, upper: float) -> Numbers:
    """Two rates and the bounds of their difference, as they are said: a narrow interval to a tenth, others in whole points."""
    low, high = 100 * lower, 100 * upper
    digits = 0 if high - low >= WIDE else 1
    rate, other = round_half_up(100 * own_rate, digits), round_half_up(100 * other_rate, digits)
    difference = round(rate - other, digits)
    reduction = round_half_up(100 * (1 - rate / other), 0) if other else None
    return Numbers(digits, rate, other, difference, low, high, reduction)


WIDE = 4
"""Percentage points between the bounds from which tenths say more than is known."""


def statement(result: ComparisonResult) -> str:
    """What a comparison says, after its verdict: the two rates, the difference that they make, its interval."""
    said = numbers(result)
    if said is None:
        return _("No estimate: %(reason)s.") % {"reason": in_sentence(result.get_refusal_display())}
    about = {
        "rate": percent(said.rate / 100, said.digits),
        "other": percent(said.other / 100, said.digits),
        "months": result.window_months,
    }
    first = (
        _(
            "Of the participants compared, %(rate)s were arrested again within %(months)s months; of the comparison group, "
            "%(other)s."
        )
        % about
        + " "
    )
    if result.verdict == ComparisonResult.Verdict.CHANCE:
        bounds = {"low": points_signed(said.low, said.digits), "high": points_signed(said.high, said.digits)}
        sentence = _(
            "The true difference may lie anywhere from %(low)s to %(high)s: these figures neither show nor rule out that the "
            "programme changes re-arrest."
        )
        return " ".join([first + sentence % bounds, *power(result)])
    low, high = sorted((abs(said.low), abs(said.high)))
    about = {
        "difference": difference_in_words(said),
        "low": _bound(low, said.digits),
        "high": _bound(high, said.digits),
    }
    return first + (
        _("That is %(difference)s; with 95 %% confidence between %(low)s and %(high)s points fewer.") % about
        if said.difference < 0
        else _("That is %(difference)s; with 95 %% confidence between %(low)s and %(high)s points more.") % about
    )


def power(result: ComparisonResult) -> list[str]:
    """The sentence that says which difference so many people would have shown; none for a run that did not compute it."""
    if result.smallest_difference is None:
        return []
    points = plain(100 * result.smallest_difference)
    return [
        _("With so many people, a difference below %(points)s points would probably go unseen.") % {"points": points}
    ]


def difference_in_words(said: Numbers) -> str:
    """The difference in percentage points and what share of the comparison group's rate it is."""
    about = {"points": plain(abs(said.difference), said.digits)}
    if said.reduction is not None:
        about["share"] = percent(abs(said.reduction) / 100, 0)
        return (
            _("%(points)s percentage points fewer, a reduction by %(share)s") % about
            if said.difference < 0
            else _("%(points)s percentage points more, an increase by %(share)s") % about
        )
    return (
        _("%(points)s percentage points fewer") % about
        if said.difference < 0
        else _("%(points)s percentage points more") % about
    )


def points_signed(points: float, digits: int) -> str:
    """So many percentage points fewer or more, as a bound of an interval that holds no difference."""
    amount = plain(abs(points), digits)
    return (
        _("%(amount)s points fewer") % {"amount": amount}
        if points < 0
        else _("%(amount)s points more") % {"amount": amount}
    )


def _bound(points: float, digits: int) -> str:
    """A bound of an interval that does not hold nought, which rounding must not turn into it."""
    if round_half_up(points, digits):
        return plain(points, digits)
    return "<\N{NO-BREAK SPACE}" + plain(10**-digits, digits)


def in_sentence(label: Any) -> str:
    """A label as it stands within a sentence."""
    text = str(label)
    return text[:1].lower() + text[1:]


def who_is_compared(result: ComparisonResult) -> str:
    """Which of the participants are compared, and why they are fewer than all; and with whom."""
    return {
        ComparisonResult.Group.NOT_ENROLLED: _(
            "Participants who came by a referral, with people who were referred to the programme too and had not enrolled when as "
            "many days had gone by. Nobody on either side was arrested in between."
        ),
        ComparisonResult.Group.MATCHED: _(
            "Participants who were arrested within a year before, and for whom this is the first programme, with people who had "
            "not enrolled anywhere when as many days had gone by since their last arrest."
        ),
        ComparisonResult.Group.BASELINE: _("Later participants, with those of the programme’s first twelve months."),
    }[ComparisonResult.Group(result.group)]


def does_not_show(result: ComparisonResult) -> str:
    """What a reader must not take from it."""
    return {
        ComparisonResult.Group.NOT_ENROLLED: _(
            "People who were referred but had not enrolled yet after the same wait differ from those who had, in motivation for "
            "one: part of the difference, or all of it, may come from that."
        ),
        ComparisonResult.Group.MATCHED: _(
            "The comparison people were arrested as long before, and are alike in sex, age, earlier arrests, kind of offence, "
            "district and quarter. In what the police do not record (motivation, use, housing, work) they may differ."
        ),
        ComparisonResult.Group.BASELINE: _(
            "Between the first year and the later ones policing, drugs and the people referred may have changed, not only the "
            "programme."
        ),
    }[ComparisonResult.Group(result.group)]


def rate_sentence(result: RecidivismResult | None, months: int) -> str:
    """The rate of all whom the programme's or cohort's own window holds, with its uncertainty."""
    if result is None or result.rate is None:
        return _("Too few people have been followed for %(months)s months to publish a rate.") % {"months": months}
    return _("%(rate)s were arrested again within %(months)s months (95 %% interval %(lower)s to %(upper)s).") % {
        "rate": share(result.rate),
        "months": months,
        "lower": share(result.rate_lower),
        "upper": share(result.rate_upper),
    }


def links_sentence(result: RecidivismResult | None) -> str:
    """Between which values the rate lies as unsure links are read; empty where that was not computed."""
    if result is None or result.rate_sure is None:
        return ""
    sure, expected, all_links = (share(rate) for rate in (result.rate_sure, result.rate_expected, result.rate_all))
    about = {"months": result.window_months, "sure": sure, "all": all_links, "expected": expected}
    if sure == all_links:
        return _("Within %(months)s months: %(sure)s, whether unsure links are right or not.") % about
    return (
        _(
            "Within %(months)s months: between %(sure)s, if no unsure link is right, and %(all)s, if every one is; most likely "
            "%(expected)s."
        )
        % about
    )


def finding(comparisons: Sequence[ComparisonResult]) -> str:
    """What the comparisons of one window say, all of them, each with its verdict; empty where none has an estimate."""
    if not any(numbers(result) for result in comparisons):
        return ""
    verdicts = [_verdict_on(result) for result in in_order(comparisons)]
    months = {"months": comparisons[0].window_months}
    first = _("Arrested again within %(months)s months, against comparison groups:") % months
    return f"{first} {'; '.join(verdicts)}."


def _verdict_on(result: ComparisonResult) -> str:
    """A comparison's group and verdict, with the difference behind it where it is lower or higher."""
    said = numbers(result)
    about = {"group": in_sentence(result.get_group_display()), "verdict": in_sentence(result.verdict.label)}
    if said is None or result.verdict == ComparisonResult.Verdict.CHANCE:
        return _("%(group)s – %(verdict)s") % about
    about["points"] = plain(abs(said.difference), said.digits)
    return _("%(group)s – %(verdict)s by %(points)s percentage points") % about


def covariate(name: str) -> str:
    """A covariate's name for people."""
    labels = {
        "age": _("Age"),
        "age_squared": _("Age (squared)"),
        "prior_arrests": _("Earlier arrests"),
        "prior_drug_arrests": _("Earlier drug arrests"),
        "recent_arrests": _("Arrests in the last half-year"),
        "days_since": _("Days since the arrest"),
        "female": _("Women"),
        "offence": _("Offence"),
        "district": _("District"),
        "quarter": _("Quarter"),
    }
    first, _sign, level = name.partition("=")
    level = str(dict(OffenceGroup.choices).get(level, level)) if first == "offence" else level
    return f"{labels.get(first, first)}: {level}" if level else str(labels.get(first, first))
