"""The log of reads: whoever sees a person leaves a line, and so does whoever asks for one in vain."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from cases.people.models import Person
from partnership.audit_trail.models import ReadLog
from partnership.integrations.scopes import grantable
from partnership.oversight import actions as oversight
from partnership.oversight.models import ReadDay
from tests.api.test_matrix import (
    OPERATIONS,
    full,  # noqa: F401 — a fixture
)
from tests.attack.test_scopes import ask, marked, marks_in, owner  # noqa: F401 — a fixture
from tests.project.test_matrix import MATRIX, NAME, wrong_in_the_log
from tests.project.test_matrix import full as pages  # noqa: F401 — a fixture
from tests.systems import System
from tests.world import database_role


@pytest.mark.parametrize("name", sorted(name for name in MATRIX if name.endswith("_export")))
def test_a_list_taken_as_a_workbook_leaves_a_line_as_its_page_does(pages, name):  # noqa: F811
    """What pages and their CSV leave, the matrix of pages says."""
    row = MATRIX[name]
    address = reverse(name, args=row.args(pages)) + "?format=xlsx"
    for role in [role for role, status in row.expected.items() if status == 200]:
        with transaction.atomic():
            ReadLog.objects.all().delete()
            response = pages.signed_in[role].get(address)
            assert wrong_in_the_log(response, getattr(pages, role), ReadLog.objects.all()) == []
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_that_names_a_person_leaves_a_line(marked, name):  # noqa: F811
    system, own, _foreign = owner(marked, name)
    system.token = system.get_token().json()["access_token"]
    for query in ("", "expand=person", "expand=referral"):
        ReadLog.objects.all().delete()
        lines: list[ReadLog] = []
        response = ask(marked, system, name, own or 1, query, lines)
        if response.status_code < 300:
            assert lines
        if response.status_code < 300 and marks_in(response):
            assert {"api persons", "api referrals"} & {line.what for line in lines if line.count}


class TestExpansions:
    def test_one_says_the_person_and_a_list_how_many(self, world, ngo):
        person = world.enrolment().person
        world.enrolment()
        ReadLog.objects.all().delete()
        number = person.enrolments.get().pk if hasattr(person, "enrolments") else person.enrolment_set.get().pk
        ngo.get(f"enrolments/{number}?expand=person")
        ngo.get("enrolments?expand=person")
        told = ReadLog.objects.filter(what="api persons").order_by("id").values_list("object_id", "count", "scope")
        assert list(told) == [(person.pk, 1, "enrolments:read"), (0, 2, "enrolments:read")]

    def test_a_receipt_shows_nobody_and_counts_none(self, world, manager):
        cache.clear()
        system = System(manager, "persons:write")
        system.post("persons", {"last_name": "X"}, status=201)
        assert [(line.what, line.count) for line in ReadLog.objects.all()] == [("api persons", 0)]


class TestExports:
    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_a_list_taken_from_a_page_counts_its_rows(self, world, file_format):
        for _n in range(7):
            world.person(world.ngo)
        world.client(world.caseworker).get(reverse("person_export") + f"?format={file_format}")
        line = ReadLog.objects.get()
        assert (line.what, line.count) == ("person_export", 7)

    @pytest.mark.parametrize("name", ["enrolments", "tdi?year={year}", "enrolments?file_format=ndjson"])
    def test_over_the_api_too_and_it_is_an_export_to_the_auditor(self, world, ngo, name):
        for _n in range(3):
            world.enrolment()
        ngo.get(f"exports/{name.format(year=world.today.year)}")
        line = ReadLog.objects.get()
        assert (line.what, line.count) == ("api enrolments_export", 3)
        with database_role("worker"):
            oversight.sum_up(day=world.today)
        day = ReadDay.objects.get()
        assert (day.exports, day.records, day.reasons) == (1, 3, ["export"])


class TestRefusals:
    def test_a_foreign_record_asked_for_by_its_number_stands_in_the_log(self, world):
        foreign = world.person(world.other_ngo)
        assert world.client(world.caseworker).get(reverse("person", args=[foreign.pk])).status_code == 404
        line = ReadLog.objects.get()
        assert (line.what, line.object_id, line.count, line.is_refused) == ("person", foreign.pk, 0, True)
        assert (line.user, line.partner) == (world.caseworker.user, world.ngo)

    @pytest.mark.parametrize("page", ["person_edit", "person_file"])
    def test_whichever_page_of_the_record_was_asked_for(self, world, page):
        """The log is searched by the record."""
        foreign = world.person(world.other_ngo)
        assert world.client(world.caseworker).get(reverse(page, args=[foreign.pk])).status_code == 404
        assert ReadLog.objects.get().what in {"person", "person_file"}

    def test_so_does_one_that_the_role_does_not_include(self, world):
        person = world.person(world.ngo)
        assert world.client(world.coordinator).get(reverse("person", args=[person.pk])).status_code == 403
        assert ReadLog.objects.get().is_refused

    @pytest.mark.parametrize("method", ["get", "patch"])
    def test_so_does_a_partner_systems(self, world, ngo, method):
        foreign = world.person(world.other_ngo)
        ngo.call(method, f"persons/{foreign.pk}", {}, status=404)
        line = ReadLog.objects.get()
        assert (line.what, line.object_id, line.is_refused) == ("api persons", foreign.pk, True)
        assert line.client == ngo.client

    def test_so_does_a_system_without_the_scope(self, world, manager):
        cache.clear()
        system = System(manager, *[scope for scope in grantable(world.ngo) if scope != "persons:read"])
        person = world.person(world.ngo)
        system.call("get", f"persons/{person.pk}", status=403)
        assert ReadLog.objects.get().is_refused

    def test_the_page_of_the_log_says_so(self, world):
        foreign = world.person(world.other_ngo)
        world.client(world.caseworker).get(reverse("person", args=[foreign.pk]))
        assert "refused" in world.client(world.case_manager).get(reverse("read_log")).text

    def test_what_is_no_record_leaves_none(self, world):
        client = world.client(world.caseworker)
        assert client.get("/nowhere/").status_code == 404
        assert client.get(reverse("agreement_new")).status_code == 403
        assert not ReadLog.objects.exists()

    def test_nobody_who_is_not_signed_in_fills_the_log(self, world, client):
        assert client.get(reverse("person", args=[1])).status_code == 302
        assert client.get("/api/v1/persons/1").status_code == 401
        assert not ReadLog.objects.exists()


class TestNames:
    def test_a_number_in_the_address_names_nobody_of_another_partner(self, world):
        for acting in (world.liaison, world.other_caseworker):
            page = world.client(world.case_manager).get(reverse("read_log"), {"user": acting.user.pk})
            assert acting.user.full_name not in page.text

    def test_it_names_who_is_in_the_log(self, world):
        world.client(world.caseworker).get(reverse("person", args=[world.person(world.ngo).pk]))
        page = world.client(world.case_manager).get(reverse("read_log"), {"user": world.caseworker.user.pk})
        assert f"Only what {world.caseworker.user.full_name} read." in page.text


def test_people_are_there_to_be_named(world):
    """Else nothing above would be found."""
    assert NAME in world.person(world.ngo).last_name
    assert Person.objects.exists()
