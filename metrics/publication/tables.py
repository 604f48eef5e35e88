"""The public results as tables to download: each begins with what it is, of whom and how sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from metrics.publication.results import PublicResults, publisher

Rows = list[list[Any]]


def head(results: PublicResults, title: str) -> Rows:
    """What stands above a table: title, publisher, release and its days, definitions, what protection does."""
    run, office = results.run, publisher()
    rows: Rows = [
        [_("Title"), title],
        [_("Publisher"), office.name if office else ""],
        [_("Contact"), ", ".join(filter(None, [office.email, office.phone])) if office else ""],
        [_("Release"), run.quarter],
        [_("Published"), timezone.localdate(run.published_at) if run.published_at else _("not yet")],
        [_("Next results"), run.next_on],
        [_("Data complete through"), run.data_cut_off],
        [_("Computation"), run.pk],
        [_("Definition"), run.definition],
        [
            _("Note"),
            _(
                "Counts are changed a little at random, so that nobody can be recognised; rates and intervals take it into account."
            ),
        ],
    ]
    if settings.DEMO:
        rows.append([_("Note"), _("Simulated data")])
    return [[name, value] for name, value in rows if value not in ("", None)]


def rearrested(results: PublicResults) -> Rows:
    """A row a window: its people, and of each kind of re-arrest how many, their share and its interval."""
    heading = [
        _("Within (months)"),
        _("People"),
        *(
            f"{name}, {kind}"
            for kind in (_("any offence"), _("drug offence"))
            for name in (_("Rearrested"), _("Rate"), _("Lower 95 %"), _("Upper 95 %"))
        ),
    ]
    rows = [[window.months, window.people, *window.any, *(window.drug or [None] * 4)] for window in results.windows]
    return [*head(results, results.title), [], heading, *rows, [], *([_("Missing"), text] for text in results.missing)]


def arrests(results: PublicResults) -> Rows:
    """A row a district, the partnership's first: change over five years with its interval and verdict; then what is said of
    interventions."""
    heading = [
        _("District"),
        _("Pilot or comparison"),
        pgettext("how much", "Change"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Finding"),
    ]
    rows = [
        [
            place.name,
            place.role,
            place.change.change,
            place.change.lower,
            place.change.upper,
            place.change.get_verdict_display(),
        ]
        for place in results.places
    ]
    said = [[began.intervention.name, *began.sentences] for began in results.began]
    return [*head(results, results.arrests_title), [], heading, *rows, [], *said]


TABLES: dict[str, Callable[[PublicResults], Rows]] = {"rearrested": rearrested, "arrests": arrests}
