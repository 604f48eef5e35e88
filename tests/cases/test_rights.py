"""The rights of the person concerned: all that is held in one file, answered within a month, erased for good; retention."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from cases.assessments import actions as assessments
from cases.assessments.models import Assessment
from cases.consents import actions as consents
from cases.consents.models import ConsentPaper
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.legal.models import Matter
from cases.people.models import Person
from cases.planning import actions as planning
from cases.planning.models import Task
from cases.rights import actions as rights
from cases.rights.information import information
from cases.rights.models import RequestWords, RetentionCount, SubjectRequest
from partnership.audit_trail.models import ReadLog
from partnership.isolation.errors import Invalid
from referrals.diversions.models import Condition
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure
from referrals.mediation.models import Mediation
from tests.shared_worlds import shared
from tests.world import database_role, on_web, pseudonyms_of, run_as

SECRETS = ("Maija", "Meikäläinen", "0401234567", "Talked about the family", "Find a flat", "Call her sister")


@shared
def case(world):
    """An NGO's person of whom everything is held."""
    world.them = world.person(world.ngo, phone="0401234567")
    world.part = world.enrolment(
        person=world.them, started_on=world.today - timedelta(days=40), responsible=world.caseworker.user
    )
    us = world.caseworker
    run_as(
        us, enrolments.record_session, enrolment=world.part, held_on=world.today, method="cbt", attendance="attended"
    )
    run_as(us, enrolments.add_note, enrolment=world.part, text="Talked about the family")
    run_as(us, enrolments.add_goal, enrolment=world.part, area="housing", text="Find a flat")
    run_as(us, assessments.record_assessment, enrolment=world.part, instrument="audit", score=17, held_on=world.today)
    run_as(us, planning.add_task, text="Call her sister", due_on=None, assigned_to=us.user, person=world.them)
    world.onward = world.draft(by=us, person=world.them, kind="ngo_to_ngo", programme=world.other_programme)
    run_as(us, consents.attach_paper, consent=world.onward.consent, content=b"%PDF-1.7")
    return world


def end(case):
    run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="completed")


class TestTheFile:
    def test_it_holds_everything_and_says_who_read_the_page(self, case):
        self_made = {"kind": "access", "received_on": case.today, "note": "Show me all"}
        run_as(case.caseworker, rights.record_request, person=case.them, **self_made)
        case.client(case.case_manager).get(reverse("person", args=[case.them.pk]))
        with on_web(case.caseworker):
            text = str(rights.held_about(Person.objects.get(pk=case.them.pk)))
        for held in (*SECRETS, "Counselling", "AUDIT", "17", "Bridge", "Show me all", case.case_manager.user.full_name):
            assert held in text, held

    def test_what_referrals_hold_is_in_it_for_the_sender_and_for_the_receiver(self, case):
        referral = case.enrolled(person=case.person(case.police, first_names="Diverted"))
        run_as(case.caseworker, handover.write_message, referral=referral, text="Came on Monday")
        for acting, person in ((case.liaison, referral.person), (case.caseworker, referral.receiver_person)):
            with on_web(acting):
                text = str(rights.held_about(person))
            for held in ("Wants help.", "Came on Monday", "Attend sessions", "Counselling"):
                assert held in text or (held == "Counselling" and acting is case.liaison), (acting, held)

    def test_every_table_that_points_to_a_person_or_an_enrolment_is_in_it_or_named_here(self, world):
        """A new kind of record must be put into the file, or it is missing from what the law promises."""
        known = {
            "cases_consent", "cases_enrolment", "cases_session", "cases_goal", "cases_note", "cases_appointment",
            "cases_task", "cases_card", "cases_contactwish", "cases_assessment", "cases_plan", "cases_teammember", "cases_phasestay",
            "cases_review", "cases_response", "cases_stay", "cases_situation", "cases_matter", "referrals_endreport",
            "referrals_anchorcase", "referrals_anchorexchange", "referrals_mediation", "referrals_mediationreport", "cases_arrest", "referrals_referral",
            "cases_subjectrequest", "cases_relation", "referrals_statement", "referrals_welfarenotice",
            "cases_fellowship", "cases_mentorpair", "referrals_invitee", "cases_release", "cases_placement", "cases_familyconsent",
            # In the person's hands, when they are alone, and in no file (ADR 46).
            "cases_screen", "cases_protectedreferral", "cases_policenotice", "cases_safecontact",
            "cases_person",  # a linked record, whose data are in the file as well
            "metrics_link", "metrics_followup",  # pseudonymous, rebuilt from the above
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
                " AND confrelid IN ('cases_person'::regclass, 'cases_enrolment'::regclass)"
            )
            assert {table for (table,) in cursor.fetchall()} - known == set()

    def test_it_is_a_pdf_for_the_own_partner_alone_and_the_log_says_so(self, case):
        address = reverse("person_file", args=[case.them.pk])
        assert case.client(case.caseworker).get(address).content.startswith(b"%PDF")
        assert ReadLog.objects.filter(what="person_file", object_id=case.them.pk).exists()
        assert case.client(case.other_caseworker).get(address).status_code == 404
        assert case.client(case.auditor).get(address).status_code == 403


NOTICE = {
    "controller": "Anchor, Quay 1, 00100 Harbour",
    "officer": "Officer of Anchor, 040 555",
    "purposes": "We help people.",
    "legal_basis": "Your consent.",
    "sources": "You, and who referred you.",
}


class TestWhatArticle15Asks:
    """GDPR article 15(1), (a) to (h), and the reads with what they were for (Act 703/2023, section 11)."""

    def text(self, case, person=None):
        person = person or case.them
        with on_web(case.caseworker):
            sections = information(Person.objects.get(pk=person.pk), case.ngo, rights._holders)
        return "\n".join(
            [text for section in sections for text in section["text"]]
            + [text for section in sections for _title, texts in section["parts"] for text in texts]
        )

    def test_contacts_purposes_basis_and_sources_as_the_manager_wrote_them(self, case):
        client = case.client(case.case_manager)
        assert client.post(reverse("privacy_notice"), NOTICE).status_code == 302
        text = self.text(case)
        for said in NOTICE.values():
            assert said in text
        assert "Not stated yet" not in text

    def test_what_is_missing_is_said_and_not_left_out(self, case):
        assert self.text(case).count("Not stated yet") == 5
        assert "Your privacy notice is missing" in case.client(case.case_manager).get(reverse("request_list")).text

    def test_the_manager_alone_writes_it(self, case):
        for acting in (case.caseworker, case.liaison):
            assert case.client(acting).post(reverse("privacy_notice"), NOTICE).status_code == 403

    def test_who_received_it_and_from_whom_it_came(self, case):
        referral = case.enrolled(person=case.person(case.police, first_names="Diverted"))
        assert "Referral from Harbour Police" in self.text(case, referral.receiver_person)
        run_as(case.caseworker, handover.send, referral=case.onward)
        assert "Bridge: NGO to NGO" in self.text(case)

    def test_that_nobody_received_it_is_said(self, case):
        assert "Nobody outside Anchor." in self.text(case)

    def test_how_long_it_is_kept(self, case, settings):
        assert f"{settings.RETENTION_YEARS} years" in self.text(case)

    def test_no_row_is_empty(self, case):
        with on_web(case.caseworker):
            parts = rights.held_about(Person.objects.get(pk=case.them.pk))
        facts = next(part for part in parts if part.title == "Person")
        assert all(value.strip(" –") for _name, value in facts.rows)
        assert "died on" not in str(facts.rows)
        assert all(part.rows for part in parts)

    def test_every_read_is_in_it_with_what_for_in_words_and_equal_ones_of_a_day_once(self, case):
        client = case.client(case.case_manager)
        for _n in range(3):
            client.get(reverse("person", args=[case.them.pk]))
        client.get(reverse("person_list"))
        client.get(reverse("enrolment", args=[case.part.pk]))
        with on_web(case.caseworker):
            reads = rights.reads_of([Person.objects.get(pk=case.them.pk)])
        told = [(what, what_for) for _when, _who, what, what_for in reads]
        assert told == [
            ("Person", "Oversight and quality"),
            ("List of people", "Work with the person"),
            ("Enrolment", "Oversight and quality"),
        ]
        assert "3 times" in reads[0][0]

    @pytest.mark.parametrize(("language", "word"), [("fi", "Rekisterinpitäjä"), ("sv", "Personuppgiftsansvarig")])
    def test_it_is_in_the_persons_language(self, case, language, word):
        with on_web(case.caseworker), translation.override(language):
            sections = information(Person.objects.get(pk=case.them.pk), case.ngo, [])
        assert word in str(sections)
        address = reverse("person_file", args=[case.them.pk])
        response = case.client(case.caseworker).get(address, {"lang": language})
        assert re.search(rb"/Lang\s*\((\w+)", response.content)[1] == language.encode()


class TestRequests:
    @pytest.mark.parametrize(
        ("received", "due"),
        [
            (date(2026, 1, 31), date(2026, 2, 28)),
            (date(2028, 1, 31), date(2028, 2, 29)),
            (date(2026, 12, 15), date(2027, 1, 15)),
            (date(2026, 5, 31), date(2026, 6, 30)),
        ],
    )
    def test_a_month_to_answer(self, received, due):
        assert rights.a_month_after(received) == due

    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_a_month_is_never_more_than_31_days_nor_less_than_28(self, received):
        assert 28 <= (rights.a_month_after(received) - received).days <= 31

    def record(self, case, kind="access", **more):
        return run_as(
            case.caseworker, rights.record_request, person=case.them, kind=kind, received_on=case.today, **more
        )

    def test_recorded_and_answered_on_the_pages(self, case):
        client = case.client(case.caseworker)
        sent = {"kind": "access", "received_on": case.today.isoformat(), "note": "I want to see it"}
        response = client.post(reverse("request_new", args=[case.them.pk]), sent)
        assert "I want to see it" in client.get(response.url).content.decode()
        client.post(response.url, {"outcome": "granted", "answer": ""})
        assert SubjectRequest.objects.get().answered_on == case.today

    def test_it_is_due_a_month_after_it_came(self, case):
        found = self.record(case)
        assert found.due_on == rights.a_month_after(case.today) > case.today

    def test_a_refusal_needs_reasons(self, case):
        found = self.record(case)
        response = case.client(case.caseworker).post(
            reverse("subject_request", args=[found.pk]), {"outcome": "refused"}
        )
        assert response.status_code == 422
        assert not SubjectRequest.objects.get().outcome

    def test_answered_once(self, case):
        found = self.record(case)
        run_as(case.caseworker, rights.answer_request, request=found, outcome="granted", answer="")
        with pytest.raises(rights.AlreadyAnswered):
            run_as(case.caseworker, rights.answer_request, request=found, outcome="refused", answer="x")

    def test_not_received_tomorrow(self, case):
        with pytest.raises(Invalid):
            run_as(
                case.caseworker, rights.record_request, person=case.them, kind="access",
                received_on=case.today + timedelta(days=1),
            )  # fmt: skip

    def test_the_auditor_sees_kind_and_days_and_not_the_person(self, case):
        self.record(case, note="I am in treatment")
        page = case.client(case.auditor).get(reverse("request_list")).content.decode()
        assert "Anchor" in page
        assert "article 15" in page
        assert "Meikäläinen" not in page
        assert "treatment" not in page
        assert case.client(case.auditor).get(reverse("subject_request", args=[1])).status_code == 403

    def test_in_the_database_too_the_auditor_sees_no_word_of_it(self, case):
        self.record(case, note="I am in treatment")
        with on_web(case.auditor):
            assert SubjectRequest.objects.exists()
            assert not RequestWords.objects.exists()

    def test_another_partner_sees_none(self, case):
        found = self.record(case)
        assert case.client(case.other_caseworker).get(reverse("subject_request", args=[found.pk])).status_code == 404
        with on_web(case.other_caseworker):
            assert not SubjectRequest.objects.exists()


class TestErasure:
    def erase(self, case):
        run_as(case.case_manager, rights.erase, person=case.them)
        return Person.objects.get(pk=case.them.pk)

    def test_nothing_that_names_the_person_is_left_in_the_database(self, case):
        sent = run_as(case.caseworker, handover.send, referral=case.onward)
        run_as(case.caseworker, handover.withdraw, referral=sent, reason="other_arrangement")
        end(case)
        them = self.erase(case)
        assert (them.first_names, them.last_name, them.phone, them.born_on) == ("", "", "", None)
        assert [*pseudonyms_of(them), them.birth_index, them.code_index] == ["", "", "", ""]
        for model in (Note, Goal, Assessment, Task, ConsentPaper):
            assert not model.objects.exists(), model
        disclosure = Disclosure.objects.get(referral=case.onward)
        assert (disclosure.first_names, disclosure.referral.need.summary, str(disclosure.open_days)) == ("", "", "{}")
        with on_web(case.caseworker):
            text = str(rights.held_about(them))
        for secret in SECRETS:
            assert secret not in text

    def test_what_a_completed_referral_disclosed_is_closed_and_empty(self, case):
        sent = run_as(case.caseworker, handover.send, referral=case.onward)
        them = case.other_caseworker
        run_as(them, handover.accept, referral=sent, started_on=case.today)
        run_as(them, handover.complete, referral=sent, ended_on=case.today)
        assert str(Disclosure.objects.get(referral=sent).open_days) != "{}"
        end(case)
        self.erase(case)
        disclosure = Disclosure.objects.get(referral=sent)
        assert (disclosure.last_name, str(disclosure.open_days)) == ("", "{}")

    def test_counts_and_dates_stay(self, case):
        end(case)
        self.erase(case)
        assert Session.objects.count() == Enrolment.objects.count() == 1

    def test_granting_the_request_erases(self, case):
        end(case)
        found = run_as(
            case.caseworker, rights.record_request, person=case.them, kind="erasure", received_on=case.today,
            note="I, Maija, ask for it",
        )  # fmt: skip
        run_as(case.caseworker, rights.answer_request, request=found, outcome="granted", answer="")
        assert RequestWords.objects.get().note == ""
        assert Person.objects.get(pk=case.them.pk).erased_on == case.today

    def test_not_while_the_person_takes_part_and_then_nothing_is_answered_either(self, case):
        found = run_as(case.caseworker, rights.record_request, person=case.them, kind="erasure", received_on=case.today)
        response = case.client(case.caseworker).post(
            reverse("subject_request", args=[found.pk]), {"outcome": "granted"}
        )
        assert b"takes part" in response.content
        assert Note.objects.exists()
        assert not SubjectRequest.objects.get().outcome

    def test_what_a_diversion_said_of_the_person_goes_too(self, case):
        diverted = case.person(case.police, first_names="Diverted")
        draft = case.draft(person=diverted)
        condition = Condition.objects.filter(diversion__referral=draft).get()
        condition.detail = "Pay Mrs Virtanen"
        condition.save()
        run_as(case.member(case.police, "police_liaison", is_manager=True), rights.erase, person=diverted)
        assert Condition.objects.get(diversion__referral=draft).detail == ""

    def test_nor_by_the_receiver_while_it_is_under_way(self, case):
        referral = case.sent(person=case.person(case.police, first_names="Accepted"))
        run_as(case.caseworker, handover.accept, referral=referral)
        referral.refresh_from_db()
        with pytest.raises(rights.StillNeeded, match="under way"):
            run_as(case.case_manager, rights.erase, person=referral.receiver_person)

    def test_not_while_a_referral_is_under_way_nor_with_arrests(self, case):
        end(case)
        run_as(case.caseworker, handover.send, referral=case.onward)
        with pytest.raises(rights.StillNeeded, match="under way"):
            self.erase(case)
        arrested = case.person(case.police)
        case.arrest(arrested, case.today)
        with pytest.raises(rights.StillNeeded, match="police law"):
            run_as(case.member(case.police, "police_liaison", is_manager=True), rights.erase, person=arrested)


class TestRetention:
    def long_ago(self, case, years=6):
        end(case)
        then = case.today - timedelta(days=round(years * 365.25))
        Enrolment.objects.filter(pk=case.part.pk).update(started_on=then - timedelta(days=90), ended_on=then)
        Person.objects.filter(pk=case.them.pk).update(
            changed_at=case.part.created_at - timedelta(days=round(years * 365.25))
        )

    def names(self, case):
        with on_web(case.case_manager):
            return [p.pk for p in rights.past_retention(Person.objects.filter(partner=case.ngo))]

    def test_only_those_with_whom_nothing_happened_for_that_long(self, case):
        assert self.names(case) == []
        self.long_ago(case)
        assert self.names(case) == [case.them.pk]
        case.enrolment(person=case.them, programme=case.programme)
        assert self.names(case) == []

    def test_just_within_the_years_nobody_is(self, case):
        self.long_ago(case, years=4.99)
        assert self.names(case) == []

    def test_the_last_day_of_the_period_still_belongs_to_it(self, case, settings):
        end(case)
        cutoff = case.today - timedelta(days=round(settings.RETENTION_YEARS * 365.25))
        Person.objects.update(changed_at=timezone.now() - timedelta(days=9_000))
        for ended_on, past in ((cutoff, False), (cutoff - timedelta(days=1), True)):
            Enrolment.objects.update(started_on=cutoff - timedelta(days=90), ended_on=ended_on)
            assert bool(self.names(case)) == past

    def test_a_record_that_was_changed_since_is_in_use(self, case):
        self.long_ago(case)
        them = Person.objects.get(pk=case.them.pk)
        them.phone = "0409999999"
        them.save()
        assert self.names(case) == []

    def test_who_still_takes_part_is_not_past_it_however_long(self, case):
        self.long_ago(case)
        Enrolment.objects.update(ended_on=None, end_reason="")
        assert self.names(case) == []

    def test_who_was_arrested_is_kept_as_police_law_says(self, case):
        them = case.person(case.police)
        Person.objects.filter(pk=them.pk).update(changed_at=timezone.now() - timedelta(days=9_000))
        past = lambda: list(rights.past_retention(Person.objects.filter(partner=case.police)))
        assert past() == [them]
        case.arrest(them, case.today - timedelta(days=8_000))
        assert past() == []

    def test_who_has_a_legal_matter_open_or_an_agreement_to_check_is_kept(self, case):
        self.long_ago(case)
        assert self.names(case) == [case.them.pk]
        matter = Matter.objects.create(
            partner=case.ngo,
            enrolment=case.part,
            opened_on=case.today,
            stage="district_court",
            offences=[],
            lawyer=case.caseworker.user,
        )
        assert self.names(case) == []
        matter.closed_on = case.today
        matter.save()
        assert self.names(case) == [case.them.pk]
        then = case.today - timedelta(days=3_000)
        mediation = Mediation.objects.create(
            partner=case.ngo, enrolment=case.part, person=case.them, offered_on=then, offered_by=case.caseworker.user,
            person_answer="agrees", harmed_answer="agrees", held_on=then, result="agreement", terms=["apology"], keep_by=then,
        )  # fmt: skip
        assert self.names(case) == []
        with database_role("worker"):
            rights.count_past_retention()
        assert RetentionCount.objects.get(partner=case.ngo).overdue == 0
        Mediation.objects.filter(pk=mediation.pk).update(kept="yes", kept_on=then)
        assert self.names(case) == [case.them.pk]

    def test_who_was_erased_is_erased_once(self, case):
        self.long_ago(case)
        Person.objects.update(erased_on=case.today)
        assert self.names(case) == []

    def test_a_manager_erases_a_caseworker_does_not(self, case):
        self.long_ago(case)
        address = reverse("person_erase", args=[case.them.pk])
        assert case.client(case.caseworker).post(address).status_code == 403
        assert case.client(case.case_manager).post(address).status_code == 302
        assert self.names(case) == []

    def test_somebody_not_past_retention_cannot_be_erased_by_number(self, case):
        end(case)
        assert case.client(case.case_manager).post(reverse("person_erase", args=[case.them.pk])).status_code == 404

    def test_the_job_counts_without_names_and_the_auditor_sees_how_many(self, case):
        self.long_ago(case)
        with database_role("worker"):
            rights.count_past_retention()
            rights.count_past_retention()
        assert RetentionCount.objects.get(partner=case.ngo).overdue == 1
        page = case.client(case.auditor).get(reverse("retention")).content.decode()
        assert "1 person past retention" in page
        assert "Meikäläinen" not in page
