"""The database shows each partner its own, whatever the code forgets. Proven with raw SQL on a connection of the web role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction

from cases.enrolments.models import Note, Session
from partnership.announcements import actions as announcements
from partnership.audit_trail.models import ReadLog
from partnership.isolation import context
from partnership.isolation.acting import Acting, enter
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure, Need
from tests.services import PASSWORD
from tests.world import World, database_role, do, on_web


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.django_db
class TestCatalogue:
    @pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_person"])
    def test_the_roles_of_processes_own_nothing_and_bypass_nothing(self, role):
        assert rows(f"SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = '{role}'") == [
            (False, False, False)
        ]
        assert rows(f"SELECT relname FROM pg_class WHERE relowner = '{role}'::regrole") == []
        becomes = f"SELECT roleid::regrole::text FROM pg_auth_members WHERE member = '{role}'::regrole"
        assert rows(becomes) == ([("portal_person",)] if role == "portal_web" else [])

    def test_security_definer_functions_close_disclosures_rebuild_figures_and_write_tombstones(self):
        found = rows(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' AND prosecdef"
        )
        assert sorted(name for (name,) in found) == [
            "bury_cases_appointment",
            "bury_cases_arrest",
            "bury_cases_assessment",
            "bury_cases_enrolment",
            "bury_cases_goal",
            "bury_cases_person",
            "bury_cases_phasestay",
            "bury_cases_placement",
            "bury_cases_plan",
            "bury_cases_review",
            "bury_cases_session",
            "bury_cases_stay",
            "bury_cases_step",
            "bury_programs_programme",
            "bury_referrals_diversionagreement",
            "bury_referrals_referral",
            "metrics_rebuild_begins",
            "metrics_rebuild_ends",
            "metrics_rebuild_index",
            "metrics_rebuild_links",
            "metrics_touch_metrics_pair",
            "portal_acting_administrator",
            "portal_acting_manager",
            "portal_agreed_now",
            "portal_ask_next",
            "portal_ask_open",
            "portal_ask_report",
            "portal_auditors_by_two",
            "portal_auditors_invited_by_two",
            "portal_caller",
            "portal_certificate_valid",
            "portal_context",
            "portal_count_beds",
            "portal_count_places",
            "portal_count_places_of",
            "portal_count_seats",
            "portal_cover_between",
            "portal_cover_by_agreement",
            "portal_cover_by_consent",
            "portal_cover_by_parties",
            "portal_cover_by_person",
            "portal_cover_by_version",
            "portal_cover_referral",
            "portal_covered_days",
            "portal_end_pairs",
            "portal_end_references",
            "portal_end_with_enrolment",
            "portal_flow_days",
            "portal_forget_family_sessions",
            "portal_forget_fellowships",
            "portal_forget_matter_notes",
            "portal_forget_protected",
            "portal_forget_references",
            "portal_forget_shared",
            "portal_had_manager",
            "portal_keep_contact_safe",
            "portal_keep_partitions",
            "portal_keep_person",
            "portal_lesson_answers",
            "portal_lesson_feedback",
            "portal_move_version_by_consent",
            "portal_move_version_of",
            "portal_open_days",
            "portal_open_disclosure",
            "portal_open_diversion",
            "portal_person_card",
            "portal_person_consents",
            "portal_person_diversions",
            "portal_person_enrolments",
            "portal_person_records",
            "portal_person_referrals",
            "portal_purpose_days",
            "portal_record_change",
            "portal_references_of",
            "portal_role_fits",
            "portal_shown",
            "portal_step_decided",
            "portal_survey_answer",
            "portal_survey_answers",
            "portal_survey_open",
            "portal_survey_texts",
            "portal_tip_answer",
            "portal_tip_give",
            "portal_touch_diversion",
            "portal_touch_programmes",
            "portal_version_moves",
        ]

    def test_the_web_role_can_call_none_of_them(self):
        for name in (
            "portal_count_places_of(bigint)",
            "portal_covered_days(referrals_referral)",
            "portal_cover_between(bigint[], bigint[])",
            "portal_person_card()",
            "portal_person_records()",
            "metrics_rebuild_begins()",
            "metrics_rebuild_index(text)",
            "bury_cases_person()",
        ):
            assert rows(f"SELECT has_function_privilege('portal_web', '{name}', 'execute')") == [(False,)]


@pytest.fixture
def committed(transactional_db) -> World:
    """A world that other connections see, with something of every kind in it."""
    world = World()
    referral = world.enrolled()
    enrolment = referral.enrolment
    with on_web(world.caseworker):
        Note.objects.create(partner=world.ngo, enrolment=enrolment, text="secret", author=world.caseworker.user)
        Session.objects.create(
            partner=world.ngo, enrolment=enrolment, held_on=world.today, recorded_by=world.caseworker.user
        )
        handover.write_message(by=world.caseworker, referral=referral, text="hello")
        ReadLog.objects.bulk_create(
            [ReadLog(partner=world.ngo, user=world.caseworker.user, what="person", object_id=1)], ignore_conflicts=True
        )
    world.arrest(referral.person, world.today)
    world.referral = referral
    return world


@contextmanager
def web_connection(role: str = "portal_web") -> Iterator[psycopg2.extensions.cursor]:
    """A connection of its own that signed in as portal_web: nothing of Django in between."""
    parameters = connection.get_connection_params()
    real = psycopg2.connect(
        dbname=parameters["dbname"],
        host=parameters["host"],
        port=parameters["port"],
        user=role,
        password=PASSWORD,
    )
    try:
        with real.cursor() as cursor:
            yield cursor
    finally:
        real.close()


def act_as(cursor: Any, acting: Acting) -> None:
    """What the portal does at the beginning of a transaction, on a connection of its own."""
    signed = context.signed(
        partner_id=acting.partner.pk,
        role=acting.role,
        user_id=acting.user.pk,
        session=cursor.connection.info.backend_pid,
    )
    cursor.execute("SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", signed)


COUNTED = {
    "person": "cases_person",
    "note": "cases_note",
    "session": "cases_session",
    "enrolment": "cases_enrolment",
    "arrest": "cases_arrest",
    "offence": "cases_offence",
    "consent": "cases_consent",
    "referral": "referrals_referral",
    "identity": "referrals_disclosure",
    "need": "referrals_need",
    "message": "referrals_message",
    "diversion": "referrals_diversionagreement",
    "condition": "referrals_condition",
    "read": "partnership_readlog",
    "programme": "programs_programme",
    "agreement": "partnership_agreement",
}


def seen_by(acting: Acting | None) -> dict[str, int]:
    with web_connection() as cursor:
        if acting:
            act_as(cursor, acting)
        found = {}
        for name, table in COUNTED.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[name] = cursor.fetchone()[0]
        return found


def write_as(acting: Acting, statement: str, parameters: list | None = None) -> int:
    """Runs a statement as a member would by raw SQL, and undoes it; returns how many rows it touched."""
    with web_connection() as cursor:
        act_as(cursor, acting)
        cursor.execute(statement, parameters)
        return cursor.rowcount


SHARED = {"programme": 2, "agreement": 1}
NOTHING = dict.fromkeys(COUNTED, 0) | SHARED


class TestWhoSeesWhat:
    """The table of domain.md, row by row, as counts of what raw SQL finds. The world holds one of each."""

    def test_without_a_partner_nothing_but_what_everybody_sees(self, committed):
        assert seen_by(None) == NOTHING

    def test_the_ngo_sees_its_case_and_as_a_party_the_referral_with_its_identity(self, committed):
        own = dict(person=1, note=1, session=1, enrolment=1)
        shared = dict(consent=1, referral=1, identity=1, need=1, message=1, diversion=1, condition=1)
        assert seen_by(committed.caseworker) == NOTHING | own | shared | {"read": 1}

    def test_the_referring_unit_sees_its_person_and_arrest_and_the_referral_but_no_note_or_session(self, committed):
        own = dict(person=1, arrest=1, offence=1)
        shared = dict(consent=1, referral=1, identity=1, need=1, message=1, diversion=1, condition=1)
        assert seen_by(committed.liaison) == NOTHING | own | shared

    def test_another_ngo_and_another_unit_see_nothing(self, committed):
        assert seen_by(committed.other_caseworker) == NOTHING
        assert seen_by(committed.other_liaison) == NOTHING

    def test_the_coordinator_sees_status_of_referral_and_diversion_and_no_identity(self, committed):
        assert seen_by(committed.coordinator) == NOTHING | {"referral": 1, "diversion": 1}

    def test_the_auditor_sees_all_reads_and_no_content(self, committed):
        assert seen_by(committed.auditor) == NOTHING | {"read": 1}

    def test_an_administrator_acts_for_nobody_and_sees_no_person(self, committed):
        with web_connection() as cursor:
            signed = context.signed(partner_id=None, role="", user_id=1, session=cursor.connection.info.backend_pid)
            cursor.execute(
                "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", signed
            )
            cursor.execute("SELECT count(*) FROM cases_person")
            assert cursor.fetchone() == (0,)

    def test_outside_a_transaction_nobody_can_be_acted_for(self, committed):
        """The setting would be gone before the next statement, or stay for the next request of the connection."""
        with pytest.raises(RuntimeError, match="inside a transaction"):
            enter(partner_id=committed.ngo.pk)

    def test_who_was_acted_for_is_nobody_after_the_transaction(self, committed):
        """The connection is used again: for the next request, of somebody else."""
        with transaction.atomic():
            enter(partner_id=committed.ngo.pk, role="caseworker", user_id=committed.caseworker.user.pk)
        for setting in ("partner", "role", "user"):
            assert rows(f"SELECT current_setting('portal.{setting}', true)") in ([("",)], [(None,)])

    def test_the_setting_is_gone_with_its_transaction(self, committed):
        with web_connection() as cursor:
            act_as(cursor, committed.caseworker)
            cursor.connection.commit()
            cursor.execute("SELECT count(*) FROM cases_person")
            assert cursor.fetchone() == (0,)

    def test_a_partner_can_write_no_row_of_another(self, committed):
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            cursor.execute("UPDATE cases_person SET sex = 'other'")
            assert cursor.rowcount == 0
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(
                    "INSERT INTO cases_note (partner_id, enrolment_id, text, author_id, at) VALUES (%s, %s, '', %s, now())",
                    [committed.ngo.pk, committed.referral.enrolment_id, committed.caseworker.user.pk],
                )

    def test_nobody_writes_a_message_or_a_step_in_the_other_partys_name(self, committed):
        """Nor does a partner that is no party write one in its own."""
        referral, sender, receiver = committed.referral, committed.liaison, committed.caseworker
        parties = [referral.pk, sender.partner.pk, receiver.partner.pk]
        message = (
            "INSERT INTO referrals_message (referral_id, from_partner_id, to_partner_id, author_id, author_partner_id, text, at)"
            " VALUES (%s, %s, %s, %s, %s, '', now())"
        )
        step = (
            "INSERT INTO referrals_change (referral_id, from_partner_id, to_partner_id, by_id, by_partner_id, verb, from_state,"
            " to_state, reason_code, at) VALUES (%s, %s, %s, %s, %s, 'complete', 'enrolled', 'completed', '', now())"
        )
        for statement in (message, step):
            write_as(receiver, statement, [*parties, receiver.user.pk, receiver.partner.pk])
            for acting, author in (
                (receiver, sender), (sender, receiver), (committed.other_caseworker, committed.other_caseworker),
                (committed.coordinator, committed.coordinator), (committed.coordinator, sender),
            ):  # fmt: skip
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    write_as(acting, statement, [*parties, author.user.pk, author.partner.pk])

    def test_an_announcement_is_changed_and_taken_back_by_its_office_alone(self, committed):
        with on_web(committed.coordinator):
            announcements.announce(
                by=committed.coordinator,
                title="Training",
                text="x",
                shown_from=committed.today,
                shown_until=committed.today,
            )
        for acting in (committed.caseworker, committed.liaison, committed.auditor):
            assert write_as(acting, "UPDATE partnership_announcement SET title = 'Changed'") == 0
            assert write_as(acting, "DELETE FROM partnership_announcement") == 0
        assert write_as(committed.coordinator, "UPDATE partnership_announcement SET title = 'Changed'") == 1
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):  # nor is it put into another partner's mouth
            write_as(committed.coordinator, "UPDATE partnership_announcement SET partner_id = %s", [committed.ngo.pk])
        assert write_as(committed.coordinator, "DELETE FROM partnership_announcement") == 1

    def test_a_draft_is_the_senders_alone(self, committed):
        committed.draft()
        assert seen_by(committed.caseworker)["referral"] == 1
        assert seen_by(committed.caseworker)["consent"] == 1
        assert seen_by(committed.caseworker)["condition"] == 1
        assert seen_by(committed.coordinator)["referral"] == 1
        assert seen_by(committed.liaison)["referral"] == 2


@pytest.mark.django_db
class TestWorkerRole:
    @pytest.mark.parametrize("column", ["first_names", "last_name", "born_on", "identity_code", "phone", "email"])
    def test_the_worker_can_read_no_name_of_anybody(self, world, column):
        world.person(world.ngo)
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_column_privilege('portal_worker', 'cases_person', %s, 'SELECT')", [column])
            assert cursor.fetchone() == (False,)

    @pytest.mark.parametrize(
        "table",
        [
            "cases_note",
            "cases_goal",
            "cases_consent",
            "referrals_disclosure",
            "referrals_need",
            "referrals_message",
            "referrals_decision",
        ],
    )
    def test_nor_notes_goals_consents_identities_or_messages(self, table):
        assert rows(f"SELECT has_any_column_privilege('portal_worker', '{table}', 'SELECT')") == [(False,)]

    @pytest.mark.parametrize("column", ["code_pseudonym", "birth_pseudonym"])
    def test_nor_a_pseudonym_by_which_people_are_joined(self, column):
        assert rows(f"SELECT has_column_privilege('portal_worker', 'cases_person', '{column}', 'SELECT')") == [(False,)]

    def test_it_writes_only_for_the_partner_it_entered(self, world):
        person = world.person(world.ngo)
        with database_role("worker"):
            enter(partner_id=world.other_ngo.pk)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE cases_person SET sex = 'other' WHERE id = %s", [person.pk])
                assert cursor.rowcount == 0

    def test_it_reads_no_password(self):
        assert rows("SELECT has_column_privilege('portal_worker', 'partnership_user', 'password', 'SELECT')") == [
            (False,)
        ]


@pytest.mark.django_db
class TestWithdrawalClosesDisclosure:
    def test_in_the_same_statement_whoever_records_it(self, world):
        for who in (world.liaison, world.caseworker):
            referral = world.enrolled()
            with on_web(world.caseworker):
                assert Disclosure.objects.filter(referral=referral).exists()
            with on_web(who), connection.cursor() as cursor:
                cursor.execute("UPDATE cases_consent SET withdrawn_at = now() WHERE id = %s", [referral.consent_id])
                assert cursor.rowcount == 1
            with on_web(world.caseworker):
                assert not Disclosure.objects.filter(referral=referral).exists()
            with on_web(world.liaison):
                assert Disclosure.objects.filter(referral=referral).exists()

    def test_the_receiver_can_change_nothing_else_of_a_consent(self, world):
        referral = world.sent()
        with (
            pytest.raises(Exception, match="This stays as it is"),
            on_web(world.caseworker),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE cases_consent SET expires_on = '2099-01-01' WHERE id = %s", [referral.consent_id])

    def test_a_declined_referral_is_closed_to_its_receiver(self, world):
        referral = do(world, "waitlist", world.sent())
        with on_web(world.caseworker):
            assert Disclosure.objects.filter(referral=referral).exists()
            handover.decline(by=world.caseworker, referral=referral, reason="no_capacity")
            assert not Disclosure.objects.filter(referral=referral).exists()
            assert not Need.objects.filter(referral=referral).exists()


@pytest.mark.django_db(transaction=True)
def test_who_acted_in_one_transaction_acts_in_no_other_of_the_same_connection(committed):
    """Connections are kept from request to request."""
    with transaction.atomic():
        enter(partner_id=committed.ngo.pk, role="caseworker", user_id=committed.caseworker.user.pk)
        assert rows("SELECT portal_acting_partner()") == [(committed.ngo.pk,)]
    assert rows("SELECT portal_acting_partner(), nullif(current_setting('portal.context', true), '')") == [(None, None)]
