"""Out of custody: the clock of the first days counts what was kept, what is planned can move until the person is out, and it is the
partner's alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.custody import actions as custody
from cases.custody.models import Release, ReleaseContact
from cases.enrolments import actions as enrolments
from cases.enrolments.actions import EnrolmentEnded
from cases.planning import calendar_feed
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from partnership.practices.models import PracticeInUse
from programs.catalogue.models import Part
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MODELS = (Release, ReleaseContact)


@shared
def inside(world):
    """Somebody in custody who takes part and comes out in ten days, under two conditions."""
    us = world.caseworker
    PracticeInUse.objects.create(partner=world.ngo, practice="custody")
    world.programme.parts = [Part.CUSTODY, Part.BEDS]
    world.programme.save()
    world.part = world.enrolment(started_on=world.today - timedelta(days=60), responsible=us.user)
    world.release = run_as(
        us,
        custody.plan_release,
        enrolment=world.part,
        planned_on=world.today + timedelta(days=10),
        conditions=["tests", "supervision"],
        conditions_note="Meets Salla Supervisor on Mondays",
        responsible=us.user,
    )
    return world


def current(world) -> Release:
    return Release.objects.get(pk=world.release.pk)


def out(world, hours_ago=30, naloxone="given") -> datetime:
    """The person was released so long ago."""
    at = timezone.now() - timedelta(hours=hours_ago)
    run_as(world.caseworker, custody.mark_released, release=current(world), released_at=at, naloxone=naloxone)
    return at


def contact(world, at, outcome="", how="met") -> ReleaseContact:
    return run_as(
        world.caseworker, custody.plan_contact, release=current(world), at=at, how=how, responsible=world.caseworker.user,
        outcome=outcome,
    )  # fmt: skip


def steps(world) -> list[str]:
    """How each part of the clock stands."""
    clock = current(world).clock(ReleaseContact.objects.all())
    return ["kept" if step.kept_at else "missed" if step.is_missed else "open" for step in clock]


class TestTheClock:
    def test_begins_with_the_release(self, inside):
        assert steps(inside) == []
        out(inside, hours_ago=1)
        assert steps(inside) == ["open", "open", "open"]

    @pytest.mark.parametrize(
        ("after", "stand"),
        [
            (timedelta(hours=24), ["kept", "kept", "kept"]),
            (timedelta(hours=24, seconds=1), ["missed", "kept", "kept"]),
            (timedelta(hours=72), ["missed", "kept", "kept"]),
            (timedelta(hours=72, seconds=1), ["missed", "missed", "kept"]),
            (timedelta(days=14), ["missed", "missed", "kept"]),
            (timedelta(days=14, seconds=1), ["missed", "missed", "missed"]),
        ],
    )
    def test_counts_the_first_contact_that_was_kept_to_the_second(self, inside, after, stand):
        contact(inside, out(inside, hours_ago=24 * 20) + after, "kept")
        assert steps(inside) == stand

    def test_counts_neither_what_was_missed_nor_planned_nor_before(self, inside):
        released_at = out(inside, hours_ago=24 * 20)
        contact(inside, released_at - timedelta(minutes=1), "kept", how="visit")
        contact(inside, released_at + timedelta(hours=1), "missed", how="gate")
        contact(inside, released_at + timedelta(hours=2))
        assert steps(inside) == ["missed", "missed", "missed"]

    def test_a_contact_that_was_marked_by_mistake_is_taken_back(self, inside):
        meeting = contact(inside, out(inside) + timedelta(hours=1), "kept")
        run_as(inside.caseworker, custody.mark_contact, contact=meeting, outcome="")
        assert steps(inside)[0] == "missed"
        run_as(inside.caseworker, custody.mark_contact, contact=meeting, outcome="kept")
        assert steps(inside)[0] == "kept"
        run_as(inside.caseworker, custody.remove_contact, contact=meeting)
        assert steps(inside)[0] == "missed"

    def test_stops_when_the_release_is_taken_back(self, inside):
        out(inside)
        run_as(inside.caseworker, custody.take_back_release, release=current(inside))
        assert steps(inside) == []
        assert current(inside).naloxone == "unknown"


class TestTheDay:
    def test_moves_until_the_person_is_out(self, inside):
        terms = {"conditions": [], "conditions_note": "", "responsible": None}
        later = inside.today + timedelta(days=20)
        run_as(inside.caseworker, custody.change_release, release=current(inside), planned_on=later, **terms)
        assert current(inside).planned_on == later
        out(inside)
        with pytest.raises(custody.ReleasedAlready):
            run_as(inside.caseworker, custody.change_release, release=current(inside), planned_on=inside.today, **terms)
        run_as(inside.caseworker, custody.change_release, release=current(inside), planned_on=later, **terms)

    def test_each_day_that_was_planned_stands_in_the_history(self, inside):
        later = inside.today + timedelta(days=20)
        run_as(
            inside.caseworker, custody.change_release, release=current(inside), planned_on=later, conditions=["tests"]
        )
        page = inside.client(inside.caseworker).get(reverse("history", args=["release", inside.release.pk]))
        assert page.status_code == 200
        assert str(later.year) in page.content.decode()

    def test_one_release_is_ahead_at_a_time(self, inside):
        with pytest.raises(custody.ReleaseAhead):
            run_as(inside.caseworker, custody.plan_release, enrolment=inside.part, planned_on=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.create(partner=inside.ngo, enrolment=inside.part)
        out(inside)
        run_as(inside.caseworker, custody.plan_release, enrolment=inside.part, planned_on=None)
        with pytest.raises(custody.ReleaseAhead):
            run_as(inside.caseworker, custody.take_back_release, release=current(inside))

    def test_nobody_is_out_nor_met_before_it_has_happened(self, inside):
        tomorrow = timezone.now() + timedelta(days=1)
        with pytest.raises(DateOutOfRange):
            run_as(
                inside.caseworker,
                custody.mark_released,
                release=current(inside),
                released_at=tomorrow,
                naloxone="given",
            )
        with pytest.raises(DateOutOfRange):
            contact(inside, tomorrow, "kept")
        planned = contact(inside, tomorrow, how="gate")
        with pytest.raises(DateOutOfRange):
            run_as(inside.caseworker, custody.mark_contact, contact=planned, outcome="missed")

    def test_nothing_is_written_once_the_participation_has_ended(self, inside):
        run_as(
            inside.caseworker, enrolments.end_enrolment, enrolment=inside.part, ended_on=inside.today, reason="moved"
        )
        with pytest.raises(EnrolmentEnded):
            out(inside)
        with pytest.raises(EnrolmentEnded):
            contact(inside, timezone.now())

    def test_who_is_responsible_is_of_the_house(self, inside):
        with pytest.raises(Invalid):
            run_as(
                inside.caseworker, custody.plan_contact, release=current(inside), at=timezone.now(), how="call",
                responsible=inside.liaison.user,
            )  # fmt: skip


class TestWhoSeesIt:
    def test_it_is_the_partners_alone(self, inside):
        contact(inside, timezone.now())
        for stranger in (
            inside.other_caseworker,
            inside.liaison,
            inside.court_officer,
            inside.professional,
            inside.coordinator,
            inside.auditor,
        ):
            with on_web(stranger):
                assert not any(model.objects.exists() for model in MODELS)
                assert not Release.objects.update(planned_on=inside.today)
        with pytest.raises(NotAParty):
            run_as(
                inside.other_caseworker, custody.mark_released, release=inside.release, released_at=timezone.now(),
                naloxone="given",
            )  # fmt: skip

    def test_nor_is_a_row_hung_onto_another_partners(self, inside):
        with pytest.raises(DatabaseError), on_web(inside.other_caseworker):
            Release.objects.create(partner=inside.other_ngo, enrolment=inside.part)

    def test_what_is_written_of_conditions_is_no_text_in_the_database(self, inside):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(r)::text FROM cases_release r")
            assert "Salla" not in cursor.fetchone()[0]

    def test_the_file_of_all_data_has_it_and_erasure_takes_it(self, inside):
        contact(inside, timezone.now())
        with on_web(inside.case_manager):
            text = str(held_about(inside.part.person))
        assert "Salla Supervisor" in text
        assert "Tests for substances" in text
        run_as(
            inside.caseworker, enrolments.end_enrolment, enrolment=inside.part, ended_on=inside.today, reason="moved"
        )
        run_as(inside.case_manager, rights.erase, person=inside.part.person)
        assert not any(model.objects.exists() for model in MODELS)


class TestPages:
    def test_who_comes_out_sooner_stands_first_and_an_unknown_day_last(self, inside):
        us = inside.caseworker
        for planned_on in (None, inside.today - timedelta(days=1)):
            part = inside.enrolment(person=inside.person(inside.ngo), responsible=us.user)
            run_as(us, custody.plan_release, enrolment=part, planned_on=planned_on)
        page = inside.client(us).get(reverse("release_list"))
        days = [row.planned_on for row in page.context["page"].rows]
        assert days == [inside.today - timedelta(days=1), inside.release.planned_on, None]
        assert "Past its day" in page.content.decode()
        mine = inside.client(us).get(reverse("release_list"), {"whose": "mine"})
        assert [row.pk for row in mine.context["page"].rows] == [inside.release.pk]
        file = inside.client(us).get(reverse("release_export"), {"format": "csv"})
        assert len(file.body.decode().strip().splitlines()) == 4

    def test_the_tabs_part_those_ahead_in_the_first_days_and_out_for_longer(self, inside):
        client, where = inside.client(inside.caseworker), reverse("release_list")
        shown = lambda which: len(client.get(where, {"which": which}).context["page"].rows)
        assert [shown(which) for which in ("coming", "first_days", "past")] == [1, 0, 0]
        out(inside, hours_ago=24)
        assert [shown(which) for which in ("coming", "first_days", "past")] == [0, 1, 0]
        out(inside, hours_ago=24 * 15)
        assert [shown(which) for which in ("coming", "first_days", "past")] == [0, 0, 1]

    def test_from_the_participation_to_the_first_contact(self, inside):
        client, number = inside.client(inside.caseworker), inside.release.pk
        assert (
            reverse("release_new", args=[inside.part.pk])
            in client.get(reverse("enrolment", args=[inside.part.pk])).content.decode()
        )
        assert client.get(reverse("release_new", args=[inside.part.pk])).url == reverse("release", args=[number])
        yesterday = inside.today - timedelta(days=1)
        body = {"released-day": yesterday.isoformat(), "released-time": "09:00", "released-naloxone": "given"}
        assert client.post(reverse("release_mark", args=[number]), body | {"released-day": ""}).status_code == 422
        assert client.post(reverse("release_mark", args=[number]), body).status_code == 302
        body = {
            "contact-day": yesterday.isoformat(),
            "contact-time": "09:10",
            "contact-how": "gate",
            "contact-responsible": inside.caseworker.user.pk,
        }
        assert client.post(reverse("release_contact_add", args=[number]), body).status_code == 302
        meeting = ReleaseContact.objects.get()
        client.post(reverse("release_contact_mark", args=[meeting.pk]), {"outcome": "kept"})
        assert steps(inside)[0] == "kept"
        assert "Salla Supervisor" in client.get(reverse("release", args=[number])).content.decode()
        edited = {"planned_on": inside.release.planned_on.isoformat(), "conditions": ["area"], "responsible": ""}
        assert client.post(reverse("release_edit", args=[number]), edited).status_code == 302
        assert current(inside).conditions == ["area"]

    def test_the_first_page_warns_of_who_comes_out_soon_and_of_nobody_being_there(self, inside):
        client = inside.client(inside.caseworker)
        assert "Coming out, and first days outside" in client.get("/").content.decode()
        out(inside, hours_ago=25)
        assert "No contact" in client.get("/").content.decode()
        run_as(
            inside.caseworker, custody.change_release, release=current(inside), planned_on=inside.release.planned_on,
            conditions=[], responsible=inside.case_manager.user,
        )  # fmt: skip
        assert "Coming out, and first days outside" not in client.get("/").content.decode(), "a colleague's"

    def test_the_calendar_has_the_day_and_the_planned_contacts(self, inside):
        client = inside.client(inside.caseworker)
        week = {"week": inside.release.planned_on.isoformat()}
        assert "Comes out" in client.get(reverse("calendar"), week).content.decode()
        noon = timezone.make_aware(datetime.combine(inside.release.planned_on, datetime.min.time())) + timedelta(
            hours=12
        )
        contact(inside, noon, how="gate")
        assert "Picked up at the gate" in client.get(reverse("calendar"), week).content.decode()
        with on_web(inside.caseworker):
            text = calendar_feed.feed_of([], [], calendar_feed.contacts_of(inside.caseworker), []).decode()
        assert "BEGIN:VEVENT" in text
        assert "Picked up" not in text
        assert "elease of" not in text
