"""Mentoring: who may mentor whom, how many at once, and which pair has gone quiet; nobody outside sees or writes any of it."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.consents.actions import GuardianConsentMissing
from cases.enrolments import actions as enrolments
from cases.mentoring import actions as mentoring
from cases.mentoring.matching import excludes, suits_less
from cases.mentoring.measures import measures_of
from cases.mentoring.models import CHECK_HOLDS_DAYS, Mentor, MentorContact, MentorPair
from cases.planning.models import Task
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from tests.partnership.test_isolation import act_as, committed, web_connection  # noqa: F401 — a fixture
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MODELS = (Mentor, MentorPair, MentorContact)


def mentor_of(world, **values):
    return run_as(
        world.case_manager,
        mentoring.save_mentor,
        **{
            "mentor": Mentor(partner=world.ngo),
            "name": "Sanna Kivi",
            "kind": "adult",
            "background_checked_on": world.today - timedelta(days=30),
            "qualified_until": world.today + timedelta(days=30),
            "max_pairs": 1,
            "languages": ["fi"],
        }
        | values,
    )


def begin(world, enrolment=None, **values):
    values = {"mentor": world.mentor, "agreed_every_days": 7} | values
    return run_as(world.caseworker, mentoring.begin_pair, enrolment=enrolment or world.enrolment(), **values)


def aged(world, years):
    """Somebody of the NGO's who turned so many years old yesterday, or did so at most a year ago."""
    yesterday = world.today - timedelta(days=1)
    return world.person(world.ngo, born_on=yesterday.replace(year=yesterday.year - years, day=min(yesterday.day, 28)))


@shared
def mentored(world):
    """A mentor with one place, taken by a pair of 20 days that agreed to be in touch every week."""
    world.mentor = mentor_of(world)
    world.part = world.enrolment(started_on=world.today - timedelta(days=20), responsible=world.case_manager.user)
    world.pair = begin(world, world.part, started_on=world.part.started_on)
    return world


class TestWhoMentors:
    @pytest.mark.parametrize(
        "values",
        [
            {"background_checked_on": None},
            {"background_checked_on": -CHECK_HOLDS_DAYS - 1},
            {"qualified_until": -1},
        ],
    )
    def test_no_pair_begins_with_a_check_or_qualification_missing_or_over(self, mentored, values):
        days = {name: mentored.today + timedelta(days=of) if of else None for name, of in values.items()}
        mentor = mentor_of(mentored, **days)
        with pytest.raises(mentoring.MentorNotFree):
            begin(mentored, mentor=mentor)
        part = mentored.enrolment(person=mentored.person(mentored.ngo))
        with pytest.raises(DatabaseError), on_web(mentored.caseworker):
            MentorPair.objects.create(partner=mentored.ngo, enrolment=part, mentor=mentor)

    def test_the_last_day_of_both_still_counts(self, mentored):
        day = mentored.today
        mentor = mentor_of(mentored, background_checked_on=day - timedelta(CHECK_HOLDS_DAYS), qualified_until=day)
        assert begin(mentored, mentor=mentor)

    def test_a_check_of_a_day_to_come_is_none(self, mentored):
        with pytest.raises(Invalid):
            mentor_of(mentored, background_checked_on=mentored.today + timedelta(days=1))
        mentor = mentor_of(mentored)
        Mentor.objects.filter(pk=mentor.pk).update(background_checked_on=mentored.today + timedelta(days=1))
        part = mentored.enrolment(person=mentored.person(mentored.ngo))
        with pytest.raises(DatabaseError), on_web(mentored.caseworker):
            MentorPair.objects.create(partner=mentored.ngo, enrolment=part, mentor=mentor)

    def test_under_18_no_peer_mentors_and_the_guardian_is_asked(self, mentored):
        young = aged(mentored, 15)
        peer, adult = mentor_of(mentored, kind="peer"), mentor_of(mentored)
        with pytest.raises(mentoring.MentorNotFree):
            begin(mentored, mentored.enrolment(young), mentor=peer, guardian="agreed")
        part = mentored.enrolment(aged(mentored, 16))
        with pytest.raises(GuardianConsentMissing):
            begin(mentored, part, mentor=adult)
        for mentor, guardian in ((peer, "agreed"), (adult, "")):
            with pytest.raises(DatabaseError), on_web(mentored.caseworker):
                MentorPair.objects.create(partner=mentored.ngo, enrolment=part, mentor=mentor, guardian=guardian)
        assert begin(mentored, part, mentor=adult, guardian="agreed").guardian == "agreed"

    def test_of_an_adult_no_guardian_is_kept(self, mentored):
        assert begin(mentored, mentor=mentor_of(mentored), guardian="risk").guardian == ""

    def test_age_district_and_language_speak_against_it_and_forbid_nothing(self, mentored):
        person = aged(mentored, 30)
        person.district = mentored.city
        mentor = mentor_of(mentored, from_age=18, to_age=29, district=mentored.hill)
        mentor = Mentor.objects.with_pairs().get(pk=mentor.pk)
        assert excludes(mentor, person) == []
        assert len(suits_less(mentor, person, "sv")) == 3
        mentor.from_age, mentor.to_age, mentor.district = 30, None, person.district
        assert suits_less(mentor, person, "fi") == []


class TestPlaces:
    def test_no_more_pairs_at_once_than_agreed(self, mentored):
        with pytest.raises(mentoring.MentorNotFree):
            begin(mentored)
        part = mentored.enrolment(person=mentored.person(mentored.ngo))
        with pytest.raises(DatabaseError), on_web(mentored.caseworker):
            MentorPair.objects.create(partner=mentored.ngo, enrolment=part, mentor=mentored.mentor)
        run_as(mentored.caseworker, mentoring.end_pair, pair=mentored.pair, reason="reached")
        assert begin(mentored, part)

    def test_nor_fewer_agreed_than_go_on_nor_is_a_mentor_ended_who_has_some(self, mentored):
        run_as(mentored.case_manager, mentoring.save_mentor, mentor=mentored.mentor, max_pairs=2)
        begin(mentored)
        with pytest.raises(Invalid):
            run_as(mentored.case_manager, mentoring.save_mentor, mentor=mentored.mentor, max_pairs=1)
        with pytest.raises(mentoring.MentorHasPairs):
            run_as(mentored.case_manager, mentoring.end_mentor, mentor=mentored.mentor)
        for values in ({"max_pairs": 1}, {"ended_on": mentored.today}):
            with pytest.raises(DatabaseError), on_web(mentored.case_manager):
                Mentor.objects.filter(pk=mentored.mentor.pk).update(**values)

    def test_a_mentor_who_ended_takes_nobody(self, mentored):
        mentor = mentor_of(mentored)
        run_as(mentored.case_manager, mentoring.end_mentor, mentor=mentor)
        with pytest.raises(mentoring.MentorNotFree):
            begin(mentored, mentor=mentor)

    def test_one_mentor_at_a_time(self, mentored):
        other = mentor_of(mentored)
        with pytest.raises(mentoring.PairExists):
            begin(mentored, mentored.part, mentor=other)
        with pytest.raises(IntegrityError), transaction.atomic():
            MentorPair.objects.create(partner=mentored.ngo, enrolment=mentored.part, mentor=other)

    def test_an_end_is_final(self, mentored):
        run_as(mentored.caseworker, mentoring.end_pair, pair=mentored.pair, reason="reached")
        with pytest.raises(mentoring.PairEnded):
            run_as(mentored.caseworker, mentoring.end_pair, pair=mentored.pair, reason="mentor")
        with pytest.raises(DatabaseError), on_web(mentored.caseworker):
            MentorPair.objects.filter(pk=mentored.pair.pk).update(ended_on=None, end_reason="")

    def test_a_pair_ends_with_its_participation_and_the_mentor_has_a_place_again(self, mentored):
        run_as(
            mentored.caseworker,
            enrolments.end_enrolment,
            enrolment=mentored.part,
            ended_on=mentored.today,
            reason="completed",
        )
        pair = MentorPair.objects.get(pk=mentored.pair.pk)
        assert (pair.ended_on, pair.end_reason) == (mentored.today, "participation")
        assert begin(mentored, mentored.enrolment(person=mentored.person(mentored.ngo)))


class TestHowPairsGoOn:
    """Counted as of 30 June 2026, of pairs that began on the last day of a month."""

    @pytest.fixture
    def measured(self, mentored, set_clock):
        set_clock(timezone.make_aware(datetime(2026, 6, 30, 12)))
        MentorPair.objects.all().delete()
        Mentor.objects.update(max_pairs=9, background_checked_on=date(2026, 1, 1), qualified_until=date(2099, 1, 1))
        return mentored

    def pair(self, world, started_on, ended_on=None):
        enrolment = world.enrolment(person=world.person(world.ngo), started_on=started_on)
        reason = "person" if ended_on else ""
        mentor = Mentor.objects.get(pk=world.mentor.pk)
        return MentorPair.objects.create(
            partner=world.ngo,
            enrolment=enrolment,
            mentor=mentor,
            started_on=started_on,
            ended_on=ended_on,
            end_reason=reason,
        )

    @pytest.mark.parametrize(
        ("started_on", "ended_on", "expected"),
        [
            (
                date(2026, 3, 31),
                None,
                [(0, 0), (0, 0), (0, 0)],
            ),  # three months of it end on 30 June, and it began after 30 March
            (date(2026, 3, 30), None, [(1, 1), (0, 0), (0, 0)]),
            (date(2025, 11, 30), date(2026, 2, 28), [(1, 1), (1, 0), (0, 0)]),  # to the last day of the shorter month
            (date(2025, 11, 30), date(2026, 2, 27), [(1, 0), (1, 0), (0, 0)]),
            (date(2025, 6, 30), None, [(1, 1), (1, 1), (1, 1)]),
            (date(2023, 6, 30), None, [(0, 0), (0, 0), (0, 0)]),  # three years ago
        ],
    )
    def test_a_pair_lasted_when_it_went_on_for_so_many_months(self, measured, started_on, ended_on, expected):
        self.pair(measured, started_on, ended_on)
        assert [(one.pairs, one.lasted) for one in measures_of(measured.ngo).lasted] == expected

    def test_contacts_are_those_of_pairs_that_went_on_for_three_months(self, measured):
        steady, new = self.pair(measured, date(2026, 3, 30)), self.pair(measured, date(2026, 4, 1))
        for pair, day in [
            (steady, date(2026, 3, 30)),
            (steady, date(2026, 3, 31)),
            (steady, date(2026, 6, 30)),
            (new, date(2026, 6, 1)),
        ]:
            MentorContact.objects.create(
                partner=measured.ngo, pair=pair, on=day, mode="met", topic="work", recorded_by=measured.caseworker.user
            )
        measures = measures_of(measured.ngo)
        assert (measures.contacts, measures.pairs) == (2, 1)

    def test_another_organisation_counts_none_of_them(self, measured):
        self.pair(measured, date(2025, 6, 30))
        assert all(one.pairs == 0 for one in measures_of(measured.other_ngo).lasted)


class TestInTouch:
    def record(self, world, days, **values):
        values = {"mode": "met", "topic": "work"} | values
        on = world.today - timedelta(days=days)
        return run_as(world.caseworker, mentoring.record_contact, pair=world.pair, on=on, **values)

    @pytest.mark.parametrize(("days", "is_quiet"), [(None, True), (8, True), (7, False), (0, False)])
    def test_a_pair_is_quiet_once_the_agreed_days_are_over(self, mentored, days, is_quiet):
        if days is not None:
            self.record(mentored, days)
        pair = MentorPair.objects.with_next().get(pk=mentored.pair.pk)
        assert (pair.next_by < mentored.today) is is_quiet
        page = mentored.client(mentored.caseworker).get(reverse("mentoring_board")).content.decode()
        assert ("Quiet since" in page) is is_quiet

    def test_a_concern_is_a_task_of_who_is_responsible(self, mentored):
        self.record(mentored, 1)
        assert not Task.objects.exists()
        self.record(mentored, 0, concern="Sleeps outside.")
        task = Task.objects.get()
        assert task.assigned_to == mentored.case_manager.user
        assert (task.person, task.due_on) == (mentored.part.person, mentored.today)
        assert "Sleeps outside." in task.text

    def test_it_was_during_the_pair_which_goes_on(self, mentored):
        for days in (-1, 21):
            with pytest.raises(DateOutOfRange):
                self.record(mentored, days)
        run_as(mentored.caseworker, mentoring.end_pair, pair=mentored.pair, reason="person")
        with pytest.raises(mentoring.PairEnded):
            self.record(mentored, 0)


class TestWalls:
    def test_all_of_it_is_the_partners_alone(self, mentored):
        TestInTouch().record(mentored, 0)
        for stranger in (
            mentored.other_caseworker,
            mentored.liaison,
            mentored.court_officer,
            mentored.coordinator,
            mentored.auditor,
        ):
            with on_web(stranger):
                assert not any(model.objects.exists() for model in MODELS)
        with pytest.raises(NotAParty):
            run_as(mentored.other_caseworker, mentoring.end_pair, pair=mentored.pair, reason="reached")
        address = reverse("mentor_pair", args=[mentored.pair.pk])
        assert mentored.client(mentored.other_caseworker).get(address).status_code == 404
        assert mentored.client(mentored.liaison).get(address).status_code == 403

    def test_nobody_signs_for_another(self, mentored):
        with pytest.raises(DatabaseError), on_web(mentored.caseworker):
            MentorContact.objects.create(
                partner=mentored.ngo,
                pair=mentored.pair,
                mode="met",
                topic="work",
                recorded_by=mentored.case_manager.user,
            )

    def test_on_pages_from_the_mentor_to_the_end(self, mentored):
        manager, client = mentored.client(mentored.case_manager), mentored.client(mentored.caseworker)
        body = {
            "name": "Oskar Lund",
            "kind": "officer",
            "background_checked_on": mentored.today.isoformat(),
            "qualified_until": mentored.today.isoformat(),
            "max_pairs": 1,
            "languages": ["sv"],
        }
        assert client.post(reverse("mentor_new"), body).status_code == 403
        assert manager.post(reverse("mentor_new"), body | {"max_pairs": 0}).status_code == 422
        assert manager.post(reverse("mentor_new"), body).status_code == 302
        part, mentor = mentored.enrolment(aged(mentored, 16)), Mentor.objects.get(kind="officer")
        page = reverse("pair_new", args=[part.pk])
        assert "No place is free." in client.get(page, {"language": "sv"}).content.decode()
        body = {"mentor": mentor.pk, "agreed_every_days": 7, "started_on": mentored.today.isoformat()}
        assert client.post(page, body).status_code == 422
        assert client.post(page, body | {"guardian": "agreed"}).status_code == 302
        pair = MentorPair.objects.get(mentor=mentor)
        body = {"contact-on": mentored.today.isoformat(), "contact-mode": "met", "contact-topic": "work"}
        assert client.post(reverse("mentor_contact_add", args=[pair.pk]), body).status_code == 302
        body = {"end-ended_on": mentored.today.isoformat(), "end-reason": "reached"}
        assert client.post(reverse("mentor_pair_end", args=[pair.pk]), body).status_code == 302
        assert manager.post(reverse("mentor_end", args=[mentor.pk])).status_code == 302
        assert Mentor.objects.get(pk=mentor.pk).ended_on == mentored.today

    def test_the_file_of_all_data_has_it_and_erasure_takes_it(self, mentored):
        TestInTouch().record(mentored, 0, concern="Sleeps outside.")
        with on_web(mentored.case_manager):
            assert "Sleeps outside." in str(held_about(mentored.part.person))
        run_as(
            mentored.caseworker,
            enrolments.end_enrolment,
            enrolment=mentored.part,
            ended_on=mentored.today,
            reason="moved",
        )
        run_as(mentored.case_manager, rights.erase, person=mentored.part.person)
        assert not MentorPair.objects.exists()
        assert not MentorContact.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestThroughAConnection:
    BEGIN = (
        "INSERT INTO cases_mentorpair (partner_id, enrolment_id, mentor_id, agreed_every_days, guardian, started_on, end_reason)"
        " VALUES (%s, %s, %s, 7, '', current_date, '')"
    )

    def test_of_two_who_want_the_last_place_at_once_one_gets_it(self, committed):  # noqa: F811
        mentor = mentor_of(committed)
        parts = [committed.enrolment(person=committed.person(committed.ngo)) for _ in range(2)]
        outcomes: list[str] = []
        with web_connection() as first:
            act_as(first, committed.caseworker)
            first.execute(self.BEGIN, [committed.ngo.pk, parts[0].pk, mentor.pk])

            def second() -> None:
                with web_connection() as cursor:
                    act_as(cursor, committed.case_manager)
                    try:
                        cursor.execute(self.BEGIN, [committed.ngo.pk, parts[1].pk, mentor.pk])
                        cursor.connection.commit()
                        outcomes.append("written")
                    except Exception as error:
                        outcomes.append(str(error).split("\n")[0])

            waiting = threading.Thread(target=second)
            waiting.start()
            waiting.join(0.5)
            assert not outcomes  # it waits for the first
            first.connection.commit()
            waiting.join(20)
        assert outcomes == ["The mentor takes nobody now."]
        assert MentorPair.objects.filter(mentor=mentor).count() == 1

    def test_an_officer_who_mentors_reads_and_writes_nothing_of_the_case(self, committed):  # noqa: F811
        mentor = mentor_of(committed, kind="officer")
        part = committed.enrolment()
        committed.mentor = mentor
        pair = begin(committed, part)
        with web_connection() as cursor:
            act_as(cursor, committed.liaison)
            for table in ("mentor", "mentorpair", "mentorcontact", "enrolment", "session", "note", "task"):
                cursor.execute(f"SELECT count(*) FROM cases_{table} WHERE partner_id = %s", [committed.ngo.pk])
                assert cursor.fetchone() == (0,), table
            cursor.execute("UPDATE cases_mentorpair SET agreed_every_days = 1 WHERE id = %s", [pair.pk])
            assert cursor.rowcount == 0
            with pytest.raises(Exception, match="row-level security"):
                cursor.execute(
                    'INSERT INTO cases_mentorcontact (partner_id, pair_id, "on", mode, topic, concern, recorded_by_id)'
                    " VALUES (%s, %s, current_date, 'met', 'work', '', %s)",
                    [committed.ngo.pk, pair.pk, committed.liaison.user.pk],
                )
