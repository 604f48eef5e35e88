"""The demo's events, promises, surveys and campaign: minutes that are missing, a promise that is late, and a year between two waves."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from partnership.isolation.acting import Acting, acting_meanwhile, enter
from partnership.members.models import District
from programs.campaigns import actions as campaigns
from programs.campaigns.models import Campaign, CampaignAction
from programs.catalogue.models import Programme
from programs.events import actions as events
from programs.events.models import CommunityEvent
from programs.surveys import actions as surveys
from programs.surveys.models import AgeBand, Question, Survey, SurveyAnswer, SurveyText, Wave
from programs.surveys.results import Row

CODES = 1500
"""So many people were asked in each wave."""
WORDS = (
    "Lights on the path behind the station.",
    "More grown-ups about on Friday evenings.",
    "That somebody answers when I call.",
    "A place where young people can go in the evening.",
    "Seeing the same officers again.",
    "Less broken glass in the playground.",
)


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(17, 30)))


def forums(manager: Acting, liaison: Acting, district: District, today: date) -> None:
    """`manager` holds events with the police of `liaison`: one with minutes and promises, one without minutes yet, one ahead."""

    def event(kind: str, title: str, day: date, place: str) -> CommunityEvent:
        planned = CommunityEvent(
            partner=manager.partner, kind=kind, title=title, starts_at=_evening(day), place=place, district=district, is_open=True
        )  # fmt: skip
        return events.save_event(by=manager, event=planned, hosts=[liaison.partner])

    spring = event("forum", "Safer evenings in Kallio", today - timedelta(days=120), "Kallio library")
    spring.minutes = (
        "Residents were worried about the evenings around the metro station. The police told what they see there; the"
        " outreach workers told whom one can call. Agreed: what stands among the promises, and to meet again."
    )
    spring.residents, spring.young_people, spring.professionals, spring.officers = 46, 9, 6, 3
    events.write_minutes(by=manager, event=spring)
    ours, theirs = manager.partner, liaison.partner
    promises = [
        events.record_promise(
            by=manager, event=spring, promised_by=partner, what=what, due_on=today + timedelta(days=days), is_public=partner == ours
        )
        for partner, what, days in (
            (ours, "Outreach workers at the metro station on Friday and Saturday evenings", -60),
            (ours, "A leaflet in four languages about where to get help", -20),
            (theirs, "Officers on foot between the station and the park on weekend nights", -7),
            (theirs, "An open hour of the neighbourhood police once a month", 40),
        )
    ]  # fmt: skip
    events.close_promise(by=manager, promise=promises[0], kept=True, outcome="Two workers each evening since May.")
    events.close_promise(
        by=manager, promise=promises[1], kept=False, outcome="Ready in two languages; two are missing."
    )
    for promise in promises[2:]:
        events.show_promise(by=liaison, promise=promise, is_public=True)
    event("focus_group", "Parents in Kallio", today - timedelta(days=2), "Kallio school")
    event("open_day", "Open doors at the outreach centre", today + timedelta(days=16), "Outreach centre, Kallio")


def safety(coordinator: Acting, districts: list[District], today: date, rng: random.Random) -> None:
    """`coordinator` asks a sample how safe it feels, a year ago and now, and everybody by an open link."""
    survey = surveys.save_survey(
        by=coordinator, survey=surveys.begin_survey(by=coordinator, code="safety"), districts=districts
    )
    questions = list(survey.questions.all())
    waves = [
        _over(coordinator, survey, "Last autumn", today - timedelta(days=380), 412, 0.0, questions, districts, rng),
        _over(coordinator, survey, "This autumn", today - timedelta(days=30), 438, 0.08, questions, districts, rng),
    ]
    with acting_meanwhile():  # answers are told to who asked, and to nobody else
        enter(partner_id=coordinator.partner.pk, role=coordinator.role, user_id=coordinator.user.pk)
        surveys.publish_wave(by=coordinator, wave=waves[0])
    surveys.save_wave(
        by=coordinator,
        wave=Wave(
            partner=coordinator.partner, survey=survey, name="Open to everybody", method="open_link", opens_on=today,
            closes_on=today + timedelta(days=21),
        ),
    )  # fmt: skip


def _over(
    by: Acting,
    survey: Survey,
    name: str,
    opened_on: date,
    people: int,
    safer: float,
    questions: list[Question],
    districts: list[District],
    rng: random.Random,
) -> Wave:
    """A wave of a sample that is over, with its answers; `safer`: how much more often somebody feels safe."""
    today = timezone.localdate()
    wave = surveys.save_wave(
        by=by,
        wave=Wave(
            partner=by.partner, survey=survey, name=name, method="sample", opens_on=opened_on, closes_on=today, population=48_000,
            design_effect=1.3,
        ),
    )  # fmt: skip
    rows = [_row(questions, districts, safer, rng) for _person in range(people)]
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            partner=by.partner,
            wave=wave,
            numbers=row.numbers,
            district_id=row.district,
            age_band=row.age_band,
            given_on=opened_on,
        )
        for row in rows
    )
    text = next(question for question in questions if question.kind == Question.Kind.TEXT)
    SurveyText.objects.bulk_create(
        SurveyText(partner=by.partner, wave=wave, question=text, text=words) for words in WORDS
    )
    Wave.objects.filter(pk=wave.pk).update(closes_on=opened_on + timedelta(days=21), codes_issued=CODES)
    return Wave.objects.get(pk=wave.pk)


def _row(questions: list[Question], districts: list[District], safer: float, rng: random.Random) -> Row:
    numbers: dict[str, float] = {}
    for question, share in zip(questions, (0.92, 0.55, 0.62, 0.0, 0.0), strict=True):
        if question.kind == Question.Kind.SINGLE:
            is_safe = rng.random() < min(0.97, share + safer)
            numbers[str(question.pk)] = rng.choice((1, 2, 2) if is_safe else (3, 3, 4))
        elif question.kind == Question.Kind.SCALE:
            numbers[str(question.pk)] = rng.choice((1, 2, 3, 3, 4, 4, 5))
    age_band = rng.choice(["", *AgeBand.values])
    return Row(rng.choice([*districts, districts[0]]).pk, age_band, numbers)


def youth(lead: Acting, police: Acting, programme: Programme, districts: list[District], today: date) -> None:
    """`lead` runs a campaign with the police of `police`: workshops, an evening for parents, videos."""
    begun = today - timedelta(days=100)
    campaign = campaigns.save_campaign(
        by=lead,
        campaign=Campaign(
            partner=lead.partner, programme=programme, name="Say it out loud", audience="young_people", starts_on=begun
        ),
        partners=[police.partner],
        districts=districts,
    )
    for days, kind, what, place, people, impressions, cost in (
        (7, "school_workshop", "Workshop in grade 8", "Puropelto school", 27, None, "180"),
        (21, "school_workshop", "Workshop in grade 9", "Puropelto school", 24, None, "180"),
        (30, "parents", "Evening for parents", "Puropelto school", 38, None, None),
        (41, "social_post", "Three videos by young people", "TikTok", None, 18_400, "900"),
        (55, "peer_event", "Young people talk to young people", "Youth centre", 19, None, "240"),
        (70, "community", "Football evening", "Sports field", 64, None, "310"),
        (82, "media", "Story about the campaign", "Turun Sanomat", None, 61_000, None),
        (92, "street", "Outreach before the summer party", "River bank", 45, None, None),
    ):
        campaigns.save_campaign_action(
            by=lead,
            campaign_action=CampaignAction(
                partner=lead.partner, campaign=campaign, kind=kind, what=what, place=place, held_on=begun + timedelta(days=days),
                people=people, impressions=impressions, cost=Decimal(cost) if cost else None, delivered_by=lead.partner,
            ),
        )  # fmt: skip
