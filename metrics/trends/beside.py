"""The arrests of a campaign's districts, as its page shows them beside what was done."""

from __future__ import annotations

from typing import NamedTuple

from metrics.permissions import FIGURES
from metrics.runs.actions import latest_run
from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult, Intervention
from metrics.trends.overview import Place, places
from partnership.isolation.acting import Acting
from programs.campaigns.beside import Beside, stands_beside
from programs.campaigns.models import Campaign

Group = ArrestTrendResult.Group
GROUPS = {Campaign.Series.YOUNG: Group.JUVENILE_DRUG, Campaign.Series.DRUG: Group.DRUG}


class ArrestsBeside(NamedTuple):
    """The series of each district of a campaign, and interventions of its programme, whose pages compare with other districts.

    `missing`: names of its districts without such a series.
    """

    run: Run
    group_set: str
    label: str
    places: list[Place]
    missing: list[str]
    interventions: list[Intervention]


@stands_beside
def arrests_beside(acting: Acting, campaign: Campaign) -> Beside | None:
    """From the newest run; None before the first, and for who sees no figures."""
    run = latest_run() if FIGURES.allows(acting) else None
    if run is None:
        return None
    group = GROUPS[Campaign.Series(campaign.series)]
    districts = {district.pk: district for district in campaign.districts.all()}
    interventions = list(Intervention.objects.filter(programme=campaign.programme_id).prefetch_related("districts"))
    own = [place for place in places(run, group, interventions) if place.district and place.district.pk in districts]
    known = {place.district.pk for place in own if place.district}
    missing = [district.local_name for number, district in districts.items() if number not in known]
    series = ArrestsBeside(run, campaign.series, str(group.label), own, missing, interventions)
    return Beside("metrics/trends/_beside.html", series)
