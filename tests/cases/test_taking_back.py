"""An import can be taken back: what it added goes, what it changed becomes what it was, and the figures follow."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.arrests.models import Arrest, Feed, Offence
from cases.enrolments.models import Enrolment
from cases.imports import actions as imports
from cases.imports import taking_back
from cases.imports.models import DataImport, ImportBefore, ImportTrace
from cases.people import identity_code
from cases.people.models import Person
from cases.rights import actions as rights
from metrics.runs import actions as runs
from partnership.audit_trail.models import RecordChange
from partnership.events.models import OutboxEvent
from partnership.events.outbox import relay
from partnership.isolation.acting import Acting
from tests.cases.test_imports import CODE, check, confirm, csv_of, load, row, upload, work
from tests.world import World, database_role, link, on_web, pseudonyms_of


def take_back(world: World, data_import: DataImport, by: Acting | None = None) -> DataImport:
    with on_web(by or world.data_officer):
        imports.start_taking_back(by=by or world.data_officer, data_import=data_import)
    return work(data_import)


def register() -> Any:
    """All that imports of arrests write, without numbers and times."""
    arrests = Arrest.objects.values_list(
        "arrest_number",
        "arrested_on",
        "is_drug",
        "offence_group",
        "age_at_offence",
        "content_hash",
        "person__birth_year",
    )
    offences = Offence.objects.values_list("arrest__arrest_number", "iccs", "local_code", "offence_on")
    people = [
        (p.last_name, p.identity_code, p.code_index, p.source_key, *pseudonyms_of(p)) for p in Person.objects.all()
    ]
    return sorted(arrests), sorted(offences, key=str), sorted(people)


class TestArrests:
    def test_what_it_added_is_removed_and_the_page_says_who_took_it_back(self, world):
        done = take_back(world, load(world, csv_of([row(), row(arrest_number="K-2", offence_code="05")])))
        assert (done.state, done.removed, done.restored, done.kept) == ("taken_back", 2, 0, 0)
        for model in (Arrest, Offence, Person, ImportTrace, ImportBefore):
            assert not model.objects.exists()
        body = world.client(world.data_officer).get(f"/imports/{done.pk}/").content.decode()
        assert f"{world.data_officer.user.full_name} took this import back" in body

    def test_what_it_corrected_becomes_what_it_was_names_and_pseudonyms_too(self, world):
        load(world, csv_of([row(offence_code="060121"), row(offence_code="05")]))
        before = register()
        changed = row(arrested_on="2025-03-02", offence_code="060111", last_name="Virtanen", sex="female")
        done = load(world, csv_of([changed, row(arrest_number="K-2")]))
        assert register() != before
        done = take_back(world, done)
        assert (done.removed, done.restored) == (1, 1)
        assert register() == before
        with on_web(world.liaison):
            assert Person.objects.get().last_name == "Mäkinen"

    def test_what_a_later_file_has_too_stays_and_goes_with_that_one(self, world):
        empty = register()
        first = load(world, csv_of([row(), row(arrest_number="K-2", identity_code="010190-900P")]))
        second = load(world, csv_of([row()]))
        first = take_back(world, first)
        assert (first.removed, first.kept) == (1, 1)
        assert Arrest.objects.get().arrest_number == "K-1"
        assert take_back(world, second).removed == 1
        assert register() == empty

    @settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        files=st.lists(
            st.dictionaries(st.sampled_from(["K-1", "K-2", "K-3"]), st.integers(1, 3), min_size=1),
            min_size=2,
            max_size=3,
        ),
        back=st.integers(0, 2),
    )
    def test_in_any_order_the_register_is_as_if_the_file_had_never_come(self, world, files, back):
        """Of the arrests; what is known of people only grows, and their newest name is the last file's."""

        def arrests() -> list[Any]:
            return sorted(Arrest.objects.values_list("arrest_number", "arrested_on", "content_hash"))

        contents = [
            csv_of(
                [
                    row(arrest_number=number, arrested_on=f"2025-03-0{day}", offence_on="")
                    for number, day in file.items()
                ]
            )
            for file in files
        ]
        back %= len(contents)
        from django.db import transaction

        with transaction.atomic():
            for place, content in enumerate(contents):
                if place != back:
                    load(world, content)
            expected = arrests()
            transaction.set_rollback(True)
        with transaction.atomic():
            loaded = [load(world, content) for content in contents]
            take_back(world, loaded[back])
            assert arrests() == expected
            transaction.set_rollback(True)

    def test_a_person_with_whom_somebody_has_worked_since_stays(self, world):
        rows = [
            row(),
            row(arrest_number="K-2", identity_code="010190-900P"),
            row(arrest_number="K-3", identity_code=identity_code.make(date(1991, 2, 3), 901)),
        ]
        done = load(world, csv_of(rows))
        edited, referred, _untouched = Person.objects.order_by("birth_year")
        with on_web(world.liaison):
            edited = Person.objects.get(pk=edited.pk)
            edited.phone = "050 123"
            edited.save()
            world.draft(person=Person.objects.get(pk=referred.pk))
        done = take_back(world, done)
        assert (done.removed, set(Person.objects.values_list("pk", flat=True))) == (3, {edited.pk, referred.pk})

    def test_a_name_that_somebody_has_corrected_since_stays_corrected(self, world):
        load(world, csv_of([row()]))
        done = load(world, csv_of([row(arrest_number="K-2", last_name="Virtanen")]))
        with on_web(world.liaison):
            person = Person.objects.get()
            person.last_name = "Korhonen"
            person.save()
        done = take_back(world, done)
        assert (Person.objects.get().last_name, done.kept) == ("Korhonen", 1)

    def test_the_feed_is_complete_as_far_as_before(self, world):
        first = load(world, csv_of([row()]), complete_through=date(2025, 3, 31))
        second = load(world, csv_of([row(arrest_number="K-2")]))
        take_back(world, second)
        assert Feed.objects.get().complete_through == date(2025, 3, 31)
        take_back(world, first)
        assert not Feed.objects.exists()

    def test_figures_are_computed_again_and_who_did_it_is_told(self, world):
        done = take_back(world, load(world, csv_of([row()])))
        event = OutboxEvent.objects.get(kind="import.taken_back")
        assert event.payload["data_import"] == done.pk

    def test_the_history_tells_what_was_restored_and_not_what_was_removed(self, world):
        load(world, csv_of([row()]))
        done = load(
            world,
            csv_of(
                [row(arrest_number="K-2", last_name="Virtanen"), row(arrest_number="K-3", identity_code="010190-900P")]
            ),
        )
        take_back(world, done)
        changes = RecordChange.objects.filter(record="person", action="import.take_back")
        assert [change.kind for change in changes] == ["changed"]

    def test_all_of_it_or_nothing(self, world, monkeypatch):
        done = load(world, csv_of([row()]))
        before = register()

        def breaks(*args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(taking_back, "_set_feeds_back", breaks)
        done = take_back(world, done)
        assert (done.state, register()) == ("done", before)
        assert "this word: ZeroDivisionError" in done.error

    def test_for_ninety_days_only_and_then_nothing_is_kept_of_it(self, world):
        done = load(world, csv_of([row()]))
        DataImport.objects.filter(pk=done.pk).update(loaded_at=timezone.now() - timedelta(days=91))
        with pytest.raises(imports.WrongState, match="90 days"):
            take_back(world, done)
        load(world, csv_of([row(arrest_number="K-2")]))
        assert not ImportTrace.objects.filter(data_import=done).exists()

    def test_an_import_that_is_not_done_cannot_be_taken_back(self, world):
        with pytest.raises(imports.WrongState):
            take_back(world, check(world, upload(world, csv_of([row()]))))


class TestParticipants:
    HEADING = "identity_code;last_name;first_names;started_on;ended_on;end_reason;consents\n"

    def load(self, world: World, body: str) -> DataImport:
        by = world.case_manager
        data_import = upload(world, (self.HEADING + body).encode(), by=by, programme=world.programme)
        check(world, data_import, by=by)
        return confirm(world, data_import, by=by)

    def test_added_ones_go_and_ended_ones_are_open_again(self, world):
        self.load(world, f"{CODE};M;Ö;2024-01-10;;;yes\n")
        done = self.load(world, f"{CODE};M;Ö;2024-01-10;2024-05-01;moved;no\n010190-900P;V;A;2024-01-10;;;yes\n")
        done = take_back(world, done, by=world.case_manager)
        assert (done.removed, done.restored, done.kept) == (1, 1, 0)
        enrolment = Enrolment.objects.get()
        assert (enrolment.ended_on, enrolment.end_reason, enrolment.measurement_consent) == (None, "", True)
        assert Person.objects.count() == 1

    def test_one_with_a_session_stays_and_is_counted(self, world):
        done = self.load(world, f"{CODE};M;Ö;2024-01-10;;;yes\n")
        Enrolment.objects.get().sessions.create(
            partner=world.ngo, held_on=date(2024, 2, 1), recorded_by=world.case_manager.user
        )
        done = take_back(world, done, by=world.case_manager)
        assert (done.removed, done.kept, Enrolment.objects.count(), Person.objects.count()) == (0, 1, 1, 1)

    def test_erasing_a_person_erases_what_they_were_before_an_import(self, world):
        self.load(world, f"{CODE};Mäkinen;Ö;2024-01-10;2024-05-01;moved;yes\n")
        self.load(world, f"{CODE};Virtanen;Ö;2024-01-10;2024-05-01;moved;yes\n")
        person = Person.objects.get()
        assert ImportBefore.objects.filter(object_id=person.pk, record="person").exists()
        manager = world.member(world.ngo, "case_manager", is_manager=True)
        with on_web(manager):
            rights.erase(by=manager, person=person)
        assert not ImportBefore.objects.filter(record="person").exists()


def test_figures_are_computed_again_without_the_file(world):
    person = world.person(world.ngo, identity_code=CODE)
    world.enrolment(person, started_on=date(2025, 1, 1))
    done = load(world, csv_of([row()]))
    link()
    with database_role("worker"):
        relay()
        runs.compute()
        assert arrested_people() == 1
    take_back(world, done)
    with database_role("worker"):
        relay()
        runs.compute()
        assert arrested_people() == 0


def arrested_people() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM metrics_followup WHERE any_on IS NOT NULL")
        return int(cursor.fetchone()[0])


def test_what_people_were_is_renewed_with_the_keys(world, settings):
    load(world, csv_of([row()]))
    done = load(world, csv_of([row(arrest_number="K-2", last_name="Virtanen")]))
    settings.FIELD_KEYS = ["another key of the installation", *settings.FIELD_KEYS]
    call_command("rotate_keys", verbosity=0, stdout=io.StringIO())
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    take_back(world, done)
    assert Person.objects.get().last_name == "Mäkinen"


def test_the_page_takes_an_import_back(world):
    done = load(world, csv_of([row()]))
    client = world.client(world.data_officer)
    body = client.get(f"/imports/{done.pk}/").content.decode()
    form = body[body.index(f"/imports/{done.pk}/take-back/") : body.index("Take this import back")]
    assert "csrfmiddlewaretoken" in form  # a piece that is included on its own has none
    assert client.post(f"/imports/{done.pk}/take-back/").status_code == 302
    done.refresh_from_db()
    assert done.state == DataImport.State.TAKING_BACK
    assert work(done).removed == 1
