"""Who referred somebody learns how many goals were achieved and, by the person's consent, how scores changed; and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from cases.assessments import actions as assessments
from cases.enrolments import actions as enrolments
from cases.plans import actions as plans
from cases.plans.actions import GoalResult
from cases.rights import actions as rights
from partnership.events import outbox
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import NotAParty
from referrals.consents import actions as consents
from referrals.end_reports import actions as end_reports
from referrals.end_reports.models import EndReport
from referrals.handover.actions import NoAgreement
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import database_role, on_web, run_as

CONSENT = {"signed_how": "paper", "told_right_to_withdraw": True}


@shared
def case(world):
    """Somebody whom another NGO referred, with two goals, an end report and two DUDIT totals."""
    world.referral = world.enrolled(
        by=world.other_caseworker, person=world.person(world.other_ngo, first_names="Referred"), kind="ngo_to_ngo"
    )
    prepare(world, world.referral.enrolment)
    return world


def prepare(world, enrolment):
    us = world.caseworker
    type(enrolment).objects.filter(pk=enrolment.pk).update(started_on=world.today - timedelta(days=60))
    enrolment.refresh_from_db()
    flat, school = (
        run_as(us, enrolments.add_goal, enrolment=enrolment, area=area, text=text)
        for area, text in (("housing", "A flat of my own"), ("work", "School"))
    )
    plan = run_as(us, plans.agree_plan, enrolment=enrolment, agreed_on=world.today)
    results = {flat.pk: GoalResult("achieved", ""), school.pk: GoalResult("not", "Never came")}
    run_as(us, plans.write_end_report, plan=plan, results=results)
    for score, days_ago in ((31, 50), (12, 1)):
        run_as(
            us, assessments.record_assessment, enrolment=enrolment, instrument="dudit", score=score,
            held_on=world.today - timedelta(days=days_ago),
        )  # fmt: skip


def send(case, enrolment=None, scores=("dudit",), by=None, **more):
    days = {"signed_on": case.today, "expires_on": case.today + timedelta(days=90)}
    return run_as(
        by or case.caseworker, end_reports.send_end_report, enrolment=enrolment or case.referral.enrolment,
        scores=list(scores), **(CONSENT | days | more),
    )  # fmt: skip


def seen_by(acting) -> bool:
    with on_web(acting):
        return EndReport.objects.exists()


class TestWhatItSays:
    def test_counts_of_goals_and_the_scores_that_were_chosen(self, case):
        report = send(case)
        assert (report.achieved, report.partly, report.not_achieved) == (1, 0, 1)
        assert report.scores["dudit"]["first"] == 31
        assert report.scores["dudit"]["latest"] == 12
        page = case.client(case.other_caseworker).get(reverse("end_report_sent", args=[report.pk])).content.decode()
        assert "from 31 to 12" in page
        assert "A flat of my own" not in page
        assert "Never came" not in page

    def test_without_a_choice_no_score(self, case):
        assert send(case, scores=()).scores == {}

    def test_police_learn_counts_and_never_a_score(self, case):
        referral = case.enrolled(person=case.person(case.police, first_names="Diverted"))
        prepare(case, referral.enrolment)
        with pytest.raises(end_reports.NoScoresForThem):
            send(case, referral.enrolment)
        client = case.client(case.caseworker)
        page = client.get(reverse("end_report_send", args=[referral.enrolment_id])).content.decode()
        assert "DUDIT" not in page
        assert send(case, referral.enrolment, scores=()).to_partner == case.police

    def test_not_before_each_goal_has_its_result(self, case):
        run_as(case.caseworker, enrolments.add_goal, enrolment=case.referral.enrolment, area="work", text="More")
        with pytest.raises(end_reports.NoReport):
            send(case)

    def test_to_nobody_where_nobody_referred(self, case):
        part = case.enrolment()
        with pytest.raises(end_reports.NobodyReferred):
            send(case, part)
        assert case.client(case.caseworker).get(reverse("end_report_send", args=[part.pk])).status_code == 404

    def test_not_without_an_agreement_in_force(self, case):
        case.agreement.parties.set([case.police, case.ngo])
        with pytest.raises(NoAgreement):
            send(case)

    def test_the_receiver_is_told(self, case):
        report = send(case)
        (told,) = OutboxEvent.objects.get(kind="end_report.sent").payload["tell"]
        assert told["partner"] == case.other_ngo.pk
        assert told["url"] == reverse("end_report_sent", args=[report.pk])


class TestWhoSees:
    def test_both_parties_and_nobody_else(self, case):
        send(case)
        assert seen_by(case.caseworker)
        assert seen_by(case.other_caseworker)
        assert not seen_by(case.liaison)
        assert not seen_by(case.coordinator)

    def test_the_receiver_no_longer_once_the_consent_is_withdrawn(self, case):
        report = send(case)
        run_as(case.caseworker, consents.withdraw_consent, consent=report.consent)
        assert not seen_by(case.other_caseworker)
        assert seen_by(case.caseworker)

    def test_no_other_partner_writes_one_in_its_name(self, case):
        with pytest.raises(NotAParty):
            send(case, by=case.other_caseworker)

    def test_a_hostile_receiver_changes_nothing_of_it_by_sql(self, case):
        send(case)
        with on_web(case.other_caseworker), connection.cursor() as cursor:
            cursor.execute("UPDATE referrals_endreport SET achieved = 9")
            assert cursor.rowcount == 0
        with on_web(case.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            EndReport.objects.update(achieved=9)


class TestRights:
    def test_it_is_in_the_file_of_all_data_and_its_scores_go_with_erasure(self, case):
        report, person = send(case), case.referral.enrolment.person
        with on_web(case.caseworker):
            parts = {part.title: str(part.rows) for part in rights.held_about(person)}
        assert "DUDIT: 31, 12" in parts["End reports"]
        run_as(
            case.caseworker, enrolments.end_enrolment, enrolment=case.referral.enrolment, ended_on=case.today,
            reason="completed",
        )  # fmt: skip
        with database_role("worker"):
            outbox.relay()
        run_as(case.case_manager, rights.erase, person=person)
        assert EndReport.objects.get(pk=report.pk).scores == {}


def test_on_the_pages_from_the_plan_to_the_referrer(case):
    client, enrolment = case.client(case.caseworker), case.referral.enrolment
    address = reverse("end_report_send", args=[enrolment.pk])
    assert address in client.get(reverse("plan", args=[enrolment.pk])).content.decode()
    body = {"scores": ["dudit"], "signed_on": case.today, "expires_on": case.today + timedelta(days=9)}
    assert client.post(address, body | CONSENT).status_code == 302
    report = EndReport.objects.get()
    page = case.client(case.other_caseworker).get(reverse("referral", args=[case.referral.pk])).content.decode()
    assert reverse("end_report_sent", args=[report.pk]) in page


def test_a_system_sends_and_another_receives(case):
    ours = System(case.case_manager, "referrals:read", "referrals:write")
    theirs = System(case.member(case.other_ngo, "case_manager", is_manager=True), "referrals:read")
    body = {"enrolment": case.referral.enrolment_id, "scores": ["dudit"], "signed_on": str(case.today)}
    body |= CONSENT | {"expires_on": str(case.today + timedelta(days=9))}
    made = ours.post("end-reports", body, status=201)
    (received,) = theirs.get("end-reports?direction=incoming")["results"]
    assert received["id"] == made["id"]
    assert (received["scores"][0]["first"], received["scores"][0]["latest"]) == (31, 12)
