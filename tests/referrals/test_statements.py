"""Statements on attendance to a prosecutor, court or probation service: dates and counts, by the person's consent to just that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases.consents.actions import GuardianConsentMissing, WitnessMissing
from cases.consents.models import Consent
from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import NotAParty
from partnership.members.models import Partner, Role
from partnership.pages.about import about
from referrals.consents import actions as consents
from referrals.handover.actions import NoAgreement, NoConsent
from referrals.statements import actions as statements
from referrals.statements.models import IDENTITY, Statement
from tests.world import database_role, on_web, run_as


def terms(world, **more):
    return {
        "attendance": "as_agreed",
        "number": "R 26/77",
        "signed_on": world.today,
        "signed_how": "paper",
        "told_right_to_withdraw": True,
        "expires_on": world.today + timedelta(days=90),
    } | more


def state(world, enrolment, by=None, to_partner=None, **more):
    return run_as(
        by or world.caseworker,
        statements.send_statement,
        enrolment=enrolment,
        to_partner=to_partner or world.prosecutors,
        **terms(world, **more),
    )


class TestSending:
    def test_it_holds_dates_and_counts_as_of_its_day(self, world):
        diversion = world.addressed()
        enrolment = diversion.referral.enrolment
        for attendance in ("attended", "attended", "missed", "cancelled"):
            run_as(
                world.caseworker,
                enrolments.record_session,
                enrolment=enrolment,
                held_on=world.today,
                method="counselling",
                attendance=attendance,
            )
        statement = state(world, enrolment)
        assert (statement.attended, statement.missed, statement.started_on) == (2, 1, enrolment.started_on)
        assert statement.diversion == diversion
        with on_web(world.court_officer):
            assert Statement.objects.get().name == "Meikäläinen, Maija Liisa"

    @pytest.mark.parametrize("name", IDENTITY)
    def test_its_name_goes_but_is_never_replaced(self, world, name):
        statement = state(world, world.addressed().referral.enrolment)
        other = world.today if name == "born_on" else "Somebody else"
        with on_web(world.caseworker):
            own = Statement.objects.get(pk=statement.pk)
            setattr(own, name, other)
            with pytest.raises(DatabaseError), transaction.atomic():
                own.save(update_fields=[name])
            setattr(own, name, None if name == "born_on" else "")
            own.save(update_fields=[name])

    def test_news_of_it_say_which_and_from_whom(self, world):
        statement = state(world, world.addressed().referral.enrolment)
        address = f"/statements/{statement.pk}/"
        with on_web(world.court_officer):
            assert about(world.court_officer, [address]) == {address: f"Statement {statement.pk} · {world.ngo.name}"}
        with on_web(world.professional):
            assert about(world.professional, [address]) == {}

    def test_what_was_taken_back_is_not_in_it(self, world):
        world.agree_with(world.prosecutors)
        enrolment = world.enrolment()
        sessions = [
            run_as(
                world.caseworker, enrolments.record_session, enrolment=enrolment, held_on=world.today, method="cbt",
                attendance="attended",
            )
            for _ in range(2)
        ]  # fmt: skip
        run_as(world.caseworker, corrections.take_back, entry=sessions[0], why="twice")
        assert state(world, enrolment).attended == 1

    def test_a_spoken_consent_to_it_has_a_witness(self, world):
        world.agree_with(world.prosecutors)
        with pytest.raises(WitnessMissing):
            state(world, world.enrolment(), signed_how="verbal")
        assert state(world, world.enrolment(), signed_how="verbal", witness="Inspector Laine")

    def test_it_needs_no_diversion(self, world):
        world.agree_with(world.prosecutors)
        assert state(world, world.enrolment()).diversion is None

    def test_it_needs_an_agreement(self, world):
        with pytest.raises(NoAgreement):
            state(world, world.enrolment())

    @pytest.mark.parametrize("kind", [Partner.Kind.POLICE, Partner.Kind.NGO, Partner.Kind.SOCIAL])
    def test_it_goes_to_no_other_kind_of_partner(self, world, kind):
        other = world.partner("Another", kind)
        world.agree_with(other)
        with pytest.raises(statements.NoReceiver):
            state(world, world.enrolment(), to_partner=other)

    def test_the_probation_service_may_receive_one(self, world):
        probation = world.partner("Probation", Partner.Kind.PRISON)
        world.agree_with(probation)
        state(world, world.enrolment(), to_partner=probation)
        with on_web(world.member(probation, Role.COURT_OFFICER)):
            assert Statement.objects.count() == 1

    def test_a_consent_that_is_over_covers_none(self, world):
        world.agree_with(world.prosecutors)
        with pytest.raises(NoConsent):
            state(
                world,
                world.enrolment(),
                signed_on=world.today - timedelta(days=9),
                expires_on=world.today - timedelta(days=1),
            )
        assert not Statement.objects.exists()

    def test_under_18_a_guardian_consents_as_well(self, world):
        world.agree_with(world.prosecutors)
        young = world.enrolment(person=world.person(world.ngo, born_on=world.today - timedelta(days=16 * 366)))
        with pytest.raises(GuardianConsentMissing):
            state(world, young)
        state(world, young, guardian_name="Mother")

    def test_nobody_states_on_another_partners_participation_and_no_court_states_anything(self, world):
        world.agree_with(world.prosecutors)
        enrolment = world.enrolment()
        for acting, refused in (
            (world.other_caseworker, NotAParty),
            (world.court_officer, NotAllowed),
            (world.liaison, NotAllowed),
        ):
            with pytest.raises(refused):
                state(world, enrolment, by=acting)


class TestPrison:
    def test_prison_and_probation_are_told_and_read_what_they_received(self, world):
        prison = world.partner("Prison and probation", Partner.Kind.PRISON)
        officer = world.member(prison, Role.PROFESSIONAL)
        world.agree_with(prison)
        statement = state(world, world.enrolment(), to_partner=prison)
        with database_role("worker"):
            outbox.relay()
        assert Notification.objects.filter(kind="statement.sent", user=officer.user).exists()
        client = world.client(officer)
        assert statement.name in client.get(reverse("statement_list")).content.decode()
        assert client.get(reverse("statement_pdf", args=[statement.pk])).status_code == 200


class TestWithdrawing:
    def test_a_withdrawn_consent_closes_it_in_this_very_moment_and_the_receiver_is_told(self, world):
        world.agree_with(world.prosecutors)
        statement = state(world, world.enrolment())
        client = world.client(world.court_officer)
        address = reverse("statement", args=[statement.pk])
        assert client.get(address).status_code == 200
        run_as(world.caseworker, consents.withdraw_consent, consent=statement.consent)
        assert client.get(address).status_code == 404
        assert client.get(reverse("statement_pdf", args=[statement.pk])).status_code == 404
        assert statement.name not in client.get("/").content.decode()
        with database_role("worker"):
            outbox.relay()
        assert Notification.objects.filter(kind="statement.closed", partner=world.prosecutors).exists()

    def test_the_sender_is_told_of_a_withdrawal_that_the_receiver_wrote_down(self, world):
        world.agree_with(world.prosecutors)
        statement = state(world, world.enrolment())
        run_as(world.court_officer, consents.withdraw_consent, consent=statement.consent)
        with database_role("worker"):
            outbox.relay()
        told = Notification.objects.filter(kind="statement.closed")
        assert {notification.partner for notification in told} == {world.ngo}
        assert {notification.url for notification in told} == {reverse("statement", args=[statement.pk])}

    def test_the_day_after_the_consents_last_day_it_is_closed(self, world):
        world.agree_with(world.prosecutors)
        state(world, world.enrolment())
        Consent.objects.update(signed_on=world.today - timedelta(days=9), expires_on=world.today - timedelta(days=1))
        with on_web(world.court_officer):
            assert not Statement.objects.exists()
        with on_web(world.caseworker):
            assert Statement.objects.count() == 1

    def test_erasing_takes_the_name_out_of_it(self, world):
        world.agree_with(world.prosecutors)
        enrolment = world.enrolment(ended_on=world.today, end_reason="completed")
        state(world, enrolment)
        run_as(world.case_manager, rights.erase, person=enrolment.person)
        statement = Statement.objects.get()
        assert (statement.name, statement.born_on, statement.number) == ("", None, "")

    def test_the_file_of_all_data_names_it(self, world):
        world.agree_with(world.prosecutors)
        enrolment = world.enrolment()
        state(world, enrolment)
        with on_web(world.caseworker):
            titles = [part.title for part in rights.held_about(enrolment.person)]
        assert "Statements" in titles


class TestPages:
    def test_an_ngo_sends_one_and_the_prosecutor_opens_it_as_a_document(self, world):
        diversion = world.addressed()
        enrolment = diversion.referral.enrolment_id
        ngo, prosecutor = world.client(world.caseworker), world.client(world.court_officer)
        address = reverse("statement_new", args=[enrolment])
        page = ngo.get(address).content.decode()
        assert f'value="{world.prosecutors.pk}" selected' in page
        form = terms(world, to_partner=world.prosecutors.pk)
        assert ngo.post(address, form | {"attendance": ""}).status_code == 422
        sent = ngo.post(address, form)
        assert sent.status_code == 302
        page = prosecutor.get(sent.url).content.decode()
        assert "Came as agreed" in page
        assert "Counselling" not in page
        document = prosecutor.get(f"{sent.url}statement.pdf?lang=fi")
        assert document["Content-Type"] == "application/pdf"
        assert document.content.startswith(b"%PDF-")
        for listed in ("/", "/statements/", f"/diversions/{diversion.pk}/"):
            assert sent.url in prosecutor.get(listed).content.decode(), listed

    def test_the_ngo_records_the_withdrawal_on_its_page(self, world):
        world.agree_with(world.prosecutors)
        statement = state(world, world.enrolment())
        client = world.client(world.caseworker)
        assert (
            reverse("consent_withdraw", args=[statement.consent_id])
            in client.get(reverse("statement", args=[statement.pk])).content.decode()
        )
        client.post(reverse("consent_withdraw", args=[statement.consent_id]))
        assert "the consent has ended" in client.get(reverse("statement", args=[statement.pk])).content.decode()
