"""Two records of one human being: found before the second is saved, linked, taken together, and taken apart again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.enrolments import actions as enrolments
from cases.people import actions as people
from cases.people.doubles import MOST, possible_doubles
from cases.people.identity_code import make
from cases.people.models import Person
from cases.rights import actions as rights
from metrics.follow_up import upkeep
from metrics.follow_up.models import Link
from metrics.linkage.models import Pair
from partnership.actions import NotAllowed
from partnership.audit_trail.models import ReadLog
from partnership.isolation.errors import NotAParty
from tests.world import database_role, link, on_web, run_as

BORN = date(1990, 5, 17)
CODE, OTHER_CODE = make(BORN, 902), make(BORN, 904)


def doubles_of(world, **fields):
    values = {"first_names": "Maija Liisa", "last_name": "Meikäläinen", "born_on": BORN} | fields
    with on_web(world.caseworker):
        return possible_doubles(Person(partner=world.ngo, **values))


class TestPossibleDoubles:
    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"first_names": "Maija"},
            {"first_names": "maija", "last_name": "MEIKALAINEN"},
            {"last_name": "Meikäläinn"},
            {"first_names": "Meikäläinen", "last_name": "Maija"},
            {"first_names": "Majia"},
            {"born_on": date(1990, 5, 18)},
            {"born_on": date(1991, 5, 17)},
            {"born_on": None},
        ],
        ids=["the same", "one name", "without dots", "typing error", "changed about", "letters changed about", "another digit", "another year", "no date"],
    )  # fmt: skip
    def test_somebody_spelled_alike_is_found(self, world, typed):
        known = world.person(world.ngo)
        assert doubles_of(world, **typed) == [known]

    @pytest.mark.parametrize(
        "typed",
        [
            {"last_name": "Virtanen"},
            {"first_names": "Matti"},
            {"born_on": date(1985, 11, 2)},
            {"last_name": "Meikäläinn", "born_on": date(1990, 5, 18)},
            {"last_name": "Meikäläinn", "born_on": None},
            {"first_names": "Maija", "last_name": "", "born_on": None},
            {"first_names": "", "last_name": ""},
        ],
        ids=["last name", "first name", "day", "error in name and day", "error and no date", "a first name alone", "no name"],
    )  # fmt: skip
    def test_somebody_else_is_not(self, world, typed):
        world.person(world.ngo)
        assert doubles_of(world, **typed) == []

    def test_the_same_code_says_who_it_is_and_another_code_who_it_is_not(self, world):
        known = world.person(world.ngo, identity_code=CODE)
        assert doubles_of(world, first_names="X", last_name="Y", identity_code=CODE) == [known]
        assert doubles_of(world, identity_code=OTHER_CODE) == []

    def test_nobody_elses_register_is_looked_at(self, world):
        world.person(world.other_ngo)
        world.person(world.police)
        assert doubles_of(world) == []

    def test_the_likeliest_come_first_and_few(self, world):
        for number in range(MOST + 1):
            world.person(world.ngo, last_name="Meikäläinn", phone=str(number))
        same = world.person(world.ngo)
        found = doubles_of(world)
        assert (found[0], len(found)) == (same, MOST)

    def test_who_was_erased_is_nobodys_double(self, world):
        run_as(world.case_manager, rights.erase, person=world.person(world.ngo))
        assert doubles_of(world) == []

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.integers(0, 10), letter=st.sampled_from("abkä"))
    def test_any_one_letter_of_a_long_name_may_be_wrong(self, world, place, letter):
        with transaction.atomic():
            world.person(world.ngo)
            name = "Meikäläinen"
            assert doubles_of(world, last_name=name[:place] + letter + name[place + 1 :])
            transaction.set_rollback(True)


class TestBeforeSaving:
    FORM = {"first_names": "Maija", "last_name": "Meikäläinen", "born_on": "1990-05-17", "sex": "female"}

    def test_a_new_person_beside_a_possible_double_is_asked_about(self, world):
        known = world.person(world.ngo)
        with pytest.raises(people.PossibleDouble) as refusal:
            run_as(world.caseworker, people.save_person, person=Person(**(self.FORM | {"born_on": BORN})))
        assert refusal.value.doubles == [known]

    def test_a_change_of_somebody_known_is_not(self, world):
        world.person(world.ngo)
        known = world.person(world.ngo, first_names="Matti")
        known.first_names = "Maija"
        run_as(world.caseworker, people.save_person, person=known)

    def test_the_page_shows_them_and_takes_either_answer(self, world):
        known, client, address = world.person(world.ngo), world.client(world.caseworker), reverse("person_new")
        asked = client.post(address, self.FORM)
        assert "Meikäläinen, Maija Liisa" in asked.text
        assert Person.objects.filter(partner=world.ngo).count() == 1
        assert ReadLog.objects.filter(what="person_list", count=1, user=world.caseworker.user).exists()
        assert client.post(address, self.FORM | {"double": str(known.pk)}).url == reverse("person", args=[known.pk])
        assert Person.objects.filter(partner=world.ngo).count() == 1
        client.post(address, self.FORM | {"double": "else"})
        assert Person.objects.filter(partner=world.ngo).count() == 2

    def test_the_answer_can_name_nobody_elses_person(self, world):
        world.person(world.ngo)
        theirs = world.person(world.other_ngo)
        page = world.client(world.caseworker).post(reverse("person_new"), self.FORM | {"double": str(theirs.pk)})
        assert "Choose who it is" in page.text

    def test_a_known_code_leads_to_the_record(self, world):
        known = world.person(world.ngo, identity_code=CODE)
        page = world.client(world.caseworker).post(
            reverse("person_new"), {"first_names": "Maija", "identity_code": CODE}
        )
        assert f'href="{reverse("person", args=[known.pk])}"' in page.text


@pytest.fixture
def pair(world):
    """Two records of one human being at an NGO, the second married."""
    return world.person(world.ngo), world.person(world.ngo, last_name="Virtanen", phone="0401234567")


def linked(world, one, other):
    return run_as(world.caseworker, people.link_person, person=one, other=other)


class TestLinking:
    def test_the_records_point_to_the_oldest_and_stay_as_they_are(self, world, pair):
        one, other = pair
        assert linked(world, other, one) == one
        other.refresh_from_db()
        assert (other.same_as, other.last_name) == (one, "Virtanen")
        assert set(one.records()) == set(other.records()) == {one, other}

    def test_links_join_all_and_one_record_can_leave(self, world, pair):
        one, other = pair
        third, fourth = world.person(world.ngo, last_name="Koski"), world.person(world.ngo, last_name="Laine")
        linked(world, third, fourth)
        linked(world, one, other)
        linked(world, other, fourth)
        records = lambda person: set(Person.objects.get(pk=person.pk).records())
        assert records(third) == {one, other, third, fourth}
        run_as(world.caseworker, people.unlink_person, person=one)
        assert records(fourth) == {other, third, fourth}
        assert records(one) == {one}
        assert not Person.objects.filter(same_as__same_as__isnull=False).exists()

    def test_a_record_is_linked_once_and_with_another(self, world, pair):
        one, other = pair
        linked(world, one, other)
        for again in (one, other):
            with pytest.raises(people.NotLinkable):
                linked(world, one, again)
        run_as(world.caseworker, people.unlink_person, person=one)
        with pytest.raises(people.NotLinkable):
            run_as(world.caseworker, people.unlink_person, person=other)

    def test_the_database_links_nobody_with_themselves_or_another_register(self, world, pair):
        one, _other = pair
        theirs = world.person(world.other_ngo)
        for wrong in (one, theirs):
            with pytest.raises(IntegrityError), transaction.atomic():
                Person.objects.filter(pk=one.pk).update(same_as=wrong)

    def test_another_partner_and_a_data_officer_link_nobody(self, world, pair):
        one, other = pair
        with pytest.raises(NotAParty):
            run_as(world.other_caseworker, people.link_person, person=one, other=other)
        with pytest.raises(NotAllowed):
            run_as(world.data_officer, people.link_person, person=one, other=other)

    def test_the_page_offers_links_and_undoes_them(self, world, pair):
        one, other = pair
        client = world.client(world.caseworker)
        doubles = reverse("person_doubles", args=[one.pk])
        assert "Virtanen" not in client.get(doubles).text
        assert "Virtanen" in client.post(doubles, {"q": "virtanen"}).text
        client.post(reverse("person_link", args=[one.pk]), {"other": str(other.pk)})
        page = client.get(reverse("person", args=[one.pk])).text
        assert reverse("person", args=[other.pk]) in page
        client.post(reverse("person_unlink", args=[one.pk]))
        assert reverse("person", args=[other.pk]) not in client.get(reverse("person", args=[one.pk])).text
        theirs = world.person(world.other_ngo)
        assert client.post(reverse("person_link", args=[one.pk]), {"other": str(theirs.pk)}).status_code == 404


class TestTakenTogether:
    def test_one_page_shows_what_happened_to_both_and_both_stand_in_the_log(self, world, pair):
        one, other = pair
        part = world.enrolment(person=other)
        linked(world, one, other)
        assert reverse("enrolment", args=[part.pk]) in world.client(world.caseworker).get(f"/people/{one.pk}/").text
        assert set(ReadLog.objects.filter(what="person").values_list("object_id", flat=True)) == {one.pk, other.pk}

    def test_the_list_has_one_line_a_human_being_under_every_name(self, world, pair):
        one, other = pair
        linked(world, one, other)
        client = world.client(world.caseworker)
        page = client.get(reverse("person_list")).text
        assert reverse("person", args=[one.pk]) in page
        assert reverse("person", args=[other.pk]) not in page
        found = client.post(reverse("person_list"), {"q": "virtanen"}, headers={"HX-Request": "true"}).text
        assert reverse("person", args=[one.pk]) in found

    def test_the_file_holds_both(self, world, pair):
        one, other = pair
        linked(world, one, other)
        with on_web(world.caseworker):
            text = str(rights.held_about(one))
        assert "Meikäläinen" in text
        assert "0401234567" in text

    def test_erasure_erases_both_or_neither(self, world, pair):
        one, other = pair
        part = world.enrolment(person=other)
        linked(world, one, other)
        with pytest.raises(rights.StillNeeded):
            run_as(world.case_manager, rights.erase, person=one)
        assert not Person.objects.filter(partner=world.ngo, erased_on__isnull=False).exists()
        run_as(world.case_manager, enrolments.end_enrolment, enrolment=part, ended_on=world.today, reason="completed")
        run_as(world.case_manager, rights.erase, person=one)
        assert set(Person.objects.filter(erased_on=world.today)) == {one, other}

    def test_a_record_is_past_its_time_only_with_the_others(self, world, pair):
        one, other = pair
        long_ago = world.today - timedelta(days=20 * 365)
        Person.objects.filter(partner=world.ngo).update(changed_at=f"{long_ago} 12:00+00")
        past = lambda: set(rights.past_retention(Person.objects.filter(partner=world.ngo)))
        assert past() == {one, other}
        Person.objects.filter(pk=other.pk).update(same_as=one)
        assert past() == {one, other}
        world.enrolment(person=other)
        assert past() == set()

    def test_nobody_takes_part_twice_under_two_records(self, world, pair):
        one, other = pair
        part = world.enrolment(person=other)
        linked(world, one, other)
        with pytest.raises(enrolments.AlreadyEnrolled) as refusal:
            run_as(
                world.caseworker,
                enrolments.enrol,
                person=one,
                programme=world.programme,
                started_on=world.today,
                measurement_consent=True,
            )
        assert refusal.value.records == [("enrolment", part.pk)]

    def test_figures_take_both_for_one_person_until_the_link_is_undone(self, world):
        """Two records that the linker would not take for one."""
        one = world.person(world.ngo)
        other = world.person(world.ngo, first_names="Aino", last_name="Korhonen", born_on=date(1985, 11, 2))
        for person in (one, other):
            world.enrolment(person=person, programme=world.programme)
        keys = lambda: set(self.links().values())
        assert len(keys()) == 2
        linked(world, one, other)
        assert len(keys()) == 1
        run_as(world.caseworker, people.unlink_person, person=other)
        assert len(keys()) == 2
        assert not Pair.objects.filter(person_id=one.pk, other_id=other.pk).exists()

    @staticmethod
    def links():
        link()
        with database_role("worker"):
            upkeep.refresh()
        return dict(Link.objects.values_list("person_id", "key"))


class TestOverTheApi:
    BODY = {"first_names": "Maija", "last_name": "Meikäläinen", "born_on": "1990-05-17"}

    def test_a_possible_double_is_a_problem_that_names_it_until_it_is_somebody_else(self, world, ngo):
        known = world.person(world.ngo)
        problem = ngo.call("post", "persons", self.BODY, status=409).found
        assert problem["type"].endswith("/possible-double")
        assert [record["id"] for record in problem["records"]] == [known.pk]
        assert ngo.get(problem["records"][0]["url"])["last_name"] == "Meikäläinen"
        ngo.call("post", "persons", self.BODY | {"is_somebody_else": True}, status=201)

    def test_a_known_code_names_the_record(self, world, ngo):
        known = world.person(world.ngo, identity_code=CODE)
        problem = ngo.call("post", "persons", {"identity_code": CODE, "first_names": "X"}, status=409).found
        assert problem["records"][0]["id"] == known.pk

    def test_records_are_linked_and_leave_again(self, world, ngo, pair):
        one, other = pair
        theirs = world.person(world.other_ngo)
        assert ngo.call("post", f"persons/{other.pk}/link", {"person": one.pk}).found["same_as"] == one.pk
        ngo.call("post", f"persons/{other.pk}/link", {"person": one.pk}, status=409)
        ngo.call("post", f"persons/{other.pk}/link", {"person": theirs.pk}, status=422)
        assert ngo.call("post", f"persons/{other.pk}/unlink").found["same_as"] is None

    def test_a_second_open_referral_is_a_problem_that_names_the_first(self, world, police):
        first = world.sent()
        body = {"kind": "arrest_diversion", "programme": world.programme.pk, "person": first.person_id}
        problem = police.call("post", "referrals", body, status=409).found
        assert problem["type"].endswith("/already-referred")
        assert problem["records"] == [{"url": f"http://testserver/api/v1/referrals/{first.pk}", "id": first.pk}]
