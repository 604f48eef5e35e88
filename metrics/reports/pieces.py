"""What the reports of a programme and of the partnership have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.figures import charts
from metrics.quality.models import FeedQuality
from metrics.quality.rests_on import RestsOn
from metrics.quality.words import PROBLEMS
from metrics.runs.models import Run
from partnership.members.models import Partner
from partnership.pages import pdf
from partnership.pages.pdf import section
from programs.catalogue.models import Programme

THEME = "light"
Facts = list[tuple[str, str]]
Section = dict[str, Any]


def release_name(run: Run) -> str:
    """Which release a run's outcomes are, or that they are a preview of one."""
    text = _("Release %(quarter)s") if run.released_at else _("Preview of release %(quarter)s")
    return text % {"quarter": run.quarter}


def day(value: Any) -> str:
    """A date in the reader's language; a dash for none."""
    return date_format(value, "SHORT_DATE_FORMAT") if value else "–"


def picture(chart: Any) -> str:
    """A chart as a page of print holds it."""
    return charts.to_svg(chart, THEME)


def report(
    context: dict[str, Any],
    *,
    by: Partner,
    title: str,
    facts: Facts,
    rests_on: RestsOn,
    feeds: list[FeedQuality],
    headline: str,
    sections: list[Section],
) -> bytes:
    """The PDF: a cover with what it is of, then its headline and sections; the quality of the feeds that it rests on and how it was
    computed come last. `context`: run, offences and window of the figures."""
    run = context["run"]
    about = {
        _("Offences"): dict(context["offence_choices"])[context["offences"]],
        _("Followed for"): _("%(n)s months") % {"n": context["window"]},
        _("Release"): release_name(run),
        # Of the figures' own people: a late feed elsewhere dates nothing here.
        _("Police data complete through"): day(rests_on.complete_through),
        _("Computed"): day(run.finished_at),
    }
    return pdf.document(
        {
            "title": title,
            "author": by.name,
            "subtitle": by.name,
            "cover": [*facts, *((name, str(value)) for name, value in about.items()), (_("Contact"), contact(by))],
            "contents": _("Contents"),
            "footer": _("%(release)s, computation %(run)s, definitions %(definition)s, computed %(day)s")
            % {
                "release": release_name(run),
                "run": run.pk,
                "definition": run.definition,
                "day": day(run.finished_at),
            },
            "warning": _("Simulated data: these figures say nothing about a real programme or place.")
            if by.is_simulated
            else "",
            "headline": headline,
            "sections": [*sections, _data_quality(rests_on, feeds), _how_computed()],
        }
    )


def contact(partner: Partner) -> str:
    """Whom to ask."""
    return ", ".join(filter(None, [partner.name, partner.email, partner.phone]))


def _data_quality(rests_on: RestsOn, feeds: list[FeedQuality]) -> Section:
    """How far the police data goes, district by district, and what is wrong with it."""
    return section(
        _("Data quality"),
        [
            *(
                [_("These figures rest on police feeds with problems:") + f" {rests_on.names}."]
                if rests_on.names
                else []
            ),
            _("Police data of the districts that these figures rest on."),
        ],
        [_("District"), _("Police unit"), _("Complete through"), _("Problems")],
        [
            [
                feed.district.local_name,
                feed.partner.name,
                day(feed.complete_through),
                ", ".join(str(PROBLEMS[name]) for name in feed.problems) or _("none"),
            ]
            for feed in feeds
        ],
    )


def _how_computed() -> Section:
    """Who is counted, what counts, and how counts are protected."""
    return section(
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


def own_feeds(run: Run, programmes: Iterable[Programme], rests_on: RestsOn) -> list[FeedQuality]:
    """The feeds of the programmes' own districts, of all where they name none; and those with problems that the figures rest on."""
    feeds = run.feeds.select_related("partner", "district").order_by("district__name", "partner__name")
    own = [district.pk for programme in programmes for district in programme.districts.all()]
    poor = [district for district, _name in rests_on.poor_feeds]
    return list(feeds.filter(district__in=[*own, *poor]) if own else feeds)
