"""“Who looked at this person last month, and why?”: the log of reads answers it, over every kind of page, list and file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.purposes import PURPOSES, Purpose
from partnership.audit_trail.read_log import MOST_NAMED, named_by
from partnership.oversight import actions as oversight
from partnership.oversight.models import Inquiry
from partnership.pages.template_tags import read_labels
from tests.world import database_role, on_web, run_as


def looked(world, person, **columns):
    """A line of the log, an hour ago unless said."""
    values = {
        "partner": world.ngo, "user": world.caseworker.user, "what": "person", "object_id": person.pk, "purpose": "casework",
        "people": [person.pk], "at": timezone.now() - timedelta(hours=1),
    } | columns  # fmt: skip
    return ReadLog.objects.create(**values)


def log(world, acting=None, **filters):
    return world.client(acting or world.case_manager).get(reverse("read_log"), filters)


class TestPurposes:
    def test_whatever_can_be_read_is_read_for_something(self):
        assert set(PURPOSES) == set(read_labels())
        assert Purpose.OTHER not in PURPOSES.values()

    @pytest.mark.parametrize(
        ("page", "purpose"), [("person", "casework"), ("person_file", "request"), ("request_new", "request")]
    )
    def test_the_page_tells_it(self, world, page, purpose):
        person = world.person(world.ngo)
        world.client(world.caseworker).get(reverse(page, args=[person.pk]))
        assert set(ReadLog.objects.values_list("purpose", flat=True)) == {purpose}

    def test_a_referral_is_read_to_answer_it(self, world):
        referral = world.sent()
        world.client(world.caseworker).get(reverse("referral", args=[referral.pk]))
        line = ReadLog.objects.get()
        assert (line.purpose, line.people) == ("referral", [referral.person_id])

    def test_one_requests_reason_is_not_the_next_ones(self, world):
        """Two requests in one process: the second is not read for what the first was."""
        theirs = world.enrolment(responsible=world.other_caseworker.user)
        client = world.client(world.case_manager)
        client.get(reverse("enrolment", args=[theirs.pk]))
        client.get(reverse("person_list"))
        assert list(ReadLog.objects.order_by("id").values_list("purpose", flat=True)) == ["quality", "casework"]


class TestSystems:
    def test_a_request_says_what_for(self, world, ngo):
        person = world.person(world.ngo)
        ngo.get(f"persons/{person.pk}", Read_Purpose="quality")
        line = ReadLog.objects.get()
        assert (line.purpose, line.words, line.people) == ("quality", "", [person.pk])

    def test_with_words(self, world, ngo):
        person = world.person(world.ngo)
        ngo.get(f"persons/{person.pk}", Read_Purpose="other; asked for by the court")
        with on_web(world.auditor):
            line = ReadLog.objects.get()
        assert (line.purpose, line.words) == ("other", "asked for by the court")

    def test_a_person_claims_none_of_their_own(self, world):
        person = world.person(world.ngo)
        world.client(world.caseworker).get(
            f"/api/v1/persons/{person.pk}", headers={"Read-Purpose": "request; she asked me to"}
        )
        assert ReadLog.objects.get().purpose == "casework"

    def test_or_its_client_once_for_all(self, world, ngo):
        ngo.get("persons")
        assert ReadLog.objects.get().purpose == "casework"
        ngo.client.default_purpose = "request"
        ngo.client.save()
        ngo.get("persons")
        assert ReadLog.objects.latest("id").purpose == "request"

    @pytest.mark.parametrize("said", ["nosiness", "other", "other;  ", "other; " + "x" * 501, ""])
    def test_what_cannot_be_read_is_an_error_and_shows_nothing(self, world, ngo, said):
        person = world.person(world.ngo)
        answer = ngo.get(f"persons/{person.pk}", status=400, Read_Purpose=said)
        assert answer["errors"][0]["parameter"] == "Read-Purpose"

    def test_a_list_and_an_expansion_say_whom_they_showed(self, world, ngo):
        cache.clear()
        people = sorted(world.enrolment().person_id for _n in range(3))
        ngo.get("enrolments?expand=person")
        ngo.get("persons")
        assert [line.people for line in ReadLog.objects.order_by("id")] == [people] * 3

    def test_so_does_an_export(self, world, ngo):
        people = sorted(world.enrolment().person_id for _n in range(3))
        ngo.get("exports/enrolments")
        ngo.get(f"exports/tdi?year={world.today.year}")
        assert [(line.people, line.count) for line in ReadLog.objects.order_by("id")] == [(people, 3)] * 2


class TestWhomAListShows:
    @pytest.mark.parametrize("page", ["person_list", "person_export", "caseload", "caseload_export", "home", "search"])
    def test_by_their_numbers(self, world, page):
        enrolments = [
            world.enrolment(responsible=world.caseworker.user, started_on=world.today - timedelta(days=30))
            for _n in range(3)
        ]
        client = world.client(world.caseworker)
        if page == "search":
            client.post(reverse("search"), {"q": "Meikäläinen"})
        client.get(reverse(page))
        line = ReadLog.objects.latest("id")
        assert line.people == sorted(enrolment.person_id for enrolment in enrolments)
        assert line.count == 3

    def test_a_list_that_is_too_long_says_so(self, world, monkeypatch):
        monkeypatch.setattr("partnership.audit_trail.read_log.MOST_NAMED", 2)
        for _n in range(3):
            world.person(world.ngo)
        world.client(world.caseworker).get(reverse("person_export"))
        line = ReadLog.objects.get()
        assert (line.people, line.count) == (None, 3)
        assert "anybody may be in it" in log(world, person=1).text

    def test_nothing_names_nobody(self):
        assert named_by([]) == ([], 0)
        assert MOST_NAMED >= 10_000


class TestTheLog:
    def test_answers_by_person_over_every_kind_of_page_and_list(self, world):
        client = world.client(world.caseworker)
        referral = world.enrolled()
        person = referral.receiver_person
        for page, args in (
            ("person", [person.pk]),
            ("enrolment", [referral.enrolment_id]),
            ("referral", [referral.pk]),
            ("diversion", [referral.diversion.pk]),
            ("person_list", []),
            ("person_export", []),
            ("caseload", []),
            ("person_file", [person.pk]),
            ("history", ["person", person.pk]),
        ):
            assert client.get(reverse(page, args=args)).status_code == 200, page
        looked(world, world.person(world.ngo))
        page = log(world, person=person.pk)
        assert {group.line.what for group in page.context["groups"]} == {
            "person", "enrolment", "referral", "diversion", "person_list", "person_export", "caseload", "person_file", "history",
        }  # fmt: skip

    def test_by_whichever_of_the_linked_records(self, world):
        first = world.person(world.ngo)
        second = world.person(world.ngo, same_as=first)
        looked(world, first)
        looked(world, second, what="enrolment")
        for person in (first, second):
            assert len(log(world, person=person.pk).context["groups"]) == 2

    def test_equal_lines_stand_together_with_how_often_and_when_to_the_second(self, world):
        person = world.person(world.ngo)
        day = timezone.localtime().replace(hour=9, minute=5, second=7) - timedelta(days=2)
        for minutes in (0, 10, 20):
            looked(world, person, at=day + timedelta(minutes=minutes), count=1)
        looked(world, person, at=day, purpose="quality")
        groups = log(world, person=person.pk).context["groups"]
        assert sorted((group.times, group.records) for group in groups) == [(1, 1), (3, 3)]
        text = log(world, person=person.pk).text
        assert "09:05:07" in text
        assert "09:25:07" in text

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, 4), ({"purpose": "quality"}, 1), ({"export": "yes"}, 1), ({"export": "no"}, 3), ({"what": "person_export"}, 1),
            ({"reader": "nobody of this name"}, 0),
        ],
    )  # fmt: skip
    def test_what_for_exports_and_reader(self, world, filters, found):
        person = world.person(world.ngo)
        looked(world, person)
        looked(world, person, purpose="quality")
        looked(world, person, what="person_export", object_id=0)
        looked(world, person, user=world.case_manager.user)
        assert len(log(world, **filters).context["groups"]) == found

    def test_reader_by_name_or_address_and_days_from_and_to(self, world):
        person = world.person(world.ngo)
        looked(world, person, at=timezone.now() - timedelta(days=10))
        looked(world, person, user=world.case_manager.user)
        for reader in (world.case_manager.user.full_name, world.case_manager.user.email):
            groups = log(world, reader=reader).context["groups"]
            assert {group.line.user for group in groups} == {world.case_manager.user}
        ago = lambda days: (world.today - timedelta(days=days)).isoformat()
        assert len(log(world, first=ago(11), last=ago(9)).context["groups"]) == 1
        assert len(log(world, first=ago(11)).context["groups"]) == 2
        assert not log(world, last=ago(11)).context["groups"]

    def test_the_auditor_by_organisation_too(self, world):
        looked(world, world.person(world.ngo))
        looked(world, world.person(world.police), partner=world.police, user=world.liaison.user)
        groups = log(world, world.auditor, partner=world.police.pk).context["groups"]
        assert [group.line.partner for group in groups] == [world.police]
        assert "partner" not in log(world).context["form"].fields

    @pytest.mark.parametrize(
        "filters",
        [
            {"person": "x"}, {"person": "9" * 30}, {"person": "-1"}, {"first": "2026-13-01"}, {"last": "yesterday"}, {"user": "x"},
            {"day": "2026-02-30"}, {"purpose": "nosiness"}, {"what": "everything"}, {"number": "1.5"}, {"export": "maybe"},
            {"first": "2026-02-02", "last": "2026-02-01"},
        ],
    )  # fmt: skip
    def test_a_filter_that_cannot_be_read_is_an_error_and_never_left_out(self, world, filters):
        looked(world, world.person(world.ngo))
        response = log(world, **filters)
        assert response.status_code == 422
        assert "Nothing was searched" in response.text
        assert "groups" not in response.context

    def test_words_of_a_reason_stand_beside_it_encrypted_in_the_table(self, world):
        person = world.person(world.ngo)
        looked(world, person, purpose="other", words="Asked by the court")
        assert "Asked by the court" in log(world, person=person.pk).text
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), database_role("worker"):
            list(ReadLog.objects.values_list("words"))


class TestInquiries:
    def open(self, world, person, **terms):
        values = {
            "person_number": person.pk, "from_day": world.today - timedelta(days=30), "to_day": None, "question": "Who, and why?",
        } | terms  # fmt: skip
        return run_as(world.auditor, oversight.open_inquiry, **values)

    def test_the_auditor_opens_one_notes_what_was_found_and_closes_it(self, world):
        person = world.person(world.ngo)
        looked(world, person)
        client = world.client(world.auditor)
        sent = {
            "person_number": person.pk, "from_day": (world.today - timedelta(days=30)).isoformat(), "to_day": "",
            "question": "Who looked at me last month?",
        }  # fmt: skip
        page = client.get(client.post(reverse("inquiry_list"), sent).url)
        assert world.caseworker.user.full_name in page.text
        inquiry = Inquiry.objects.get()
        client.post(reverse("inquiry", args=[inquiry.pk]), {"answer": "Their caseworker, to help.", "close": "1"})
        inquiry.refresh_from_db()
        assert inquiry.closed_by == world.auditor.user
        assert "Their caseworker, to help." in client.get(reverse("inquiry", args=[inquiry.pk])).text

    def test_is_not_closed_without_a_word_nor_changed_afterwards(self, world):
        inquiry = self.open(world, world.person(world.ngo))
        client = world.client(world.auditor)
        address = reverse("inquiry", args=[inquiry.pk])
        assert client.post(address, {"answer": " ", "close": "1"}).status_code == 422
        client.post(address, {"answer": "Nobody.", "close": "1"})
        assert client.post(address, {"answer": "Somebody."}).status_code == 422
        with on_web(world.auditor):
            assert Inquiry.objects.get().answer == "Nobody."

    def test_tells_the_auditor_of_what_is_new_since_last_time(self, world):
        person, another = world.person(world.ngo), world.person(world.ngo)
        inquiry = self.open(world, person)
        client = world.client(world.auditor)
        news = lambda: client.get("/").context["inquiries_with_news"]
        looked(world, another, at=timezone.now())
        looked(world, person, at=timezone.now() - timedelta(hours=2))
        assert news() == 0
        looked(world, person, at=timezone.now() + timedelta(seconds=1))
        assert news() == 1
        assert "new reads" in client.get(reverse("inquiry_list")).text
        Inquiry.objects.update(looked_until=timezone.now() + timedelta(minutes=1))
        assert news() == 0
        client.post(reverse("inquiry", args=[inquiry.pk]), {"answer": "So far nobody."})
        with on_web(world.auditor):
            assert Inquiry.objects.get().answer == "So far nobody."

    def test_looks_at_its_days_alone(self, world):
        person = world.person(world.ngo)
        looked(world, person, at=timezone.now() - timedelta(days=40))
        looked(world, person, at=timezone.now() - timedelta(days=20))
        inquiry = self.open(world, person, to_day=world.today - timedelta(days=10))
        looked(world, person)
        page = world.client(world.auditor).get(reverse("inquiry", args=[inquiry.pk]))
        assert sum(group.times for group in page.context["groups"]) == 1
        assert world.client(world.auditor).get("/").context["inquiries_with_news"] == 0

    def test_is_nobody_elses(self, world):
        inquiry = self.open(world, world.person(world.ngo))
        for acting in (world.coordinator, world.case_manager, world.caseworker):
            assert world.client(acting).get(reverse("inquiry", args=[inquiry.pk])).status_code == 403
            with on_web(acting):
                assert not Inquiry.objects.exists()
