"""Whatever is typed into a form of the newest rooms, the portal answers it: never with a failure of its own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.fellowships import actions as fellowships
from cases.protection import actions as protection
from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement
from programs.catalogue.models import Part
from programs.surveys import actions as surveys
from referrals.callins import actions as call_ins
from tests.programs.community import campaign_action, community_event, event_promise, open_wave, youth_campaign
from tests.programs.notices import checked, draft, shared_with
from tests.shared_worlds import shared
from tests.thorough import turns
from tests.versions import drafted_version
from tests.world import WebClient, World, do, run_as

HOSTILE = ("\x00", "9" * 400, "-1", "1e999", "٣", "x" * 10_000)
OF_OTHER_AGES = ("0001-01-01", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59")


class Forms(HTMLParser):
    """The forms of a page that are posted: address → names of their fields, and what is chosen among."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.now, self.select = address, [], None, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "").lower() == "post":
            self.now = (given.get("action") or self.address, {})
            self.forms.append(self.now)
        elif self.now and (name := given.get("name")) and name != "csrfmiddlewaretoken":
            usual = {"date": str(timezone.localdate()), "time": "12:00", "datetime-local": "2030-01-01T12:00"}
            self.now[1].setdefault(name, []).append(given.get("value") or usual.get(given.get("type") or "", ""))
            self.select = name
        elif self.now and tag == "option":
            self.now[1][self.select].append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None


@shared
def rooms(world: World) -> World:
    """Each of the newest rooms with something in it."""
    world.programme.parts = [Part.FELLOWSHIPS]
    world.programme.save()
    world.event = community_event(world)
    event_promise(world, world.event, promised_by=world.ngo)
    world.survey = run_as(world.caseworker, surveys.begin_survey, code="trust")
    asked = run_as(world.caseworker, surveys.begin_survey, code="safety")
    world.asked, world.wave = asked, open_wave(world, asked, method="sample")
    world.open_wave = open_wave(world, asked)
    world.campaign = youth_campaign(world)
    world.done = campaign_action(world, world.campaign)
    world.drafted, world.ready = draft(world), checked(world)
    world.sent_notice = shared_with(world, world.police)
    part = world.enrolment(started_on=world.today - timedelta(days=100))
    world.part = world.enrolment(person=world.person(world.ngo, first_names="Other"))
    world.fellowship = run_as(
        world.caseworker, fellowships.begin_fellowship, enrolment=part, months=12, mentor=world.caseworker.user,
        started_on=part.started_on,
    )  # fmt: skip
    rule = {"programme": world.programme, "from_month": 1, "cap": Decimal(300)}
    run_as(world.case_manager, fellowships.save_rule, **rule)
    run_as(world.case_manager, protection.name_member, membership=world.caseworker.membership)
    facts = {"answers": {"debt": "yes"}, "danger_now": False, "is_child": False, "form": "", "decision": "refer"}
    world.victim = part.person
    world.screen = run_as(world.caseworker, protection.record_screen, person=part.person, **facts)

    at = timezone.now() + timedelta(days=3)
    plan = {"to_partner": world.ngo, "district": world.city, "at": at, "place": "Hall"}
    world.call_in = run_as(world.liaison, call_ins.plan_call_in, **plan)
    world.invited = world.person(world.police)
    invitee = run_as(world.liaison, call_ins.invite, person=world.invited, call_in=world.call_in)
    run_as(world.liaison, call_ins.offer_help, invitee=invitee, programme=world.programme)
    world.accepted = do(world, "accept", world.sent())
    agreement = Agreement(title="New")
    parties = [world.police, world.ngo]
    world.new = run_as(world.coordinator, agreements.save_agreement, agreement=agreement, parties=parties)
    world.version = drafted_version(world, world.new)
    return world


PAGES: dict[str, Any] = {
    "caseworker": lambda w: [
        reverse("community_event_new"), reverse("community_event", args=[w.event.pk]), reverse("community_event_edit", args=[w.event.pk]),
        reverse("event_minutes", args=[w.event.pk]), reverse("promise_new", args=[w.event.pk]),
        reverse("promise_close", args=[w.event.promises.get().pk]), reverse("survey_new"), reverse("survey_write"),
        reverse("survey", args=[w.survey.pk]), reverse("survey_edit", args=[w.survey.pk]), reverse("question_new", args=[w.survey.pk]),
        reverse("question_edit", args=[w.survey.pk, w.survey.questions.first().pk]), reverse("wave_new", args=[w.survey.pk]),
        reverse("wave_edit", args=[w.asked.pk, w.wave.pk]), reverse("survey", args=[w.asked.pk]), reverse("campaign_new"),
        reverse("campaign_edit", args=[w.campaign.pk]), reverse("campaign", args=[w.campaign.pk]),
        reverse("campaign_action_new", args=[w.campaign.pk]), reverse("campaign_action_edit", args=[w.campaign.pk, w.done.pk]),
        reverse("notice_new"), reverse("notice_edit", args=[w.drafted.pk]), reverse("notice", args=[w.ready.pk]),
        reverse("notice", args=[w.sent_notice.pk]), reverse("fellowship_new", args=[w.part.pk]), reverse("fellowship", args=[w.fellowship.pk]),
        reverse("protected_new"), f"{reverse('protected_new')}?person={w.victim.pk}", reverse("protected_record", args=[w.screen.pk]),
        reverse("protected_open", args=[w.screen.pk]), reverse("protected_consult"), reverse("safe_contact", args=[w.victim.pk]),
        reverse("referral", args=[w.accepted.pk]), reverse("appointment_new", args=[w.part.pk]),
    ],
    "case_manager": lambda w: [
        reverse("stipend_rules"), reverse("payment_run"), reverse("protection_members"), reverse("notice", args=[w.drafted.pk]),
    ],
    "liaison": lambda w: [
        reverse("call_in_new"), reverse("call_in_edit", args=[w.call_in.pk]), reverse("call_in", args=[w.call_in.pk]),
        reverse("call_in_invite", args=[w.invited.pk]), reverse("notice", args=[w.sent_notice.pk]),
    ],
    "coordinator": lambda w: [
        reverse("agreement_new"), reverse("agreement_edit", args=[w.new.pk]), reverse("agreement", args=[w.agreement.pk]),
        reverse("agreement_version", args=[w.version.pk]), reverse("agreement_version_edit", args=[w.version.pk]),
    ],
}  # fmt: skip


def forms_of(client: WebClient, page: str) -> list[tuple[str, dict[str, list[str]]]]:
    """Those of the page itself; of one that an earlier form threw away, none."""
    forms = Forms(client.get(page).content.decode(), page).forms
    return [form for form in forms if not form[0].startswith("/accounts/")]


def failures(client: WebClient, pages: list[str]) -> list[str]:
    """Each form is sent with a value in all of its fields, with a day of another age in each of its days, and with nothing."""
    client.raise_request_exception = False
    bad = []
    for start, page in enumerate(pages):
        for address, fields in forms_of(client, page):
            usual = {name: next((value for value in values if value), "1") for name, values in fields.items()}
            days = [name for name, value in usual.items() if value.startswith("20")]
            bodies = [
                {},
                *turns(fields, HOSTILE, start),
                *({**usual, name: turn[name]} for turn in turns(days, OF_OTHER_AGES, start) for name in days),
            ]
            for body in bodies:
                response = client.post(address, body)
                if response.status_code >= 500:
                    bad.append(f"{address} {str(body)[:200]} → {client.exc_info}")
    return bad


@pytest.mark.parametrize("role", PAGES)
def test_no_form_fails_on_what_is_typed_into_it(rooms, role):
    assert failures(rooms.client(getattr(rooms, role)), PAGES[role](rooms)) == []


def test_no_survey_fails_on_what_a_resident_answers(rooms):
    pages = [reverse("survey_answer", args=[wave.token]) for wave in (rooms.wave, rooms.open_wave)]
    assert failures(WebClient(), pages) == []
