"""Who decides on a diversion: the unit that diverted, or the prosecutor or court to whom it is addressed; what those see."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from partnership.actions import NotAllowed
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import Acting
from partnership.isolation.errors import NotAParty, RuleError
from partnership.members.models import Partner, Role
from programs.catalogue.models import ReferralKind
from referrals.diversions import actions as diversions
from referrals.diversions.models import TAKEN_BY, Authority, Case, DiversionAgreement
from referrals.handover.actions import NoAgreement
from tests.systems import System
from tests.world import database_role, do, on_web, run_as

Decision = DiversionAgreement.Decision


def decide(acting, diversion, decision, **more):
    terms = {"reasons": "As the file says.", "section": "Criminal Code 50:7"} | more
    return run_as(acting, diversions.decide, diversion=diversion, decision=decision, **terms)


def with_outcome(world):
    diversion = world.enrolled().diversion
    run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
    return diversion


class TestWhoDecides:
    @pytest.mark.parametrize("decision", [d for d in Decision if d and Authority.POLICE not in TAKEN_BY[d]])
    def test_charges_are_not_the_polices_to_drop_reduce_or_bring(self, world, decision):
        diversion = with_outcome(world)
        with pytest.raises(diversions.OtherAuthority):
            decide(world.liaison, diversion, decision)
        with pytest.raises(DatabaseError):
            DiversionAgreement.objects.filter(pk=diversion.pk).update(
                decision=decision, decided_by="police", decided_at=diversion.changed_at
            )

    def test_the_police_record_as_the_prosecutors_what_one_outside_of_the_portal_decided(self, world):
        decided = decide(world.liaison, with_outcome(world), "charge_dropped", decided_by="prosecutor")
        assert (decided.decided_by, decided.section) == ("prosecutor", "Criminal Code 50:7")
        assert decided.recorded_by == world.liaison.user

    def test_a_prosecutors_decision_names_the_section_of_law(self, world):
        with pytest.raises(RuleError, match="section"):
            decide(world.liaison, with_outcome(world), "charge_dropped", decided_by="prosecutor", section=" ")

    def test_what_is_addressed_the_prosecutor_decides_and_the_police_no_more(self, world):
        diversion = world.addressed()
        with pytest.raises(diversions.OtherAuthority):
            decide(world.liaison, diversion, "no_further_action")
        with pytest.raises(diversions.OtherAuthority):
            decide(world.liaison, diversion, "charge_dropped", decided_by="prosecutor")
        decided = decide(world.court_officer, diversion, "charge_dropped")
        assert (decided.decided_by, decided.status) == ("prosecutor", "decided")
        with on_web(world.caseworker):
            assert diversion.decision_note.reasons == "As the file says."

    def test_a_prosecutor_takes_a_prosecutors_decisions_and_speaks_for_nobody_else(self, world):
        diversion = world.addressed()
        for decision, decided_by in (
            ("no_further_action", ""),
            ("no_further_action", "police"),
            ("returned_to_prosecutor", "court"),
        ):
            with pytest.raises(diversions.OtherAuthority):
                decide(world.court_officer, diversion, decision, decided_by=decided_by)

    def test_a_court_decides_on_whom_it_referred_itself(self, world):
        court = world.partner("District court", Partner.Kind.COURT)
        judge = world.member(court, Role.COURT_OFFICER)
        world.agree_with(court)
        referral = world.sent(by=judge, kind=ReferralKind.COURT)
        assert referral.diversion.authority == court
        do(world, "accept", referral, started_on=world.today)
        run_as(world.caseworker, diversions.report_outcome, diversion=referral.diversion, outcome="completed")
        assert decide(judge, referral.diversion, "charge_reduced").decided_by == "court"

    def test_another_prosecutor_decides_nothing(self, world):
        diversion = world.addressed()
        other = world.member(world.partner("Other prosecutors", Partner.Kind.PROSECUTOR), Role.COURT_OFFICER)
        with pytest.raises(NotAParty):
            decide(other, diversion, "charge_dropped")

    def test_nobody_decides_before_the_outcome(self, world):
        diversion = world.addressed(outcome="")
        with pytest.raises(diversions.DiversionClosed):
            decide(world.court_officer, diversion, "charge_dropped")


class TestAddressing:
    def test_it_needs_an_agreement_in_force(self, world):
        with pytest.raises(NoAgreement):
            run_as(world.liaison, diversions.address, diversion=world.enrolled().diversion, authority=world.prosecutors)

    def test_it_goes_to_prosecutors_and_courts_alone(self, world):
        world.agree_with(world.social)
        diversion = world.enrolled().diversion
        for partner in (world.social, world.other_ngo, world.other_police):
            with pytest.raises(diversions.OtherAuthority):
                run_as(world.liaison, diversions.address, diversion=diversion, authority=partner)

    def test_the_unit_that_diverted_addresses_it(self, world):
        diversion = world.addressed()
        for acting, refused in (
            (world.other_liaison, NotAParty),
            (world.caseworker, NotAllowed),
            (world.court_officer, NotAllowed),
        ):
            with pytest.raises(refused):
                run_as(acting, diversions.address, diversion=diversion, authority=world.prosecutors)

    def test_a_draft_and_what_is_decided_are_not_addressed(self, world):
        world.agree_with(world.prosecutors)
        for diversion in (world.draft().diversion, decide(world.liaison, with_outcome(world), "no_further_action")):
            with pytest.raises(diversions.DiversionClosed):
                run_as(world.liaison, diversions.address, diversion=diversion, authority=world.prosecutors)

    def test_addressed_anew_the_first_authority_sees_it_no_more(self, world):
        diversion = world.addressed()
        court = world.partner("District court", Partner.Kind.COURT)
        world.agree_with(court)
        run_as(world.liaison, diversions.address, diversion=diversion, authority=court)
        with on_web(world.court_officer):
            assert not DiversionAgreement.objects.exists()
            assert not Case.objects.exists()
        with on_web(world.member(court, Role.COURT_OFFICER)):
            assert Case.objects.get().name == "Meikäläinen, Maija Liisa"

    def test_outcome_and_decision_are_told_to_all_three_and_a_breach_to_the_unit_alone(self, world):
        diversion = world.addressed(outcome="")
        run_as(world.caseworker, diversions.report_breach, diversion=diversion, on=world.today)
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="partly")
        decide(world.court_officer, diversion, "charge_reduced")
        with database_role("worker"):
            outbox.relay()
        told = {
            kind: set(Notification.objects.filter(kind=kind).values_list("partner__name", flat=True))
            for kind in ("diversion.addressed", "diversion.breached", "diversion.outcome", "diversion.decided")
        }
        assert told == {
            "diversion.addressed": {"Prosecutors"},
            "diversion.breached": {"Harbour Police"},
            "diversion.outcome": {"Harbour Police", "Prosecutors"},
            "diversion.decided": {"Harbour Police", "Anchor"},
        }


class TestExpanding:
    def test_a_prosecutor_reads_each_diversion_and_no_referral(self, world):
        diversion = world.addressed()
        manager = Acting(world.member(world.prosecutors, Role.COURT_OFFICER, is_manager=True).membership)
        found = System(manager).get("diversions?expand=referral")["results"]
        assert [(row["id"], row["expanded"]["referral"]) for row in found] == [(diversion.pk, None)]

    def test_the_police_read_the_referral_beside_it(self, world):
        diversion = world.addressed()
        manager = Acting(world.member(world.police, Role.POLICE_LIAISON, is_manager=True).membership)
        (row,) = System(manager).get("diversions?expand=referral")["results"]
        assert row["expanded"]["referral"]["id"] == diversion.referral_id


class TestPages:
    def test_the_first_page_has_what_waits_for_the_decision(self, world):
        diversion = world.addressed()
        page = world.client(world.court_officer).get("/").content.decode()
        assert f'href="/diversions/{diversion.pk}/"' in page
        assert "R 26/77" in page

    def test_a_prosecutor_decides_on_the_page_of_the_case(self, world):
        diversion = world.addressed()
        client = world.client(world.court_officer)
        page = client.get(f"/diversions/{diversion.pk}/").content.decode()
        assert "Meikäläinen" in page
        assert "Charge dropped" in page
        assert "No further action" not in page
        assert "Counselling" not in page
        assert "Attend sessions" not in page
        form = {"decision-decision": "charge_dropped", "decision-section": "", "decision-reasons": "Took part."}
        assert client.post(f"/diversions/{diversion.pk}/decide/", form).status_code == 422
        form["decision-section"] = "Criminal Code 50:7"
        assert client.post(f"/diversions/{diversion.pk}/decide/", form).status_code == 302
        assert "Charge dropped" in world.client(world.liaison).get(f"/diversions/{diversion.pk}/").content.decode()

    def test_the_list_and_its_file_hold_the_addressed_ones(self, world):
        mine = world.addressed()
        other = world.enrolled(person=world.person(world.police, first_names="Other")).diversion
        client = world.client(world.court_officer)
        page = client.get("/diversions/").content.decode()
        assert f"/diversions/{mine.pk}/" in page
        assert f"/diversions/{other.pk}/" not in page
        file = client.get("/diversions/export/?format=csv").body.decode()
        assert "R 26/77" in file
        assert "Other" not in file

    def test_one_that_is_not_addressed_is_not_found(self, world):
        diversion = world.enrolled().diversion
        client = world.client(world.court_officer)
        assert client.get(f"/diversions/{diversion.pk}/").status_code == 404
        assert client.get(f"/referrals/{diversion.referral_id}/").status_code == 404
        assert client.get(f"/diversions/{diversion.pk}/letter.pdf").status_code == 404

    def test_the_police_address_it_on_its_page_and_say_whose_decision_they_record(self, world):
        world.agree_with(world.prosecutors)
        diversion, client = with_outcome(world), world.client(world.liaison)
        assert "Let a prosecutor or court decide" in client.get(f"/diversions/{diversion.pk}/").content.decode()
        form = {"address-authority": world.prosecutors.pk, "address-number": "R 26/80"}
        assert client.post(f"/diversions/{diversion.pk}/address/", form).status_code == 302
        page = client.get(f"/diversions/{diversion.pk}/").content.decode()
        assert "Your decision" not in page
        assert "Prosecutors" in page
        with on_web(world.court_officer):
            assert Case.objects.get().number == "R 26/80"
