"""The report of a programme: what came of it, against whom, on which data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from metrics.comparison.lines import line_of
from metrics.comparison.models import ComparisonResult
from metrics.figures import charts
from metrics.figures.forest import Block, forest
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.words import does_not_show, share, statement, who_is_compared
from metrics.reports.pieces import THEME, Section, own_feeds, picture, report
from metrics.runs.models import Run
from partnership.pages.number_format import plain
from partnership.pages.pdf import section
from programs.catalogue.models import Programme

Group = ComparisonResult.Group
FIRST = (Group.MATCHED, Group.NOT_ENROLLED, Group.BASELINE)
"""Which comparison's curve is drawn: the first of these that has an estimate."""


def programme_report(context: dict[str, Any]) -> bytes:
    """The PDF of a programme's figures, from what its page shows (metrics.recidivism.population.population_context)."""
    programme = context["programme"]
    rests_on = RestsOn.together([context["rests_on"], RestsOn.of(context["comparisons"])])
    return report(
        context,
        by=programme.partner,
        title=_("Re-arrest after %(programme)s") % {"programme": programme.local_name},
        facts=[(_("Programme"), programme.local_name)],
        rests_on=rests_on,
        feeds=own_feeds(context["run"], [programme], rests_on),
        headline=context["headline"],
        sections=sections(context),
    )


def sections(context: dict[str, Any]) -> list[Section]:
    """What the report says, in the order of its questions: does it work, how does it go on, who is compared, on which data."""
    comparisons: list[ComparisonResult] = context["comparisons"]
    parts = [
        section(_("Check these figures"), context["doubts"]) if context["doubts"] else None,
        _summary(context),
        _effects(comparisons) if comparisons else None,
        *([_curve(context)] if context["curve"] else []),
        _windows(context),
        section(_("How much do unsure links matter?"), context["links"]) if context["links"] else None,
        _who_is_compared(comparisons) if comparisons else None,
    ]
    return [part for part in parts if part]


def _summary(context: dict[str, Any]) -> Section:
    partnership, care = context["partnership"], context["care"]
    sentences = [_("All participants:") + " " + context["rate_sentence"] if context["rate_sentence"] else ""]
    if partnership and partnership.rate is not None:
        sentences.append(
            _("For comparison, all %(n)s programmes of the partnership together: %(rate)s.")
            % {"n": partnership.programmes, "rate": share(partnership.rate)}
        )
    if care and care.completed_rate is not None:
        sentences.append(
            _("Of those who ended, %(rate)s completed the programme (95 %% interval %(lower)s to %(upper)s).")
            % {
                "rate": share(care.completed_rate),
                "lower": share(care.completed_lower),
                "upper": share(care.completed_upper),
            }
        )
    sentences.append(
        _(
            "The rate describes participants. Whether the programme makes the difference is what the comparisons are for."
        )
    )
    return section(_("Summary"), [text for text in sentences if text])


def _effects(comparisons: list[ComparisonResult]) -> Section:
    drawn = [Block("", [line_of(c) for c in comparisons])]
    heading = charts.Heading(_("Difference in percentage points, with its 95 % interval."), "")
    return section(
        _("Does it work?"),
        [],
        parts=[(f"{c.get_group_display()}: {str(c.verdict.label).lower()}", [statement(c)]) for c in comparisons],
        chart=picture(forest(drawn, heading, theme=THEME)),
        alt=_("Difference to each comparison group with its interval and verdict; the sentences above say the same."),
    )


def _windows(context: dict[str, Any]) -> Section:
    return section(
        _("Fixed windows"),
        [_("Among those who have been followed for the whole time.")],
        [_("Months"), _("Followed"), _("Rearrested"), _("Rate"), _("95 % interval")],
        [
            [
                str(r.window_months),
                plain(r.eligible),
                "–" if r.withheld else plain(r.rearrested),
                share(r.rate, 1),
                f"{share(r.rate_lower, 1)} – {share(r.rate_upper, 1)}"
                if not r.withheld
                else str(r.get_withheld_display()),
            ]
            for r in context["window_rows"]
        ],
    )


def _curve(context: dict[str, Any]) -> Section:
    """The programme's curve; beside it, where a comparison has estimates, the two sides of that comparison, window by window."""
    run, programme = context["run"], context["programme"]
    own = (programme.local_name, context["curve"].points)
    text = [_("Through the fixed windows, each of the people who have been followed for all of it.")]
    compared = compared_curves(run, programme, context["offences"])
    if compared:
        text.append(
            _("The lines without a band are of the participants who are compared, and of: %(group)s.")
            % {"group": str(compared[1][0])[:1].lower() + str(compared[1][0])[1:]}
        )
    drawn = charts.survival([own, *compared], theme=THEME)
    points = own[1]
    others = {round(point[0]): point for point in (compared[1][1] if compared else [])}
    heading = [_("Months"), _("Not arrested again"), _("95 % interval"), _("Followed")]
    rows = [[str(p[0]), share(p[1]), f"{share(p[2])} – {share(p[3])}", plain(p[4])] for p in points]
    if compared:
        heading.append(_("Comparison group"))
        rows = [[*row, share(others[p[0]][1]) if p[0] in others else "–"] for row, p in zip(rows, points, strict=True)]
    return section(
        _("Time to re-arrest"),
        text,
        heading,
        rows,
        chart=picture(drawn),
        alt=_("The share not arrested again over time; the table below holds the same figures."),
    )


def compared_curves(run: Run, programme: Programme, offences: str) -> list[tuple[str, list[list[float]]]]:
    """The shares not rearrested of both sides of a comparison: (name, points) of its participants and of its comparison people;
    nothing where no comparison has two windows. The uncertainty is that of their difference, and stands with it."""
    results = list(run.comparisons.filter(programme=programme, offences=offences, refusal="").order_by("window_months"))
    for group in FIRST:
        own = [r for r in results if r.group == group and r.rate is not None and r.comparison_rate is not None]
        if len(own) < 2:
            continue
        sides = [
            (_("Participants compared"), [1 - (r.rate or 0) for r in own]),
            (str(own[0].get_group_display()), [1 - (r.comparison_rate or 0) for r in own]),
        ]
        start: list[float] = [0, 1.0, 1.0, 1.0]
        return [
            (name, [start, *([r.window_months, s, s, s] for r, s in zip(own, shares, strict=True))])
            for name, shares in sides
        ]
    return []


def _who_is_compared(comparisons: list[ComparisonResult]) -> Section:
    return section(
        _("Who is compared"),
        [],
        [_("Comparison group"), _("Participants"), _("Comparison people")],
        [[str(c.get_group_display()), _about(c.participants), _about(c.comparisons)] for c in comparisons],
        parts=[(str(c.get_group_display()), [who_is_compared(c), does_not_show(c)]) for c in comparisons],
    )


def _about(people: int | None) -> str:
    return "–" if people is None else _("about %(n)s") % {"n": plain(people)}
