"""Mediation: nobody meets unless each side agrees; an authority learns how it ended by consent, and never who was harmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.enrolments import actions as enrolments
from cases.rights import actions as rights
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from programs.catalogue.models import Part, Programme
from referrals.consents import actions as consents
from referrals.handover.actions import NoAgreement
from referrals.mediation import actions as mediations
from referrals.mediation.models import Mediation, MediationReport
from tests.shared_worlds import shared
from tests.world import on_web, run_as


@shared
def offered(world):
    """Somebody who takes part since a month was offered mediation with a shopkeeper."""
    world.part = world.enrolment(started_on=world.today - timedelta(days=30), responsible=world.caseworker.user)
    Programme.objects.filter(pk=world.part.programme_id).update(parts=[Part.MEDIATION])
    world.agree_with(world.prosecutors)
    world.mediation = run_as(
        world.caseworker, mediations.offer_mediation, enrolment=world.part, harmed="Shopkeeper Virtanen",
        offered_on=world.today - timedelta(days=9),
    )  # fmt: skip
    return world


def current(world) -> Mediation:
    return Mediation.objects.get(pk=world.mediation.pk)


def answer(world, person="agrees", harmed="agrees"):
    for side, said in (("person", person), ("harmed", harmed)):
        run_as(world.caseworker, mediations.note_answer, mediation=current(world), side=side, answer=said)


def hold(world, result="agreement", **more):
    agreed = {"terms": ["apology", "compensation"], "keep_by": world.today} if result == "agreement" else {}
    values = {"held_on": world.today, "result": result} | agreed | more
    return run_as(world.caseworker, mediations.hold_mediation, mediation=current(world), **values)


def tell(world, to=None, **more):
    terms = {"signed_on": world.today, "signed_how": "paper", "told_right_to_withdraw": True}
    terms |= {"expires_on": world.today + timedelta(days=90)} | more
    return run_as(
        world.caseworker, mediations.send_report, mediation=current(world), to_partner=to or world.prosecutors, **terms
    )


class TestBothAgree:
    @pytest.mark.parametrize(("person", "harmed"), [("agrees", "declines"), ("declines", "agrees")])
    def test_it_is_not_held_unless_each_side_agrees(self, offered, person, harmed):
        with pytest.raises(mediations.NotBothAgree):
            hold(offered)
        answer(offered, person, harmed)
        with pytest.raises(mediations.NotBothAgree):
            hold(offered)
        with pytest.raises(DatabaseError), transaction.atomic():
            Mediation.objects.update(held_on=offered.today, result="no_agreement")

    def test_each_may_change_their_mind_until_they_have_met(self, offered):
        answer(offered, harmed="declines")
        answer(offered)
        hold(offered, "no_agreement")
        with pytest.raises(mediations.MediationHeld):
            answer(offered)
        with pytest.raises(mediations.MediationHeld):
            hold(offered)

    def test_it_is_offered_and_held_in_its_time(self, offered):
        with pytest.raises(DateOutOfRange):
            run_as(
                offered.caseworker, mediations.offer_mediation, enrolment=offered.part, harmed="x",
                offered_on=offered.today - timedelta(days=31),
            )  # fmt: skip
        answer(offered)
        with pytest.raises(DateOutOfRange):
            hold(offered, "broken_off", held_on=offered.today - timedelta(days=10))


class TestTheAgreement:
    def test_it_says_what_and_by_when(self, offered):
        answer(offered)
        for missing in ({"terms": []}, {"keep_by": None}, {"keep_by": offered.today - timedelta(days=1)}):
            with pytest.raises(Invalid):
                hold(offered, **missing)
        hold(offered)
        assert current(offered).terms_in_words == "Apology, Compensation"

    def test_whether_it_was_kept_is_said_once(self, offered):
        with pytest.raises(mediations.NothingToKeep):
            run_as(offered.caseworker, mediations.note_kept, mediation=current(offered), kept="yes")
        answer(offered)
        hold(offered)
        run_as(offered.caseworker, mediations.note_kept, mediation=current(offered), kept="partly")
        with pytest.raises(mediations.NothingToKeep):
            run_as(offered.caseworker, mediations.note_kept, mediation=current(offered), kept="yes")


class TestWhoSeesWhat:
    """Through a connection of the web role, with its policies."""

    def test_the_mediation_is_its_own_partners_alone(self, offered):
        for stranger in (offered.other_caseworker, offered.liaison, offered.court_officer, offered.coordinator):
            with on_web(stranger):
                assert not Mediation.objects.exists()
        with pytest.raises(NotAParty):
            run_as(offered.other_caseworker, mediations.note_kept, mediation=offered.mediation, kept="yes")

    def test_the_authority_sees_how_it_ended_and_not_who_was_harmed(self, offered):
        answer(offered)
        hold(offered)
        report = tell(offered, number="R 26/1")
        with on_web(offered.court_officer):
            told = MediationReport.objects.get()
            assert (told.name, told.result, told.kept) == ("Meikäläinen, Maija Liisa", "agreement", "")
            assert not Mediation.objects.exists()
        with on_web(offered.liaison):
            assert not MediationReport.objects.exists()
        (tell_whom,) = OutboxEvent.objects.get(kind="mediation.reported").payload["tell"]
        assert tell_whom["partner"] == offered.prosecutors.pk
        page = offered.client(offered.court_officer).get(reverse("mediation_report", args=[report.pk])).content.decode()
        assert "R 26/1" in page
        assert "Shopkeeper" not in page

    def test_withdrawing_the_consent_or_its_end_hides_the_report(self, offered):
        answer(offered, harmed="declines")
        report = tell(offered)
        run_as(offered.caseworker, consents.withdraw_consent, consent=report.consent)
        with on_web(offered.court_officer):
            assert not MediationReport.objects.exists()

    def test_sql_of_an_authoritys_choice_changes_nothing(self, offered):
        answer(offered, harmed="declines")
        tell(offered)
        with on_web(offered.court_officer), connection.cursor() as cursor:
            cursor.execute("UPDATE referrals_mediationreport SET kept = 'yes'")
            assert cursor.rowcount == 0
        with pytest.raises(DatabaseError), on_web(offered.caseworker):
            MediationReport.objects.update(result="agreement")


class TestTelling:
    def test_when_there_is_something_to_tell_to_an_authority_with_an_agreement(self, offered):
        with pytest.raises(mediations.NotEndedYet):
            tell(offered)
        answer(offered, person="declines")
        with pytest.raises(mediations.NotAnAuthority):
            tell(offered, offered.other_ngo)
        with pytest.raises(NoAgreement):
            tell(offered, offered.partner("Court", "court"))
        assert tell(offered).result == ""


class TestPages:
    def test_a_caseworker_goes_from_the_offer_to_the_report(self, offered):
        client = offered.client(offered.caseworker)
        offer = {"harmed": "Neighbour", "offered_on": offered.today}
        assert (
            reverse("mediation_offer", args=[offered.part.pk])
            in client.get(reverse("enrolment", args=[offered.part.pk])).content.decode()
        )
        address = client.post(reverse("mediation_offer", args=[offered.part.pk]), offer).url
        one = Mediation.objects.latest("id")
        post = lambda name, body: client.post(reverse(name, args=[one.pk]), body).status_code
        for side in ("person", "harmed"):
            assert post("mediation_answer", {"side": side, "answer": "agrees"}) == 302
        met = {"held_on": offered.today, "result": "agreement", "terms": ["apology"]}
        assert post("mediation_hold", met) == 422
        assert post("mediation_hold", met | {"keep_by": offered.today}) == 302
        assert address in client.get(reverse("mediation_list")).content.decode()
        assert post("mediation_kept", {"kept": "yes"}) == 302
        assert address in client.get(reverse("mediation_list") + "?ended=1").content.decode()
        consent = {"to_partner": offered.prosecutors.pk, "signed_on": offered.today, "signed_how": "paper"}
        consent |= {"expires_on": offered.today + timedelta(days=9)}
        assert post("mediation_tell", consent) == 422
        assert post("mediation_tell", consent | {"told_right_to_withdraw": "on"}) == 302
        report = reverse("mediation_report", args=[MediationReport.objects.get().pk])
        assert report in client.get(address).content.decode()
        assert report in offered.client(offered.court_officer).get(reverse("mediation_list")).content.decode()


def test_it_is_in_the_persons_file_without_who_was_harmed_and_goes_with_erasure(offered):
    answer(offered)
    hold(offered)
    report = tell(offered, number="R 26/1")
    with on_web(offered.caseworker):
        parts = {part.title: str(part.rows) for part in rights.held_about(offered.part.person)}
    assert "Apology" in parts["Mediations"]
    assert "Prosecutors" in parts["Reports of mediations"]
    assert "Shopkeeper" not in str(parts)
    run_as(offered.caseworker, mediations.note_kept, mediation=current(offered), kept="yes")
    run_as(offered.caseworker, enrolments.end_enrolment, enrolment=offered.part, ended_on=offered.today, reason="moved")
    run_as(offered.case_manager, rights.erase, person=offered.part.person)
    assert current(offered).harmed == ""
    assert (MediationReport.objects.get(pk=report.pk).name, MediationReport.objects.get().number) == ("", "")
