"""What an attacker tries who has a dump of the database, and of Redis, without the keys."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from datetime import date, timedelta

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from redis import Redis

from cases.consents import actions as consents
from cases.enrolments import actions as enrolments
from cases.people import identity_code
from cases.people.models import Person
from cases.planning import actions as planning
from cases.rights import actions as rights
from partnership.isolation import encryption
from referrals.diversions import actions as diversions
from referrals.handover import actions as handover
from referrals.statements import actions as statements
from referrals.welfare import actions as welfare
from tests.attack.counting import decoded_share, keyed_beginnings, register
from tests.cases.test_imports import check, csv_of, row, upload
from tests.partnership.test_isolation import act_as, committed, rows, web_connection  # noqa: F401 — a fixture
from tests.services import process_environment  # noqa: F401 — passwords of the roles
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import run_as

PEOPLE = 2000
"""As many as the demo's largest register, about."""
IN_THE_CLEAR = {
    "id", "partner_id", "sex", "birth_year", "district_id", "died_on", "erased_on", "created_at", "changed_at", "changed_in",
    "source_key", "same_as_id",
}  # fmt: skip


class TestCounting:
    """Names are frequent or rare, and a list of them is public: what is equal in a dump can be counted."""

    def test_keyed_beginnings_of_names_were_decoded_without_the_key(self):
        people = register(PEOPLE)
        assert decoded_share([keyed_beginnings(*names) for names in people], people) > 0.5

    @pytest.fixture
    def people(self, world):
        """A register with the same names, everybody born on a day of their own, so that only names recur."""
        names = register(PEOPLE)
        people = []
        for number, (first_names, last_name) in enumerate(names):
            born_on = date(1950, 1, 1) + timedelta(days=number)
            code = identity_code.make(born_on, 2 + number % 898)
            person = Person(
                partner=world.ngo,
                first_names=first_names,
                last_name=last_name,
                born_on=born_on,
                identity_code=code,
                sex="male",
            )
            person.phone, person.email = f"040{number:07}", f"{first_names}.{last_name}@post.example"
            person.derive()
            people.append(person)
        Person.objects.bulk_create(people)
        return names

    @staticmethod
    def dumped() -> list[dict[str, str]]:
        return [json.loads(row) for (row,) in rows("SELECT to_jsonb(p) FROM cases_person p ORDER BY id")]

    def test_now_no_two_people_share_a_value(self, people):
        dump = self.dumped()
        assert len(dump) == PEOPLE
        for column in dump[0].keys() - IN_THE_CLEAR:
            values = Counter(row[column] for row in dump)
            assert values.most_common(1)[0][1] == 1 or set(values) <= {"", None}, column
        values = [{row[column] for column in row.keys() - IN_THE_CLEAR if row[column]} for row in dump]
        assert decoded_share(values, people) == 0

    def test_nor_does_a_value_tell_how_long_a_name_is(self, people):
        dump = self.dumped()
        for column in ("first_names", "last_name", "born_on", "identity_code", "phone", "email"):
            lengths = {len(row[column]) for row in dump}
            assert len(lengths) == (2 if column == "email" else 1), column

    def test_the_order_of_rows_does_not_follow_the_names(self, people):
        by_name = sorted(range(PEOPLE), key=lambda number: people[number])
        dump = self.dumped()
        for column in dump[0].keys() - IN_THE_CLEAR - {"phone", "email"}:
            by_value = sorted(range(PEOPLE), key=lambda number: dump[number][column])
            assert sum(one == other for one, other in zip(by_name, by_value, strict=True)) < 20, column

    def test_hashes_have_128_bits_and_tell_nothing_at_another_partner(self, world):
        code = "131052-308T"
        one, other = (
            world.person(partner, identity_code=code, born_on=date(1952, 10, 13))
            for partner in (world.ngo, world.police)
        )
        for index in ("code_index", "birth_index"):
            assert getattr(one, index) != getattr(other, index)
            assert len(bytes.fromhex(getattr(one, index))) == 16


class TestMovingValues:
    """Who can write into the tables, and not read, may try to read by putting another's value where their own page shows it."""

    @staticmethod
    def move(column: str, into: str, person: Person, other: Person) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE cases_person SET {into} = (SELECT {column} FROM cases_person WHERE id = %s) WHERE id = %s",
                [other.pk, person.pk],
            )

    def test_a_value_of_another_partner_is_not_opened(self, world):
        person, other = world.person(world.ngo), world.person(world.police)
        self.move("last_name", "last_name", person, other)
        with pytest.raises(encryption.Unreadable):
            Person.objects.get(pk=person.pk)
        with pytest.raises(encryption.Unreadable):
            list(Person.objects.filter(pk=person.pk).values_list("last_name"))

    def test_nor_one_of_another_column(self, world):
        person = world.person(world.ngo, identity_code="131052-308T", born_on=date(1952, 10, 13))
        self.move("identity_code", "phone", person, person)
        with pytest.raises(encryption.Unreadable):
            Person.objects.only("phone").get(pk=person.pk)

    def test_nor_one_of_another_table(self, world):
        person = world.person(world.ngo)
        with connection.cursor() as cursor:
            task = run_as(
                world.caseworker,
                planning.add_task,
                text="Call",
                due_on=None,
                assigned_to=world.caseworker.user,
                person=person,
            )
            cursor.execute("UPDATE cases_person SET last_name = (SELECT text FROM cases_task WHERE id = %s)", [task.pk])
        with pytest.raises(encryption.Unreadable):
            Person.objects.get(pk=person.pk)

    def test_nor_one_whose_bits_were_changed(self, world):
        person = world.person(world.ngo)
        token = rows("SELECT last_name FROM cases_person")[0][0]
        for place in random.Random(1).sample(range(len(token)), 20):
            changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            if (
                base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
                == base64.urlsafe_b64decode(changed.rpartition(".")[2] + "==")
                and token.rpartition(".")[0] == changed.rpartition(".")[0]
            ):
                continue  # the last letter has bits that say nothing
            with connection.cursor() as cursor:
                cursor.execute("UPDATE cases_person SET last_name = %s", [changed])
            with pytest.raises(encryption.Unreadable):
                Person.objects.get(pk=person.pk)

    def test_its_page_says_an_error_and_none_of_the_value(self, world):
        person, other = world.person(world.ngo), world.person(world.police, last_name="Zebramäki")
        self.move("last_name", "last_name", person, other)
        client = world.client(world.caseworker)
        client.raise_request_exception = False
        response = client.get(reverse("person", args=[person.pk]))
        assert response.status_code == 500
        assert "Zebram" not in response.content.decode()


class TestPseudonyms:
    """By them whoever reads them could tell which of their people the police know."""

    @pytest.mark.django_db(transaction=True)
    def test_pages_read_none_of_any_table(self, committed):  # noqa: F811
        columns = rows(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name ~ 'pseudonym'"
        )
        assert {"code_pseudonym", "birth_pseudonym"} == {column for _table, column in columns}
        for table, column in columns:
            with web_connection() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                act_as(cursor, committed.caseworker)
                cursor.execute(f"SELECT {column} FROM {table}")

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT id FROM cases_person WHERE code_pseudonym = 'x'",
            "SELECT count(*) FROM cases_person GROUP BY birth_pseudonym",
            "SELECT p FROM cases_person p",
            "UPDATE cases_person SET phone = birth_pseudonym",
            "UPDATE cases_person SET phone = '' RETURNING code_pseudonym",
            "DELETE FROM cases_importperson RETURNING birth_pseudonym",
        ],
    )
    def test_nor_by_a_way_around(self, committed, statement):  # noqa: F811
        with web_connection() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            act_as(cursor, committed.caseworker)
            cursor.execute(statement)


SECRETS = {
    "name": "Zebramäki",
    "earlier name": "Kvaggala",
    "first name": "Kryptonia",
    "imported name": "Alabastro",
    "code": "131052-308T",
    "imported code": "010190-900P",
    "phone": "0457654321",
    "e-mail": "kryptonia@zebra.example",
    "free text": "Slept under the quagga bridge",
    "searched": "Quaggasearch",
    "paper": "SIGNED-BY-QUAGGA",
}


def as_stored(secret: str) -> set[str]:
    """As a dump may hold it: in letters, escaped, as hexadecimal digits, in base 64 from any place."""
    data = secret.encode()
    forms = {secret.casefold(), data.hex(), json.dumps(secret)[1:-1].casefold(), data.decode("latin-1").casefold()}
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + data).decode()
        forms.add(text[(offset * 8 + 5) // 6 : -(-len(text) // 4) * 4 - 4].casefold())
    return forms


def whole_database() -> str:
    """Every column of every table, as text; bytes as they are where they are letters."""
    texts = []
    for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"):
        columns = rows(
            "SELECT quote_ident(column_name), data_type FROM information_schema.columns"
            f" WHERE table_schema = 'public' AND table_name = '{table}'"
        )
        values = ", ".join(
            f"encode({column}, 'escape'), encode({column}, 'hex')" if kind == "bytea" else f"{column}::text"
            for column, kind in columns
        )
        texts += [f"{table}: {text}" for (text,) in rows(f"SELECT concat_ws(' | ', {values}) FROM {table}")]
    return "\n".join(texts).casefold()


def whole_redis() -> str:
    """What the cache, the queue and the limits keep."""
    server = Redis.from_url(settings.CACHES["default"]["LOCATION"])
    texts = []
    for key in server.scan_iter():
        kind = server.type(key).decode()
        value = {
            "string": lambda key: [server.get(key)],
            "list": lambda key: server.lrange(key, 0, -1),
            "hash": lambda key: [*server.hgetall(key), *server.hvals(key)],
            "set": lambda key: list(server.smembers(key)),
            "zset": lambda key: server.zrange(key, 0, -1),
        }[kind](key)
        texts += [part.decode("utf-8", "backslashreplace") for part in (key, *value) if part]
    return "\n".join(texts).casefold()


@shared
def everything(world, manager):
    """A partnership in which people were written of wherever the portal takes words."""
    us, text = world.caseworker, SECRETS["free text"]
    who = {
        "first_names": SECRETS["first name"], "last_name": SECRETS["name"], "phone": SECRETS["phone"],
        "email": SECRETS["e-mail"], "identity_code": SECRETS["code"], "born_on": date(1952, 10, 13),
    }  # fmt: skip
    person = world.person(world.ngo, **who | {"last_name": SECRETS["earlier name"]})
    person.last_name = SECRETS["name"]
    person.save()
    System(manager).post(
        "persons", {"last_name": SECRETS["name"], "first_names": text}, status=201, Idempotency_Key="k-1"
    )
    enrolment = world.enrolment(responsible=us.user)
    run_as(us, enrolments.add_note, enrolment=enrolment, text=text)
    run_as(us, enrolments.add_goal, enrolment=enrolment, area="housing", text=text)
    run_as(us, planning.add_task, text=text, due_on=None, assigned_to=us.user, person=person)
    asked = run_as(us, rights.record_request, person=person, kind="access", received_on=world.today, note=text)
    run_as(us, rights.answer_request, request=asked, outcome="refused", answer=text)
    draft = world.draft(person=world.person(world.police, **who), summary=text, consent=False)
    terms = world.consent_terms(guardian_name=SECRETS["name"])
    run_as(world.liaison, handover.attach_consent, referral=draft, **terms)
    condition = {"kind": "other", "detail": text, "target": 1}
    deadline = world.today + timedelta(days=90)
    run_as(world.liaison, diversions.set_terms, referral=draft, deadline=deadline, conditions=[condition])
    draft.refresh_from_db()
    run_as(
        world.liaison, consents.attach_paper, consent=draft.consent, content=b"%PDF-1.7 " + SECRETS["paper"].encode()
    )
    referral = run_as(world.liaison, handover.send, referral=draft)
    run_as(us, handover.accept, referral=referral, started_on=world.today)
    run_as(us, handover.write_message, referral=referral, text=text)
    diversion = run_as(us, diversions.report_outcome, diversion=referral.diversion, outcome="completed")
    world.agree_with(world.prosecutors)
    to_whom = {"authority": world.prosecutors, "number": text}
    diversion = run_as(world.liaison, diversions.address, diversion=diversion, **to_whom)
    decided = {"decision": "charge_dropped", "section": "50:7", "reasons": text}
    run_as(world.court_officer, diversions.decide, diversion=diversion, **decided)
    referral.refresh_from_db()
    run_as(
        us, statements.send_statement, enrolment=referral.enrolment, to_partner=world.prosecutors, attendance="partly",
        number=text, signed_on=world.today, signed_how="paper", told_right_to_withdraw=True,
        expires_on=world.today + timedelta(days=90),
    )  # fmt: skip
    child = world.person(world.police, **(who | {"identity_code": "", "born_on": world.today - timedelta(days=4800)}))
    run_as(world.liaison, welfare.make_notice, person=child, to_partner=world.social, concern=text)
    imported = row(
        last_name=SECRETS["imported name"], identity_code=SECRETS["imported code"], first_names=SECRETS["first name"]
    )
    faulty = imported | {"arrest_number": "K-2", "district": "Nowhere"}
    check(world, upload(world, csv_of([imported, faulty])))
    client = world.client(us)
    with transaction.atomic():
        client.post(reverse("person_list"), {"q": SECRETS["searched"]})
        client.post(reverse("search"), {"q": SECRETS["searched"]})
        kept = {"keep-path": reverse("person_new"), "last_name": SECRETS["name"], "text": text}
        assert client.post(reverse("keep"), kept).status_code == 204
        # One whose session is over sends a form.
        late = world.client(us)
        late.get(reverse("home"))
        late.session.flush()
        late.cookies[settings.SESSION_COOKIE_NAME] = "over"
        late.post(reverse("person_new"), {"last_name": SECRETS["name"], "first_names": text})
    return world


class TestReading:
    def test_no_name_code_contact_or_word_stands_anywhere(self, everything):
        dump = {"database": whole_database(), "Redis": whole_redis()}
        places = [
            (secret, place, text[max(0, text.index(form) - 120) :][:200])
            for secret, value in SECRETS.items()
            for form in as_stored(value)
            for place, text in dump.items()
            if form in text
        ]
        assert places == []

    def test_the_walk_would_have_noticed(self, everything):
        """Its own proof: what is in the clear is seen, whatever the kind of column, and the words are there for who has the keys."""
        dump = whole_database()
        for known in (
            "anchor",
            "harbour police",
            "portal_context_key:",
            "cases_consentpaper:",
            "partnership_usersession:",
        ):
            assert known in dump
        for table in (
            "cases_note", "cases_goal", "cases_task", "cases_requestwords", "cases_consentpaper", "cases_importchunk",
            "cases_importrow", "cases_importproblem", "referrals_disclosure", "referrals_message", "referrals_decision",
            "referrals_condition", "partnership_keptform", "partnership_idempotentanswer", "partnership_usersession",
            "partnership_recordchangecontent",
        ):  # fmt: skip
            assert f"\n{table}: " in dump, table
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE cases_leak (words bytea)")
            cursor.execute("INSERT INTO cases_leak VALUES (%s)", [SECRETS["free text"].encode()])
        assert SECRETS["free text"].casefold() in whole_database()

    def test_each_value_in_base_64_is_recognised(self):
        for secret in SECRETS.values():
            for before in ("", "x", "xy"):
                stored = base64.b64encode(f"{before}{secret} and more".encode()).decode().casefold()
                assert any(form in stored for form in as_stored(secret)), secret
