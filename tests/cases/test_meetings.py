"""A meeting is recorded at once: how it went, a note, the next appointment. Somebody who walks in is enrolled on one page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Note, Session
from cases.people.models import Person
from cases.planning import actions as planning
from cases.planning.models import Appointment
from tests.shared_worlds import shared
from tests.world import run_as


@shared
def case(world):
    """Somebody who has taken part for nine days."""
    world.part = world.enrolment(started_on=world.today - timedelta(days=9))
    return world


class TestMeeting:
    def record(self, case, **more):
        next_day = case.today + timedelta(days=7)
        body = {
            "held_on": case.today,
            "method": "counselling",
            "attendance": "attended",
            "minutes": "45",
            "note": "Wants to work again.",
            "next_day": next_day,
            "next_time": "14:30",
            "next_place": "Harbour street 2",
        } | more
        data = {f"meeting-{name}": value for name, value in body.items()}
        return case.client(case.caseworker).post(reverse("meeting_record", args=[case.part.pk]), data)

    def test_one_save_records_the_session_the_note_and_the_next_appointment(self, case):
        assert self.record(case).url == reverse("enrolment", args=[case.part.pk])
        session, note, appointment = Session.objects.get(), Note.objects.get(), Appointment.objects.get()
        assert (session.attendance, session.minutes, note.text) == ("attended", 45, "Wants to work again.")
        starts_at = timezone.localtime(appointment.starts_at)
        assert starts_at.replace(tzinfo=None) == datetime.combine(
            case.today + timedelta(days=7), datetime.min.time().replace(hour=14, minute=30)
        )
        assert (appointment.place, appointment.minutes, appointment.responsible) == (
            "Harbour street 2", 45, case.caseworker.user,
        )  # fmt: skip

    def test_only_how_it_went_must_be_said(self, case):
        self.record(case, note="", next_day="", next_time="", next_place="", minutes="")
        assert Session.objects.count() == 1
        assert not Note.objects.exists()
        assert not Appointment.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [
            ({"held_on": "2000-01-01"}, "before the enrolment"),
            ({"next_time": ""}, "Say at what time."),
            ({"next_day": ""}, "Say on which day."),
            ({"next_day": "2020-01-01"}, "lies in the past"),
        ],
    )
    def test_a_mistake_in_one_part_saves_nothing_and_loses_nothing_typed(self, case, wrong, word):
        response = self.record(case, **wrong)
        assert response.status_code == 422
        assert word in response.text
        assert "Wants to work again." in response.text
        assert "Harbour street 2" in response.text
        assert not Session.objects.exists()
        assert not Note.objects.exists()
        assert not Appointment.objects.exists()

    def test_the_appointment_of_that_day_is_recorded_by_it(self, case):
        agreed = run_as(
            case.caseworker, planning.make_appointment, enrolment=case.part, starts_at=timezone.now(), minutes=60,
            method="cbt", place="", responsible=case.caseworker.user,
        )  # fmt: skip
        self.record(case, next_day="", next_time="")
        agreed.refresh_from_db()
        assert agreed.session == Session.objects.get()


class TestWalkIn:
    def come(self, world, address: str = "", **more):
        body = {
            "person-first_names": "Ville",
            "person-last_name": "Virtanen",
            "person-born_on": "1994-03-02",
            "programme": world.programme.pk,
            "started_on": world.today,
            "measurement_consent": "on",
        } | more
        return world.client(world.caseworker).post(reverse("walk_in") + address, body)

    def test_one_page_makes_the_person_and_enrols_them(self, world):
        response = self.come(world)
        enrolment = Enrolment.objects.get()
        assert response.url == reverse("enrolment", args=[enrolment.pk])
        assert (enrolment.person.last_name, enrolment.responsible) == ("Virtanen", world.caseworker.user)
        assert enrolment.measurement_consent

    def test_the_only_programme_is_chosen_and_the_day_is_today(self, world):
        page = " ".join(world.client(world.caseworker).get(reverse("walk_in")).text.split())
        assert f'<option value="{world.programme.pk}" selected>' in page
        assert f'value="{world.today.isoformat()}"' in page

    def test_somebody_spelled_alike_is_asked_about_and_nothing_is_saved(self, world):
        world.person(world.ngo, first_names="Ville", last_name="Virtanen")
        known = Person.objects.get(partner=world.ngo)
        response = self.come(world, **{"person-born_on": known.born_on.isoformat()})
        assert response.status_code == 422
        assert "this is the same person" in response.text
        assert not Enrolment.objects.exists()
        self.come(world, **{"person-born_on": known.born_on.isoformat(), "person-double": known.pk})
        assert Enrolment.objects.get().person == known

    def test_whom_the_programme_is_not_for_is_said_and_nobody_is_saved(self, world):
        world.programme.age_to = 20
        world.programme.save()
        response = self.come(world)
        assert response.status_code == 422
        assert "20 or under" in response.text
        assert "Virtanen" in response.text
        assert not Person.objects.filter(partner=world.ngo).exists()

    def test_somebody_known_is_not_typed_again(self, world):
        known = world.person(world.ngo)
        self.come(world, f"?person={known.pk}")
        assert Enrolment.objects.get().person == known
        assert Person.objects.filter(partner=world.ngo).count() == 1

    def test_whoever_takes_part_already_is_not_enrolled_twice(self, world):
        known = world.person(world.ngo)
        run_as(
            world.caseworker, enrolments.enrol, person=known, programme=world.programme, started_on=world.today,
            measurement_consent=True,
        )  # fmt: skip
        response = self.come(world, f"?person={known.pk}")
        assert "takes part in the programme already" in response.text
