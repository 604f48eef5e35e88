"""A programme's evidence, section by section: what each says in its first sentence, and what is not known.

The page, the report and what is published are made of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.assessments.instruments import INSTRUMENTS
from metrics.comparison.effects import in_order
from metrics.comparison.models import ComparisonResult
from metrics.costs.costs import costs_of, years_of
from metrics.costs.participation import Period
from metrics.evidence.judgement import Judged, judged
from metrics.evidence.models import Claim
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.models import CareResult, Offences, RecidivismResult
from metrics.recidivism.words import finding, rate_sentence, share, statement
from metrics.runs.models import Run
from metrics.score_changes.models import ScoreChange
from metrics.trends.models import TrendChange
from metrics.trends.words import brief
from metrics.trends.words import finding as finding_of_change
from partnership.isolation.acting import Acting
from partnership.pages.number_format import plain
from partnership.pages.pdf import section
from partnership.pages.template_tags import day
from programs.catalogue.models import Programme
from programs.grants.ahead import outlook_of
from programs.standards.models import PreventionPlan
from programs.surveys.models import SurveyFigure

MAIN_WINDOW = 12
"""Months of the comparisons that are told first, as on the other pages of figures."""
GROUPS = (TrendChange.Kind.JOINT, TrendChange.Kind.DIFFERENCE)
MOST = 20
"""So many rows, at most, of surveys, districts and claims."""


@dataclass
class Evidence:
    """All that is known of a programme in one release, in words."""

    programme: Programme
    run: Run
    headline: str
    sections: list[dict[str, Any]]
    claims: list[Judged]
    rests_on: RestsOn


def evidence_of(
    acting: Acting, programme: Programme, run: Run, *, newest: Run | None, with_costs: bool = True
) -> Evidence:
    """Reads and words everything: outcomes of people of `run`, a release; arrests and overdoses of the `newest` run. As many queries
    whatever there is. `with_costs`: what it costs and how long it is paid for, which its own organisation alone knows."""
    results = list(run.recidivismresults.filter(programme=programme, offences=Offences.ANY).order_by("window_months"))
    comparisons = list(run.comparisons.filter(programme=programme, offences=Offences.ANY, window_months=MAIN_WINDOW))
    claims = judged(_claims(acting, programme), acting, release=run, newest=newest)
    main = next((result for result in results if result.window_months == MAIN_WINDOW), None)
    return Evidence(
        programme=programme,
        run=run,
        headline=finding(in_order(comparisons)) or rate_sentence(main, MAIN_WINDOW),
        sections=[
            _participation(run, programme),
            _rearrest(results, in_order(comparisons)),
            _scores(run, programme),
            _places(programme, newest),
            _surveys(programme),
            _rating(programme),
            *([_costs(acting, programme), _funding(acting, programme)] if with_costs else []),
            _of_claims(claims),
        ],
        claims=claims,
        rests_on=RestsOn.of([*results, *comparisons]),
    )


def _claims(acting: Acting, programme: Programme) -> list[Claim]:
    """About the programme, and about what began with it."""
    about = Claim.objects.seen_by(acting).select_related("programme", "district", "intervention")
    return [*about.filter(programme=programme)[:MOST], *about.filter(intervention__programme=programme)[:MOST]]


def _participation(run: Run, programme: Programme) -> dict[str, Any]:
    care = CareResult.objects.filter(run=run, programme=programme).first()
    if care is None or not care.participants:
        return section(_("Who takes part"), [_("No figures of participants in this release.")])
    text = [_("About %(n)s participants who agreed to be counted.") % {"n": plain(care.participants)}]
    if care.completed_rate is not None:
        text.append(
            _("Of those who ended, %(rate)s completed the programme (95 %% interval %(lower)s to %(upper)s).")
            % {
                "rate": share(care.completed_rate),
                "lower": share(care.completed_lower),
                "upper": share(care.completed_upper),
            }
        )
    if care.retained_90_rate is not None:
        text.append(
            _("%(rate)s were still there after 90 days, or had completed it.") % {"rate": share(care.retained_90_rate)}
        )
    if care.days_to_service_median is not None:
        median = round(care.days_to_service_median)
        text.append(
            ngettext(
                "From the referral to the start it took %(median)s day in the middle case, three in four at most %(quartile)s.",
                "From the referral to the start it took %(median)s days in the middle case, three in four at most %(quartile)s.",
                median,
            )
            % {"median": plain(median), "quartile": plain(round(care.days_to_service_upper_quartile or median))}
        )
    return section(_("Who takes part"), text)


def _rearrest(results: list[RecidivismResult], comparisons: list[ComparisonResult]) -> dict[str, Any]:
    if not results:
        return section(_("Arrested again"), [_("Nobody in this programme has been followed for long enough.")])
    # What comparisons say together is the headline.
    untold = _("No comparison has an estimate yet: whether the programme makes a difference can’t be told.")
    of_all = _(
        "The rates are of all participants whose whole window has been observed; they show no effect by themselves."
    )
    return section(
        _("Arrested again"),
        [of_all] if finding(comparisons) else [untold, of_all],
        [_("Months"), _("Rate"), _("95 % interval"), _("Followed")],
        [
            [
                str(r.window_months),
                "–" if r.rate is None else share(r.rate),
                str(r.get_withheld_display()) if r.rate is None else f"{share(r.rate_lower)} – {share(r.rate_upper)}",
                plain(r.eligible),
            ]
            for r in results
        ],
        parts=[(f"{c.get_group_display()}: {str(c.verdict.label).lower()}", [statement(c)]) for c in comparisons],
    )


def _scores(run: Run, programme: Programme) -> dict[str, Any]:
    text = []
    for change in ScoreChange.objects.filter(run=run, programme=programme).order_by("instrument"):
        if change.better_rate is None:
            continue
        text.append(
            _("%(instrument)s: better in %(rate)s of those assessed twice (95 %% interval %(lower)s to %(upper)s).")
            % {
                "instrument": INSTRUMENTS[change.instrument].label,
                "rate": share(change.better_rate),
                "lower": share(change.better_lower),
                "upper": share(change.better_upper),
            }
        )
    if not text:
        return section(_("How people are"), [_("Fewer than 30 people were assessed twice, so nothing is told.")])
    return section(
        _("How people are"), [*text, _("People get better without a programme, too: this is no comparison.")]
    )


def _places(programme: Programme, newest: Run | None) -> dict[str, Any]:
    """What changed where it works: at what began with it; else its districts' drug arrests over five years."""
    title = _("Drug crime and overdoses where it works")
    if newest is None:
        return section(title, [_("Nothing has been computed yet.")])
    began = newest.changes.filter(intervention__programme=programme, kind__in=GROUPS).select_related("intervention")
    parts = [
        (f"{change.intervention}: {change.get_kind_display()}", [brief(change) or finding_of_change(change)])
        for change in began.defer("lines", "placebos").order_by("intervention", "kind")[:MOST]
    ]
    kinds = newest.changes.filter(
        kind=TrendChange.Kind.FIVE_YEARS, district__in=programme.districts.all(), group__in=["drug", "overdoses"]
    )
    labels = {"drug": _("Arrests for drug offences"), "overdoses": _("Overdoses")}
    rows = [
        [
            change.district.local_name if change.district else "",
            labels[change.group],
            brief(change) or finding_of_change(change),
        ]
        for change in kinds.defer("lines", "placebos")
        .select_related("district")
        .order_by("district__name", "group")[:MOST]
    ]
    if not parts and not rows:
        return section(title, [_("No complete series of its districts is long enough yet.")])
    text = [_("A change in a district has many causes. It says nothing about one programme by itself.")]
    return section(title, text, [_("District"), _("What"), _("Over five years")] if rows else [], rows, parts=parts)


def _surveys(programme: Programme) -> dict[str, Any]:
    figures = (
        SurveyFigure.objects.filter(partner=programme.partner_id, district=None, age_band="", rest_of="")
        .filter(wave__published_on__isnull=False)
        .exclude(measure=SurveyFigure.Measure.OPTION)
        .select_related("wave__survey", "question")
        .order_by("-wave__closes_on", "wave", "question", "id")[:MOST]
    )
    rows = [
        [
            figure.question.local_text,
            f"{figure.wave.survey.local_title}, {figure.wave.name}",
            _value(figure),
        ]
        for figure in figures
    ]
    if not rows:
        return section(_("What people say"), [_("Its organisation has published no survey.")])
    text = [_("Surveys of its organisation. Where anybody could answer, no margin of error is told.")]
    return section(_("What people say"), text, [_("Question"), _("Survey"), _("Result")], rows)


def _value(figure: SurveyFigure) -> str:
    is_mean = figure.measure == SurveyFigure.Measure.MEAN
    said = [
        plain(value, 1) if is_mean else share(value) for value in (figure.value, figure.lower or 0, figure.upper or 0)
    ]
    if figure.lower is None:
        return said[0]
    return f"{said[0]} ({said[1]} – {said[2]})"


def _rating(programme: Programme) -> dict[str, Any]:
    title = _("What is known of such work")
    approved = programme.prevention_plans.filter(state=PreventionPlan.State.APPROVED).order_by("-version").first()
    if approved is None:
        return section(title, [_("It has no approved prevention plan, so it has no rating.")])
    about = {"rating": approved.get_rating_display(), "edition": approved.edition, "version": approved.version}
    return section(title, [_("%(rating)s, by %(edition)s (prevention plan, version %(version)s).") % about])


def _costs(acting: Acting, programme: Programme) -> dict[str, Any]:
    """Of the newest year with spending and a whole quarter behind it."""
    title = _("What it costs")
    if acting.partner.pk != programme.partner_id:
        return section(title, [_("Its organisation alone sees what it costs.")])
    years = years_of(acting.partner)[:2]
    period = next(filter(None, (Period.of_year(year, timezone.localdate()) for year in years)), None)
    costs = costs_of(acting.partner, period) if period else []
    own = [cost for cost in costs if cost.programme.pk == programme.pk]
    if not own or period is None:
        return section(title, [_("No spending is recorded.")])
    rows = [
        row
        for cost in own
        for row in (
            [_("Spent"), f"{plain(float(cost.total))} {cost.currency}"],
            [_("A participant who came at least once"), cost.by_person_in_words],
            [_("A completed programme"), cost.by_completed_in_words],
            [_("A re-arrest avoided"), cost.by_avoided_in_words],
        )
    ]
    when = _("From %(first)s to %(last)s.") % {"first": day(period.first), "last": day(period.last)}
    cautions = list(dict.fromkeys(caution for cost in own for caution in cost.cautions))
    return section(title, [when, *cautions], [_("What"), _("Cost")], rows)


def _funding(acting: Acting, programme: Programme) -> dict[str, Any]:
    title = _("How long it is paid for")
    if acting.partner.pk != programme.partner_id:
        return section(title, [_("Its organisation alone sees its grants.")])
    own = [
        o for o in outlook_of(acting.partner, timezone.localdate()) if o.programme and o.programme.pk == programme.pk
    ]
    if not own:
        return section(title, [_("No grant pays for it, as far as the portal knows.")])
    text = []
    for outlook in own:
        if outlook.first_gap:
            about = {"month": date_format(outlook.first_gap, "YEAR_MONTH_FORMAT"), "currency": outlook.currency}
            text.append(_("From %(month)s on a tenth or more of its usual cost in %(currency)s has no grant.") % about)
        else:
            text.append(
                _("Its usual cost in %(currency)s has grants for the %(months)s months that the portal looks ahead.")
                % {"currency": outlook.currency, "months": len(outlook.months)}
            )
    return section(title, text)


def _of_claims(claims: list[Judged]) -> dict[str, Any]:
    title = _("What is claimed, and what was measured")
    if not claims:
        return section(title, [_("No claim is recorded.")])
    return section(
        title,
        [_("Each claim stands beside the estimate of that very measure and window.")],
        parts=[
            (
                f"{each.claim.words} – {str(each.verdict.label).lower()}",
                [each.claimed + ". " + each.claim.source, *each.sentences],
            )
            for each in claims
        ],
    )
