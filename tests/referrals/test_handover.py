"""The hand-over between partners: who may do what with a referral, and when."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.consents.actions import GuardianConsentMissing
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.actions import Party
from partnership.agreements.models import Agreement
from partnership.events.models import EventDelivery
from partnership.isolation.errors import DateOutOfRange
from programs.catalogue.models import Programme, ReferralKind
from referrals.consents import actions as consents
from referrals.handover import actions as handover
from referrals.handover.models import AgeBand, Change, Disclosure, Need, Referral
from referrals.handover.transitions import FHIR_TASK_STATUS, REASONS, TRANSITIONS, ReasonMissing, State, step, verbs_for
from tests.world import World, details, do, on_web, run_as


class TestTransitionTable:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(verbs=st.lists(st.sampled_from(sorted(TRANSITIONS)), min_size=1, max_size=8))
    def test_any_sequence_of_verbs_follows_the_table_and_leaves_one_change_a_step(self, world, verbs):
        referral = world.draft()
        state, steps = State.DRAFT, 0
        for verb in verbs:
            if state in TRANSITIONS[verb].sources:
                do(world, verb, referral)
                state, steps = TRANSITIONS[verb].target, steps + 1
            else:
                # Of what was never sent the receiver knows nothing.
                with pytest.raises((handover.IllegalTransition, handover.NotAParty)):
                    do(world, verb, referral)
            referral.refresh_from_db()
            assert referral.state == state
        assert Change.objects.filter(referral=referral).count() == steps

    def test_every_state_but_the_first_is_reached_and_every_reason_is_somebodys(self):
        assert {t.target for t in TRANSITIONS.values()} == set(State) - {State.DRAFT}
        assert {r.whose for r in REASONS.values()} == {"person", "receiver", "sender", "other"}

    def test_withdrawing_is_possible_from_every_state_before_enrolled_and_from_no_later_one(self):
        for state in State:
            before = state in {State.DRAFT, State.SENT, State.ACKNOWLEDGED, State.ACCEPTED, State.WAITLISTED}
            assert ("withdraw" in verbs_for(state, frozenset({Party.SENDER}))) == before

    def test_every_state_has_a_fhir_task_status(self):
        assert set(FHIR_TASK_STATUS) == set(State)

    @pytest.mark.parametrize("verb", sorted(TRANSITIONS))
    def test_only_the_party_named_in_the_table_can_use_a_verb(self, world, verb):
        referral = world.draft()
        wrong = world.caseworker if TRANSITIONS[verb].by == Party.SENDER else world.liaison
        with pytest.raises(handover.NotAParty):
            run_as(wrong, getattr(handover, verb), referral=referral, **details(verb, world))

    def test_a_stranger_finds_no_referral_to_act_on(self, world):
        referral = world.sent()
        with pytest.raises(handover.NotAParty):
            run_as(world.other_caseworker, handover.accept, referral=referral)

    def test_declining_without_a_reason_is_refused(self, world):
        referral = world.sent()
        with pytest.raises(ReasonMissing):
            run_as(world.caseworker, handover.decline, referral=referral, reason="")

    def test_a_reason_of_another_verb_is_refused(self, world):
        referral = world.sent()
        with pytest.raises(ReasonMissing):
            do(world, "decline", referral, reason="consent_withdrawn")


class TestSending:
    def test_it_needs_consent(self, world):
        with pytest.raises(handover.NoConsent):
            do(world, "send", world.draft(consent=False))

    def test_an_expired_consent_is_none(self, world):
        referral = world.draft()
        Consent.objects.update(expires_on=world.today - timedelta(days=1), signed_on=world.today - timedelta(days=9))
        with pytest.raises(handover.NoConsent):
            do(world, "send", referral)

    def test_a_consent_that_runs_out_today_is_valid_today(self, world):
        referral = world.draft()
        Consent.objects.update(expires_on=world.today)
        do(world, "send", referral)

    def test_a_withdrawn_consent_is_none(self, world):
        referral = world.draft()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        with pytest.raises(handover.NoConsent):
            do(world, "send", referral)

    @pytest.mark.parametrize(
        "change",
        [
            lambda a: {"valid_to": date.today() - timedelta(days=1)},
            lambda a: {"valid_from": date.today() + timedelta(days=1), "valid_to": None},
            lambda a: {"ended_on": date.today()},
        ],
        ids=["expired", "not yet", "ended"],
    )
    def test_it_needs_an_agreement_in_force(self, world, change):
        Agreement.objects.update(**change(world.agreement))
        with pytest.raises(handover.NoAgreement):
            do(world, "send", world.draft())

    def test_an_agreement_of_others_does_not_help(self, world):
        world.agreement.parties.remove(world.police)
        with pytest.raises(handover.NoAgreement):
            do(world, "send", world.draft())

    def test_under_another_legal_basis_consent_is_not_needed(self, world):
        Agreement.objects.update(legal_basis=Agreement.LegalBasis.PUBLIC_TASK)
        assert do(world, "send", world.draft(consent=False)).state == State.SENT

    def test_a_closed_programme_takes_nobody(self, world):
        referral = world.draft()
        Programme.objects.filter(pk=world.programme.pk).update(capacity=Programme.Capacity.CLOSED)
        with pytest.raises(handover.NotTaken):
            do(world, "send", referral)

    def test_it_asks_without_saying_who_it_is_and_starts_the_clocks(self, world):
        referral = world.sent()
        promise = world.agreement
        assert referral.due_acknowledge_at - referral.sent_at == timedelta(days=promise.days_to_acknowledge)
        assert referral.due_accept_at - referral.sent_at == timedelta(days=promise.days_to_accept)
        with on_web(world.caseworker):
            assert not Disclosure.objects.exists()
            need = Need.objects.get(referral=referral)
        assert (need.sex, need.age_band, need.summary) == ("female", AgeBand.of(referral.person.age()), "Wants help.")

    def test_sending_twice_is_refused_with_the_state_it_is_in(self, world):
        referral = world.sent()
        with pytest.raises(handover.IllegalTransition, match="Sent"):
            do(world, "send", referral)
        assert Change.objects.filter(referral=referral).count() == 1

    def test_a_unit_sends_only_its_kinds(self, world):
        with pytest.raises(handover.NotTaken):
            world.draft(kind=ReferralKind.NGO_TO_NGO)

    def test_a_self_referral_stays_inside_and_needs_no_agreement(self, world):
        Agreement.objects.all().delete()
        person = world.person(world.ngo)
        referral = world.draft(by=world.caseworker, person=person, kind=ReferralKind.SELF, consent=False)
        run_as(world.caseworker, handover.send, referral=referral)
        accepted = run_as(world.caseworker, handover.accept, referral=referral, started_on=world.today)
        assert accepted.receiver_person == person


class TestTwoSteps:
    """The receiver answers without knowing who it is; who it is opens with the answer."""

    @pytest.mark.parametrize(
        ("verbs", "opens"),
        [
            ([], False),
            (["acknowledge"], False),
            (["waitlist"], True),
            (["accept"], True),
            (["decline"], False),
            (["waitlist", "decline"], False),
            (["accept", "enrol", "complete"], True),
            (["accept", "end_early"], True),
            (["accept", "withdraw"], False),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, list) else "",
    )
    def test_it_opens_with_the_answer(self, world, verbs, opens):
        referral = world.sent()
        for verb in verbs:
            do(world, verb, referral)
        with on_web(world.caseworker):
            assert Disclosure.objects.filter(referral=referral).exists() == opens
        with on_web(world.liaison):
            assert Disclosure.objects.filter(referral=referral).exists()

    @pytest.mark.parametrize("address", ["/", "/referrals/?box=incoming", "/referrals/export/?box=incoming&format=csv",
                                         "/referrals/{r}/", "/diversions/", "/diversions/{d}/", "/diversions/export/?format=csv",
                                         "/api/v1/referrals/{r}", "/api/v1/referrals", "/api/v1/diversions?expand=referral",
                                         "/api/v1/fhir/Task/{r}", "/api/v1/fhir/ServiceRequest/{r}", "/notifications/"])  # fmt: skip
    def test_no_page_file_or_answer_says_who_it_is_before(self, world, address):
        referral = world.sent(person=world.person(world.police, identity_code="131052-308T", phone="+358 40 1234567"))
        address = address.format(r=referral.pk, d=referral.diversion.pk)
        response = world.client(world.caseworker).get(address, follow=True)
        assert response.status_code == 200
        shown = (response.body if response.streaming else response.content).decode()
        assert not [secret for secret in ("Meikäläinen", "Maija", "131052-", "40 1234567") if secret in shown]

    def test_the_name_is_on_the_page_and_in_the_list_from_the_answer_on(self, world):
        referral = world.sent()
        page = world.client(world.caseworker)
        addresses = (f"/referrals/{referral.pk}/", "/referrals/?box=incoming")
        assert all("Female, " in page.get(address).text for address in addresses)
        do(world, "waitlist", referral)
        assert all("Meikäläinen" in page.get(address).text for address in addresses)

    def test_its_letter_waits_for_the_answer(self, world):
        referral = world.sent()
        address = reverse("diversion_letter", args=[referral.diversion.pk])
        assert world.client(world.caseworker).get(address).status_code == 404
        assert world.client(world.liaison).get(address).status_code == 200

    @pytest.mark.parametrize("summary", ["Call Meikäläinen at home.", "meikäläinen", "Code 131052-308T."])
    def test_the_situation_names_nobody(self, world, summary):
        person = world.person(world.police, identity_code="131052-308T")
        referral = world.draft(person=person, summary=summary)
        with pytest.raises(handover.NamesThePerson):
            do(world, "send", referral)

    def test_nor_does_a_message_of_the_sender_before_the_answer(self, world):
        referral = world.sent()
        with pytest.raises(handover.NamesThePerson):
            run_as(world.liaison, handover.write_message, referral=referral, text="Meikäläinen has moved")
        run_as(world.liaison, handover.write_message, referral=referral, text="The person has moved")
        accepted = do(world, "accept", referral)
        run_as(world.liaison, handover.write_message, referral=accepted, text="Meikäläinen has moved")

    @pytest.mark.parametrize(
        ("age", "band"),
        [(None, "unknown"), (12, "under_13"), (13, "13_14"), (14, "13_14"), (15, "15_17"), (17, "15_17"), (18, "18_24"),
         (24, "18_24"), (25, "25_34"), (49, "35_49"), (50, "50_64"), (65, "65_over"), (99, "65_over")],
    )  # fmt: skip
    def test_an_age_has_its_band(self, age, band):
        assert AgeBand.of(age) == band


class TestTheStep:
    """Pages, jobs and the demo's past move a referral by one function."""

    @pytest.mark.parametrize("verb", TRANSITIONS)
    def test_a_verb_stops_its_clocks_and_no_other(self, verb):
        at, transition = timezone.now(), TRANSITIONS[verb]
        referral = Referral(state=transition.sources[0], version=4)
        reason = next((code for code, reason in REASONS.items() if verb in reason.verbs), "")
        values, change = step(referral, verb, at=at, reason=reason)
        assert {name for name, value in values.items() if value == at} == {*transition.clocks, "changed_at"}
        assert (values["state"], values["version"]) == (transition.target, 5)
        assert values.get("reason_code", "") == change["reason_code"] == (reason if transition.takes_reason else "")
        assert (change["from_state"], change["to_state"]) == (transition.sources[0], transition.target)

    def test_what_was_acknowledged_stays_acknowledged_since_then(self):
        before = timezone.now() - timedelta(days=2)
        referral = Referral(state=State.ACKNOWLEDGED, acknowledged_at=before)
        assert "acknowledged_at" not in step(referral, "accept", at=timezone.now()).referral

    def test_sending_starts_the_clocks_that_the_agreement_promises(self):
        at = timezone.now()
        referral = Referral(agreement=Agreement(days_to_acknowledge=2, days_to_accept=7))
        referral.take("send", user_id=1, partner_id=2, at=at)
        assert (referral.due_acknowledge_at, referral.due_accept_at) == (
            at + timedelta(days=2),
            at + timedelta(days=7),
        )


class TestDrafts:
    def change(self, world, referral, programme, by=None):
        terms = {"kind": referral.kind, "summary": "Wants help soon.", "language": "Finnish", "is_urgent": True}
        return run_as(by or world.liaison, handover.change_draft, referral=referral, programme=programme, **terms)

    def test_a_consent_that_named_another_receiver_does_not_carry_over(self, world):
        referral = self.change(world, world.draft(), world.other_programme)
        assert (referral.to_partner, referral.consent) == (world.other_ngo, None)
        with pytest.raises(handover.NoConsent):
            do(world, "send", referral)

    def test_another_programme_of_the_same_receiver_keeps_it(self, world):
        evenings = Programme.objects.create(
            partner=world.ngo, name="Evenings", kind="diversion", accepts=world.programme.accepts
        )
        draft = world.draft()
        assert self.change(world, draft, evenings).consent == draft.consent

    def test_conditions_and_words_go_to_the_new_receiver(self, world):
        referral = self.change(world, world.draft(), world.other_programme)
        assert {referral.diversion.to_partner, referral.disclosure.to_partner} == {world.other_ngo}
        assert {condition.to_partner for condition in referral.diversion.conditions.all()} == {world.other_ngo}

    def test_what_was_sent_is_neither_changed_nor_discarded_nor_given_another_consent(self, world):
        referral = world.sent()
        with pytest.raises(handover.IllegalTransition):
            self.change(world, referral, world.programme)
        with pytest.raises(handover.IllegalTransition):
            run_as(world.liaison, handover.discard, referral=referral)
        with pytest.raises(handover.IllegalTransition):
            run_as(world.liaison, handover.attach_consent, referral=referral, **world.consent_terms())

    def test_only_the_sender_changes_or_discards_it(self, world):
        referral = world.draft()
        with pytest.raises(handover.NotAParty):
            self.change(world, referral, world.programme, by=world.caseworker)
        with pytest.raises(handover.NotAParty):
            run_as(world.other_liaison, handover.discard, referral=referral)

    def test_a_programme_takes_only_its_kinds(self, world):
        Programme.objects.filter(pk=world.programme.pk).update(accepts=[ReferralKind.SOCIAL_CONTACT])
        world.programme.refresh_from_db()
        with pytest.raises(handover.NotTaken, match="no referrals of this kind"):
            world.draft()

    def test_a_self_referral_goes_to_an_own_programme_and_no_other_kind_does(self, world):
        person = world.person(world.ngo)
        for kind, programme in ((ReferralKind.SELF, world.other_programme), (ReferralKind.NGO_TO_NGO, world.programme)):
            with pytest.raises(handover.NotTaken, match="your own programme"):
                world.draft(by=world.caseworker, person=person, kind=kind, programme=programme, consent=False)

    def test_it_has_no_other_party_to_write_to(self, world):
        with pytest.raises(handover.IllegalTransition):
            run_as(world.liaison, handover.write_message, referral=world.draft(), text="Hello")


class TestUnderEighteen:
    def born(self, world: World, years: int, days: int = 0) -> date:
        return date(world.today.year - years, world.today.month, min(world.today.day, 28)) + timedelta(days=days)

    def test_a_guardian_consents_as_well(self, world):
        minor = world.person(world.police, born_on=self.born(world, 17))
        with pytest.raises(GuardianConsentMissing):
            world.draft(person=minor)

    def test_or_it_is_recorded_why_not(self, world):
        minor = world.person(world.police, born_on=self.born(world, 17))
        referral = world.draft(person=minor, consent=False)
        terms = world.consent_terms(guardian_missing_reason="The guardian is the danger.")
        run_as(world.liaison, handover.attach_consent, referral=referral, **terms)
        assert do(world, "send", Referral.objects.get(pk=referral.pk)).state == State.SENT

    def test_on_the_eighteenth_birthday_one_is_an_adult(self):
        person = Person(born_on=date(2008, 3, 1))
        assert person.age(date(2026, 2, 28)) == 17
        assert person.age(date(2026, 3, 1)) == 18

    def test_born_on_a_leap_day_one_is_eighteen_on_the_first_of_march(self):
        person = Person(born_on=date(2008, 2, 29))
        assert person.age(date(2026, 2, 28)) == 17
        assert person.age(date(2026, 3, 1)) == 18

    def test_a_minor_whose_consent_lacks_the_guardian_is_not_sent(self, world):
        referral = world.draft()
        Person.objects.filter(pk=referral.person_id).update()
        person = referral.person
        person.born_on = self.born(world, 16)
        person.save()
        with pytest.raises(GuardianConsentMissing):
            do(world, "send", referral)


class TestAnswering:
    def test_accepting_makes_the_receivers_own_person_and_enrolment(self, world):
        referral = world.enrolled()
        assert referral.state == State.ENROLLED
        assert referral.receiver_person.partner == world.ngo
        assert referral.receiver_person != referral.person
        assert referral.enrolment.started_on == world.today
        assert referral.receiver_person.last_name == "Meikäläinen"

    def test_the_home_district_goes_along_because_figures_depend_on_it(self, world):
        accepted = do(world, "accept", world.sent(person=world.person(world.police, district=world.hill)))
        assert accepted.receiver_person.district == world.hill

    def test_a_known_person_is_recognised_by_the_identity_code(self, world):
        code = "131052-308T"
        known = world.person(world.ngo, identity_code=code)
        person = world.person(world.police, identity_code=code)
        accepted = do(world, "accept", world.sent(person=person))
        assert accepted.receiver_person == known

    def test_without_a_start_the_person_is_enrolled_later(self, world):
        referral = do(world, "accept", world.sent())
        assert (referral.state, referral.enrolment) == (State.ACCEPTED, None)
        assert do(world, "enrol", referral).enrolment is not None

    def test_a_declined_referral_is_referred_on_with_its_history(self, world):
        referral = do(world, "decline", world.sent())
        following = run_as(world.liaison, handover.refer_on, referral=referral, programme=world.other_programme)
        assert following.referred_on_from == referral
        assert following.person == referral.person
        assert Referral.objects.get(pk=referral.pk).state == State.DECLINED
        assert following.consent is None  # the old consent named another receiver

    def test_only_the_sender_refers_on_and_only_what_came_to_nothing(self, world):
        refer_on = lambda by, referral: run_as(
            by, handover.refer_on, referral=referral, programme=world.other_programme
        )
        referral = world.sent()
        with pytest.raises(handover.IllegalTransition):
            refer_on(world.liaison, referral)
        declined = do(world, "decline", referral)
        with pytest.raises(handover.NotAParty):
            refer_on(world.caseworker, declined)

    def test_nobody_starts_tomorrow(self, world):
        referral = do(world, "accept", world.sent())
        with pytest.raises(DateOutOfRange):
            do(world, "enrol", referral, started_on=world.today + timedelta(days=1))

    def test_ending_the_enrolment_closes_the_referral_by_its_event(self, world):
        from cases.enrolments import actions as enrolments
        from partnership.events import outbox
        from tests.world import database_role

        referral = world.enrolled()
        run_as(
            world.caseworker,
            enrolments.end_enrolment,
            enrolment=referral.enrolment,
            ended_on=world.today,
            reason="completed",
        )
        with database_role("worker"):
            outbox.relay()
            delivered = EventDelivery.objects.filter(kind="enrolment.ended")
            delivered.update(done_at=None, available_at=timezone.now())  # delivered twice
            assert outbox.relay() == delivered.count() > 0
        referral.refresh_from_db()
        assert referral.state == State.COMPLETED
        assert Change.objects.filter(referral=referral, verb="complete").count() == 1

    def test_completing_the_referral_ends_the_enrolment(self, world):
        referral = do(world, "complete", world.enrolled())
        assert Enrolment.objects.get(pk=referral.enrolment_id).end_reason == "completed"


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_one_wins_and_the_other_is_told_what_happened(self):
        world = World()
        referral = world.sent()
        outcomes: list[str] = []
        barrier = threading.Barrier(2)

        def attempt(verb: str) -> None:
            try:
                barrier.wait()
                do(world, verb, referral, version=referral.version)
                outcomes.append("won")
            except handover.ChangedMeanwhile as error:
                outcomes.append(str(error))
            finally:
                connection.close()

        threads = [threading.Thread(target=attempt, args=[verb]) for verb in ("accept", "decline")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("won") == 1
        (told,) = [outcome for outcome in outcomes if outcome != "won"]
        state = Referral.objects.get(pk=referral.pk).get_state_display()
        assert world.caseworker.user.full_name in told
        assert state in told
        assert Change.objects.filter(referral=referral).count() == 2


def test_the_documentation_shows_the_table_as_it_is():
    text = (Path(__file__).resolve().parent.parent.parent / "docs" / "hand-over.md").read_text()
    drawn = set(re.findall(r"^  (\w+) --> (\w+): (\w+)$", text, re.M))
    assert drawn == {(s.value, t.target.value, verb) for verb, t in TRANSITIONS.items() for s in t.sources}
