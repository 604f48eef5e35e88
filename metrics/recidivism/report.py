"""The report of a programme as tagged PDF (PDF/UA-1), by Typst: structure, language, title and alternative texts are in the file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.figures import charts
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.words import does_not_show, share, statement, who_is_compared
from metrics.runs.models import Run
from partnership.pages import pdf
from partnership.pages.pdf import section


def release_name(run: Run) -> str:
    """Which release a run's outcomes are, or that they are a preview of one."""
    text = _("Release %(quarter)s") if run.released_at else _("Preview of release %(quarter)s")
    return text % {"quarter": run.quarter}


def programme_report(context: dict[str, Any]) -> bytes:
    """The PDF of a programme's figures, from what its page shows (metrics.recidivism.population.population_context)."""
    return pdf.document(contents(context))


def contents(context: dict[str, Any]) -> dict[str, Any]:
    """What the report says, before it is laid out."""
    run, programme = context["run"], context["programme"]
    offences = dict(context["offence_choices"])[context["offences"]]
    months = context["window"]
    return {
        "title": _("Re-arrest after %(programme)s") % {"programme": programme.name},
        "author": programme.partner.name,
        "subtitle": _("%(partner)s · %(offences)s · %(months)s months · police data complete through %(day)s")
        % {
            "partner": programme.partner.name,
            "offences": offences,
            "months": months,
            "day": _day(context["rests_on"].complete_through),
        },
        "footer": _("%(release)s, computation %(run)s, definitions %(definition)s, computed %(day)s")
        % {
            "release": release_name(run),
            "run": run.pk,
            "definition": run.definition,
            "day": _day(run.finished_at),
        },
        "warning": _("Simulated data: these figures say nothing about a real programme or place.")
        if programme.partner.is_simulated
        else "",
        "headline": " ".join(filter(None, [context["headline"], context["rate_sentence"]])),
        "sections": [*_sections(context, months)],
    }


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"


def _sections(context: dict[str, Any], months: int) -> list[dict[str, Any]]:
    sections = [
        section(
            _("Fixed windows"),
            [_("Among those who have been followed for the whole time.")],
            [_("Months"), _("Followed"), _("Rearrested"), _("Rate"), _("95 % interval")],
            [
                [
                    str(r.window_months),
                    str(r.eligible),
                    "–" if r.withheld else str(r.rearrested),
                    share(r.rate, 1),
                    f"{share(r.rate_lower, 1)} – {share(r.rate_upper, 1)}"
                    if not r.withheld
                    else str(r.get_withheld_display()),
                ]
                for r in context["window_rows"]
            ],
        )
    ]
    for result in context["comparisons"]:
        sections.append(
            section(
                f"{result.get_group_display()}: {str(result.verdict.label).lower()}",
                [statement(result), who_is_compared(result), does_not_show(result)],
            )
        )
    curve = context["curve"]
    if curve:
        chart = charts.to_svg(charts.survival([(context["programme"].name, curve.points)], theme="light"), "light")
        sections.append(
            section(
                _("Time to re-arrest"),
                [_("Through the fixed windows, each of the people who have been followed for all of it.")],
                [_("Months"), _("Not arrested again"), _("95 % interval"), _("Followed")],
                [[str(p[0]), share(p[1]), f"{share(p[2])} – {share(p[3])}", str(p[4])] for p in curve.points],
                chart=chart,
                alt=_("The share not arrested again over time; the table below holds the same figures."),
            )
        )
    if context["doubts"]:
        sections.append(section(_("Check these figures"), context["doubts"]))
    if names := RestsOn.together([context["rests_on"], RestsOn.of(context["comparisons"])]).names:
        sections.append(
            section(
                _("Data quality"),
                [_("The police feeds of these districts have problems: %(names)s.") % {"names": names}],
            )
        )
    sections.append(
        section(
            _("How this was computed"),
            [
                _(
                    "Participants who consent to be counted, once per programme, from the day of enrolment (intention to treat)."
                ),
                _(
                    "Re-arrest: the first arrest after that day for an offence whose day, where known, is after it too. People "
                    "are joined with arrests by a process of its own; the job that computes figures can read no name."
                ),
                _(
                    "Counts are changed a little at random (most by at most 4), always the same way within a release, so that "
                    "nobody can be recognised; rates and intervals take it into account. Rates on fewer than 30 people are not "
                    "shown."
                ),
            ],
        )
    )
    return sections
