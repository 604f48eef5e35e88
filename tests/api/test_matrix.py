"""Every operation of the API × its scope × own, party's and foreign object. The operations come from the description, so that
a new one is in the matrix without anybody thinking of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from cases.arrests.models import Feed
from cases.assessments import actions as assessments
from cases.enrolments import actions as enrolment_actions
from cases.imports import actions as imports
from cases.phases import actions as phases
from cases.phases.models import Phase
from cases.placements import actions as placements
from cases.places import actions as places
from cases.places.models import Bed
from cases.planning import actions as planning
from cases.plans import actions as plans
from cases.team import actions as team
from metrics.cohorts.models import Cohort
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from partnership.api.about import document
from partnership.events.models import Notification, OutboxEvent
from partnership.integrations import actions as integrations
from partnership.integrations.scopes import grantable
from partnership.isolation.acting import Acting
from partnership.members.models import DistrictPopulation
from programs.grants import actions as grants
from programs.grants.models import Allocation, Grant
from programs.locations import actions as locations
from programs.locations.models import Location
from programs.standards import actions as standards
from programs.standards.models import PreventionPlan
from referrals.anchor import actions as anchor
from referrals.end_reports import actions as end_reports
from referrals.statements import actions as statements
from referrals.welfare import actions as welfare
from tests.programs.community import campaign_action, youth_campaign
from tests.programs.courses import course_day, passed, qualification
from tests.programs.lessons import asked_lesson, lesson_plan
from tests.programs.notices import draft
from tests.programs.plans import GOOD
from tests.programs.sharing import funding_call, shared_resource
from tests.programs.work import employer_of, offer_of
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, on_web, run_as

OPERATIONS = {
    f"{method} {path.removeprefix('/api/v1/')}": operation
    for path, operations in document("en")["paths"].items()
    for method, operation in operations.items()
    if operation.get("security") != [{}]
}
SHARED = {"partners", "districts", "populations", "agreements", "programmes", "runs", "work-offers"}
"""Seen by the whole partnership: there is no foreign one to hide."""
PARTIES = {"referrals", "diversions", "fhir"}


def scope_of(name: str) -> str:
    return OPERATIONS[name]["security"][0]["oauth2"][0]


@shared
def full(world: World) -> World:
    cache.clear()
    referral = world.enrolled()
    foreign = world.sent(
        by=world.other_liaison,
        person=world.person(world.other_police, first_names="F"),
        programme=world.other_programme,
    )
    with on_web(world.other_caseworker):
        from referrals.handover import actions as handover

        handover.accept(by=world.other_caseworker, referral=foreign, started_on=world.today)
    foreign.refresh_from_db()
    manager = world.case_manager
    other = world.member(world.other_ngo, "case_manager", is_manager=True)
    liaison = Acting(world.member(world.police, "police_liaison", is_manager=True).membership)
    hooks = {}
    for who in (manager, other, liaison):
        with on_web(who):
            hooks[who] = integrations.subscribe(by=who, url="https://hooks.test.example/x", events=["referral.sent"])
            hooks[who].delivery = integrations.send_test(by=who, subscription=hooks[who])
    uploads = {}
    for who, kind, more in (
        (world.data_officer, "arrests", {}),
        (other, "participants", {"programme": world.other_programme}),
    ):
        with on_web(who):
            uploads[who] = imports.upload(
                by=who, kind=kind, file=SimpleUploadedFile("a.csv", b"arrest_number;arrested_on\n1;2\n"), **more
            )
    arrest = world.arrest(world.person(world.police, first_names="A"), world.today)
    foreign_arrest = world.arrest(world.person(world.other_police, first_names="B"), world.today)
    world.complete_through(world.today)
    feed = Feed.objects.get()
    foreign_feed = Feed.objects.create(partner=world.other_police, district=world.hill, complete_through=world.today)
    run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q3", released_at=timezone.now()
    )

    def result(partner: Any, programme: Any) -> RecidivismResult:
        return RecidivismResult.objects.create(
            run=run, partner=partner, programme=programme, offences="any", window_months=12, eligible=100, rearrested=30,
            rate=0.3, rate_lower=0.2, rate_upper=0.4,
        )  # fmt: skip

    results = result(world.ngo, world.programme), result(world.other_ngo, world.other_programme)
    cohorts = [
        Cohort.objects.create(
            partner=who.partner, name="Women", created_by=who.user, selection={"partners": [who.partner.pk]}
        )
        for who in (manager, other)
    ]
    event = OutboxEvent.objects.create(kind="referral.sent", key="test")
    ngo, police = System(manager), System(liaison)

    def told(user: Any, partner: Any) -> Notification:
        return Notification.objects.create(
            event=event, user=user, partner=partner, kind="referral.sent", url="/", mail="not_wanted"
        )

    notes = [told(ngo.client.membership.user, world.ngo), told(other.user, world.other_ngo)]
    population = DistrictPopulation.objects.get()
    world.agree_with(world.prosecutors).parties.add(world.other_ngo)
    stated = [
        run_as(
            who, statements.send_statement, enrolment=enrolment, to_partner=world.prosecutors, attendance="as_agreed",
            signed_on=world.today, signed_how="paper", told_right_to_withdraw=True,
            expires_on=world.today + timedelta(days=90),
        )
        for who, enrolment in ((manager, referral.enrolment), (other, foreign.enrolment))
    ]  # fmt: skip
    notices = [
        run_as(
            who, welfare.make_notice, to_partner=world.social, concern="Alone at night.",
            person=world.person(who.partner, born_on=world.today - timedelta(days=13 * 366)),
        )
        for who in (world.liaison, world.other_liaison)
    ]  # fmt: skip
    met = [
        run_as(
            who, enrolment_actions.record_session, enrolment=enrolment, held_on=world.today, method="cbt",
            attendance="attended",
        )
        for who, enrolment in ((manager, referral.enrolment), (other, foreign.enrolment))
    ]  # fmt: skip
    appointments = [
        run_as(
            who, planning.make_appointment, enrolment=enrolment, starts_at=timezone.now(), minutes=45, method="cbt",
            place="", responsible=who.user,
        )
        for who, enrolment in ((manager, referral.enrolment), (other, foreign.enrolment))
    ]  # fmt: skip
    places = [
        run_as(
            who, locations.save_location, hours={},
            location=Location(partner=who.partner, programme=programme, street="Katu 1", city="Helsinki"),
        )
        for who, programme in ((manager, world.programme), (other, world.other_programme))
    ]  # fmt: skip
    clinic = world.partner("Clinic", "health")
    world.agreement.parties.add(clinic)
    signed = {"signed_on": world.today, "signed_how": "paper", "told_right_to_withdraw": True}
    signed |= {"expires_on": world.today + timedelta(days=90)}
    cared = [care(world, who, enrolment, clinic, signed) for who, enrolment in (
        (manager, referral.enrolment), (other, foreign.enrolment),
    )]  # fmt: skip
    planned = [
        run_as(
            who, standards.save_plan, plan=PreventionPlan(partner=who.partner, programme=programme, **GOOD),
        )
        for who, programme in ((manager, world.programme), (other, world.other_programme))
    ]  # fmt: skip
    given = qualification(world)
    day = course_day(world, gives=given)
    certificate = passed(world, day, world.liaison)
    lesson = asked_lesson(world, lesson_plan(world))
    noticed = [draft(world, who) for who in (manager, other)]
    leaflet = shared_resource(world)
    call = funding_call(world)
    campaign = youth_campaign(world)
    done = campaign_action(world, campaign)
    anchors = [anchor_case(world, who) for who in (liaison, world.other_liaison)]
    # resource → (the system that owns it, its own, somebody else's)
    world.objects = {
        "persons": (ngo, referral.receiver_person_id, foreign.receiver_person_id),
        "enrolments": (ngo, referral.enrolment_id, foreign.enrolment_id),
        "sessions": (ngo, met[0].pk, met[1].pk),
        "appointments": (ngo, appointments[0].pk, appointments[1].pk),
        "locations": (ngo, places[0].pk, 0),
        "resources": (ngo, leaflet.pk, 0),
        "resource-versions": (ngo, leaflet.latest_id, 0),
        "funding-calls": (ngo, call.pk, 0),
        "prevention-plans": (ngo, planned[0].pk, planned[1].pk),
        "qualifications": (ngo, given.pk, 0),
        "courses": (ngo, day.course_id, 0),
        "course-days": (ngo, day.pk, 0),
        "course-places": (ngo, certificate.attendance_id, 0),
        "certificates": (ngo, certificate.pk, 0),
        "lesson-plans": (ngo, lesson.plan_id, 0),
        "lessons": (ngo, lesson.pk, 0),
        "notices": (ngo, noticed[0].pk, noticed[1].pk),
        "campaigns": (ngo, campaign.pk, 0),
        "campaign-actions": (ngo, done.pk, 0),
        **{resource: (ngo, cared[0][resource], cared[1][resource]) for resource in cared[0]},
        "referrals": (ngo, referral.pk, foreign.pk),
        "diversions": (ngo, referral.diversion.pk, foreign.diversion.pk),
        "statements": (ngo, stated[0].pk, stated[1].pk),
        "welfare-notices": (police, notices[0].pk, notices[1].pk),
        **{resource: (police, anchors[0][resource], anchors[1][resource]) for resource in anchors[0]},
        "fhir": (ngo, referral.pk, foreign.pk),
        "webhooks": (ngo, hooks[manager].pk, hooks[other].pk),
        "uploads": (police, uploads[world.data_officer].pk, uploads[other].pk),
        "arrests": (police, arrest.pk, foreign_arrest.pk),
        "feeds": (police, feed.pk, foreign_feed.pk),
        "cohorts": (ngo, cohorts[0].pk, cohorts[1].pk),
        "results": (ngo, results[0].pk, results[1].pk),
        "notifications": (ngo, notes[0].pk, notes[1].pk),
        "partners": (ngo, world.ngo.pk, 0),
        "districts": (ngo, world.city.pk, 0),
        "populations": (ngo, population.pk, 0),
        "agreements": (ngo, world.agreement.pk, 0),
        "programmes": (ngo, world.programme.pk, world.other_programme.pk),
        "runs": (ngo, run.pk, 0),
    }
    world.ngo_system, world.police_system = ngo, police
    world.deliveries = {hooks[who].pk: hooks[who].delivery.pk for who in hooks}
    return world


def care(world: World, who: Acting, enrolment: Any, helper: Any, signed: dict[str, Any]) -> dict[str, int]:
    """Of a participation an assessment, a plan, an end report and a care team: resource → number."""
    assessment = run_as(
        who, assessments.record_assessment, enrolment=enrolment, instrument="dudit", held_on=world.today, score=9
    )
    goal = run_as(who, enrolment_actions.add_goal, enrolment=enrolment, area="work", text="School")
    step = run_as(who, plans.add_step, goal=goal, text="Ask", whose="us")
    plan = run_as(who, plans.agree_plan, enrolment=enrolment, agreed_on=world.today)
    run_as(who, plans.write_end_report, plan=plan, results={goal.pk: plans.GoalResult("achieved", "")})
    report = run_as(who, end_reports.send_end_report, enrolment=enrolment, scores=[], **signed)
    member = run_as(who, team.add_member, enrolment=enrolment, to_partner=helper, part="health", **signed)
    item = run_as(who, team.write_item, member=member, kind="task", text="Call")
    return courses(world, who, enrolment) | money(world, who, enrolment) | work(world, who, enrolment) | {
        "assessments": assessment.pk, "goals": goal.pk, "steps": step.pk, "plans": plan.pk, "end-reports": report.pk,
        "team-members": member.pk, "team-items": item.pk,
    }  # fmt: skip


def anchor_case(world: World, who: Acting) -> dict[str, int]:
    """A case that a police unit leads, with a meeting and a step: resource → number."""
    team = run_as(who, anchor.set_up_team, name="Team")
    case = run_as(
        who, anchor.open_case, person=world.person(who.partner, first_names="Young"), seat=team.seats.get(),
        source="police", reasons=["crime"], received_on=world.today,
    )  # fmt: skip
    run_as(who, anchor.screen_case, case=case, screening="taken")
    steps = [anchor.AgreedStep("Talk", who.partner)]
    meeting = run_as(who, anchor.record_meeting, case=case, held_on=world.today, present=["police"], steps=steps)
    return {"anchor-cases": case.pk, "anchor-meetings": meeting.pk, "anchor-steps": meeting.steps.get().pk}


def courses(world: World, who: Acting, enrolment: Any) -> dict[str, int]:
    """Of a participation a phase with a review and a response, and a bed: resource → number."""
    new_phase, new_bed = (model(partner=who.partner, programme=enrolment.programme) for model in (Phase, Bed))
    phase = run_as(who, phases.save_phase, phase=new_phase, name="First")
    in_phase = run_as(who, phases.begin_phases, enrolment=enrolment, started_on=world.today)
    terms = {"enrolment": enrolment, "decision": "hold", "present": ["person"]}
    review = run_as(who, phases.record_review, held_on=world.today, **terms)
    response = run_as(
        who, phases.record_response, enrolment=enrolment, on=world.today, kind="incentive", what="Praise", why="Came",
        decided_by="team",
    )  # fmt: skip
    bed = run_as(who, places.save_bed, bed=new_bed, name="2 A")
    stay = run_as(who, places.move_in, bed=bed, enrolment=enrolment, started_on=world.today)
    return {
        "phases": phase.pk, "phase-stays": in_phase.pk, "reviews": review.pk, "responses": response.pk, "beds": bed.pk,
        "stays": stay.pk,
    }  # fmt: skip


def work(world: World, who: Acting, enrolment: Any) -> dict[str, int]:
    """Of a participation a placement on an offer of an employer that its organisation keeps: resource → number."""
    offer = offer_of(world, who, employer_of(world, who))
    placement = run_as(who, placements.offer_placement, enrolment=enrolment, offer=offer)
    return {"work-offers": offer.pk, "placements": placement.pk}


def money(world: World, who: Acting, enrolment: Any) -> dict[str, int]:
    """Of the participation's programme a grant with what it is allocated to and spent on: resource → number."""
    year = {"starts_on": world.today.replace(month=1, day=1), "ends_on": world.today.replace(month=12, day=31)}
    about = {
        "title": "Grant",
        "description": "x",
        "funder": "City",
        "amount": 100,
        "state": "awarded",
        "awarded_on": world.today,
    }
    grant = run_as(who, grants.save_grant, grant=Grant(partner=who.partner, **about, **year))
    of_programme = Allocation(partner=who.partner, grant=grant, programme=enrolment.programme, amount=50, **year)
    allocation = run_as(who, grants.save_allocation, allocation=of_programme)
    month = {"month": world.today, "category": "staff", "amount": 5}
    spending = run_as(who, grants.record_spending, allocation=allocation, **month)
    return {"grants": grant.pk, "grant-allocations": allocation.pk, "grant-spending": spending.pk}


NOT_A_PARTY = "403 not-a-party"
"""The record is there and seen, but the verb is the other party's."""


def call(world: World, system: System, name: str, number: int) -> int | str:
    method, path = name.split(" ", 1)
    address = path.replace("{id}", str(number)).replace("{delivery}", str(world.deliveries.get(number, 1)))
    if "exports/tdi" in address:
        address += "?year=2025"
    assert "{" not in address, address
    token = system.token = system.token or system.get_token().json()["access_token"]
    with transaction.atomic():
        content = {"data": "{}", "content_type": "application/json"} if method in {"post", "put", "patch"} else {}
        if path == "uploads" and method == "post":
            content = {"data": {}}
        response = getattr(system.http, method)(
            f"/api/v1/{address}", **content, headers={"Authorization": f"Bearer {token}"}
        )
        transaction.set_rollback(True)
    if response.status_code == 403 and response.json().get("type", "").endswith("/not-a-party"):
        return NOT_A_PARTY
    return response.status_code


def owner(world: World, name: str) -> tuple[System, int, int]:
    resource = name.split(" ", 1)[1].split("/")[0]
    if resource == "exports":
        return (world.police_system if "arrests" in name else world.ngo_system), 0, 0
    if "results/" in name and "recidivism" not in name:
        return world.ngo_system, 0, 0
    return world.objects[resource]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_without_its_scope_an_operation_is_forbidden_and_without_a_token_unknown(full, name):
    system, own, _foreign = owner(full, name)
    scope = scope_of(name)
    manager = (
        full.case_manager
        if system is full.ngo_system
        else Acting(full.member(full.police, "police_liaison", is_manager=True).membership)
    )
    narrow = System(manager, *[s for s in grantable(manager.partner) if s != scope], name="Narrow")
    assert call(full, narrow, name, own or 1) == 403
    method, path = name.split(" ", 1)
    address = path.replace("{id}", "1").replace("{delivery}", "1")
    with transaction.atomic():
        assert getattr(WebClient(), method)(f"/api/v1/{address}").status_code == 401


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_own_record_is_there_and_somebody_elses_is_not_found(full, name):
    system, own, foreign = owner(full, name)
    status = call(full, system, name, own or 1)
    if "{id}" not in name:
        assert status not in {401, 403, 404, 405, 500}
        return
    if own:
        assert status not in {401, 403, 404, 405, 500}, status
    resource = re.split("[ /]", name)[1]
    if foreign and resource not in SHARED:
        assert call(full, system, name, foreign) == 404
    if resource == "programmes" and not name.startswith("get"):
        assert call(full, system, name, foreign) == 422
    if resource in PARTIES:
        assert call(full, full.police_system, name, own) not in {401, 403, 404, 500}
