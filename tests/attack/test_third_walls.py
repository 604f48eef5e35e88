"""Walls of the newest rooms, attacked for the third time: notices, agreements, protection, what comes back. Each test is a hole that was found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.people import actions as people
from cases.people.models import Person
from cases.protection import actions as protection
from cases.protection.models import PoliceNotice
from cases.rights import actions as rights
from partnership.agreements import actions as agreements
from partnership.agreements.flows import NoFlow, may_leave
from partnership.agreements.models import Agreement, AgreementVersion, ApprovalStep, DataFlow
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.isolation.acting import Acting
from programs.notices import actions as notices
from programs.notices.models import Notice
from referrals.first_appointments import actions as first_appointments
from referrals.handover.models import Referral
from tests.cases.people_at_home import page_of, phone_of
from tests.cases.test_protection import house, refer  # noqa: F401 — a fixture
from tests.programs.notices import checked, draft, shared_with
from tests.versions import drafted_version
from tests.world import World, do, on_web, run_as

# ruff: noqa: F811 — fixtures


def history_of(world: World, acting: Acting, record: str, number: int) -> str:
    return str(world.client(acting).get(reverse("history", args=[record, number])).content.decode())


class TestHistoryOfNotices:
    """A history without an owner is everybody's: that of a notice told what its colour keeps."""

    SECRET = "Sold from the yellow house by the stadium"

    def test_no_other_partner_reads_a_draft_in_its_history(self, world):
        notice = draft(world, text=self.SECRET)
        for other in (world.other_caseworker, world.other_liaison, world.court_officer, world.coordinator):
            assert self.SECRET not in history_of(world, other, "notice", notice.pk)
        assert self.SECRET in history_of(world, world.case_manager, "notice", notice.pk)

    def test_nor_what_was_shared_with_others_alone(self, world):
        notice = shared_with(world, world.police, text=self.SECRET)
        assert self.SECRET not in history_of(world, world.other_caseworker, "notice", notice.pk)

    def test_nor_what_stood_in_it_before_it_was_shared(self, world):
        """The name that the second look found."""
        notice = draft(world, text=self.SECRET)
        notice.text = "Sold in the harbour"
        run_as(world.caseworker, notices.save_notice, notice=notice, districts=[world.city])
        checked(world, notice)
        run_as(world.caseworker, notices.share_notice, notice=Notice.objects.get(), receivers=[world.police])
        assert self.SECRET not in history_of(world, world.liaison, "notice", notice.pk)

    def test_nor_by_sql(self, world):
        shared_with(world, world.police, text=self.SECRET)
        with on_web(world.other_liaison):
            assert not RecordChange.objects.filter(record="notice").exists()
            assert not RecordChangeContent.objects.filter(record="notice").exists()


class TestSecondLookBySql:
    """SQL of a colleague's or of the author's choice in a connection of the web role."""

    def refused(self, acting: Acting, **changes: Any) -> bool:
        try:
            with on_web(acting), transaction.atomic():
                return not Notice.objects.update(**changes)
        except DatabaseError:
            return True

    def test_nobody_changes_a_colleagues_words(self, world):
        draft(world)
        assert self.refused(world.case_manager, text="Other words")

    def test_nobody_changes_the_own_words_once_they_were_checked(self, world):
        checked(world)
        assert self.refused(world.caseworker, text="Other words")

    def test_nobody_says_that_a_colleague_checked_it(self, world):
        draft(world)
        by = {"checked_by": world.case_manager.user, "checked_at": timezone.now()}
        assert self.refused(world.caseworker, state="checked", **by)
        assert self.refused(world.caseworker, state="shared", shared_at=timezone.now(), **by)

    def test_none_is_written_as_checked(self, world):
        notice = draft(world)
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            notice.pk = None
            notice.state, notice.checked_by, notice.checked_at = "shared", world.case_manager.user, timezone.now()
            notice.save(force_insert=True)

    def test_no_district_is_added_once_it_was_checked(self, world):
        notice = checked(world)
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            notice.districts.add(world.hill)


class TestAgreements:
    def test_nobody_decides_in_another_managers_name(self, world):
        agreement = Agreement(title="New")
        agreement = run_as(
            world.coordinator, agreements.save_agreement, agreement=agreement, parties=[world.police, world.ngo]
        )
        version = drafted_version(world, agreement)
        run_as(world.coordinator, agreements.ask_approval, version=version)
        another = world.member(world.ngo, "caseworker", is_manager=True)
        with pytest.raises(DatabaseError), on_web(another), transaction.atomic():
            ApprovalStep.objects.filter(version=version).update(
                decision="approved", decided_at=timezone.now(), decided_by=world.case_manager.user
            )

    def test_a_version_lets_nothing_go_any_more_once_a_narrower_one_counts(self, world):
        """Also where another one for later days was approved in between, and took its place from then on."""
        for days, categories in ((60, ["identity"]), (0, ["identity"])):
            version = AgreementVersion(agreement=world.agreement, valid_from=world.today + timedelta(days=days))
            version = run_as(world.coordinator, agreements.draft_version, version=version)
            for flow in version.flows.exclude(category__in=categories):
                run_as(world.coordinator, agreements.take_out_flow, flow=flow)
            run_as(world.coordinator, agreements.record_signed, version=version)
        between = {"source": world.police.pk, "target": world.ngo.pk}
        assert may_leave("identity", **between)
        assert not may_leave("outcome", **between)
        assert AgreementVersion.objects.counting().filter(agreement=world.agreement).count() == 1

    def test_nobody_is_waited_for_once_a_version_was_refused(self, world):
        """Who was asked at the same time and approves later got an error, and was late for ever."""
        agreement = Agreement(title="New")
        parties = [world.police, world.ngo]
        agreement = run_as(world.coordinator, agreements.save_agreement, agreement=agreement, parties=parties)
        steps = [ApprovalStep(partner=partner, what="legal") for partner in parties]
        version = drafted_version(world, agreement, *steps)
        run_as(world.coordinator, agreements.ask_approval, version=version)
        refused, other = (
            ApprovalStep.objects.get(version=version, partner=partner) for partner in (world.ngo, world.police)
        )
        run_as(world.case_manager, agreements.decide_step, step=refused, decision="refused", words="No.")
        chief = world.member(world.police, "police_liaison", is_manager=True)
        with pytest.raises(agreements.NotAsked):
            run_as(chief, agreements.decide_step, step=other, decision="approved")
        assert not ApprovalStep.objects.filter(version=version, decision="").exists()

    def test_what_ended_for_everything_stays_closed(self, world):
        """Whoever presses again in a tab that was open, with the other answer, would open closed cases again."""
        referral = do(world, "accept", world.sent())
        client = world.client(world.coordinator)
        address = reverse("agreement_end", args=[world.agreement.pk])
        client.post(address, {"open_cases": "stop"})
        assert not Referral.objects.get(pk=referral.pk).is_covered
        client.post(address, {"open_cases": "run"})
        assert not Referral.objects.get(pk=referral.pk).is_covered

    def test_nor_does_its_form_open_it_again(self, world):
        referral = do(world, "accept", world.sent())
        run_as(world.coordinator, agreements.end_agreement, agreement=world.agreement, on=world.today)
        body = {
            "title": "Agreement", "parties": [p.pk for p in world.agreement.parties.all()], "legal_basis": "consent",
            "open_cases_run": "on", "days_to_acknowledge": 2, "days_to_accept": 7,
        }  # fmt: skip
        world.client(world.coordinator).post(reverse("agreement_edit", args=[world.agreement.pk]), body)
        assert not Referral.objects.get(pk=referral.pk).is_covered


class TestPoliceNotices:
    """That somebody was referred to the assistance system is told under an agreement of both that lets it go, and while it does."""

    def told(self, house: World) -> PoliceNotice:
        referral = refer(house, police_may_know=True)
        return run_as(house.caseworker, protection.tell_police, referral=referral, to_partner=house.police)

    def seen(self, house: World) -> int:
        with on_web(house.liaison):
            return PoliceNotice.objects.count()

    def test_none_goes_where_no_flow_names_who_it_is(self, house):
        DataFlow.objects.filter(category="identity").delete()
        with pytest.raises(NoFlow):
            self.told(house)

    def test_none_is_seen_once_no_flow_names_it(self, house):
        self.told(house)
        assert self.seen(house) == 1
        DataFlow.objects.filter(category="identity").delete()
        assert self.seen(house) == 0

    def test_who_left_the_agreement_sees_none(self, house):
        self.told(house)
        house.agreement.parties.remove(house.police)
        assert self.seen(house) == 0

    def test_sql_tells_under_no_agreement_of_two_others(self, house):
        referral = refer(house, police_may_know=True)
        of_others = Agreement.objects.create(title="Others", valid_from=house.today)
        of_others.parties.set([house.other_ngo, house.other_police])
        with pytest.raises(DatabaseError), on_web(house.caseworker), transaction.atomic():
            PoliceNotice.objects.create(
                from_partner=house.ngo, to_partner=house.police, person=house.victim, referral=referral,
                agreement=of_others, referred_on=house.today, told_by=house.caseworker.user,
            )  # fmt: skip


class TestFirstAppointments:
    def test_my_page_of_a_sender_who_may_not_know_it_shows_none(self, world):
        """“As its staff would tell it”: no flow lets the sender know when, so its staff can't tell."""
        referral = do(world, "accept", world.sent())
        when = timezone.now() + timedelta(days=2)
        offer = {"referral": referral, "starts_at": when, "place": "Harbour street 1"}
        run_as(world.caseworker, first_appointments.offer_appointment, **offer)
        DataFlow.objects.filter(category="attendance_counts").delete()
        assert "Harbour street 1" not in page_of(phone_of(world, world.liaison, referral.person))


class TestErasure:
    def test_what_a_granted_request_erases_goes_from_the_history_too(self, world):
        """As what a manager erases does: the history of a person keeps no name."""
        them = Person(first_names="Kadonnut", last_name="Nimi", sex="female")
        them = run_as(world.caseworker, people.save_person, person=them)
        terms = {"kind": "erasure", "received_on": world.today}
        request = run_as(world.caseworker, rights.record_request, person=them, **terms)
        run_as(world.caseworker, rights.answer_request, request=request, outcome="granted", answer="")
        assert not RecordChangeContent.objects.filter(record="person", object_id=them.pk).exists()
