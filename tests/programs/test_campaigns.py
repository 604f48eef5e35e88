"""Campaigns: people and impressions are counted apart, and the arrests of their districts stand beside, not behind them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult
from partnership.isolation.errors import DateOutOfRange, Invalid
from programs.campaigns import actions as campaigns
from programs.campaigns.models import Campaign, CampaignAction
from programs.campaigns.reach import reach_of
from programs.surveys.models import Survey
from tests.programs.community import campaign_action, youth_campaign
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, on_web, run_as


@shared
def running(world: World) -> World:
    world.campaign = youth_campaign(world)
    world.workshop = campaign_action(world, world.campaign)
    return world


def page(world: World, who: str = "other_liaison") -> str:
    text: str = world.client(getattr(world, who)).get(reverse("campaign", args=[world.campaign.pk])).text
    return text


class TestCampaigns:
    def test_one_is_planned_in_the_browser_and_every_partner_sees_it(self, world):
        sent = {
            "name": "Loud", "programme": world.programme.pk, "audience": "parents", "districts": [world.city.pk],
            "partners": [world.police.pk], "starts_on": world.today, "series": "drug",
        }  # fmt: skip
        response = world.client(world.caseworker).post(reverse("campaign_new"), sent)
        assert response.status_code == 302, response.text
        assert "Harbour Police" in world.client(world.other_liaison).get(response["Location"]).text

    def test_it_is_part_of_an_own_programme_and_has_a_district(self, world):
        campaign = Campaign(partner=world.ngo, programme=world.programme, name="x", audience="parents")
        with pytest.raises(Invalid):
            run_as(world.caseworker, campaigns.save_campaign, campaign=campaign, partners=[], districts=[])
        campaign.programme = world.other_programme
        with pytest.raises(DatabaseError), transaction.atomic():
            run_as(world.caseworker, campaigns.save_campaign, campaign=campaign, partners=[], districts=[world.city])

    def test_two_of_a_partner_have_different_names(self, running):
        with pytest.raises(Invalid):
            youth_campaign(running)


class TestActions:
    def test_one_is_written_down_in_the_browser(self, running):
        sent = {
            "kind": "social_post", "what": "A video", "held_on": running.today, "place": "TikTok", "impressions": 12400,
            "engaged": 80, "cost": "250", "delivered_by": running.police.pk,
        }  # fmt: skip
        address = reverse("campaign_action_new", args=[running.campaign.pk])
        response = running.client(running.caseworker).post(address, sent)
        assert response.status_code == 302, response.text
        text = page(running)
        assert "shown 12,400 times" in text
        assert "24 people" in text
        assert "12,424" not in text

    @pytest.mark.parametrize(
        ("kind", "count"), [("social_post", "people"), ("media", "people"), ("street", "impressions")]
    )
    def test_people_or_impressions_never_both(self, running, kind, count):
        sent = {"kind": kind, "what": "x", "held_on": running.today, count: 5}
        address = reverse("campaign_action_new", args=[running.campaign.pk])
        response = running.client(running.caseworker).post(address, sent)
        assert response.status_code == 422
        assert "never added up" in response.text
        with pytest.raises(DatabaseError), transaction.atomic():
            CampaignAction.objects.create(
                partner=running.ngo, campaign=running.campaign, kind=kind, what="x", people=3, impressions=4
            )

    def test_it_lies_between_the_campaigns_first_day_and_today(self, running):
        for days in (1, -31):
            with pytest.raises(DateOutOfRange):
                campaign_action(running, running.campaign, held_on=running.today + timedelta(days=days))

    def test_what_was_a_mistake_is_removed(self, running):
        address = reverse("campaign_action_remove", args=[running.campaign.pk, running.workshop.pk])
        running.client(running.caseworker).post(address)
        assert not CampaignAction.objects.exists()

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["street", "peer_event", "social_post", "media"]),
                st.one_of(st.none(), st.integers(0, 999)),
            )
        )
    )
    def test_sums_keep_people_and_impressions_apart(self, counts):
        rows = [
            CampaignAction(kind=kind, **{"impressions" if kind in CampaignAction.ON_SCREENS else "people": count})
            for kind, count in counts
        ]
        people = [count for kind, count in counts if kind not in CampaignAction.ON_SCREENS and count is not None]
        shown_times = [count for kind, count in counts if kind in CampaignAction.ON_SCREENS and count is not None]
        reach = reach_of(rows)
        if not rows:
            assert reach == []
            return
        assert reach[-1].actions == len(rows)
        assert reach[-1].people == (sum(people) if people else None)
        assert reach[-1].impressions == (sum(shown_times) if shown_times else None)

    def test_costs_are_added_where_they_are_known(self, running):
        campaign_action(running, running.campaign, kind="street", people=9, cost=Decimal("12.50"))
        with on_web(running.caseworker):
            assert reach_of(running.campaign.actions.all())[-1].cost == Decimal("12.50")


class TestBeside:
    def test_the_juvenile_series_of_its_districts_stands_beside_it(self, running):
        assert "no proof" not in page(running)
        run = Run.objects.create(state=Run.State.DONE)
        ArrestTrendResult.objects.bulk_create(
            ArrestTrendResult(
                run=run,
                district=district,
                month=date(2020 + month // 12, 1 + month % 12, 1),
                group="juvenile_drug",
                arrests=arrests,
                rate_per_100k=1.0,
            )
            for month in range(24)
            for district, arrests in ((running.city, 8), (running.hill, 9))
        )
        text = page(running)
        assert "Drug offences of under-18s" in text
        assert ">96<" in "".join(text.split())
        assert "108" not in text
        assert "no proof that the campaign changed it" in text

    def test_a_district_without_a_series_is_named(self, running):
        Run.objects.create(state=Run.State.DONE)
        assert "No series yet: Harbour." in page(running)


class TestWalls:
    def test_another_partner_changes_nothing(self, running):
        for acting in (running.other_caseworker, running.liaison):
            with on_web(acting):
                assert Campaign.objects.update(name="Ours") == 0
                assert CampaignAction.objects.update(people=1) == 0
                assert CampaignAction.objects.all().delete()[0] == 0
        address = reverse("campaign_edit", args=[running.campaign.pk])
        assert running.client(running.other_caseworker).get(address).status_code == 404


class TestApi:
    def workshop(self, world: World, **fields: Any) -> dict[str, Any]:
        terms = {"campaign": world.campaign.pk, "kind": "school_workshop", "what": "Grade 8", "people": 24}
        return terms | {"held_on": world.today.isoformat()} | fields

    def test_a_system_writes_down_corrects_and_takes_back_what_was_done(self, running, ngo):
        done = ngo.post("campaign-actions", self.workshop(running, cost="120.50"), status=201)
        assert (done["partner"], done["people"], done["cost"]) == (running.ngo.pk, 24, "120.50")
        assert done["id"] in [
            row["id"] for row in ngo.get(f"campaign-actions?campaign={running.campaign.pk}")["results"]
        ]
        corrected = self.workshop(running, people=25)
        del corrected["campaign"]
        assert ngo.call("put", f"campaign-actions/{done['id']}", corrected).found["people"] == 25
        ngo.call("delete", f"campaign-actions/{done['id']}", status=204)
        ngo.call("get", f"campaign-actions/{done['id']}", status=404)
        assert [row["districts"] for row in ngo.get("campaigns")["results"]] == [[running.city.pk]]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"impressions": 5}, "/impressions"),
            ({"kind": "social_post"}, "/people"),
            ({"held_on": "2999-01-01"}, "/held_on"),
            ({"people": -1}, "/people"),
        ],
    )
    def test_people_and_impressions_are_apart_and_nothing_lies_ahead(self, running, ngo, wrong, field):
        problem = ngo.call("post", "campaign-actions", self.workshop(running, **wrong), status=422).found
        assert [error["pointer"] for error in problem["errors"]] == [field]

    def test_another_partners_system_reads_and_changes_nothing(self, running):
        other = System(running.member(running.other_ngo, "case_manager", is_manager=True))
        address = f"campaign-actions/{running.workshop.pk}"
        assert other.get(address)["people"] == running.workshop.people
        other.call("post", "campaign-actions", self.workshop(running), status=403)
        terms = self.workshop(running)
        del terms["campaign"]
        other.call("put", address, terms, status=403)
        other.call("delete", address, status=403)

    def test_a_survey_is_an_own_one(self, running):
        other = System(running.member(running.other_ngo, "case_manager", is_manager=True))
        survey = Survey.objects.create(partner=running.ngo, title_fi="K", title_sv="E", title_en="S")
        campaign = Campaign(partner=running.other_ngo, programme=running.other_programme, name="Y", audience="parents")
        saved = run_as(
            running.other_caseworker, campaigns.save_campaign, campaign=campaign, partners=[], districts=[running.city]
        )
        terms = self.workshop(running, campaign=saved.pk, survey=survey.pk)
        problem = other.call("post", "campaign-actions", terms, status=422).found
        assert problem["errors"][0]["pointer"] == "/survey"
