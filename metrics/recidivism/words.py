"""Figures in words: what one shows and what it does not, in the manner of the UK Justice Data Lab."""

from __future__ import annotations

from django.utils.translation import gettext as _

from metrics.comparison.models import ComparisonResult
from partnership.pages.number_format import percent, plain


def share(value: float | None, digits: int = 0) -> str:
    """A share from 0 to 1 as a percentage with so many decimals; a dash for none."""
    return "–" if value is None else percent(value, digits)


def is_clear(result: ComparisonResult) -> bool:
    """The interval of the difference lies on one side of no difference."""
    low, high = result.difference_lower, result.difference_upper
    return low is not None and high is not None and (low > 0 or high < 0)


def statement(result: ComparisonResult) -> str:
    """One sentence: the two rates, the difference, its interval, and whether it is clear."""
    if result.refusal:
        return _("No estimate: %(reason)s.") % {"reason": str(result.get_refusal_display()).lower()}
    about = {
        "rate": share(result.rate),
        "other": share(result.comparison_rate),
        "points": plain(100 * abs(result.difference or 0)),
    }
    first = _("Of the participants %(rate)s were arrested again, of the comparison group %(other)s.") % about + " "
    if not is_clear(result):
        return first + _(
            "The difference could be chance: these figures neither show nor rule out that the programme changes re-arrest."
        )
    low, high = sorted(abs(bound or 0) for bound in (result.difference_lower, result.difference_upper))
    about |= {"low": plain(100 * low), "high": plain(100 * high)}
    if (result.difference or 0) < 0:
        return (
            first
            + _("That is %(points)s percentage points fewer; with 95 %% confidence between %(low)s and %(high)s fewer.")
            % about
        )
    return (
        first
        + _("That is %(points)s percentage points more; with 95 %% confidence between %(low)s and %(high)s more.")
        % about
    )


def does_not_show(result: ComparisonResult) -> str:
    """What a reader must not take from it."""
    return {
        ComparisonResult.Group.NOT_ENROLLED: _(
            "People who were referred but did not enrol differ from those who did, in motivation for one: part of the "
            "difference, or all of it, may come from that."
        ),
        ComparisonResult.Group.MATCHED: _(
            "The comparison people are alike in sex, age, earlier arrests, kind of offence, district and quarter. In what the "
            "police do not record (motivation, use, housing, work) they may differ."
        ),
        ComparisonResult.Group.BASELINE: _(
            "Between the first year and the later ones policing, drugs and the people referred may have changed, not only the "
            "programme."
        ),
    }[ComparisonResult.Group(result.group)]


def headline(
    matched: ComparisonResult | None, rate: float | None, lower: float | None, upper: float | None, months: int
) -> str:
    """The headline of a programme: its rate with its uncertainty, and the comparison, in one sentence."""
    if rate is None:
        return _("Too few people have been followed for %(months)s months to publish a rate.") % {"months": months}
    first = _("%(rate)s were arrested again within %(months)s months (95 %% interval %(lower)s to %(upper)s)") % {
        "rate": share(rate),
        "months": months,
        "lower": share(lower),
        "upper": share(upper),
    }
    if matched is None or matched.refusal or matched.reduction is None:
        return first + "."
    about = {
        "other": share(matched.comparison_rate),
        "change": fewer(matched.reduction),
        "low": fewer(matched.reduction_lower or 0),
        "high": fewer(matched.reduction_upper or 0),
    }
    return (
        first
        + _(
            "; of similar people who never enrolled %(other)s were. That is %(change)s (95 %% interval: %(low)s to %(high)s)."
        )
        % about
    )


def fewer(reduction: float) -> str:
    """A reduction in words: a fifth fewer, or a fifth more."""
    amount = percent(abs(reduction), 0)
    return _("%(amount)s fewer") % {"amount": amount} if reduction >= 0 else _("%(amount)s more") % {"amount": amount}


def covariate(name: str) -> str:
    """A covariate's name for people."""
    labels = {
        "age": _("Age"),
        "age_squared": _("Age (squared)"),
        "prior_arrests": _("Earlier arrests"),
        "prior_drug_arrests": _("Earlier drug arrests"),
        "female": _("Women"),
        "offence": _("Offence"),
        "district": _("District"),
        "quarter": _("Quarter"),
    }
    first, _sign, level = name.partition("=")
    return f"{labels.get(first, first)}: {level}" if level else str(labels.get(first, first))
