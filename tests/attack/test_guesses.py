"""What somebody tries who has a dump, no key, and guesses: codes and names are few, so a hash without a key tells who it is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from cases.imports.models import DataImport
from cases.planning import actions as planning
from partnership.api.models import IdempotentAnswer
from partnership.isolation import encryption
from partnership.members import actions as members
from tests.cases.test_imports import check, csv_of, row, upload
from tests.partnership.test_isolation import rows
from tests.services import process_environment  # noqa: F401 — passwords of the roles
from tests.systems import System
from tests.world import run_as

BORN_ON = date(1952, 10, 13)
CODE = "131052-308T"
BODY = {"first_names": "Zorjantti", "last_name": "Zebramäki", "identity_code": CODE}
SEARCH = {"text": CODE}
WAYS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")


def dump() -> dict[str, bytes]:
    """All that each column of each table holds."""
    columns = rows(
        "SELECT table_name, quote_ident(column_name), data_type FROM information_schema.columns JOIN pg_tables"
        " ON schemaname = table_schema AND tablename = table_name WHERE table_schema = 'public'"
    )
    parts = {}
    for table, column, kind in columns:
        value = column if kind == "bytea" else f"convert_to({column}::text, 'UTF8')"
        [(content,)] = rows(f"SELECT string_agg({value}, '\\x0a'::bytea) FROM {table}")
        parts[f"{table}.{column}"] = bytes(content or b"")
    return parts


def guesses(*contents: bytes) -> set[str]:
    """Hashes of what is right: whoever guesses finds one of these in the dump, and knows that the guess was right."""
    words = [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        *BODY.values(),
        BORN_ON.isoformat(),
        BORN_ON.strftime("%d.%m.%Y"),
    ]
    words += [word.casefold() for word in BODY.values()] + [f"{BODY['last_name']} {BODY['first_names']}"]
    words += [json.dumps(body, sort_keys=True) for body in (BODY, SEARCH)]
    words += [
        f"POST /api/v1/persons{address}\n{json.dumps(body, sort_keys=True)}"
        for address, body in (("", BODY), ("/", BODY), ("/search", SEARCH), ("/search/", SEARCH))
    ]
    return {hashlib.new(way, word).hexdigest() for way in WAYS for word in [*contents, *map(str.encode, words)]}


def confirmed(hashes: set[str]) -> set[str]:
    return {
        column
        for column, content in dump().items()
        for match in re.findall(rb"(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])", content)
        if match.decode() in hashes
    }


@pytest.mark.django_db
class TestGuessing:
    def test_the_hash_of_a_request_is_that_of_nobody_without_a_key(self, world, ngo):
        """It holds a code, of which there are some hundred thousand a decade."""
        ngo.post("persons", BODY, status=201, Idempotency_Key="k-1")
        ngo.post("persons/search", SEARCH, Idempotency_Key="k-2")
        assert IdempotentAnswer.objects.count() == 2
        assert confirmed(guesses()) == set()

    def test_nor_is_the_hash_of_a_file_with_a_single_person(self, world):
        """All else of its row stands in the clear beside it: days, district, number."""
        content = csv_of([row(identity_code=CODE, last_name=BODY["last_name"], first_names=BODY["first_names"])])
        check(world, upload(world, content))
        assert confirmed(guesses(content)) == set()

    def test_the_same_file_is_recognised_all_the_same_and_by_its_partner_alone(self, world):
        content = csv_of([row()])
        one, again, theirs = (
            upload(world, content, by=by) for by in (world.data_officer, world.data_officer, world.other_data_officer)
        )
        hashes = dict(DataImport.objects.values_list("pk", "content_hash"))
        assert hashes[one.pk] == hashes[again.pk] != hashes[theirs.pk]

    def test_nor_does_a_person_bear_one(self, world):
        world.person(world.ngo, born_on=BORN_ON, **BODY)
        assert confirmed(guesses()) == set()

    def test_this_would_have_noticed(self, world):
        world.person(world.ngo, source_key=hashlib.sha256(CODE.encode()).hexdigest())
        assert confirmed(guesses()) == {"cases_person.source_key"}

    def test_a_code_and_a_birth_date_have_another_hash_at_each_partner(self):
        for index, value in ((encryption.code_index, CODE), (encryption.birth_index, BORN_ON)):
            assert index(1, value) != index(2, value)
            assert len(bytes.fromhex(index(1, value))) == 16


@pytest.mark.django_db
class TestWhatOpensDoors:
    def test_no_key_stands_in_it(self, world, ngo):
        ngo.post("persons", BODY, status=201, Idempotency_Key="k-1")
        world.client(world.caseworker).get(reverse("home"))
        everything = b"\n".join(dump().values())
        for key in (*settings.FIELD_KEYS, settings.INDEX_KEY, settings.PSEUDONYM_KEY, settings.SECRET_KEY):
            raw = (
                base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)) if re.fullmatch(r"[\w=-]+", key) else key.encode()
            )
            for form in (key.encode(), raw, raw.hex().encode(), base64.b64encode(raw)):
                assert form not in everything

    def test_nor_anything_to_sign_in_with(self, world, manager):
        """Session, token of a system and its secret, invitation, address of a calendar, password."""
        system = System(manager)
        system.get("persons")
        client = world.client(world.caseworker)
        client.get(reverse("home"))
        _invitation, invited = run_as(
            manager, members.invite_member, partner=world.ngo, email="new@test.example", role="caseworker"
        )
        feed = run_as(world.caseworker, planning.make_feed)
        secrets = [system.secret, system.token, client.cookies[settings.SESSION_COOKIE_NAME].value, invited, feed]
        everything = b"\n".join(dump().values())
        for secret in [*secrets, "x" * 14]:
            assert secret.encode() not in everything

    def test_a_session_is_found_by_a_hash_that_is_no_key_to_it(self, world):
        client = world.client(world.caseworker)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        [(stored,)] = rows("SELECT session_key FROM partnership_usersession")
        client.cookies[settings.SESSION_COOKIE_NAME] = stored
        assert stored != cookie
        assert client.get(reverse("home")).status_code == 302
