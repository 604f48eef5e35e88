"""My page, attacked: by whoever guesses, has found a card, shares the phone or looks over a shoulder; and by SQL as its role."""

from __future__ import annotations

import re
from datetime import date, timedelta

import psycopg2
import pytest
from django.contrib.postgres.functions import TransactionNow
from django.core.cache import caches
from django.db import connection, transaction
from django.urls import reverse

from cases.my_page import codes, pages
from cases.my_page.models import Card
from cases.my_page.visits import COOKIE
from partnership.isolation import context
from partnership.isolation import person as person_role
from partnership.isolation.person import CARD, PROOF
from tests.attack.test_linker import read_by
from tests.cases.people_at_home import BORN_ON, card_of, page_of, phone_of, tries
from tests.partnership.test_isolation import committed, web_connection  # noqa: F401 — a fixture
from tests.services import process_environment  # noqa: F401 — passwords of the roles
from tests.shared_worlds import shared
from tests.world import WebClient, database_role, run_as


@shared
def two_people(world):
    world.referral = world.enrolled()
    world.mine = world.referral.person
    world.other = world.person(world.police, first_names="Toinen", born_on=date(1985, 3, 3))
    return world


@pytest.fixture(autouse=True)
def _tries_anew():
    caches["counters"].clear()


def words_of(answer) -> str:
    """What the page says, without the token of the form."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


@pytest.mark.django_db
class TestGuessing:
    def test_every_wrong_answer_is_the_same(self, two_people):
        code = card_of(two_people, two_people.liaison, two_people.mine)
        ended = card_of(two_people, two_people.liaison, two_people.other)
        Card.objects.filter(person=two_people.other).update(valid_until=two_people.today - timedelta(days=1))
        answers = [
            tries(WebClient(), "0000-0000-0000"),
            tries(WebClient(), code, date(1985, 3, 3)),
            tries(WebClient(), ended, date(1985, 3, 3)),
            tries(WebClient(), "no code at all", date(2001, 1, 1)),
            WebClient().post(reverse("my_page"), {"code": code, "day": "31", "month": "2", "year": "1990"}),
            WebClient().post(reverse("my_page"), {"code": code}),
        ]
        assert {answer.status_code for answer in answers} == {422}
        assert len({words_of(answer) for answer in answers}) == 1

    def test_what_was_typed_is_not_shown_again(self, two_people):
        assert "ABCD" not in tries(WebClient(), "ABCD-ABCD-ABCD").content.decode()

    def test_somebody_elses_date_of_birth_opens_nothing_with_a_found_card(self, two_people):
        code = card_of(two_people, two_people.liaison, two_people.mine)
        assert tries(WebClient(), code, two_people.other.born_on).status_code == 422
        assert tries(WebClient(), code).status_code == 302

    def test_a_card_is_tried_a_few_times_then_with_growing_delay_from_whatever_address(self, two_people):
        code = card_of(two_people, two_people.liaison, two_people.mine)
        answers = [
            tries(WebClient(), code, date(1970, 1, number + 1), REMOTE_ADDR=f"10.0.0.{number}").status_code
            for number in range(8)
        ]
        assert answers == [422] * 5 + [429] * 3
        # So long nobody opens it, with the right date either: who waits learns nothing.
        assert tries(WebClient(), code, REMOTE_ADDR="10.9.9.9").status_code == 429

    def test_a_code_that_does_not_exist_is_slowed_just_as_one_that_does(self, two_people):
        answers = [tries(WebClient(), "0000-0000-0000", REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(8)]
        assert answers == [422] * 5 + [429] * 3

    def test_an_address_that_tries_many_codes_is_slowed(self, two_people):
        answers = [
            tries(WebClient(), codes.new_code(), REMOTE_ADDR="10.0.0.1").status_code
            for _number in range(pages.FREE_FROM_ADDRESS + 3)
        ]
        assert answers[: pages.FREE_FROM_ADDRESS] == [422] * pages.FREE_FROM_ADDRESS
        assert answers[-1] == 429
        code = card_of(two_people, two_people.liaison, two_people.mine)
        assert tries(WebClient(), code, REMOTE_ADDR="10.0.0.2").status_code == 302

    def test_after_too_many_failures_a_card_opens_nothing_any_more(self, two_people, monkeypatch):
        """Who knows the year has 365 dates to try: they get thirty, however patient they are."""
        monkeypatch.setattr(pages.limits, "seconds_to_wait", lambda *_what, **_more: 0)
        code = card_of(two_people, two_people.liaison, two_people.mine)
        for number in range(pages.MOST_FAILURES):
            tries(WebClient(), code, BORN_ON + timedelta(days=number + 1))
        assert tries(WebClient(), code).status_code == 422

    def test_a_right_answer_is_no_failure(self, two_people, monkeypatch):
        code = card_of(two_people, two_people.liaison, two_people.mine)
        for _number in range(pages.MOST_FAILURES + 5):
            assert tries(WebClient(), code).status_code == 302


@pytest.mark.django_db
class TestASharedPhone:
    def test_leaving_ends_the_session_for_whoever_kept_its_cookie(self, two_people):
        phone = phone_of(two_people, two_people.liaison, two_people.mine)
        token = phone.cookies[COOKIE].value
        left = phone.get(reverse("my_leave"))
        assert left.status_code == 302
        assert left["Location"].startswith("https://")
        assert left["Clear-Site-Data"] == '"cache"'
        thief = WebClient()
        thief.cookies[COOKIE] = token
        assert "Type the code" in page_of(thief)

    def test_after_fifteen_idle_minutes_it_is_over(self, two_people):
        phone = phone_of(two_people, two_people.liaison, two_people.mine)
        Card.objects.update(seen_at=TransactionNow() - timedelta(minutes=person_role.IDLE_MINUTES, seconds=1))
        assert "Type the code" in page_of(phone)
        posted = phone.post(reverse("my_consent_withdraw", args=[two_people.referral.consent_id]))
        assert posted.status_code == 302
        two_people.referral.consent.refresh_from_db()
        assert two_people.referral.consent.withdrawn_at is None

    def test_the_cookie_is_no_scripts_no_other_sites_and_gone_with_the_browser(self, two_people):
        cookie = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/my/")
        assert not cookie["max-age"]
        assert not cookie["expires"]

    def test_nothing_is_kept_and_no_site_is_told(self, two_people):
        phone = phone_of(two_people, two_people.liaison, two_people.mine)
        for answer in (phone.get(reverse("my_page")), WebClient().get(reverse("my_page")), tries(WebClient(), "X")):
            assert answer["Cache-Control"] == "no-store, private"
            assert answer["Referrer-Policy"] == "same-origin"

    def test_title_icon_and_addresses_tell_nothing_over_a_shoulder(self, two_people):
        for shown in (
            page_of(phone_of(two_people, two_people.liaison, two_people.mine)),
            page_of(WebClient()),
        ):
            head = shown.partition("</head>")[0]
            assert "<title>My page</title>" in head
            assert "mark.svg" not in shown
            assert "Prevention partnership" not in shown
            assert "Meikäläinen" not in shown
            assert "http" not in shown.replace("http-equiv", "")  # no other site is asked for anything

    def test_the_staffs_session_in_the_same_browser_shows_nothing_more(self, two_people):
        phone = two_people.client(two_people.liaison)
        tries(phone, card_of(two_people, two_people.liaison, two_people.mine))
        shown = page_of(phone)
        assert "Who has looked" in shown
        assert "Toinen" not in shown
        assert phone.get(reverse("person", args=[two_people.other.pk])).status_code == 200


@pytest.mark.django_db
class TestAnotherPersonsThings:
    def test_nobody_withdraws_asks_or_answers_for_another(self, two_people):
        other = phone_of(two_people, two_people.liaison, two_people.other)
        consent = two_people.referral.consent
        other.post(reverse("my_consent_withdraw", args=[consent.pk]))
        consent.refresh_from_db()
        assert consent.withdrawn_at is None
        assert "Anchor" not in page_of(other)


OF_SOMEBODY = [
    "cases_consent", "cases_appointment", "cases_appointmentanswer", "cases_contactwish", "cases_subjectrequest",
    "partnership_readlog", "referrals_referral", "referrals_diversionagreement", "referrals_condition",
    "referrals_firstappointment", "cases_card",
]  # fmt: skip
"""What the role may read, and of whom: of the one person."""


def say(cursor, shown: str, signature: str) -> None:
    """Tells the database, as the portal does, what was shown."""
    cursor.execute(
        "SELECT set_config('portal.shown', %s, true), set_config('portal.shown_signature', %s, true)",
        [shown, signature],
    )


def shown_to(token: str, sql: str) -> list[tuple]:
    """What the role of My page reads in a session."""
    with transaction.atomic(), database_role("person"), connection.cursor() as cursor:
        say(cursor, *context.signed_shown(CARD, token))
        cursor.execute(sql)
        return cursor.fetchall()


def refused_to(token: str, sql: str) -> str:
    with pytest.raises(Exception) as error, transaction.atomic():  # noqa: PT011
        shown_to(token, sql)
    return str(error.value)


@pytest.mark.django_db
class TestSqlAsTheRole:
    def test_without_a_session_it_reads_nothing_of_anybody(self, two_people):
        for table in OF_SOMEBODY:
            for token in ("", "made up", "1"):
                assert shown_to(token, f"SELECT id FROM {table}") == [], table

    def test_with_one_it_reads_that_persons_rows_alone(self, two_people):
        stranger = phone_of(two_people, two_people.liaison, two_people.other).cookies[COOKIE].value
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        for table in OF_SOMEBODY:
            if table not in {"cases_card", "partnership_readlog"}:
                assert shown_to(stranger, f"SELECT id FROM {table}") == [], table
        assert shown_to(token, "SELECT person_id FROM cases_card") == [(two_people.mine.pk,)]
        assert shown_to(token, "SELECT id FROM referrals_referral") == [(two_people.referral.pk,)]
        assert shown_to(token, "SELECT id FROM cases_consent") == [(two_people.referral.consent_id,)]

    def test_it_reads_no_name_and_no_secret(self, two_people):
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        for statement in (
            "SELECT first_names FROM cases_person",
            "SELECT id FROM cases_person",
            "SELECT full_name FROM partnership_user",
            "SELECT proof_hash FROM cases_card",
            "SELECT session_hash FROM cases_card",
            "SELECT address FROM cases_contactwish",
            "SELECT user_id FROM partnership_readlog",
            "SELECT text FROM cases_note",
            "SELECT programme_id FROM referrals_referral",
            "SELECT guardian_name FROM cases_consent",
            "SELECT first_names FROM referrals_disclosure",
            "SELECT inner_pad FROM portal_context_key",
        ):
            assert "permission denied" in refused_to(token, statement), statement

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE cases_consent SET withdrawn_at = now()",
            "UPDATE cases_card SET valid_until = '2099-01-01'",
            "UPDATE cases_card SET person_id = 1",
            "UPDATE cases_card SET opened_at = '{}'",
            "DELETE FROM cases_card",
            "INSERT INTO cases_appointmentanswer (appointment_id) VALUES (1)",
            "INSERT INTO cases_subjectrequest (person_id) VALUES (1)",
            "INSERT INTO partnership_outboxevent (kind, key) VALUES ('x', 'y')",
            "INSERT INTO partnership_letter (address) VALUES ('x')",
            "UPDATE partnership_readlog SET at = now()",
            "DELETE FROM partnership_readlog",
            "CREATE TABLE taken (id int)",
            "CREATE TEMPORARY TABLE taken (id int)",
        ],
    )
    def test_it_writes_nothing_but_its_session(self, two_people, statement):
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        assert "permission denied" in refused_to(token, statement)

    def test_nor_anybody_elses_session(self, two_people):
        phone_of(two_people, two_people.liaison, two_people.other)
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        sql = "UPDATE cases_card SET session_hash = 'x' WHERE person_id = {} RETURNING id"
        assert shown_to(token, sql.format(two_people.other.pk)) == []

    def test_nor_begins_a_session_that_leaves_no_line_on_the_page(self, two_people):
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        before = Card.objects.get().opened_at
        shown_to(token, "UPDATE cases_card SET session_hash = 'x' RETURNING id")
        assert len(Card.objects.get().opened_at) == len(before) + 1

    def test_what_a_stolen_dump_holds_opens_nothing(self, two_people):
        phone_of(two_people, two_people.liaison, two_people.mine)
        ((session, proof),) = read_by("owner", "SELECT session_hash, proof_hash FROM cases_card")
        here = connection.connection.info.backend_pid
        for kind, value in ((CARD, session), (PROOF, proof), (PROOF, "")):
            said = f"{kind}:{value}:{here}:9999999999"
            for signature in ("", "0" * 64, value):
                assert self.cards_of(said, signature) == []

    def test_what_is_overheard_in_another_session_opens_nothing(self, two_people):
        phone_of(two_people, two_people.liaison, two_people.mine)
        ((session, proof),) = read_by("owner", "SELECT session_hash, proof_hash FROM cases_card")
        here = connection.connection.info.backend_pid
        for kind, value in ((CARD, session), (PROOF, proof)):
            for session_number, until in ((here + 1, 9999999999), (here, 1)):
                said = f"{kind}:{value}:{session_number}:{until}"
                assert self.cards_of(said, context.sign(said)) == []
        said = f"{CARD}:{session}:{here}:9999999999"
        assert len(self.cards_of(said, context.sign(said))) == 1

    @staticmethod
    def cards_of(said: str, signature: str) -> list[tuple]:
        with transaction.atomic(), database_role("person"), connection.cursor() as cursor:
            say(cursor, said, signature)
            cursor.execute("SELECT id FROM cases_card")
            return cursor.fetchall()

    def test_it_can_ask_the_database_nothing_about_others(self, two_people):
        """The functions answer for the session, and take no number: one takes the kind of what was shown."""
        token = phone_of(two_people, two_people.liaison, two_people.mine).cookies[COOKIE].value
        assert shown_to(token, "SELECT portal_person_records()") == [([two_people.mine.pk],)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
                " AND has_function_privilege('portal_person', oid, 'EXECUTE') AND pronargs > 0"
            )
            # Policies ask what flows between two partners: everybody sees agreements.
            assert cursor.fetchall() == [("portal_flow_days",), ("portal_shown",)]


@pytest.mark.django_db(transaction=True)
class TestSqlAsWeb:
    def test_web_has_none_of_the_roles_rights_until_it_becomes_it_and_then_sees_nothing(self, committed):  # noqa: F811
        run_as(committed.liaison, pages.actions.make_card, person=committed.referral.person, valid_until=committed.today, language="en")  # fmt: skip
        with web_connection() as cursor:
            cursor.execute("SELECT pg_has_role('portal_person', 'USAGE'), pg_has_role('portal_person', 'MEMBER')")
            assert cursor.fetchone() == (False, True)
            cursor.execute("SELECT id FROM cases_card")
            assert cursor.fetchall() == []
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("SELECT portal_person_records()")
            cursor.connection.rollback()
            cursor.execute("SET ROLE portal_person")
            cursor.execute("SELECT id FROM cases_card")
            assert cursor.fetchall() == []

    def test_and_what_my_page_runs_as_web_acts_for_nobody(self, committed):  # noqa: F811
        """SQL that gets out of the role of My page again is in a connection in which nobody acts for a partner."""
        from partnership.isolation.acting import as_person

        with transaction.atomic(), database_role("web"), as_person(token="x"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE portal_web")
            for table in ("cases_person", "referrals_referral", "cases_consent"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
