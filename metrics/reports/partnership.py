"""The report of the whole partnership: all programmes, arrests, referrals, on which data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from metrics.comparison.lines import line_of
from metrics.comparison.models import ComparisonResult
from metrics.figures import charts
from metrics.figures.forest import Block, forest
from metrics.publication.results import PublicResults, public_results
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.models import RecidivismResult
from metrics.recidivism.words import rate_sentence, share, statement
from metrics.referral_figures.models import ReferralResult
from metrics.reports.pieces import THEME, Section, picture, report
from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult
from partnership.members.models import Partner
from partnership.pages.number_format import plain, signed_percent
from partnership.pages.pdf import section

ORDER = list(ComparisonResult.Verdict.values)


def partnership_report(context: dict[str, Any], office: Partner) -> bytes:
    """The PDF. `context`: run, offences and window of the figures; `office`: who answers for it."""
    run, months = context["run"], context["window"]
    figures = run.recidivismresults.filter(window_months=months, offences=context["offences"], cohort=None)
    results = list(figures.select_related("programme", "partner"))
    total = next((r for r in results if r.partner is None), None)
    comparisons = list(
        run.comparisons.filter(window_months=months, offences=context["offences"]).select_related("programme")
    )
    arrests = public_results(run)
    referrals = run.referral_results.filter(from_partner=None, to_partner=None, is_protected=False).first()
    programmes = sorted(
        (r for r in results if r.programme), key=lambda r: r.programme.local_name if r.programme else ""
    )
    by_group = {group: _sorted([c for c in comparisons if c.group == group]) for group in ComparisonResult.Group}
    feeds = list(run.feeds.select_related("partner", "district").order_by("district__name", "partner__name"))
    parts = [
        _doubts(programmes),
        _summary(by_group, arrests, referrals),
        _rates([*programmes, *([total] if total else [])]),
        *[_effects(group, own) for group, own in by_group.items() if own],
        _arrests(run, arrests) if arrests.places else None,
        _referrals(referrals) if referrals else None,
    ]
    return report(
        context,
        by=office,
        title=_("The partnership’s results"),
        facts=[(_("Programmes"), str(len(programmes)))],
        rests_on=RestsOn.of([*results, *comparisons]),
        feeds=feeds,
        headline=_("All programmes together:") + " " + rate_sentence(total, months),
        sections=[part for part in parts if part],
    )


def _doubts(programmes: list[RecidivismResult]) -> Section | None:
    """What speaks against the figures of single programmes."""
    doubts = [
        f"{r.programme.local_name}: {' '.join(Doubt(*doubt).words for doubt in r.doubts)}"
        for r in programmes
        if r.programme and r.doubts
    ]
    return section(_("Check these figures"), doubts) if doubts else None


def _sorted(comparisons: list[ComparisonResult]) -> list[ComparisonResult]:
    """By verdict, then by the estimate."""
    return sorted(comparisons, key=lambda c: (ORDER.index(c.verdict), c.difference or 0, c.programme.local_name))


def _summary(
    by_group: dict[ComparisonResult.Group, list[ComparisonResult]],
    arrests: PublicResults,
    referrals: ReferralResult | None,
) -> Section:
    sentences = []
    for group, own in by_group.items():
        counts = Counter(c.verdict for c in own)
        told = [
            f"{str(verdict.label).lower()}: {counts[verdict]}"
            for verdict in ComparisonResult.Verdict
            if counts[verdict]
        ]
        if told:
            sentences.append(
                _("Programmes against “%(group)s”, by verdict – %(verdicts)s.")
                % {"group": str(group.label).lower(), "verdicts": "; ".join(told)}
            )
    if arrests.places:
        sentences.append(arrests.arrests_title + ".")
    if referrals:
        sentences.append(_referral_sentence(referrals))
    return section(_("Summary"), sentences)


def _rates(results: Sequence[RecidivismResult]) -> Section:
    def name(result: RecidivismResult) -> str:
        return result.programme.local_name if result.programme else _("All programmes")

    rows: list[charts.IntervalRow] = [
        {"label": name(r), "rate": r.rate, "lower": r.rate_lower or 0, "upper": r.rate_upper or 0}
        for r in results
        if r.rate is not None
    ]
    return section(
        _("All programmes"),
        [
            _(
                "The rate describes participants: programmes take in different people. What they change is on the next pages."
            )
        ],
        [_("Programme"), _("Rate"), _("95 % interval"), _("Followed"), _("Rearrested")],
        [
            [
                name(r),
                share(r.rate, 1),
                str(r.get_withheld_display()) if r.withheld else f"{share(r.rate_lower, 1)} – {share(r.rate_upper, 1)}",
                plain(r.eligible),
                "–" if r.withheld else plain(r.rearrested),
            ]
            for r in results
        ],
        chart=picture(charts.intervals(rows, theme=THEME, title=_("Rearrested, 95 % interval"))) if rows else "",
        alt=_("Share rearrested with its interval, a line a programme; the table below holds the same figures."),
    )


def _effects(group: ComparisonResult.Group, comparisons: list[ComparisonResult]) -> Section:
    """The forest of one comparison group, the best first, and each estimate in words."""
    lines = [line_of(c, c.programme.local_name) for c in comparisons if c.difference is not None]
    heading = charts.Heading(_("Difference in percentage points, with its 95 % interval."), "")
    return section(
        _("Against: %(group)s") % {"group": str(group.label)[:1].lower() + str(group.label)[1:]},
        [],
        [_("Programme"), _("Verdict"), _("What it shows")],
        [[c.programme.local_name, str(c.verdict.label), statement(c)] for c in comparisons],
        chart=picture(forest([Block("", lines)], heading, theme=THEME)) if lines else "",
        alt=_("Difference of each programme with its interval and verdict; the table below says the same."),
    )


def _arrests(run: Run, arrests: PublicResults) -> Section:
    """Drug arrests of all districts together by month, and each district's change over five years."""
    months = run.trends.filter(district=None, group=ArrestTrendResult.Group.DRUG).order_by("month")
    rows: list[charts.SeriesRow] = [
        {"month": r.month, "series": str(r.get_group_display()), "value": r.rate_per_100k} for r in months
    ]
    heading = charts.Heading(arrests.arrests_title, "")
    drawn = charts.series(rows, heading, theme=THEME, title=_("A month, per 100,000 residents")) if rows else None
    return section(
        _("Are arrests falling?"),
        [],
        [_("District"), _("Pilot or comparison"), _("Change in five years"), _("95 % interval"), _("Finding")],
        [
            [
                place.name,
                place.role or "–",
                signed_percent(place.change.change or 0, 0),
                f"{signed_percent(place.change.lower or 0, 0)} – {signed_percent(place.change.upper or 0, 0)}",
                str(place.change.get_verdict_display()),
            ]
            for place in arrests.places
        ],
        chart=picture(drawn) if drawn else "",
        alt=_("Drug arrests by month in all districts together."),
        parts=[(began.intervention.name, began.sentences) for began in arrests.began],
    )


def _steps(result: ReferralResult) -> list[tuple[str, int]]:
    """How many referrals were sent, and came how far."""
    steps = {
        "answered": _("Answered"),
        "accepted": _("Accepted"),
        "enrolled": _("Started"),
        "visited": _("Came at least once"),
        "completed": _("Completed"),
    }
    return [(_("Sent"), result.sent), *((label, result.counts[n]) for n, label in steps.items() if n in result.counts)]


def _referral_sentence(result: ReferralResult) -> str:
    about = {
        "sent": plain(result.sent),
        "accepted": plain(result.counts.get("accepted", 0)),
        "enrolled": plain(result.counts.get("enrolled", 0)),
    }
    return (
        _(
            "Of %(sent)s referrals of the last twelve months, %(accepted)s were accepted and %(enrolled)s led to a start."
        )
        % about
    )


def _referrals(result: ReferralResult) -> Section:
    text = [_referral_sentence(result)]
    if result.on_time_rate is not None:
        text.append(_("%(share)s were answered in the promised time.") % {"share": share(result.on_time_rate)})
    return section(
        _("Where do referrals get stuck?"),
        text,
        [_("Step"), _("Referrals"), _("Of all that were sent")],
        [[label, plain(count), share(count / result.sent) if result.sent else "–"] for label, count in _steps(result)],
    )
