"""Beds of a house count themselves: one person in a bed, one bed a person, whatever is tried, and no bed is free that is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.enrolments import actions as enrolments
from cases.places import actions as places
from cases.places import occupancy
from cases.places.actions import BedInUse, InABedAlready, NotForThisBed, StayEnded
from cases.places.models import Bed, Situation, Stay
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from programs.catalogue import actions as catalogue
from programs.catalogue.models import Programme
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as


@shared
def house(world):
    """A house with two beds, opened sixty days ago, and two people who take part for thirty days."""
    world.programme.parts = ["beds"]
    world.programme.places = 9
    world.programme.save()
    world.two_a, world.two_b = (add_bed(world, name) for name in ("2 A", "2 B"))
    since = world.today - timedelta(days=30)
    world.one, world.other = (
        world.enrolment(world.person(world.ngo, first_names=name), started_on=since, responsible=world.caseworker.user)
        for name in ("One", "Other")
    )
    return world


def add_bed(house, name, **fields):
    fields = {"name": name, "opened_on": house.today - timedelta(days=60)} | fields
    bed = Bed(partner=house.ngo, programme=house.programme)
    return run_as(house.case_manager, places.save_bed, bed=bed, **fields)


def move_in(house, bed=None, who=None, days_ago=10, **more):
    started_on = house.today - timedelta(days=days_ago)
    terms = {"bed": bed or house.two_a, "enrolment": who or house.one, "started_on": started_on} | more
    return run_as(house.caseworker, places.move_in, **terms)


def out(house, stay, days_ago=0):
    return run_as(house.caseworker, places.end_stay, stay=stay, ended_on=house.today - timedelta(days=days_ago))


def free(house):
    return Programme.objects.get(pk=house.programme.pk).places_free


class TestFreePlaces:
    def test_are_the_free_beds_where_a_programme_has_beds(self, house):
        assert free(house) == 2  # nine were typed, and two take part
        stay = move_in(house)
        assert free(house) == 1
        out(house, stay)
        assert free(house) == 2

    def test_a_bed_out_of_service_is_no_place(self, house):
        used = run_as(
            house.caseworker, places.take_out_of_service, bed=house.two_a, because="repair", since=house.today
        )
        assert free(house) == 1
        out(house, used)
        assert free(house) == 2

    def test_without_beds_they_are_as_they_were_typed(self, house):
        for bed in (house.two_a, house.two_b):
            run_as(house.case_manager, places.close_bed, bed=bed)
        assert free(house) == 9 - 2

    def test_typing_a_number_changes_nothing_while_there_are_beds(self, house):
        page = house.client(house.caseworker).get(reverse("programme_capacity", args=[house.programme.pk]))
        assert "places" not in page.context["form"].fields
        run_as(
            house.caseworker,
            catalogue.set_capacity,
            programme=Programme.objects.get(pk=house.programme.pk),
            capacity="open",
            places=50,
        )
        assert free(house) == 2

    def test_ending_the_participation_frees_the_bed(self, house):
        stay = move_in(house)
        run_as(house.caseworker, places.mark_away, stay=stay, night=house.today, is_away=True)
        yesterday = house.today - timedelta(days=1)
        run_as(house.caseworker, enrolments.end_enrolment, enrolment=house.one, ended_on=yesterday, reason="completed")
        stay.refresh_from_db()
        assert (stay.ended_on, stay.away, free(house)) == (yesterday, [], 2)


class TestOneAtATime:
    def test_two_are_never_in_a_bed(self, house):
        move_in(house)
        with pytest.raises(BedInUse):
            move_in(house, who=house.other)

    def test_nobody_is_in_two_beds(self, house):
        move_in(house)
        with pytest.raises(InABedAlready):
            move_in(house, house.two_b)

    def test_the_bed_is_free_from_the_day_on_which_somebody_left(self, house):
        out(house, move_in(house), days_ago=3)
        with pytest.raises(BedInUse):
            move_in(house, who=house.other, days_ago=4)
        assert move_in(house, who=house.other, days_ago=3)

    def test_nobody_sleeps_in_a_bed_out_of_service(self, house):
        run_as(house.caseworker, places.take_out_of_service, bed=house.two_a, because="staff", since=house.today)
        with pytest.raises(BedInUse):
            move_in(house)

    def test_the_database_refuses_it_as_well(self, house):
        stay = move_in(house)
        twice = {"partner": house.ngo, "programme": house.programme, "started_on": house.today}
        for fields in (
            {"bed": house.two_a, "enrolment": house.other},
            {"bed": house.two_b, "enrolment": house.one},
            {"bed": house.two_b},  # of nobody, and in service
            {"bed": house.two_b, "enrolment": house.other, "away": [house.today - timedelta(days=1)]},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Stay.objects.create(**twice, **fields)
        assert Stay.objects.get() == stay


class TestMovingIn:
    def test_not_into_a_bed_for_others(self, house):
        bed = add_bed(house, "Men 1", for_whom="men")
        with pytest.raises(NotForThisBed):
            move_in(house, bed)  # the world's people are women
        minors = add_bed(house, "Young 1", for_whom="minors")
        with pytest.raises(NotForThisBed):
            move_in(house, minors)
        assert move_in(house, add_bed(house, "Women 1", for_whom="women"))

    def test_not_into_a_bed_of_another_programme(self, house):
        elsewhere = Programme.objects.create(partner=house.ngo, name="Day centre", kind="community", accepts=[])
        with pytest.raises(NotForThisBed):
            move_in(house, who=house.enrolment(house.person(house.ngo), programme=elsewhere), days_ago=0)

    def test_not_before_the_participation_nor_in_the_future(self, house):
        for days_ago in (31, -1):
            with pytest.raises(DateOutOfRange):
                move_in(house, days_ago=days_ago)

    def test_not_after_the_participation(self, house):
        run_as(
            house.caseworker, enrolments.end_enrolment, enrolment=house.one, ended_on=house.today, reason="completed"
        )
        with pytest.raises(enrolments.EnrolmentEnded):
            move_in(house)

    def test_not_into_a_closed_bed(self, house):
        run_as(house.case_manager, places.close_bed, bed=house.two_a)
        with pytest.raises(NotForThisBed):
            move_in(house)

    def test_a_bed_in_use_is_not_closed(self, house):
        move_in(house)
        with pytest.raises(BedInUse):
            run_as(house.case_manager, places.close_bed, bed=house.two_a)

    def test_what_has_ended_changes_no_more(self, house):
        stay = move_in(house)
        out(house, stay)
        with pytest.raises(StayEnded):
            out(house, stay)

    def test_only_a_case_manager_adds_beds(self, house):
        with pytest.raises(NotAllowed):
            run_as(house.caseworker, places.save_bed, bed=Bed(partner=house.ngo, programme=house.programme), name="3")

    def test_two_beds_of_a_programme_have_two_names(self, house):
        with pytest.raises(Invalid):
            add_bed(house, "2 A")


class TestTheEndOfAStay:
    def test_takes_nights_away_from_that_day_on_off(self, house):
        stay = move_in(house, days_ago=4)
        for days_ago in (3, 2, 1):
            night = house.today - timedelta(days=days_ago)
            run_as(house.caseworker, places.mark_away, stay=stay, night=night, is_away=True)
        out(house, stay, days_ago=2)
        assert Stay.objects.get().away == [house.today - timedelta(days=3)]


class TestOccupancy:
    def test_counts_used_nights_of_those_in_service_up_to_last_night(self, house):
        stay = move_in(house, days_ago=10)
        for days_ago in (2, 1, 0):
            night = house.today - timedelta(days=days_ago)
            run_as(house.caseworker, places.mark_away, stay=stay, night=night, is_away=True)
        since = house.today - timedelta(days=5)
        run_as(house.caseworker, places.take_out_of_service, bed=house.two_b, because="repair", since=since)
        months = occupancy.months_of(house.programme, house.today)
        sums = [sum(getattr(month, name) for month in months) for name in ("available", "used", "away")]
        assert sums == [60 + 60 - 5, 10 - 2, 2]

    @settings(max_examples=60, deadline=None)
    @given(start=st.integers(0, 700), length=st.integers(0, 400), first=st.integers(0, 700), window=st.integers(0, 60))
    def test_nights_are_those_of_a_stretch_that_lie_in_a_month(self, start, length, first, window):
        day = lambda number: date(2025, 1, 1) + timedelta(days=number)
        counted = occupancy._nights(day(start), day(start + length), day(first), day(first + window))
        assert counted == len(set(range(start, start + length)) & set(range(first, first + window)))

    def test_is_downloaded(self, house):
        move_in(house)
        answer = house.client(house.caseworker).get(reverse("occupancy", args=[house.programme.pk]), {"format": "csv"})
        assert answer["Content-Type"].startswith("text/csv")
        assert len(answer.content.decode().splitlines()) >= 2

    def test_work_and_housing_are_counted_of_whom_both_are_known(self, house):
        for who, moment, work, housing in (
            (house.one, "entry", "seeking", "none"),
            (house.one, "exit", "work", "own"),
            (house.other, "entry", "work", "unknown"),
        ):
            run_as(
                house.caseworker, places.write_situation,
                enrolment=who, moment=moment, on=house.today, work=work, housing=housing,
            )  # fmt: skip
        work, housing = occupancy.outcomes_of(house.programme)
        assert (work.people, work.at_entry, work.at_exit) == (1, 0, 1)
        assert (housing.people, housing.at_entry, housing.at_exit) == (1, 0, 1)


class TestPages:
    def test_from_the_board_somebody_moves_in_is_away_and_moves_out(self, house):
        client = house.client(house.caseworker)
        board = client.get(reverse("bed_board"))
        assert board.context["free"] == 2
        assert "One" in board.content.decode()
        sent = {"enrolment": house.one.pk, "started_on": house.today.isoformat()}
        assert client.post(reverse("bed_move_in", args=[house.two_a.pk]), sent).status_code == 302
        stay = Stay.objects.get()
        client.post(reverse("stay_away", args=[stay.pk]))
        assert client.get(reverse("bed_board")).context["away"] == 1
        ended = {"ended_on": house.today.isoformat()}
        assert house.one not in client.get(reverse("bed_board")).context["waiting"]
        assert client.post(reverse("stay_end", args=[stay.pk]), ended).status_code == 302
        assert client.get(reverse("bed_board")).context["free"] == 2
        assert house.one in client.get(reverse("bed_board")).context["waiting"]
        # Who comes back is in a bed, whatever stays there were before.
        assert client.post(reverse("bed_move_in", args=[house.two_a.pk]), sent).status_code == 302
        assert house.one not in client.get(reverse("bed_board")).context["waiting"]

    def test_what_is_refused_is_said_beside_the_form(self, house):
        client, stay = house.client(house.caseworker), move_in(house)
        late = {"ended_on": (house.today + timedelta(days=2)).isoformat()}
        assert client.post(reverse("stay_end", args=[stay.pk]), late).status_code == 422

    def test_work_and_housing_are_written_on_the_page_of_stays(self, house):
        client = house.client(house.caseworker)
        sent = {"entry-on": house.today.isoformat(), "entry-work": "study", "entry-housing": "supported"}
        address = reverse("situation_write", args=[house.one.pk, "entry"])
        assert client.post(address, sent).status_code == 302
        assert Situation.objects.get().work == "study"


class TestWhoSeesIt:
    def test_another_partner_sees_no_bed_and_no_stay(self, house):
        move_in(house)
        for stranger in (house.other_caseworker, house.liaison, house.coordinator):
            with on_web(stranger):
                assert not Bed.objects.exists()
                assert not Stay.objects.exists()

    def test_nor_changes_one(self, house):
        stay = move_in(house)
        with pytest.raises(NotAParty):
            run_as(house.other_caseworker, places.end_stay, stay=stay, ended_on=house.today)

    def test_a_system_of_the_house_keeps_beds_and_stays(self, house):
        system = System(house.case_manager, "beds:read", "beds:write")
        opened_on = (house.today - timedelta(days=9)).isoformat()
        bed = system.post("beds", {"programme": house.programme.pk, "name": "3 C", "opened_on": opened_on}, status=201)
        sent = {"bed": bed["id"], "enrolment": house.other.pk, "started_on": opened_on}
        stay = system.post("stays", sent, status=201)
        system.post("stays", sent, status=409)
        ended = system.post(f"stays/{stay['id']}/end", {"ended_on": house.today.isoformat()})
        assert ended["ended_on"] == house.today.isoformat()


def test_the_file_has_stays_and_erasing_leaves_days_alone(house):
    move_in(house)
    run_as(
        house.caseworker, places.write_situation,
        enrolment=house.one, moment="entry", on=house.today, work="work", housing="own",
    )  # fmt: skip
    with on_web(house.case_manager):
        titles = {part.title for part in rights.held_about(house.one.person)}
    assert {"Stays", "Work and housing"} <= titles
    run_as(house.caseworker, enrolments.end_enrolment, enrolment=house.one, ended_on=house.today, reason="completed")
    run_as(house.case_manager, rights.erase, person=house.one.person)
    assert Stay.objects.filter(enrolment=house.one).exists()
    assert not Situation.objects.exists()
