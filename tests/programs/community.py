"""Events, surveys and campaigns that several tests begin with."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.campaigns import actions as campaigns
from programs.campaigns.models import Campaign, CampaignAction
from programs.events import actions as events
from programs.events.models import CommunityEvent, EventPromise
from programs.surveys import actions as surveys
from programs.surveys.models import Survey, SurveyAnswer, Wave
from tests.world import World, database_role, run_as

names = itertools.count(1)


def community_event(world: World, **fields: Any) -> CommunityEvent:
    """A forum of the world's NGO with the police, held yesterday."""
    values = {
        "partner": world.ngo,
        "kind": "forum",
        "title": "A safer harbour",
        "starts_at": timezone.now() - timedelta(days=1),
        "place": "Library",
        "district": world.city,
        "is_open": True,
    } | fields
    saved: CommunityEvent = run_as(
        world.caseworker, events.save_event, event=CommunityEvent(**values), hosts=[world.police]
    )
    return saved


def event_promise(world: World, event: CommunityEvent, **fields: Any) -> EventPromise:
    """The world's police promised something in ten days."""
    values = {
        "event": event,
        "promised_by": world.police,
        "what": "Walk through the harbour on Friday evenings",
        "due_on": world.today + timedelta(days=10),
        "is_public": False,
    } | fields
    promise: EventPromise = run_as(world.caseworker, events.record_promise, **values)
    return promise


def safety_survey(world: World) -> Survey:
    """The survey of perceived safety of the world's NGO, in both districts."""
    survey = run_as(world.caseworker, surveys.begin_survey, code="safety")
    saved: Survey = run_as(world.caseworker, surveys.save_survey, survey=survey, districts=[world.city, world.hill])
    return saved


def open_wave(world: World, survey: Survey, **fields: Any) -> Wave:
    """A wave that takes answers until in two weeks: an open link unless said."""
    values = {
        "partner": survey.partner,
        "survey": survey,
        "name": f"Wave {next(names)}",
        "opens_on": world.today,
        "closes_on": world.today + timedelta(days=14),
        "method": "open_link",
    } | fields
    wave: Wave = run_as(world.caseworker, surveys.save_wave, wave=Wave(**values))
    return wave


def answer(wave: Wave, numbers: dict[int, int], **fields: Any) -> None:
    """Somebody answers, as the web role without any partner."""
    values = {"code": "", "district": None, "age_band": "", "texts": {}} | fields
    with transaction.atomic(), database_role("web"):
        asked = surveys.asked_survey(wave.token)
        surveys.give_answer(asked=asked, token=wave.token, numbers=numbers, **values)


def answered(wave: Wave, rows: Iterable[tuple[dict[int, int], Any, str]]) -> None:
    """Many answers at once: numbers, district, age."""
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            partner_id=wave.partner_id,
            wave=wave,
            numbers={str(question): number for question, number in numbers.items()},
            district=district,
            age_band=age_band,
            given_on=wave.opens_on,
        )
        for numbers, district, age_band in rows
    )


def closed(world: World, wave: Wave) -> Wave:
    stored: Wave = run_as(world.caseworker, surveys.close_wave, wave=Wave.objects.get(pk=wave.pk))
    return stored


def youth_campaign(world: World) -> Campaign:
    """A campaign of the world's NGO in the harbour, since a month."""
    campaign = Campaign(
        partner=world.ngo,
        programme=world.programme,
        name="Say it out loud",
        audience="young_people",
        starts_on=world.today - timedelta(days=30),
    )
    saved: Campaign = run_as(
        world.caseworker, campaigns.save_campaign, campaign=campaign, partners=[world.police], districts=[world.city]
    )
    return saved


def campaign_action(world: World, campaign: Campaign, **fields: Any) -> CampaignAction:
    """A workshop with 24 pupils, today."""
    values = {
        "partner": world.ngo, "campaign": campaign, "kind": "school_workshop", "what": "Grade 8", "people": 24
    } | fields  # fmt: skip
    saved: CampaignAction = run_as(
        world.caseworker, campaigns.save_campaign_action, campaign_action=CampaignAction(**values)
    )
    return saved
