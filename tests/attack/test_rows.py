"""What SQL inside one's own partner tries: rows hung onto another's, errors that tell whether something is there, other names."""

from __future__ import annotations

import json
from typing import Any

import psycopg2
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import identify_hasher
from psycopg2 import errors

from cases.people.models import Person
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.acting import signing_in
from partnership.isolation.pointers import SameOwner
from partnership.members import actions as members
from partnership.members.models import Membership, User
from partnership.members.passwords import SealedHasher
from partnership.members.sessions import hash_of
from tests.partnership.test_catalogue import rules
from tests.partnership.test_isolation import act_as, committed, rows, web_connection  # noqa: F401 — a fixture
from tests.services import process_environment  # noqa: F401 — passwords of the roles
from tests.systems import System
from tests.world import database_role, on_web

NOT_THERE = 999_999_999
OWNERS = {"partner_id", "from_partner_id", "to_partner_id", "user_id"}
NO_ORACLE = {
    "partnership_outboxevent_key_key": "keys carry a signature that the database can't make",
    "partnership_invitation_token_hash_key": "nobody guesses a token",
    "cases_calendarfeed_token_hash_key": "nobody guesses a token",
    "metrics_intervention_name_key": "everybody sees interventions",
    "metrics_intervention_dis": "the same",
    "metrics_intervention_com": "the same",
    "one_release_a_quarter": "everybody sees which runs are releases",
    "cohort_permit_once": "the auditor alone makes permits, and sees what waits for one",
    "one_requested_run": "everybody sees that figures are being computed",
    "partnership_agreement_parties": "everybody sees agreements",
    "agreement_version_once": "the same of their versions",
    "one_open_agreement_version": "the same",
    "data_flow_named_once": "the same",
    "one_agreement_file_a_kind": "the coordination office alone adds files, and sees them all",
    "partnership_district": "everybody sees districts",
    "partnership_partner": "everybody sees partners",
    "one_coordination_office": "everybody sees partners",
    "programs_programme_distr": "everybody sees programmes",
    "programs_notice_districts": "districts are given to own drafts alone: the policy is asked before the index",
    "partnership_apiclient_membership_id_key": "managers alone make clients; it tells that a membership is a system's",
    "partnership_user_email": "sign-in and managers alone make accounts; it tells that an address has one",
    "unique_verified_email": "the same",
    "partnership_credential_client_id": "nobody guesses the id of a client",
    "oauth2_provider_": "nobody guesses a token",
    "one_population_per_year": "everybody sees districts",
    "programs_qualification_code_key": "everybody sees qualifications",
    "required_once": "everybody sees what an activity needs",
    "programs_certificate_number_key": "nobody guesses a number, and anybody may ask whether one is valid",
    "one_certificate_a_course": "an organisation issues certificates of its own courses alone",
    "programs_lesson_token_key": "nobody guesses a token",
    "programs_wave_token_key": "nobody guesses a token",
    "programs_tip_digest_key": "nobody guesses a code",
    "programs_communityevent_": "everybody sees events",
    "programs_survey_district": "everybody sees surveys",
    "programs_campaign_distri": "everybody sees campaigns",
    "programs_campaign_partne": "everybody sees campaigns",
    "version_of_resource": "the number of a row is in it",
}
POINT_ANYWHERE = {
    "programs_campaign_partners.campaign_id": "everybody sees campaigns, and a policy asks whose the campaign is",
    "programs_communityevent_hosts.communityevent_id": "everybody sees events, and a policy asks whose the event is",
    "metrics_claim.programme_id": "a policy asks first whose the programme is",
    "programs_callinterest.call_id": "everybody sees funding calls",
    "programs_jointapplication.call_id": "everybody sees funding calls",
    "cases_placement.offer_id": "a policy asks first whether it is one that is seen",
    "programs_lessonplan.resource_version_id": "a policy asks first whether it is one that is seen",
    "partnership_recordchangecontent.change_id": "a trigger alone writes it",
    "partnership_notification.event_id": "jobs write it; an event has no owner",
    "partnership_notification.letter_id": "jobs write it; a letter of news has no owner, and its number can't be guessed",
    "partnership_webhookdelivery.event_id": "jobs write it; an event has no owner",
    "referrals_referral.agreement_id": "everybody sees agreements",
    "cases_stay.programme_id": "it is that of the stay's bed, which is the owner's",
}


def statement(table: str, **values: Any) -> tuple[str, list[Any]]:
    marks = ", ".join(["%s"] * len(values))
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values())


def enrolment(world, person_id: int, programme_id: int) -> tuple[str, list[Any]]:
    return statement(
        "cases_enrolment",
        partner_id=world.other_ngo.pk,
        person_id=person_id,
        programme_id=programme_id,
        started_on="2026-01-01",
        end_reason="",
        referral_kind="",
        primary_drug="",
        measurement_consent=True,
        created_at="2026-01-01",
        changed_at="2026-01-01",
    )


def refusal(cursor: Any, sql: str, values: list[Any]) -> str:
    """The error as the attacker reads it, without the numbers that they sent."""
    with pytest.raises(psycopg2.Error) as refused:
        cursor.execute(sql, values)
    cursor.connection.rollback()
    return f"{type(refused.value).__name__} {refused.value.diag.constraint_name} {refused.value.diag.message_primary}"


@pytest.mark.django_db
class TestTheCatalogue:
    def test_what_points_to_a_partners_rows_is_checked_together_with_the_owner(self, db):
        """Walks every foreign key between tables that have an owner, of those that web or worker may write."""
        owned = {
            table
            for (table,) in rows(
                "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND column_name IN ('partner_id', 'from_partner_id')"
            )
        }
        ruled = {
            (table, rule.field + "_id")
            for table, rule in rules(SameOwner)  # type: ignore[attr-defined]
        }
        written = {
            table
            for (table,) in rows(
                "SELECT DISTINCT table_name FROM information_schema.column_privileges WHERE table_schema = 'public'"
                " AND grantee = 'portal_web' AND privilege_type IN ('INSERT', 'UPDATE')"
            )
        }
        pointers = rows(
            """
            SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
              FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
             WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
            """
        )
        unchecked = {
            f"{table}.{column}"
            for table, column, target in pointers
            if table in owned & written and target in owned and (table, column) not in ruled
        }
        assert unchecked - set(POINT_ANYWHERE) - {"partnership_credential.api_client_id"} == set()

    def test_no_unique_index_tells_of_rows_that_are_not_ones_own(self, db):
        indexes = rows(
            """
            SELECT i.indexrelid::regclass::text, array_agg(a.attname::text)
              FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
             WHERE i.indisunique AND NOT i.indisprimary AND t.relrowsecurity
               AND has_any_column_privilege('portal_web', t.oid, 'INSERT')
             GROUP BY 1
            """
        )
        telling = {name for name, columns in indexes if not OWNERS & set(columns)}
        assert {name for name in telling if not name.startswith(tuple(NO_ORACLE))} == set()

    def test_pages_read_no_pseudonym(self, db):
        """By pseudonyms treatment was joined to arrests."""
        columns = rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (column_name LIKE '%pseudonym%' OR table_name = 'metrics_link')"
        )
        assert ("cases_person", "code_pseudonym") in columns
        readable = "SELECT has_column_privilege('portal_web', '{}', '{}', 'SELECT')"
        assert [column for column in columns if rows(readable.format(*column)) == [(True,)]] == []


@pytest.mark.django_db(transaction=True)
class TestAnotherPartnersRows:
    def test_nobody_enrols_another_partners_person(self, committed):  # noqa: F811
        person = committed.referral.receiver_person_id
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            sql, values = enrolment(committed, person, committed.other_programme.pk)
            assert "own_person" in refusal(cursor, sql, values)

    def test_nobody_counts_own_people_in_another_partners_programme(self, committed):  # noqa: F811
        own = Person.objects.create(partner=committed.other_ngo)
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            sql, values = enrolment(committed, own.pk, committed.programme.pk)
            assert "own_programme" in refusal(cursor, sql, values)

    def test_the_error_is_the_same_for_somebody_who_takes_part_and_for_nobody(self, committed):  # noqa: F811
        """A unique index told before that this very person is in this programme now."""
        there = committed.referral.enrolment
        answers = set()
        with web_connection() as cursor:
            for person in (there.person_id, NOT_THERE):
                act_as(cursor, committed.other_caseworker)
                answers.add(refusal(cursor, *enrolment(committed, person, there.programme_id)))
        assert len(answers) == 1

    def test_the_error_is_the_same_for_a_referral_with_a_diversion_and_for_none(self, committed):  # noqa: F811
        answers = set()
        with web_connection() as cursor:
            for referral in (committed.referral.pk, NOT_THERE):
                act_as(cursor, committed.other_caseworker)
                values = {
                    "from_partner_id": committed.other_ngo.pk, "to_partner_id": committed.other_ngo.pk, "referral_id": referral,
                    "deadline": "2027-01-01", "outcome": "", "decision": "", "is_sent": False, "changed_at": "2026-01-01",
                }  # fmt: skip
                answers.add(refusal(cursor, *statement("referrals_diversionagreement", **values)))
        assert len(answers) == 1

    @pytest.mark.parametrize("table", ["referrals_message", "referrals_change"])
    def test_nothing_is_written_into_the_referral_of_others(self, committed, table):  # noqa: F811
        mine = committed.other_ngo.pk
        who = committed.other_caseworker.user.pk
        values: dict[str, Any] = {"referral_id": committed.referral.pk, "from_partner_id": mine, "to_partner_id": mine}
        values |= {"at": "2026-01-01"}
        if table == "referrals_message":
            values |= {"text": "", "author_id": who, "author_partner_id": mine}
        else:
            values |= {
                "verb": "send",
                "from_state": "",
                "to_state": "sent",
                "reason_code": "",
                "by_id": who,
                "by_partner_id": mine,
            }
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            # A message is refused sooner: its policy asks for a referral that the writer sees.
            by = "row-level security" if table == "referrals_message" else "own_referral"
            assert by in refusal(cursor, *statement(table, **values))


@pytest.mark.django_db(transaction=True)
class TestEvents:
    def test_one_that_the_portal_did_not_announce_is_handled_by_nobody(self, committed, caplog):  # noqa: F811
        """Its handlers would tell whom it names whatever it says, and act for them."""
        tell = [{"partner": committed.police.pk, "roles": ["police_liaison"], "url": "https://evil.example/"}]
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            cursor.execute(
                "INSERT INTO partnership_outboxevent (kind, key, payload, signature, created_at)"
                " VALUES ('referral.sent', 'mine', %s, '', now())",
                [json.dumps({"tell": tell, "referral": committed.referral.pk})],
            )
            cursor.connection.commit()
        with database_role("worker"):
            outbox.relay()
        assert not Notification.objects.filter(url="https://evil.example/").exists()
        assert "was not announced by the portal" in caplog.text

    def test_nobody_tries_whether_something_has_happened(self, committed):  # noqa: F811
        """The keys of events were texts that one could guess, and unique."""
        ((key,),) = rows("SELECT key FROM partnership_outboxevent WHERE kind = 'referral.sent' LIMIT 1")
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            cursor.execute(
                "INSERT INTO partnership_outboxevent (kind, key, payload, signature, created_at)"
                " VALUES ('x', %s, '{}', '', now())",
                [key.partition("#")[0]],
            )


@pytest.mark.django_db(transaction=True)
class TestOtherNames:
    def test_a_message_bears_the_name_of_who_writes_it(self, committed):  # noqa: F811
        referral = committed.referral
        values = {
            "referral_id": referral.pk, "from_partner_id": referral.from_partner_id, "to_partner_id": referral.to_partner_id,
            "text": "", "at": "2026-01-01", "author_partner_id": committed.ngo.pk, "author_id": committed.liaison.user.pk,
        }  # fmt: skip
        with web_connection() as cursor:
            act_as(cursor, committed.caseworker)
            cursor.execute(*statement("referrals_message", **values | {"author_id": committed.caseworker.user.pk}))
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(*statement("referrals_message", **values))

    def test_a_note_bears_the_name_of_who_writes_it(self, committed):  # noqa: F811
        values = {
            "enrolment_id": committed.referral.enrolment_id, "partner_id": committed.ngo.pk, "text": "", "at": "2026-01-01",
            "author_id": committed.case_manager.user.pk,
        }  # fmt: skip
        with web_connection() as cursor:
            act_as(cursor, committed.caseworker)
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(*statement("cases_note", **values))

    def test_a_step_in_a_referrals_history_bears_the_name_of_who_took_it(self, committed):  # noqa: F811
        referral = committed.referral
        values = {
            "referral_id": referral.pk, "from_partner_id": referral.from_partner_id, "to_partner_id": referral.to_partner_id,
            "verb": "decline", "from_state": "sent", "to_state": "declined", "reason_code": "", "at": "2026-01-01",
            "by_partner_id": committed.ngo.pk, "by_id": committed.case_manager.user.pk,
        }  # fmt: skip
        with web_connection() as cursor:
            act_as(cursor, committed.caseworker)
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(*statement("referrals_change", **values))

    @pytest.mark.parametrize(
        "change", ["from_partner_id = %(other)s", "to_partner_id = %(other)s", "created_by_id = %(user)s"]
    )
    def test_a_referral_that_was_sent_stays_between_its_parties(self, committed, change):  # noqa: F811
        """Its messages and what it discloses would follow it to the next partner."""
        with web_connection() as cursor:
            act_as(cursor, committed.liaison)
            values = {
                "other": committed.other_ngo.pk,
                "user": committed.caseworker.user.pk,
                "pk": committed.referral.pk,
            }
            with pytest.raises(psycopg2.Error, match="stays as it is"):
                cursor.execute(f"UPDATE referrals_referral SET {change} WHERE id = %(pk)s", values)


def seen(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
class TestWhatSignInKeeps:
    @pytest.fixture
    def kept(self, committed):  # noqa: F811
        """A session, a token, a second factor and an invitation of the first NGO."""
        System(committed.case_manager).get_token()
        TOTP.activate(committed.caseworker.user, "JBSWY3DPEHPK3PXP")
        EmailAddress.objects.create(user=committed.caseworker.user, email="x@anchor.example", verified=True)
        with on_web(committed.case_manager):
            members.invite_member(
                by=committed.case_manager, partner=committed.ngo, email="new@anchor.example", role="caseworker"
            )
        browser = committed.client(committed.caseworker)
        assert browser.get("/").status_code == 200
        return committed

    @pytest.mark.parametrize(
        "table",
        [
            "partnership_usersession", "oauth2_provider_accesstoken", "partnership_credential", "partnership_apiclient",
            "mfa_authenticator", "account_emailaddress", "partnership_invitation",
        ],
    )  # fmt: skip
    def test_nobody_sees_another_partners_nor_those_of_colleagues_that_are_not_theirs(self, kept, table):
        assert rows(f"SELECT count(*) > 0 FROM {table}") == [(True,)]
        with web_connection() as cursor:
            act_as(cursor, kept.other_caseworker)
            assert seen(cursor, table) == (1 if table == "account_emailaddress" else 0)  # their own
        with web_connection() as cursor:  # nobody acts
            assert seen(cursor, table) == 0

    def test_sessions_and_tokens_are_not_even_a_managers(self, kept):
        with web_connection() as cursor:
            act_as(cursor, kept.case_manager)
            assert seen(cursor, "partnership_usersession") == seen(cursor, "oauth2_provider_accesstoken") == 0

    def test_a_dump_of_sessions_takes_none_over(self, kept):
        browser = kept.client(kept.caseworker)
        browser.get("/")
        key = browser.cookies["sessionid"].value
        assert rows(f"SELECT count(*) FROM partnership_usersession WHERE session_key = '{key}'") == [(0,)]
        assert all("_auth_user_id" not in text for (text,) in rows("SELECT session_data FROM partnership_usersession"))

    def test_what_sign_in_may_ask_ends_with_sign_in(self, committed):  # noqa: F811
        with on_web(committed.caseworker):
            with signing_in():
                assert rows("SELECT portal_acting_role()") == [("signing in",)]
            assert rows("SELECT portal_acting_role(), portal_acting_partner()") == [("caseworker", committed.ngo.pk)]

    def test_signing_out_leaves_nothing_of_a_session(self, committed):  # noqa: F811
        browser = committed.client(committed.caseworker)
        browser.get("/")
        kept = f"SELECT count(*) FROM partnership_usersession WHERE session_key = '{hash_of(browser.cookies['sessionid'].value)}'"
        assert rows(kept) == [(1,)]
        browser.post("/accounts/logout/")
        assert rows(kept) == [(0,)]

    def test_members_of_others_are_not_listed(self, kept):
        with web_connection() as cursor:
            act_as(cursor, kept.other_caseworker)
            cursor.execute("SELECT DISTINCT partner_id FROM partnership_membership")
            assert cursor.fetchall() == [(kept.other_ngo.pk,)]

    @pytest.mark.parametrize(
        "change", ["role = 'auditor'", "role = 'case_manager'", "is_manager = true", "is_active = false"]
    )
    def test_who_manages_nobody_makes_more_of_themselves(self, kept, change):
        with web_connection() as cursor:
            act_as(cursor, kept.caseworker)
            with pytest.raises(psycopg2.Error, match=r"stays as it is|no members in that role"):
                cursor.execute(f"UPDATE partnership_membership SET {change}")

    def test_nobody_becomes_an_administrator(self, kept):
        with web_connection() as cursor:
            act_as(cursor, kept.case_manager)
            with pytest.raises(psycopg2.Error, match="stays as it is"):
                cursor.execute("UPDATE partnership_user SET is_staff = true, is_superuser = true")

    def test_nobody_changes_another_account(self, kept):
        with web_connection() as cursor:
            act_as(cursor, kept.case_manager)
            cursor.execute("UPDATE partnership_user SET password = 'mine'")
            assert cursor.rowcount == 1  # their own

    def test_who_manages_nobody_makes_no_client(self, kept):
        ours, now = rows("SELECT id, partner_id FROM partnership_apiclient")[0], "2026-01-01"
        values = {
            "api_client_id": ours[0], "partner_id": ours[1], "client_id": "x", "client_secret": "x", "hash_client_secret": True,
            "client_type": "confidential", "authorization_grant_type": "client-credentials", "name": "", "redirect_uris": "",
            "post_logout_redirect_uris": "", "allowed_origins": "", "skip_authorization": False, "algorithm": "",
            "created": now, "updated": now,
        }  # fmt: skip
        with web_connection() as cursor:
            act_as(cursor, kept.caseworker)
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(*statement("partnership_credential", **values))

    def test_an_auditor_at_an_ngo_acts_nowhere(self, kept):
        membership = kept.caseworker.membership
        Membership.objects.filter(pk=membership.pk).update(role="auditor")
        assert User.objects.get(pk=membership.user_id).memberships_in_use() == []

    def test_a_hash_of_a_password_is_of_no_use_without_the_key(self):
        hasher = SealedHasher()
        stored = hasher.encode("correct horse", hasher.salt())
        assert hasher.verify("correct horse", stored)
        assert not hasher.verify("wrong", stored)
        assert "pbkdf2_sha256$" not in stored
        assert identify_hasher(stored).algorithm == "sealed_pbkdf2"
