"""Every change of a record that matters leaves a line that nobody can write, change or forge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.people import actions as people
from cases.people.models import Person
from cases.rights import actions as rights
from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement
from partnership.audit_trail.history import RECORDS, Recorded
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.members import actions as members
from partnership.members.models import Membership
from referrals.consents import actions as consents
from tests.world import database_role, on_web, run_as


def changes_of(record: str, pk: int) -> list[RecordChange]:
    return list(RecordChange.objects.filter(record=record, object_id=pk).order_by("id"))


def rename(world, person, last_name="Virtanen"):
    with on_web(world.caseworker):
        person = Person.objects.get(pk=person.pk)
        person.last_name = last_name
        return people.save_person(by=world.caseworker, person=person)


class TestWhatIsRecorded:
    def test_who_when_for_whom_by_which_action_and_from_what_to_what(self, world):
        person = world.person(world.ngo, last_name="Nieminen")
        rename(world, person)
        change = changes_of("person", person.pk)[-1]
        assert (change.kind, change.action, change.user_id, change.acting_for_id) == (
            "changed",
            "person.save",
            world.caseworker.user.pk,
            world.ngo.pk,
        )
        assert change.fields == ["last_name"]
        content = change.content
        assert "Nieminen" not in str(content.before), "an encrypted field stays encrypted"
        field = Person._meta.get_field("last_name")
        assert field.open(content.before["last_name"], world.ngo.pk) == "Nieminen"
        assert field.open(content.after["last_name"], world.ngo.pk) == "Virtanen"

    def test_what_stayed_the_same_is_no_change(self, world):
        person = world.person(world.ngo, last_name="Nieminen")
        before = len(changes_of("person", person.pk))
        rename(world, person, "Nieminen")
        assert len(changes_of("person", person.pk)) == before

    def test_a_page_says_page_and_a_system_says_which(self, world, ngo):
        person = world.person(world.ngo)
        response = world.client(world.caseworker).post(
            reverse("person_edit", args=[person.pk]), {"first_names": "Maija", "last_name": "Uusi", "sex": "female"}
        )
        assert response.status_code == 302
        assert changes_of("person", person.pk)[-1].through == "page"
        ngo.call("patch", f"persons/{person.pk}", {"last_name": "Toinen"}, status=200)
        change = changes_of("person", person.pk)[-1]
        assert (change.through, change.client_id) == ("api", ngo.client.pk)

    def test_the_legal_basis_and_the_parties_of_an_agreement(self, world):
        agreement = world.agreement
        with on_web(world.coordinator):
            changed = Agreement.objects.get(pk=agreement.pk)
            changed.legal_basis = Agreement.LegalBasis.PUBLIC_TASK
            agreements.save_agreement(
                by=world.coordinator, agreement=changed, parties=[world.ngo, world.police, world.other_ngo]
            )
        told = [(change.kind, change.content.after) for change in changes_of("agreement", agreement.pk)]
        assert ("changed", {"legal_basis": "public_task"}) in told
        assert any(kind == "created" and after.get("partner_id") == world.other_ngo.pk for kind, after in told)

    def test_a_members_role(self, world):
        member = world.caseworker.membership
        run_as(
            world.case_manager,
            members.change_member,
            membership=member,
            role="case_manager",
            is_manager=False,
            is_active=True,
        )
        content = changes_of("member", member.pk)[-1].content
        assert (content.before, content.after) == ({"role": "caseworker"}, {"role": "case_manager"})

    def test_a_withdrawn_consent_stands_in_the_history_of_both_parties(self, world):
        referral = world.sent()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        for party in (world.liaison, world.caseworker):
            with on_web(party):
                assert changes_of("consent", referral.consent_id)[-1].action == "consent.withdraw"
        with on_web(world.other_caseworker):
            assert not changes_of("consent", referral.consent_id)

    def test_a_cohort_that_is_put_away(self, world):
        cohort = run_as(world.coordinator, cohorts.save_cohort, cohort=Cohort(name="Women"), selection=Selection())
        run_as(world.coordinator, cohorts.archive_cohort, cohort=cohort, is_archived=True)
        assert [change.action for change in changes_of("cohort", cohort.pk)] == ["cohort.save", "cohort.archive"]

    def test_every_recorded_table_has_a_page_for_its_history(self):
        from django.apps import apps

        recorded = {
            rule.record for model in apps.get_models() for rule in model._meta.constraints if isinstance(rule, Recorded)
        }
        assert recorded == set(RECORDS)


class TestNobodyForgesIt:
    @pytest.mark.parametrize("role", ["web", "worker"])
    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO partnership_recordchange (record, object_id, at, through, action, kind, fields)"
            " VALUES ('person', 1, now(), 'page', 'x', 'changed', '{}')",
            "UPDATE partnership_recordchange SET user_id = 1",
            "DELETE FROM partnership_recordchange",
            "DELETE FROM partnership_recordchangecontent",
            "SELECT portal_record_change()",
        ],
    )
    def test_neither_pages_nor_jobs_write_it_by_themselves(self, world, role, statement):
        rename(world, world.person(world.ngo))
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            on_web(world.caseworker),
            database_role(role),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


class TestWhoReadsIt:
    def test_the_own_partner_reads_what_changed_and_another_finds_nothing(self, world):
        person = world.person(world.ngo, last_name="Nieminen")
        rename(world, person)
        address = reverse("history", args=["person", person.pk])
        assert "Nieminen" in world.client(world.caseworker).get(address).text
        assert world.client(world.other_caseworker).get(address).status_code == 404
        assert world.client(world.data_officer).get(address).status_code == 403
        assert world.client(world.coordinator).get(address).status_code == 403

    def test_the_auditor_sees_that_it_changed_and_not_what_it_says(self, world):
        person = world.person(world.ngo, last_name="Nieminen")
        rename(world, person)
        page = world.client(world.auditor).get(reverse("history", args=["person", person.pk])).text
        assert "last name" in page.lower()
        assert "Nieminen" not in page
        with on_web(world.auditor):
            assert not RecordChangeContent.objects.filter(record="person").exists()

    def test_the_history_of_a_member_is_a_managers(self, world):
        address = reverse("history", args=["member", world.caseworker.membership.pk])
        assert world.client(world.case_manager).get(address).status_code == 200
        assert world.client(world.caseworker).get(address).status_code == 403
        foreign = Membership.objects.filter(partner=world.other_ngo).first()
        assert world.client(world.case_manager).get(reverse("history", args=["member", foreign.pk])).status_code == 404

    def test_reading_it_stands_in_the_log_of_reads(self, world):
        from partnership.audit_trail.models import ReadLog

        person = world.person(world.ngo)
        world.client(world.caseworker).get(reverse("history", args=["person", person.pk]))
        assert ReadLog.objects.filter(what="history", object_id=person.pk, user=world.caseworker.user).exists()

    def test_it_takes_the_same_queries_however_long_it_is(self, world, django_assert_max_num_queries):
        person = world.person(world.ngo, last_name="A")
        for letter in "BCDEFG":
            rename(world, person, letter)
        client = world.client(world.caseworker)
        with django_assert_max_num_queries(15):
            client.get(reverse("history", args=["person", person.pk]))


def test_an_erased_persons_names_are_gone_from_the_history_too(world):
    person = world.person(world.ngo, last_name="Nieminen")
    rename(world, person)
    Person.objects.filter(pk=person.pk).update(changed_at=timezone.now() - timedelta(days=1))
    run_as(world.case_manager, rights.erase, person=Person.objects.get(pk=person.pk))
    assert changes_of("person", person.pk)[-1].action == "person.erase"
    assert not RecordChangeContent.objects.filter(record="person", object_id=person.pk).exists()
