"""Records that one has nothing to do with: every role that reads people tries them, on pages, over the API and by SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.openings import actions as openings
from cases.openings.models import RecordOpening
from cases.people.models import Person
from partnership.members.models import Role
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MARK = "Meikäläinen"


@shared
def curious(world):
    """Somebody in every role that reads people, and a person of the own register with whom they have nothing to do."""
    world.agree_with(world.prosecutors)
    world.curious = {
        "caseworker": (world.caseworker, world.ngo),
        "liaison": (world.liaison, world.police),
        "court_officer": (world.court_officer, world.prosecutors),
        "professional": (world.professional, world.social),
    }
    world.strangers = {}
    for name, (_acting, partner) in world.curious.items():
        stranger = world.person(partner, first_names=f"Stranger {name}")
        world.arrest(stranger, world.today - timedelta(days=300))  # something has begun with them
        world.strangers[name] = stranger
    colleague = world.member(world.ngo, Role.CASEWORKER)
    world.theirs = world.enrolment(person=world.strangers["caseworker"], responsible=colleague.user)
    return world


ROLES = ["caseworker", "liaison", "court_officer", "professional"]
PAGES = [
    "person", "person_edit", "person_file", "request_new", "relation_new", "person_doubles", "person_unlink", "person_link",
]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    def test_no_page_of_a_stranger_opens_without_a_reason(self, curious, role, page):
        acting, _partner = curious.curious[role]
        stranger = curious.strangers[role]
        client = curious.client(acting)
        method = client.post if page in {"person_unlink", "person_link"} else client.get
        response = method(reverse(page, args=[stranger.pk]))
        assert response.status_code == 302
        assert response.url.startswith(reverse("person_open", args=[stranger.pk]))
        assert MARK not in client.get(response.url).text

    def test_neither_does_the_history_of_changes(self, curious, role):
        acting, _partner = curious.curious[role]
        stranger = curious.strangers[role]
        response = curious.client(acting).get(reverse("history", args=["person", stranger.pk]))
        assert response.status_code == 302

    def test_another_partners_is_not_found_before_and_after_asking_why(self, curious, role):
        """A reason opens nothing across partners, and the page that asks tells nobody that somebody is there."""
        acting, _partner = curious.curious[role]
        foreign = curious.person(curious.other_ngo)
        client = curious.client(acting)
        for address in (reverse("person", args=[foreign.pk]), reverse("person_open", args=[foreign.pk])):
            assert client.get(address).status_code == 404
            assert (
                client.post(reverse("person_open", args=[foreign.pk]), {"purpose": "other", "words": "x"}).status_code
                == 404
            )
        assert not RecordOpening.objects.exists()

    def test_a_record_linked_with_a_strangers_opens_neither(self, curious, role):
        """Whoever links an own case with a stranger's record would see both on one page."""
        acting, partner = curious.curious[role]
        mine = curious.person(partner, first_names="Mine")
        response = curious.client(acting).post(
            reverse("person_link", args=[mine.pk]), {"other": curious.strangers[role].pk}
        )
        assert "/open/" in response.url
        assert Person.objects.get(pk=curious.strangers[role].pk).same_as is None


class TestParticipation:
    @pytest.mark.parametrize("page", ["enrolment", "appointment_new", "statement_new"])
    def test_a_colleagues_case_opens_with_a_reason_only(self, curious, page):
        response = curious.client(curious.caseworker).get(reverse(page, args=[curious.theirs.pk]))
        assert "/open/" in response.url

    @pytest.mark.parametrize("page", ["meeting_record", "note_add", "goal_add", "assessment_add", "enrolment_end"])
    def test_nothing_is_written_on_it_unseen(self, curious, page):
        response = curious.client(curious.caseworker).post(reverse(page, args=[curious.theirs.pk]), {"note-text": "x"})
        assert "/open/" in response.url
        assert not curious.theirs.notes.exists()


class TestApi:
    @pytest.mark.parametrize("role", ROLES)
    def test_a_signed_in_person_gets_no_strangers_record_and_no_list_with_it(self, curious, role):
        acting, _partner = curious.curious[role]
        stranger = curious.strangers[role]
        client = curious.client(acting)
        refused = client.get(f"/api/v1/persons/{stranger.pk}")
        assert refused.status_code == 403
        assert refused.json()["type"].endswith("/problems/needs-reason")
        assert MARK not in refused.text
        listed = client.get("/api/v1/persons").json()["results"]
        assert stranger.pk not in {row["id"] for row in listed}
        found = client.post("/api/v1/persons/search", {"text": MARK}, content_type="application/json").json()
        assert stranger.pk not in {row["id"] for row in found.get("results", [])}

    def test_neither_by_a_participation_nor_by_expanding_one(self, curious):
        client = curious.client(curious.caseworker)
        assert client.get(f"/api/v1/enrolments/{curious.theirs.pk}?expand=person").status_code == 403
        assert client.get(f"/api/v1/enrolments/{curious.theirs.pk}/sessions").status_code == 403
        assert MARK not in client.get("/api/v1/enrolments?expand=person").text

    def test_nor_by_an_arrest(self, curious):
        client = curious.client(curious.liaison)
        stranger = curious.strangers["liaison"]
        assert client.get(f"/api/v1/arrests/{stranger.arrests.get().pk}?expand=person").status_code == 403
        assert MARK not in client.get("/api/v1/arrests?expand=person").text

    def test_after_the_reason_it_opens(self, curious):
        stranger = curious.strangers["liaison"]
        run_as(curious.liaison, openings.open_record, person=stranger, purpose="casework", words="Warrant")
        client = curious.client(curious.liaison)
        assert client.get(f"/api/v1/persons/{stranger.pk}").status_code == 200
        assert stranger.pk in {row["id"] for row in client.get("/api/v1/persons").json()["results"]}


class TestSql:
    """Within one partner the database does not tell readers apart; a reason it keeps as it was given."""

    def insert(self, acting, person, **columns):
        values = {
            "partner_id": acting.partner.pk, "user_id": acting.user.pk, "person_number": person.pk, "purpose": "other",
            "words": "token",
        } | columns  # fmt: skip
        with on_web(acting), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO cases_recordopening ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",
                list(values.values()),
            )

    def test_nobody_opens_in_a_colleagues_name(self, curious):
        with pytest.raises(DatabaseError):
            self.insert(curious.caseworker, curious.strangers["caseworker"], user_id=curious.case_manager.user.pk)

    def test_nor_for_another_day_to_come(self, curious):
        later = curious.agreement.valid_from + timedelta(days=400)
        with pytest.raises(DatabaseError):
            self.insert(curious.caseworker, curious.strangers["caseworker"], opened_at=later)

    def test_nor_without_words_or_code(self, curious):
        for columns in ({"words": ""}, {"purpose": ""}):
            with pytest.raises(DatabaseError):
                self.insert(curious.caseworker, curious.strangers["caseworker"], **columns)

    def test_nor_of_somebody_who_is_not_in_the_own_register(self, curious):
        """And the error is the same as for a number that nobody has."""
        foreign = curious.person(curious.other_ngo)
        nobody = Person(pk=10**9)
        said = []
        for person in (foreign, nobody):
            with pytest.raises(DatabaseError) as error:
                self.insert(curious.caseworker, person)
            said.append(str(error.value))
        assert said[0] == said[1]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE cases_recordopening SET opened_at = now()",
            "UPDATE cases_recordopening SET words = 'x'",
            "DELETE FROM cases_recordopening",
        ],
    )
    @pytest.mark.parametrize("who", ["caseworker", "case_manager", "auditor"])
    def test_what_was_given_as_reason_stays(self, curious, statement, who):
        run_as(
            curious.caseworker,
            openings.open_record,
            person=curious.strangers["caseworker"],
            purpose="other",
            words="Why",
        )
        before = RecordOpening.objects.values_list("opened_at", "words").get()
        try:
            with on_web(getattr(curious, who)), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError:
            pass
        assert RecordOpening.objects.values_list("opened_at", "words").get() == before

    def test_the_log_keeps_purpose_and_people_too(self, curious):
        curious.client(curious.case_manager).get(reverse("person", args=[curious.strangers["caseworker"].pk]))
        for statement in (
            "UPDATE partnership_readlog SET purpose = 'other'",
            "UPDATE partnership_readlog SET people = '{}'",
        ):
            with (
                pytest.raises(DatabaseError),
                on_web(curious.case_manager),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_who_oversees_sees_the_reasons_and_colleagues_do_not(self, curious):
        run_as(
            curious.caseworker,
            openings.open_record,
            person=curious.strangers["caseworker"],
            purpose="other",
            words="Why",
        )
        colleague = curious.member(curious.ngo, Role.CASEWORKER)
        for acting, seen in ((curious.case_manager, 1), (curious.auditor, 1), (colleague, 0), (curious.liaison, 0)):
            with on_web(acting):
                assert RecordOpening.objects.count() == seen
