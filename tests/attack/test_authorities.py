"""What SQL of a prosecutor's or court's own choice gets: what is addressed to it, and nothing of treatment; and who changes what."""

from __future__ import annotations

from datetime import timedelta

import psycopg2
import pytest

from cases.consents.models import Consent
from partnership.agreements.models import Agreement
from referrals.diversions import actions as diversions
from referrals.statements import actions as statements
from tests.partnership.test_isolation import act_as, committed, rows, web_connection  # noqa: F401 — a fixture
from tests.services import process_environment  # noqa: F401 — passwords of the roles
from tests.world import run_as

pytestmark = pytest.mark.django_db(transaction=True)

DIVERSION = "referrals_diversionagreement"
MAY_SEE = {
    # What everybody in the partnership sees.
    "partnership_partner", "partnership_partner_districts", "partnership_district", "partnership_districtpopulation",
    "partnership_user", "partnership_agreement", "partnership_agreement_parties", "programs_programme",
    "programs_programme_districts",
    # Its own membership; what was addressed, whose case it is, what was told to it.
    "partnership_membership", DIVERSION, "referrals_case",
    # What changed of its own (a member) and of what everybody sees (agreements, programmes).
    "partnership_recordchange", "partnership_recordchangecontent",
}  # fmt: skip


@pytest.fixture
def addressed(committed):  # noqa: F811
    """A diversion addressed to the prosecutors beside one of another person that is not."""
    committed.diversion = committed.addressed()
    committed.enrolled(person=committed.person(committed.police, first_names="Not addressed"))
    return committed


def tables(cursor) -> list[str]:
    cursor.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_any_column_privilege(c.oid, 'SELECT') AND c.relname NOT LIKE 'django%' AND c.relname NOT LIKE 'auth%'"
    )
    return [name for (name,) in cursor.fetchall()]


def with_owner(cursor, table: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND column_name IN ('partner_id', 'from_partner_id')",
        [table],
    )
    return cursor.fetchone() is not None


class TestReading:
    def test_every_table_of_partners_is_empty_but_for_what_is_addressed(self, addressed):
        """Walks all tables that the web role reads and that have an owner."""
        with web_connection() as cursor:
            act_as(cursor, addressed.court_officer)
            seen = set()
            for table in tables(cursor):
                if with_owner(cursor, table):
                    cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
                    if cursor.fetchone():
                        seen.add(table)
            cursor.execute("SELECT DISTINCT record FROM partnership_recordchange")
            assert {record for (record,) in cursor.fetchall()} <= {"agreement", "partner", "member", "programme"}
        assert seen - MAY_SEE == set()
        assert seen >= {DIVERSION, "referrals_case"}

    @pytest.mark.parametrize(
        "table",
        [
            "referrals_referral", "referrals_disclosure", "referrals_need", "referrals_condition", "referrals_message",
            "referrals_change", "cases_person", "cases_consent", "cases_enrolment", "cases_session", "cases_note",
            "cases_arrest", "referrals_statement",
        ],
    )  # fmt: skip
    def test_nothing_of_treatment_or_of_the_hand_over_is_seen(self, addressed, table):
        with web_connection() as cursor:
            act_as(cursor, addressed.court_officer)
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)

    def test_the_one_diversion_is_seen_and_the_other_is_not(self, addressed):
        with web_connection() as cursor:
            act_as(cursor, addressed.court_officer)
            cursor.execute(f"SELECT id FROM {DIVERSION}")
            assert cursor.fetchall() == [(addressed.diversion.pk,)]

    def test_the_other_ngo_and_the_other_unit_see_no_case(self, addressed):
        for stranger in (
            addressed.other_caseworker,
            addressed.other_liaison,
            addressed.caseworker,
            addressed.coordinator,
        ):
            with web_connection() as cursor:
                act_as(cursor, stranger)
                cursor.execute("SELECT count(*) FROM referrals_case")
                assert cursor.fetchone() == (0,)

    def test_a_statement_is_seen_while_consent_and_agreement_cover_it(self, addressed):
        run_as(
            addressed.caseworker, statements.send_statement, enrolment=addressed.diversion.referral.enrolment,
            to_partner=addressed.prosecutors, attendance="partly", signed_on=addressed.today, signed_how="paper",
            told_right_to_withdraw=True, expires_on=addressed.today + timedelta(days=30),
        )  # fmt: skip

        def seen() -> int:
            with web_connection() as cursor:
                act_as(cursor, addressed.court_officer)
                cursor.execute("SELECT count(*) FROM referrals_statement")
                return int(cursor.fetchone()[0])

        assert seen() == 1
        agreement = Agreement.objects.filter(title="With Prosecutors")
        agreement.update(ended_on=addressed.today)
        assert seen() == 0
        agreement.update(ended_on=None)
        assert seen() == 1
        Consent.objects.filter(to_partner=addressed.prosecutors).update(withdrawn_at=addressed.diversion.changed_at)
        assert seen() == 0


class TestWriting:
    def refused(self, world, acting, change: str) -> None:
        with web_connection() as cursor:
            act_as(cursor, acting)
            with pytest.raises(psycopg2.Error):
                cursor.execute(f"UPDATE {DIVERSION} SET {change} WHERE id = %s", [world.diversion.pk])

    @pytest.mark.parametrize(
        "change",
        [
            "deadline = '2030-01-01'", "outcome = 'partly'", "breached_on = '2026-01-01'", "authority_id = from_partner_id",
            "offence = '01'", "is_sent = false", "from_partner_id = authority_id", "to_partner_id = authority_id",
        ],
    )  # fmt: skip
    def test_the_authority_changes_nothing_but_the_decision(self, addressed, change):
        self.refused(addressed, addressed.court_officer, change)

    @pytest.mark.parametrize("who", ["liaison", "caseworker"])
    def test_neither_party_writes_the_decision_of_what_is_addressed(self, addressed, who):
        change = "decision = 'charge_dropped', decided_by = 'prosecutor', decided_at = now()"
        self.refused(addressed, getattr(addressed, who), change)

    @pytest.mark.parametrize("change", ["deadline = '2030-01-01'", "authority_id = null", "offence = '01'"])
    def test_the_receiver_changes_no_terms(self, addressed, change):
        self.refused(addressed, addressed.caseworker, change)

    def test_the_sender_writes_no_outcome(self, addressed):
        self.refused(addressed, addressed.liaison, "outcome = 'not_completed'")

    def test_the_police_by_name_drop_no_charge(self, committed):  # noqa: F811
        committed.diversion = committed.referral.diversion
        run_as(committed.caseworker, diversions.report_outcome, diversion=committed.diversion, outcome="completed")
        change = "decision = 'charge_dropped', decided_by = 'police', decided_at = now()"
        self.refused(committed, committed.liaison, change)

    def test_nobody_hangs_a_case_or_reasons_onto_the_diversion_of_others(self, addressed):
        mine = addressed.other_ngo.pk
        for sql in (
            f"INSERT INTO referrals_case (diversion_id, from_partner_id, authority_id, first_names, last_name, born_on,"
            f" identity_code, number) VALUES ({addressed.diversion.pk}, {mine}, {mine}, '', '', '', '', '')",
            f"INSERT INTO referrals_decision (diversion_id, from_partner_id, to_partner_id, authority_id, reasons)"
            f" VALUES ({addressed.diversion.pk}, {addressed.police.pk}, {addressed.ngo.pk}, {mine}, '')",
        ):
            with web_connection() as cursor:
                act_as(cursor, addressed.other_caseworker)
                with pytest.raises(psycopg2.Error):
                    cursor.execute(sql)

    def test_an_authority_changes_no_case(self, addressed):
        with web_connection() as cursor:
            act_as(cursor, addressed.court_officer)
            cursor.execute("UPDATE referrals_case SET number = '' RETURNING id")
            assert cursor.fetchall() == []
            cursor.execute("DELETE FROM referrals_case RETURNING id")
            assert cursor.fetchall() == []
