"""A prison says when somebody comes out: the receiver's own release follows, and the prison learns one day back, by consent and flows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.custody import actions as custody
from cases.custody.models import Release
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.actions import NotAllowed
from partnership.agreements.flows import NoFlow
from partnership.agreements.models import DataFlow
from partnership.events import outbox
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import DateOutOfRange, NotAParty
from partnership.members.models import Partner, Role
from programs.catalogue.models import ReferralKind
from referrals.consents import actions as consents
from referrals.handover import actions as handover
from referrals.handover.actions import NamesThePerson, NoConsent
from referrals.handover.models import Referral
from referrals.handover.transitions import IllegalTransition
from referrals.releases import actions as releases
from referrals.releases.models import FirstContactTold, ReleaseNotice
from tests.shared_worlds import shared
from tests.world import database_role, on_web, run_as


@shared
def from_prison(world):
    """A prison referred somebody who comes out in ten days; the receiver has not answered yet."""
    world.prison = world.partner("Harbour Prison", Partner.Kind.PRISON)
    world.warden = world.member(world.prison, Role.COURT_OFFICER, is_manager=True)
    world.agree_with(world.prison)
    person = world.person(world.prison, first_names="Veikko", last_name="Vanki")
    world.referral = world.sent(by=world.warden, person=person, kind=ReferralKind.PRISON)
    world.planned_on = world.today + timedelta(days=10)
    say(world)
    return world


def say(world, by=None, **more):
    terms = {"planned_on": world.planned_on, "conditions": ["residence"], "conditions_note": "Lives at a hostel"} | more
    return run_as(by or world.warden, releases.say_release, referral=current(world), **terms)


def released(world, hours_ago=30):
    at = timezone.now() - timedelta(hours=hours_ago)
    return run_as(world.warden, releases.say_released, referral=current(world), released_at=at, naloxone="given")


def current(world) -> Referral:
    return Referral.objects.get(pk=world.referral.pk)


def enrolled(world):
    """The receiver takes the person on, and what follows has been done."""
    accepted = run_as(world.caseworker, handover.accept, referral=current(world))
    run_as(world.caseworker, handover.enrol, referral=accepted, started_on=world.today, measurement_consent=True)
    deliver()


def deliver():
    with database_role("worker"):
        outbox.relay()


def met(world):
    """Somebody met the person an hour after the release."""
    release = Release.objects.get()
    contact = run_as(
        world.caseworker, custody.plan_contact, release=release, at=release.released_at + timedelta(hours=1), how="gate",
        responsible=world.caseworker.user, outcome="kept",
    )  # fmt: skip
    deliver()
    return contact


class TestWhatAPrisonSays:
    def test_the_receiver_reads_it_before_it_knows_who_it_is_about(self, from_prison):
        page = from_prison.client(from_prison.caseworker).get(reverse("referral", args=[from_prison.referral.pk]))
        assert "Lives at a hostel" in page.content.decode()
        assert "Vanki" not in page.content.decode()

    def test_so_it_names_nobody(self, from_prison):
        with pytest.raises(NamesThePerson):
            say(from_prison, conditions_note="Vanki lives at a hostel")

    def test_it_belongs_to_a_referral_of_a_prison_that_goes_on(self, from_prison):
        other = from_prison.sent(by=from_prison.warden, kind=ReferralKind.NGO_TO_NGO, programme=from_prison.programme)
        with pytest.raises(releases.NotFromCustody):
            run_as(from_prison.warden, releases.say_release, referral=other, planned_on=from_prison.planned_on)
        run_as(from_prison.warden, handover.withdraw, referral=current(from_prison), reason="sent_by_mistake")
        with pytest.raises(IllegalTransition):
            say(from_prison)

    def test_only_the_sender_says_it(self, from_prison):
        with pytest.raises(NotAllowed):
            say(from_prison, by=from_prison.caseworker)
        stranger = from_prison.member(from_prison.prosecutors, Role.COURT_OFFICER)
        with pytest.raises(NotAParty):
            say(from_prison, by=stranger)
        with on_web(from_prison.caseworker):
            assert not ReleaseNotice.objects.update(planned_on=from_prison.today)

    def test_nothing_is_said_that_no_flow_lets_go(self, from_prison):
        DataFlow.objects.filter(category="situation").delete()
        with pytest.raises(NoFlow):
            say(from_prison)

    def test_it_is_closed_with_the_consent(self, from_prison):
        run_as(from_prison.warden, consents.withdraw_consent, consent=current(from_prison).consent)
        with on_web(from_prison.caseworker):
            assert not ReleaseNotice.objects.exists()
        with on_web(from_prison.warden):
            assert ReleaseNotice.objects.exists()
        with pytest.raises((NoConsent, IllegalTransition)):
            say(from_prison)

    def test_nobody_else_sees_it(self, from_prison):
        for stranger in (
            from_prison.other_caseworker,
            from_prison.liaison,
            from_prison.court_officer,
            from_prison.coordinator,
            from_prison.auditor,
        ):
            with on_web(stranger):
                assert not ReleaseNotice.objects.exists()

    def test_nobody_is_out_before_it_has_happened(self, from_prison):
        with pytest.raises(DateOutOfRange):
            released(from_prison, hours_ago=-1)


class TestTheReceiversRelease:
    def test_begins_by_itself_when_the_person_takes_part(self, from_prison):
        assert not Release.objects.exists()
        enrolled(from_prison)
        release = Release.objects.get()
        assert (release.partner, release.planned_on) == (from_prison.ngo, from_prison.planned_on)
        assert release.conditions == ["residence"]

    def test_moves_with_the_day_that_the_prison_says(self, from_prison):
        enrolled(from_prison)
        say(from_prison, planned_on=from_prison.today + timedelta(days=3))
        deliver()
        assert Release.objects.get().planned_on == from_prison.today + timedelta(days=3)

    def test_its_clock_begins_when_the_prison_says_that_the_person_is_out(self, from_prison):
        enrolled(from_prison)
        notice = released(from_prison)
        deliver()
        release = Release.objects.get()
        assert (release.released_at, release.naloxone) == (notice.released_at, "given")

    def test_what_the_receiver_wrote_itself_stays(self, from_prison):
        enrolled(from_prison)
        mine = Release.objects.get()
        run_as(
            from_prison.caseworker, custody.change_release, release=mine, planned_on=from_prison.planned_on, conditions=[],
            conditions_note="Ours", responsible=from_prison.case_manager.user,
        )  # fmt: skip
        say(from_prison, planned_on=from_prison.today)
        deliver()
        release = Release.objects.get()
        assert (release.conditions_note, release.responsible) == ("Ours", from_prison.case_manager.user)

    def test_what_the_prison_says_of_somebody_who_is_out_already_changes_nothing(self, from_prison):
        enrolled(from_prison)
        at = timezone.now() - timedelta(days=2)
        run_as(
            from_prison.caseworker,
            custody.mark_released,
            release=Release.objects.get(),
            released_at=at,
            naloxone="declined",
        )
        released(from_prison)
        deliver()
        assert Release.objects.get().released_at == at

    def test_done_twice_it_is_done_once(self, from_prison):
        enrolled(from_prison)
        with database_role("worker"):
            from partnership.isolation.acting import enter

            enter(partner_id=from_prison.ngo.pk, role="worker")
            releases.follow_notice(referral=from_prison.referral.pk)
        assert Release.objects.count() == 1


class TestWhatThePrisonLearns:
    @pytest.fixture
    def outside(self, from_prison):
        enrolled(from_prison)
        released(from_prison)
        deliver()
        return from_prison

    def test_the_day_of_the_first_contact_and_nothing_else(self, outside):
        met_on = timezone.localdate(met(outside).at)
        with on_web(outside.warden):
            assert FirstContactTold.objects.get().on == met_on
            assert not Release.objects.exists()
        told = OutboxEvent.objects.get(kind="release.first_contact").payload["tell"]
        assert [each["partner"] for each in told] == [outside.prison.pk], "the receiver knows"
        page = outside.client(outside.warden).get(reverse("release_notice_list")).content.decode()
        assert "Vanki" in page
        assert "Not told" not in page

    def test_nothing_by_a_consent_that_does_not_let_it_be_reported(self, from_prison):
        from cases.consents.models import Consent

        Consent.objects.update(reports_back=False)
        enrolled(from_prison)
        released(from_prison)
        deliver()
        met(from_prison)
        assert not FirstContactTold.objects.exists()

    def test_nothing_where_no_flow_lets_attendance_go(self, outside):
        DataFlow.objects.filter(category="attendance_counts").delete()
        met(outside)
        assert not FirstContactTold.objects.exists()

    def test_nothing_more_once_the_consent_is_withdrawn(self, outside):
        met(outside)
        run_as(outside.warden, consents.withdraw_consent, consent=current(outside).consent)
        with on_web(outside.warden):
            assert not FirstContactTold.objects.exists()

    def test_what_was_told_by_mistake_is_taken_back(self, outside):
        contact = met(outside)
        run_as(outside.caseworker, custody.mark_contact, contact=contact, outcome="")
        deliver()
        assert not FirstContactTold.objects.exists()

    def test_nobody_writes_it_by_sql(self, outside):
        for acting in (outside.warden, outside.caseworker):
            with pytest.raises(DatabaseError), on_web(acting):
                FirstContactTold.objects.create(
                    referral=current(outside), from_partner=outside.prison, to_partner=outside.ngo, on=outside.today
                )


class TestPagesAndRights:
    def test_a_prison_says_it_on_the_referrals_page(self, from_prison):
        client, number = from_prison.client(from_prison.warden), from_prison.referral.pk
        body = {"notice-planned_on": from_prison.today.isoformat(), "notice-conditions": ["tests"]}
        assert client.post(reverse("release_say", args=[number]), body).status_code == 302
        yesterday = from_prison.today - timedelta(days=1)
        body = {"released-day": yesterday.isoformat(), "released-time": "08:30", "released-naloxone": "not_offered"}
        client.post(reverse("release_happened", args=[number]), body)
        notice = ReleaseNotice.objects.get()
        assert (notice.conditions, notice.naloxone) == (["tests"], "not_offered")
        assert from_prison.client(from_prison.caseworker).get(reverse("release_notice_list")).status_code == 403

    def test_the_files_of_both_have_it_and_the_prisons_erasure_takes_the_words(self, from_prison):
        with on_web(from_prison.warden):
            assert "Lives at a hostel" in str(held_about(from_prison.referral.person))
        run_as(from_prison.warden, handover.withdraw, referral=current(from_prison), reason="sent_by_mistake")
        run_as(from_prison.warden, rights.erase, person=from_prison.referral.person)
        assert not ReleaseNotice.objects.get().conditions_note
