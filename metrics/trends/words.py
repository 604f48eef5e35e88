"""Changes in words: one finding a change, the same on pages, in the API and in downloads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from metrics.trends.models import TrendChange
from partnership.pages.number_format import p_value, percent, signed_percent

FINE = 0.1
"""Changes below this share are told with one decimal."""


def finding(change: TrendChange) -> str:
    """What a change shows, or that it shows none: a sentence or two. Empty where nothing was computed."""
    if change.refusal == "no_series":
        return _("No complete series with residents for these districts.")
    if change.refusal:
        return _("Needs twelve months before and after, with something in both.")
    if change.lower is None or change.upper is None:
        return ""
    about = {
        "change": _signed(change.change or 0),
        "low": _signed(change.lower),
        "high": _signed(change.upper),
        "months": change.months,
        "p": "p\N{NO-BREAK SPACE}" + p_value(change.p or 0, "=\N{NO-BREAK SPACE}"),
    }
    return _sentences(change, about).get(change.verdict, "")


def brief(change: TrendChange) -> str:
    """The finding as a title: where nothing is shown, that alone, and of level or trend by itself nothing."""
    if change.verdict != TrendChange.Verdict.NOT_SHOWN:
        return finding(change)
    return "" if change.kind in (TrendChange.Kind.LEVEL, TrendChange.Kind.SLOPE) else _("No change is shown.")


def _sentences(change: TrendChange, about: dict[str, Any]) -> dict[str, str]:
    """A sentence for each verdict that this kind of change can have."""
    kind, verdict = TrendChange.Kind, TrendChange.Verdict
    match change.kind:
        case kind.JOINT:
            return {
                verdict.CHANGED: _("Something changed at the start (%(p)s).") % about,
                verdict.NOT_SHOWN: _("No change is shown.") + " " + unseen(change),
            }
        case kind.LEVEL:
            return {
                verdict.FALL: _("The level fell at once: %(change)s (95 %% interval %(low)s to %(high)s).") % about,
                verdict.RISE: _("The level rose at once: %(change)s (95 %% interval %(low)s to %(high)s).") % about,
                verdict.NOT_SHOWN: _("The level alone could be unchanged (95 %% interval %(low)s to %(high)s).")
                % about,
            }
        case kind.SLOPE:
            return {
                verdict.FALL: _(
                    "Since then the yearly trend is lower than before: %(change)s (95 %% interval %(low)s to %(high)s)."
                )
                % about,
                verdict.RISE: _(
                    "Since then the yearly trend is higher than before: %(change)s (95 %% interval %(low)s to %(high)s)."
                )
                % about,
                verdict.NOT_SHOWN: _("The trend alone could be unchanged (95 %% interval %(low)s to %(high)s a year).")
                % about,
            }
        case kind.DRIFT:
            return {
                verdict.PARALLEL: _(
                    "Before the start pilot and comparison districts moved alike: a drift of 5 % a year is excluded. Their "
                    "difference afterwards can be read as the change beyond what happened everywhere."
                ),
                verdict.APART: _(
                    "Before the start pilot and comparison districts already moved apart, by %(change)s a year (95 %% interval "
                    "%(low)s to %(high)s). Don't read their difference afterwards as an effect."
                )
                % about,
                verdict.CANNOT_BE_TOLD: _(
                    "The %(months)s months before the start cannot tell whether pilot and comparison districts moved alike: a drift "
                    "of %(low)s to %(high)s a year is possible."
                )
                % about,
            }
    return {
        verdict.FALL: _("A fall is shown: %(change)s (95 %% interval %(low)s to %(high)s).") % about,
        verdict.RISE: _("A rise is shown: %(change)s (95 %% interval %(low)s to %(high)s).") % about,
        verdict.NOT_SHOWN: _("No change is shown.") + " " + unseen(change),
    }


def unseen(change: TrendChange) -> str:
    """What could not be seen, of a change that is not shown (else empty); the bounds only where the interval holds a fall and a
    rise."""
    if change.verdict != TrendChange.Verdict.NOT_SHOWN:
        return ""
    lower, upper = change.lower or 0, change.upper or 0
    sentences = []
    if lower < 0 < upper:
        sentences.append(
            _("These %(months)s months cannot tell a fall of %(fall)s from a rise of %(rise)s.")
            % {"months": change.months, "fall": percent(-lower, 0), "rise": percent(upper, 0)}
        )
    sentences += [
        _("A change below %(least)s would probably go unseen.") % {"least": percent(change.least_visible or 0, 0)},
        _("This does not mean that nothing changed."),
    ]
    return " ".join(sentences)


def _signed(share: float) -> str:
    return signed_percent(share, 1 if abs(share) < FINE else 0)


def placebos(change: TrendChange) -> str:
    """What the same method finds before the start, at dates on which nothing began; empty where it was not asked."""
    if not change.placebos:
        return ""
    about = {"dates": len(change.placebos), "shown": sum(p < 0.05 for _month, p in change.placebos)}
    if about["shown"]:
        return (
            _(
                "At %(shown)s of %(dates)s dates before the start, on which nothing began, the same method shows a change: arrests "
                "here wander by themselves."
            )
            % about
        )
    return (
        _("At none of %(dates)s dates before the start, on which nothing began, the same method shows a change.")
        % about
    )
