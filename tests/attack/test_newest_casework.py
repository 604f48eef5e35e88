"""Rooms of casework, attacked: each test is a hole that was found and mended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from cases.legal import pages as legal_pages
from cases.legal.models import Matter
from cases.people import actions as people
from cases.phases import actions as phases
from cases.phases.models import PhaseStay, Review
from cases.places import actions as places
from cases.places.models import Bed, Stay
from cases.rights import actions as rights
from cases.team.models import TeamItem
from partnership.audit_trail.models import RecordChange
from partnership.isolation.errors import RuleError
from referrals.anchor import actions as anchor
from referrals.anchor import pages as anchor_pages
from referrals.anchor.models import AnchorCase, AnchorCheck, AnchorSeat, AnchorStep
from referrals.mediation import actions as mediations
from referrals.mediation import pages as mediation_pages
from referrals.mediation.models import Mediation, MediationReport
from tests.cases import test_phases, test_places
from tests.cases.test_legal import hearing, office, open_matter  # noqa: F401 — a fixture
from tests.cases.test_phases import court  # noqa: F401 — a fixture
from tests.cases.test_places import house  # noqa: F401 — a fixture
from tests.cases.test_team import case, write  # noqa: F401 — a fixture
from tests.referrals.test_anchor import meet, opened, share, team, under_way, young  # noqa: F401 — a fixture
from tests.referrals.test_mediation import answer, current, offered, tell  # noqa: F401 — a fixture
from tests.referrals.test_mediation import hold as hold_mediation
from tests.world import WebClient, World, on_web, run_as

# ruff: noqa: F811 — fixtures


class TestUnder18:
    def test_of_whom_no_age_is_known_a_guardian_is_asked_for(self, team):
        somebody = team.person(team.police, first_names="Somebody", last_name="Young", born_on=None)
        with pytest.raises(RuleError):
            share(team, team.social, case=under_way(team, somebody), alone="")

    def test_the_guardian_that_was_typed_is_kept_beside_a_code(self, team):
        (exchange,) = share(team, team.social, alone="not_reached", guardian_name="Father Nurmi")
        assert exchange.consent.guardian_name == "Father Nurmi"


class TestTheLogOfReads:
    """Whom a list or record of the API showed stands in the log: else the person can't be told who read it."""

    def test_the_history_tells_who_marked_an_agreed_step(self, team):
        share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.social))
        before = RecordChange.objects.count()
        run_as(team.professional, anchor.mark_step, step=AnchorStep.objects.get(), done_on=team.today)
        assert RecordChange.objects.count() > before


class TestSql:
    """SQL of somebody's choice in a connection of the web role, in their own context."""

    def test_a_report_that_was_sent_is_about_nobody_else(self, offered):
        """The name may be taken out of it; “nothing else of it is changed”. The same of a statement."""
        answer(offered, person="declines")
        report = tell(offered)
        with pytest.raises(DatabaseError), on_web(offered.caseworker), transaction.atomic():
            report.last_name = "Toinen"
            report.save(update_fields=["last_name"])

    def test_nobody_of_another_organisation_is_said_to_sit_on_a_seat(self, team):
        with pytest.raises(DatabaseError), on_web(team.professional), transaction.atomic():
            AnchorSeat.objects.filter(pk=team.seats[team.social].pk).update(user=team.liaison.user)


class TestTwoAtOnce:
    """Two people with the same page open, or one who presses twice without scripts."""

    def test_a_step_of_an_anchor_team_that_two_mark_as_done_is_done(self, team):
        meet(team, anchor.AgreedStep("Talk at home", team.police))
        step = AnchorStep.objects.get()
        for acting in (team.liaison, team.member(team.police, "police_liaison")):
            team.client(acting).post(reverse("anchor_step_mark", args=[step.pk]))
        assert AnchorStep.objects.get().done_on == team.today
        team.client(team.liaison).post(reverse("anchor_step_mark", args=[step.pk]), {"undo": ""})
        assert AnchorStep.objects.get().done_on is None

    def test_whom_two_of_a_shift_note_as_away_tonight_is_away(self, house):
        stay = test_places.move_in(house)
        for acting in (house.caseworker, house.case_manager):
            house.client(acting).post(reverse("stay_away", args=[stay.pk]))
        assert Stay.objects.get(pk=stay.pk).is_away_tonight
        house.client(house.caseworker).post(reverse("stay_away", args=[stay.pk]), {"undo": ""})
        assert not Stay.objects.get(pk=stay.pk).is_away_tonight

    def test_a_task_of_a_care_team_that_two_mark_as_done_is_done(self, case):
        item = write(case.caseworker, case.bridge, "Call the landlord", kind="task")
        for acting in (case.other_caseworker, case.member(case.other_ngo, "caseworker")):
            case.client(acting).post(reverse("team_mark", args=[item.pk]))
        assert TeamItem.objects.get(pk=item.pk).done_on == case.today
        case.client(case.other_caseworker).post(reverse("team_mark", args=[item.pk]), {"undo": ""})
        assert TeamItem.objects.get(pk=item.pk).done_on is None

    def test_one_review_that_two_record_moves_somebody_on_by_one_phase(self, court):
        test_phases.begin(court)
        stay = PhaseStay.objects.now().get(enrolment=court.part)
        body = {"review-decision": "advance", "review-held_on": court.today, "review-present": ["judge"]}
        body |= {"review-stay": stay.pk}
        for acting in (court.caseworker, court.case_manager):
            court.client(acting).post(reverse("review_record", args=[court.part.pk]), body)
        now = PhaseStay.objects.now().select_related("phase").get(enrolment=court.part)
        assert now.phase.name == "Second"
        assert Review.objects.count() == 1

    def test_a_case_that_a_colleague_has_closed_is_shared_with_nobody(self, team):
        stale = AnchorCase.objects.get(pk=team.case.pk)
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        with pytest.raises(anchor.CaseNotUnderWay):
            share(team, team.social, case=stale)

    def test_what_the_first_saw_on_looking_again_is_not_lost(self, team):
        run_as(team.liaison, anchor.close_case, case=team.case, outcome="no_need")
        first, second = (AnchorCheck.objects.get(months=3) for _two in range(2))
        run_as(team.liaison, anchor.look_again, check=first, result="concern")
        with pytest.raises(RuleError):
            run_as(team.liaison, anchor.look_again, check=second, result="well")
        assert AnchorCheck.objects.get(months=3).result == "concern"
        with pytest.raises(DatabaseError), on_web(team.liaison), transaction.atomic():
            AnchorCheck.objects.filter(months=3).update(result="well")

    def test_that_an_agreement_was_not_kept_is_not_lost(self, offered):
        answer(offered)
        hold_mediation(offered)
        first, second = (current(offered) for _two in range(2))
        run_as(offered.caseworker, mediations.note_kept, mediation=first, kept="no")
        with pytest.raises(RuleError):
            run_as(offered.caseworker, mediations.note_kept, mediation=second, kept="yes")
        assert current(offered).kept == "no"
        with pytest.raises(DatabaseError), on_web(offered.caseworker), transaction.atomic():
            Mediation.objects.update(kept="yes")

    def test_the_second_who_screens_is_told_in_words(self, team):
        new = opened(team, young(team, 15))
        first, second = (AnchorCase.objects.get(pk=new.pk) for _two in range(2))
        run_as(team.liaison, anchor.screen_case, case=first, screening="taken")
        with pytest.raises(anchor.CaseNotUnderWay):
            run_as(team.liaison, anchor.screen_case, case=second, screening="not_taken")

    def test_the_second_who_closes_is_told_in_words(self, team):
        first, second = (AnchorCase.objects.get(pk=team.case.pk) for _two in range(2))
        run_as(team.liaison, anchor.close_case, case=first, outcome="no_need")
        with pytest.raises(anchor.CaseNotUnderWay):
            run_as(team.liaison, anchor.close_case, case=second, outcome="no_need")

    def test_who_declines_while_a_colleague_writes_that_they_met_is_told_in_words(self, offered):
        answer(offered)
        stale = current(offered)
        hold_mediation(offered)
        with pytest.raises(mediations.MediationHeld):
            run_as(offered.caseworker, mediations.note_answer, mediation=stale, side="harmed", answer="declines")

    def test_the_second_who_writes_how_they_met_is_told_in_words(self, offered):
        answer(offered)
        stale = current(offered)
        hold_mediation(offered)
        terms = {"held_on": offered.today, "result": "no_agreement"}
        with pytest.raises(mediations.MediationHeld):
            run_as(offered.caseworker, mediations.hold_mediation, mediation=stale, **terms)

    def test_a_report_that_is_sent_twice_is_one(self, offered):
        answer(offered, person="declines")
        client = offered.client(offered.caseworker)
        body = {
            "to_partner": offered.prosecutors.pk, "signed_on": offered.today, "signed_how": "paper",
            "expires_on": offered.today + timedelta(days=9), "told_right_to_withdraw": "on",
        }  # fmt: skip
        for _twice in range(2):
            client.post(reverse("mediation_tell", args=[offered.mediation.pk]), body)
        assert MediationReport.objects.count() == 1

    def test_two_records_of_one_human_being_have_one_open_anchor_case(self, team):
        other = young(team, 16)
        run_as(team.liaison, people.link_person, person=team.girl, other=other)
        with pytest.raises(anchor.CaseOpen):
            opened(team, other)


def at_once(deed: Callable[[], object]) -> list[str]:
    """What two threads of the web role get, each in a connection of its own."""
    answers: list[str] = []
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            gate.wait()
            deed()
            answers.append("done")
        except Exception as error:
            answers.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _two in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestReallyAtOnce:
    @pytest.fixture
    def committed_world(self, transactional_db) -> World:
        return World()

    def test_who_asks_twice_for_the_five_phases_is_told_in_words(self, committed_world):
        world = committed_world

        def use_scheme() -> None:
            with on_web(world.case_manager):
                phases.use_scheme(by=world.case_manager, programme=world.programme)

        assert "IntegrityError" not in at_once(use_scheme)


class TestCorrections:
    """An end that was recorded by mistake is taken back “as if it had not ended”."""

    def test_whose_participation_goes_on_is_in_the_phase_in_which_they_were(self, court):
        test_phases.begin(court)
        test_phases.review(court, "advance")
        end = {"ended_on": court.today, "reason": "completed"}
        run_as(court.caseworker, enrolments.end_enrolment, enrolment=court.part, **end)
        run_as(court.caseworker, corrections.reopen, enrolment=court.part)
        now = PhaseStay.objects.now().select_related("phase").filter(enrolment=court.part).first()
        assert now is not None
        assert now.phase.name == "Second"

    def test_nights_end_with_the_day_to_which_an_end_is_corrected(self, house):
        stay = test_places.move_in(house)
        end = {"ended_on": house.today, "reason": "completed"}
        run_as(house.caseworker, enrolments.end_enrolment, enrolment=house.one, **end)
        end["ended_on"] = earlier = house.today - timedelta(days=5)
        started_on = house.one.started_on
        run_as(house.caseworker, corrections.correct_enrolment, enrolment=house.one, started_on=started_on, **end)
        assert Stay.objects.get(pk=stay.pk).ended_on == earlier

    def test_and_with_a_later_one_as_long_as_nobody_else_has_the_bed(self, house):
        stay, earlier = test_places.move_in(house), house.today - timedelta(days=5)
        run_as(house.caseworker, enrolments.end_enrolment, enrolment=house.one, ended_on=earlier, reason="completed")
        again = {"started_on": house.one.started_on, "ended_on": house.today - timedelta(days=2), "reason": "completed"}
        run_as(house.caseworker, corrections.correct_enrolment, enrolment=house.one, **again)
        assert Stay.objects.get(pk=stay.pk).ended_on == again["ended_on"]
        test_places.move_in(house, who=house.other, days_ago=2)
        again["ended_on"] = house.today
        run_as(house.caseworker, corrections.correct_enrolment, enrolment=house.one, **again)
        assert Stay.objects.get(pk=stay.pk).ended_on == house.today - timedelta(days=2)

    @pytest.mark.parametrize("is_taken", [True, False])
    def test_whose_participation_goes_on_is_in_the_bed_unless_somebody_came_into_it(self, house, is_taken):
        stay = test_places.move_in(house)
        end = {"ended_on": house.today, "reason": "completed"}
        run_as(house.caseworker, enrolments.end_enrolment, enrolment=house.one, **end)
        if is_taken:
            test_places.move_in(house, who=house.other, days_ago=0)
        run_as(house.caseworker, corrections.reopen, enrolment=house.one)
        assert (Stay.objects.get(pk=stay.pk).ended_on is None) is not is_taken

    def test_who_was_moved_out_before_is_in_no_bed(self, house):
        stay = test_places.move_in(house)
        run_as(house.caseworker, places.end_stay, stay=stay, ended_on=house.today)
        run_as(
            house.caseworker, enrolments.end_enrolment, enrolment=house.one, ended_on=house.today, reason="completed"
        )
        run_as(house.caseworker, corrections.reopen, enrolment=house.one)
        assert Stay.objects.get(pk=stay.pk).ended_on == house.today

    def test_no_bed_is_said_to_be_opened_after_somebody_slept_in_it(self, house):
        test_places.move_in(house, days_ago=20)
        body = {"name": "2 A", "for_whom": "anybody", "opened_on": house.today}
        house.client(house.case_manager).post(reverse("bed_edit", args=[house.two_a.pk]), body)
        assert Bed.objects.get(pk=house.two_a.pk).opened_on <= house.today - timedelta(days=20)

    def test_who_is_away_tonight_is_still_away_half_an_hour_after_midnight(self, house, set_clock):
        stay, day = test_places.move_in(house), house.today
        evening = datetime(day.year, day.month, day.day, 22, 0, tzinfo=timezone.get_default_timezone())
        set_clock(evening)
        run_as(house.caseworker, places.mark_away, stay=stay, night=timezone.localdate(), is_away=True)
        set_clock(evening + timedelta(hours=2, minutes=30))
        assert Stay.objects.get(pk=stay.pk).is_away_tonight


class TestWhatIsUnderWay:
    """Nobody is erased about whom something is to be done: as with referrals and anchor cases."""

    def test_nobody_is_erased_whose_hearing_is_ahead(self, office):
        """With the matter its time limits go, and the lawyer's notes, which nobody sees who erases."""
        hearing(office)
        end = {"ended_on": office.today, "reason": "completed"}
        run_as(office.lawyer, enrolments.end_enrolment, enrolment=office.part, **end)
        with pytest.raises(rights.StillNeeded):
            run_as(office.case_manager, rights.erase, person=office.part.person)

    def test_nobody_is_erased_whose_agreement_with_the_harmed_is_not_checked_yet(self, offered):
        answer(offered)
        hold_mediation(offered)
        end = {"ended_on": offered.today, "reason": "completed"}
        run_as(offered.caseworker, enrolments.end_enrolment, enrolment=offered.part, **end)
        with pytest.raises(rights.StillNeeded):
            run_as(offered.case_manager, rights.erase, person=offered.part.person)

    def test_a_lawyer_opens_the_own_matter_without_a_reason(self, office):
        """The lawyer of a matter is by name somebody who has to do with the person."""
        own = open_matter(office, lawyer=office.colleague.user)
        page = office.client(office.colleague).get(reverse("matter", args=[own.pk]))
        assert page.status_code == 200


class TestWordsInsteadOfErrors:
    def posts(self, client: WebClient, address: str, body: dict[str, Any]) -> int:
        client.raise_request_exception = False
        return int(client.post(address, body).status_code)

    def test_a_member_who_marks_a_step_of_the_lead(self, team):
        share(team, team.social)
        meet(team, anchor.AgreedStep("Talk at home", team.police))
        address = reverse("anchor_step_mark", args=[AnchorStep.objects.get().pk])
        assert self.posts(team.client(team.professional), address, {}) < 500

    def test_a_message_that_is_marked_as_done(self, case):
        message = write(case.caseworker, case.bridge, "Hello")
        address = reverse("team_mark", args=[message.pk])
        assert self.posts(case.client(case.other_caseworker), address, {}) < 500

    def test_a_concern_is_not_received_before_the_young_person_was_born(self, team):
        with pytest.raises(RuleError):
            opened(team, young(team, 15), received_on=date(1, 1, 1))


class TestListsHaveANextPage:
    def test_the_matter_with_the_nearest_time_limit_is_on_the_list(self, office, monkeypatch):
        """The newest so many are read, then put in order of their dates: an old matter's time limit is nowhere."""
        monkeypatch.setattr(legal_pages, "MOST", 3)
        Matter.objects.filter(pk=office.matter.pk).update(next_on=office.today)
        for _number in range(3):
            open_matter(office, next_on=office.today + timedelta(days=300))
        page = office.client(office.lawyer).get(reverse("matter_list")).content.decode()
        assert reverse("matter", args=[office.matter.pk]) in page or "after=" in page

    def test_anchor_cases_beyond_the_most_are_on_a_next_page(self, team, monkeypatch):
        monkeypatch.setattr(anchor_pages, "MOST", 1)
        last = opened(team, young(team, 15), received_on=team.today)
        page = team.client(team.liaison).get(reverse("anchor_list")).content.decode()
        assert reverse("anchor_case", args=[last.pk]) in page or "after=" in page

    def test_mediations_beyond_the_most_are_on_a_next_page(self, offered, monkeypatch):
        monkeypatch.setattr(mediation_pages, "MOST", 1)
        another = {"enrolment": offered.part, "harmed": "Another", "offered_on": offered.today}
        later = run_as(offered.caseworker, mediations.offer_mediation, **another)
        page = offered.client(offered.caseworker).get(reverse("mediation_list")).content.decode()
        assert reverse("mediation", args=[later.pk]) in page or "after=" in page
