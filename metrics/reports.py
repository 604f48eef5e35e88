"""Reports as tagged PDF (PDF/UA-1), by Typst: structure, language, title and alternative texts are in the file."""

from __future__ import annotations

import json
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from metrics import charts
from metrics.words import share

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.author)
#set page(paper: "a4", margin: 2.2cm, footer: context [
  #set text(8pt, fill: luma(35%))
  #d.footer #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(lang: d.lang, size: 10pt)
#set par(justify: false, leading: 0.7em)
#show heading.where(level: 1): set text(18pt)
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.8em, text(13pt, it.body))
#set table(stroke: (x, y) => (bottom: if y == 0 { 1pt } else { 0.4pt + luma(70%) }), inset: (x: 6pt, y: 5pt), align: left)
= #d.title
#text(fill: luma(35%))[#d.subtitle]
#if d.warning != "" [#block(fill: luma(93%), inset: 8pt, radius: 3pt)[#d.warning]]
#text(12pt, weight: "bold")[#d.headline]

#for section in d.sections [
  == #section.title
  #for line in section.text [#par[#line]]
  #if section.chart != "" [#image(bytes(section.chart), format: "svg", width: 100%, alt: section.alt)]
  #if section.rows.len() > 0 [
    #table(columns: section.heading.len(), table.header(..section.heading.map(h => strong(h))), ..section.rows.flatten())
  ]
]
"""


def programme(context: dict[str, Any]) -> bytes:
    """The PDF of a programme's figures, from what its page shows (metrics.views.recidivism.full)."""
    run, found = context["run"], context["programme"]
    offences = dict(context["offence_choices"])[context["offences"]]
    months = context["window"]
    data = {
        "title": _("Re-arrest after %(programme)s") % {"programme": found.name},
        "author": found.partner.name,
        "subtitle": _("%(partner)s · %(offences)s · %(months)s months · police data complete through %(day)s")
        % {
            "partner": found.partner.name,
            "offences": offences,
            "months": months,
            "day": date_format(run.data_cut_off, "SHORT_DATE_FORMAT") if run.data_cut_off else "–",
        },
        "lang": (get_language() or "en")[:2],
        "footer": _("Computation %(run)s, definitions %(definition)s, computed %(day)s")
        % {
            "run": run.pk,
            "definition": run.definition,
            "day": date_format(run.finished_at, "SHORT_DATE_FORMAT") if run.finished_at else "–",
        },
        "warning": _("Simulated data: these figures say nothing about a real programme or place.")
        if found.partner.is_simulated
        else "",
        "headline": context["headline"],
        "sections": [*_sections(context, months)],
    }
    return bytes(
        typst.compile(TEMPLATE.encode(), format="pdf", sys_inputs={"data": json.dumps(data)}, pdf_standards=["ua-1"])
    )


def _sections(context: dict[str, Any], months: int) -> list[dict[str, Any]]:
    sections = [
        _section(
            _("Fixed windows"),
            [_("Among those who have been followed for the whole time.")],
            [_("Months"), _("Followed"), _("Rearrested"), _("Rate"), _("95 % interval")],
            [
                [
                    str(r.window_months),
                    "–" if r.eligible is None else str(r.eligible),
                    "–" if r.rearrested is None else str(r.rearrested),
                    share(r.rate, 1),
                    f"{share(r.rate_lower, 1)} – {share(r.rate_upper, 1)}"
                    if not r.withheld
                    else str(r.get_withheld_display()),
                ]
                for r in context["window_rows"]
            ],
        )
    ]
    for result, shows, does_not in context["comparisons"]:
        sections.append(_section(str(result.get_group_display()), [shows, does_not]))
    curve = context["curve"]
    if curve:
        chart = charts.to_svg(charts.survival([(context["programme"].name, curve.points)], theme="light"), "light")
        sections.append(
            _section(
                _("Time to re-arrest"),
                [_("Kaplan–Meier estimate with its 95 % interval. Counts are rounded to fives.")],
                [_("Months"), _("Not arrested again"), _("95 % interval"), _("At risk")],
                [
                    [str(p[0]), share(p[1]), f"{share(p[2])} – {share(p[3])}", str(p[4])]
                    for p in curve.points
                    if p[0] % 6 == 0
                ],
                chart=chart,
                alt=_("The share not arrested again, month by month; the table below holds the same figures."),
            )
        )
    if context["run"].poor_feeds:
        names = ", ".join(name for _id, name in context["run"].poor_feeds)
        sections.append(
            _section(
                _("Data quality"),
                [_("The police feeds of these districts have problems: %(names)s.") % {"names": names}],
            )
        )
    sections.append(
        _section(
            _("How this was computed"),
            [
                _(
                    "Participants who consent to be counted, once per programme, from the day of enrolment (intention to treat)."
                ),
                _(
                    "Re-arrest: the first arrest after that day for an offence whose day, where known, is after it too. People "
                    "are joined with arrests by keyed pseudonyms; the job that joins them can read no name."
                ),
                _("Counts of 1 to 4 and rates on fewer than 10 people are withheld, and whatever would reveal them."),
            ],
        )
    )
    return sections


def _section(
    title: str,
    text: list[str],
    heading: list[str] | None = None,
    rows: list[list[str]] | None = None,
    chart: str = "",
    alt: str = "",
) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "heading": heading or [],
        "rows": rows or [],
        "chart": chart,
        "alt": alt,
    }
