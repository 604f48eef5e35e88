"""Legal matters: by next date, with hearings in the calendar; and notes that nobody but the lawyer reads, not by any way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.enrolments import actions as enrolments
from cases.legal import actions as legal
from cases.legal.actions import MatterClosed, NotTheLawyer
from cases.legal.models import Disposal, Hearing, Matter, MatterNote
from cases.planning import actions as planning
from cases.rights import actions as rights
from partnership.audit_trail.models import ReadLog, RecordChangeContent
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from tests.shared_worlds import shared
from tests.world import on_web, run_as


@shared
def office(world):
    """Somebody gets legal aid; the caseworker is the lawyer, who noted something."""
    world.programme.parts = ["legal"]
    world.programme.save()
    world.lawyer = world.caseworker
    world.colleague = world.member(world.ngo, "caseworker")
    world.part = world.enrolment(started_on=world.today - timedelta(days=30), responsible=world.lawyer.user)
    world.matter = open_matter(world, next_on=world.today + timedelta(days=9))
    run_as(world.lawyer, legal.write_note, matter=world.matter, text="We'll ask for a waiver.")
    return world


def open_matter(office, **facts):
    terms = {"lawyer": office.lawyer.user, "offences": ["060111"], "section": "50:2 a", "case_number": "R 26/7"}
    return run_as(office.lawyer, legal.open_matter, enrolment=office.part, **(terms | facts))


def hearing(office, days=3, **more):
    terms = {"at": timezone.now() + timedelta(days=days), "kind": "main", "place": "Courtroom 4"} | more
    return run_as(office.lawyer, legal.add_hearing, matter=office.matter, **terms)


def decide(office, sanction="waived", **more):
    terms = {"on": office.today, "decided_by": "prosecutor", "sanction": sanction} | more
    return run_as(office.lawyer, legal.record_disposal, matter=office.matter, **terms)


class TestNotesAreTheLawyersAlone:
    def test_the_lawyer_reads_them(self, office):
        page = office.client(office.lawyer).get(reverse("matter", args=[office.matter.pk])).content.decode()
        assert "ask for a waiver" in page

    def test_neither_the_case_manager_nor_a_colleague_does(self, office):
        page = office.client(office.case_manager).get(reverse("matter", args=[office.matter.pk]))
        assert page.status_code == 200
        assert "ask for a waiver" not in page.content.decode()
        for other in (office.case_manager, office.colleague, office.other_caseworker, office.auditor):
            with on_web(other):
                assert not MatterNote.objects.exists()

    def test_nor_by_sql(self, office):
        with on_web(office.case_manager), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_matternote")
            assert cursor.fetchone() == (0,)
            cursor.execute("UPDATE cases_matternote SET author_id = %s", [office.case_manager.user.pk])
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM cases_matternote")
            assert cursor.rowcount == 0

    def test_nor_after_taking_the_matter_over(self, office):
        run_as(office.case_manager, legal.change_matter, matter=office.matter, lawyer=office.case_manager.user)
        with on_web(office.case_manager):
            assert not MatterNote.objects.exists()
        with on_web(office.lawyer):
            assert MatterNote.objects.exists()

    def test_nobody_else_writes_one(self, office):
        with pytest.raises(NotTheLawyer):
            run_as(office.case_manager, legal.write_note, matter=office.matter, text="Mine")
        for author in (office.case_manager, office.lawyer):
            with pytest.raises(DatabaseError), transaction.atomic(), on_web(office.case_manager):
                MatterNote.objects.create(
                    partner=office.ngo, matter=office.matter, author=author.user, text="In another's name"
                )

    def test_no_history_keeps_them(self, office):
        assert not RecordChangeContent.objects.filter(record__contains="note").exists()

    def test_the_file_of_all_data_says_who_has_them(self, office):
        with on_web(office.case_manager):
            (part,) = (part for part in rights.held_about(office.part.person) if part.title == "Legal matters")
        assert office.lawyer.user.full_name in part.rows[0][-1]
        assert "waiver" not in str(part)

    def test_erasing_the_person_takes_them_along_unseen(self, office):
        run_as(office.lawyer, legal.close_matter, matter=office.matter)
        run_as(office.lawyer, enrolments.end_enrolment, enrolment=office.part, ended_on=office.today, reason="moved")
        run_as(office.case_manager, rights.erase, person=office.part.person)
        assert not MatterNote.objects.exists()
        assert not Matter.objects.exists()


class TestMatters:
    def test_stand_by_their_next_date_that_of_a_hearing_too(self, office):
        later = open_matter(office, next_on=office.today + timedelta(days=20))
        without = open_matter(office)
        run_as(
            office.lawyer, legal.add_hearing, matter=later, at=timezone.now() + timedelta(days=2), kind="main", place=""
        )
        rows = office.client(office.lawyer).get(reverse("matter_list")).context["page"].rows
        assert [matter.pk for matter in rows] == [later.pk, office.matter.pk, without.pk]

    def test_a_colleague_finds_them_among_all(self, office):
        client = office.client(office.colleague)
        assert not client.get(reverse("matter_list")).context["page"].rows
        assert client.get(reverse("matter_list"), {"whose": "all"}).context["page"].rows

    def test_a_closed_one_takes_nothing_until_it_is_opened_again(self, office):
        run_as(office.lawyer, legal.close_matter, matter=office.matter)
        for change in (hearing, decide):
            with pytest.raises(MatterClosed):
                change(office)
        run_as(office.lawyer, legal.reopen_matter, matter=office.matter)
        assert decide(office)

    def test_a_first_offence_is_known_somehow(self, office):
        with pytest.raises(Invalid):
            open_matter(office, first_offence="yes")
        assert open_matter(office, first_offence="yes", first_known="told")

    def test_the_lawyer_is_of_the_own_organisation(self, office):
        with pytest.raises(Invalid):
            open_matter(office, lawyer=office.other_caseworker.user)

    def test_are_the_partners_alone(self, office):
        hearing(office)
        decide(office)
        for stranger in (office.other_caseworker, office.liaison, office.court_officer, office.coordinator):
            with on_web(stranger):
                for model in (Matter, Hearing, Disposal):
                    assert not model.objects.exists()
        with pytest.raises(NotAParty):
            run_as(office.other_caseworker, legal.close_matter, matter=office.matter)

    def test_the_case_number_is_encrypted_where_it_lies(self, office):
        with connection.cursor() as cursor:
            cursor.execute("SELECT case_number FROM cases_matter")
            assert "26/7" not in str(cursor.fetchone()[0])

    def test_on_pages_one_is_opened_heard_and_decided(self, office):
        client = office.client(office.lawyer)
        facts = {
            "lawyer": office.lawyer.user.pk, "offences": ["060111"], "stage": "inquiry", "first_offence": "unknown",
            "opened_on": office.today.isoformat(),
        }  # fmt: skip
        sent = client.post(reverse("matter_new", args=[office.part.pk]), facts)
        assert sent.status_code == 302
        number = Matter.objects.latest("id").pk
        day = (office.today + timedelta(days=5)).isoformat()
        body = {"hearing-day": day, "hearing-time": "09:30", "hearing-kind": "main", "hearing-place": "Hall 2"}
        assert client.post(reverse("hearing_add", args=[number]), body).status_code == 302
        body = {
            "disposal-on": office.today.isoformat(), "disposal-decided_by": "court", "disposal-sanction": "fine",
            "disposal-treatment_weighed": "yes", "disposal-length_days": "10",
        }  # fmt: skip
        assert client.post(reverse("disposal_add", args=[number]), body).status_code == 422  # a fine has no length
        body |= {"disposal-length_days": ""}
        assert client.post(reverse("disposal_add", args=[number]), body).status_code == 302
        page = client.get(reverse("matter", args=[number])).content.decode()
        assert "Hall 2" in page
        assert "Fine" in page


class TestHearings:
    def test_are_in_the_lawyers_calendar(self, office):
        at = timezone.now() + timedelta(hours=1)
        hearing(office, at=at)
        week = {"week": timezone.localdate(at).isoformat()}
        assert "Courtroom 4" in office.client(office.lawyer).get(reverse("calendar"), week).content.decode()
        assert "Courtroom 4" not in office.client(office.colleague).get(reverse("calendar"), week).content.decode()

    def test_and_in_the_one_that_is_subscribed_to_without_a_name(self, office):
        hearing(office)
        token = run_as(office.lawyer, planning.make_feed)
        feed = office.client(office.lawyer).get(reverse("calendar_ics", args=[token])).content.decode()
        assert "Courtroom 4" in feed
        assert ReadLog.objects.filter(what="calendar_feed").latest("id").count == 1
        assert "Meik" not in feed

    def test_nobody_came_to_one_that_has_not_been(self, office):
        ahead = hearing(office)
        with pytest.raises(DateOutOfRange):
            run_as(office.lawyer, legal.mark_hearing, hearing=ahead, attendance="came")
        run_as(office.lawyer, legal.mark_hearing, hearing=ahead, attendance="cancelled")
        assert office.matter.next_day == office.today + timedelta(days=9)


class TestDecisions:
    def test_only_what_has_a_length_has_one(self, office):
        with pytest.raises(Invalid):
            decide(office, "fine", length_days=30)
        assert decide(office, "conditional", length_days=30, decided_by="court")

    def test_not_of_a_day_to_come(self, office):
        with pytest.raises(DateOutOfRange):
            decide(office, on=office.today + timedelta(days=1))
