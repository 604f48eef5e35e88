"""Identity codes, encrypted fields, blind indexes, pseudonyms."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cases.consents import actions as consents
from cases.consents.models import ConsentPaper
from cases.people import identity_code, name_search
from cases.people.models import Person, RegisterTooLarge
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.isolation import encryption
from tests.world import on_web, pseudonyms_of


class TestIdentityCode:
    def test_the_authoritys_example(self):
        found = identity_code.parse("131052-308T")
        assert (found.born_on, found.sex) == (date(1952, 10, 13), "female")

    @pytest.mark.parametrize(
        ("sign", "year"), [("+", 1890), *[(s, 1990) for s in "-UVWXY"], *[(s, 2009) for s in "ABCDEF"]]
    )
    def test_every_century_sign_in_use(self, sign, year):
        born_on = date(year, 5, 17)
        assert identity_code.parse(identity_code.make(born_on, 901, sign)).born_on == born_on

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("131052-308X", "check"),
            ("300200-123A", "date"),
            ("131052G308T", "form"),
            ("131052-001K", "number"),
            ("", "form"),
            ("131052 308T", "form"),
        ],
    )
    def test_what_is_wrong_is_named(self, text, error):
        with pytest.raises(ValidationError) as caught:
            identity_code.parse(text)
        assert caught.value.code == error

    def test_lower_case_and_spaces_around_are_forgiven(self):
        assert identity_code.parse(" 131052-308t ").text == "131052-308T"

    @given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(2, 999))
    def test_a_typing_error_in_one_digit_is_noticed(self, born_on, individual):
        code = identity_code.make(born_on, individual)
        for place in range(7, 10):
            other = str((int(code[place]) + 1) % 10)
            with pytest.raises(ValidationError):
                identity_code.parse(code[:place] + other + code[place + 1 :])


class TestEncryption:
    def test_the_database_holds_no_name(self, world):
        world.person(world.ngo, identity_code="131052-308T", phone="0401234567")
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(p)::text FROM cases_person p")
            text = cursor.fetchone()[0]
        for secret in ("Meik", "Maija", "131052", "1990-05-17", "040123"):
            assert secret not in text
        assert '"birth_year":1990' in text

    def test_rotation_moves_everything_to_the_newest_key_and_the_old_one_can_go(self, world, settings):
        person = world.person(world.ngo)
        referral = world.draft()
        with on_web(world.liaison):
            consents.attach_paper(by=world.liaison, consent=referral.consent, content=b"%PDF-1.7 signed")
        old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
        settings.FIELD_KEYS = [new, old]
        call_command("rotate_keys", stdout=StringIO())
        settings.FIELD_KEYS = [new]
        assert Person.objects.get(pk=person.pk).last_name == "Meikäläinen"
        assert ConsentPaper.objects.get().content == b"%PDF-1.7 signed"
        settings.FIELD_KEYS = [old]
        with pytest.raises(encryption.Unreadable):
            Person.objects.get(pk=person.pk)
        settings.FIELD_KEYS = [new]

    def test_rotation_reaches_what_the_history_holds_and_leaves_no_line_in_it(self, world, settings):
        person = world.person(world.ngo, last_name="Nieminen")
        person.last_name = "Virtanen"
        person.save()
        lines = RecordChange.objects.count()
        old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
        settings.FIELD_KEYS = [new, old]
        call_command("rotate_keys", stdout=StringIO())
        settings.FIELD_KEYS = [new]
        content = RecordChangeContent.objects.filter(record="person", object_id=person.pk).latest("change_id")
        field = Person._meta.get_field("last_name")
        assert field.open(content.before["last_name"], world.ngo.pk) == "Nieminen"
        assert field.open(content.after["last_name"], world.ngo.pk) == "Virtanen"
        created = RecordChangeContent.objects.filter(record="person", object_id=person.pk).earliest("change_id")
        assert created.before is None
        assert created.after["birth_year"] == 1990
        assert RecordChange.objects.count() == lines

    @given(st.text())
    def test_words_are_no_token_and_what_is_encrypted_is_one(self, text):
        assert not encryption.is_token(text)
        assert encryption.is_token(encryption.encrypt(text))

    def test_pseudonyms_and_indexes_follow_a_new_key(self, world, settings):
        person = world.person(world.ngo)
        before = pseudonyms_of(person)
        settings.PSEUDONYM_KEY, settings.INDEX_KEY = "p" * 40, "i" * 40
        call_command("rotate_keys", "--indexes", stdout=StringIO())
        assert pseudonyms_of(person)[1] not in before
        assert list(Person.objects.found_by(world.ngo.pk, "meik")) == [person]


class TestFinding:
    def test_by_code_by_name_and_birth_date_and_while_typing(self, world):
        person = world.person(world.ngo, identity_code="131052-308T", born_on=date(1952, 10, 13))
        find = lambda text, born_on=None: list(Person.objects.found_by(world.ngo.pk, text, born_on))
        assert find("131052-308t") == [person]
        assert find("MEIKÄLÄINEN", date(1952, 10, 13)) == [person]
        assert find("meikäläinen", date(1952, 10, 14)) == []
        assert find("mei") == [person]
        assert find("liis meik") == [person]
        assert find("me") == []
        assert find("mxikx") == []

    @pytest.mark.parametrize(
        ("typed", "is_found"),
        [
            ("Meikalainen", True),  # without the dots
            ("Meikälänen", True),  # a letter missing
            ("meikläinen", True),  # one missing elsewhere
            ("Maija Meikäläinen 1990", True),
            ("Meikäläinen 1991", False),
            ("meik 17.5.1990", True),
            ("meik 18.5.1990", False),
            ("17.5.1990", True),  # everybody born that day
            ("Liisa Maija", True),
            ("Lisa", True),
            ("Kaisa", False),
            ("Mattila", False),
        ],
    )
    def test_as_people_type_it(self, world, typed, is_found):
        person = world.person(world.ngo)
        assert list(Person.objects.found_by(world.ngo.pk, typed)) == ([person] if is_found else [])

    def test_a_register_too_large_to_look_through_is_narrowed_first(self, world, monkeypatch):
        monkeypatch.setattr(name_search, "MOST_PEOPLE", 2)
        person = world.person(world.ngo)
        for number in range(2):
            world.person(world.ngo, last_name=f"Koivu{number}", born_on=date(1980, 1, 1))
        with pytest.raises(RegisterTooLarge):
            Person.objects.found_by(world.ngo.pk, "meik")
        assert list(Person.objects.found_by(world.ngo.pk, "meik 1990")) == [person]
        page = world.client(world.caseworker).post("/people/", {"q": "meik"}, headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert world.client(world.caseworker).post("/search/", {"q": "meik"}, follow=True).status_code == 200

    def test_a_value_that_was_moved_to_another_owner_or_column_does_not_open(self, world):
        mine, other = world.person(world.ngo), world.person(world.other_ngo)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_person p SET last_name = o.last_name FROM cases_person o WHERE p.id = %s AND o.id = %s",
                [mine.pk, other.pk],
            )
        with pytest.raises(encryption.Unreadable):
            Person.objects.get(pk=mine.pk)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_person SET phone = last_name WHERE id = %s", [other.pk])
        with pytest.raises(encryption.Unreadable):
            Person.objects.get(pk=other.pk)

    def test_the_length_of_a_name_is_not_told(self):
        assert len({len(encryption.encrypt(name)) for name in ("Ek", "Meikäläinen", "Maija Liisa Karoliina")}) == 1

    def test_values_of_an_installation_from_before_are_read_and_moved_over(self, world, settings):
        person = world.person(world.ngo)
        old = Fernet(settings.FIELD_KEYS[0]).encrypt(b"Virtanen").decode()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_person SET last_name = %s WHERE id = %s", [old, person.pk])
        assert Person.objects.get(pk=person.pk).last_name == "Virtanen"
        call_command("rotate_keys", stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_name FROM cases_person WHERE id = %s", [person.pk])
            assert cursor.fetchone()[0].startswith("g1.")
        assert Person.objects.get(pk=person.pk).last_name == "Virtanen"

    def test_the_same_name_has_other_indexes_at_another_partner(self, world):
        same = {"identity_code": "131052-308T", "born_on": date(1952, 10, 13)}
        one, other = world.person(world.ngo, **same), world.person(world.other_ngo, **same)
        assert one.birth_index != other.birth_index
        assert one.code_index != other.code_index
        assert pseudonyms_of(one) == pseudonyms_of(other)

    @given(st.text(max_size=30))
    def test_any_text_can_be_searched_for(self, text):
        name_search.matching([(1, text, text)], name_search.understood(text).words)
        assert encryption.normalise_name(encryption.normalise_name(text)) == encryption.normalise_name(text)

    def test_without_a_code_or_date_there_is_no_pseudonym(self):
        assert encryption.code_pseudonym("") == encryption.birth_pseudonym(None) == ""

    def test_pseudonyms_have_128_bits(self):
        for pseudonym in (encryption.code_pseudonym("131052-308T"), encryption.birth_pseudonym(date(1990, 5, 17))):
            assert len(bytes.fromhex(pseudonym)) == 16

    def test_the_hash_of_a_spelling_is_of_one_person_alone(self):
        names = ("Maija", "Meikäläinen", "1990-05-17", "female")
        assert encryption.spelling_hash(1, "one", *names) == encryption.spelling_hash(1, "one", *names)
        assert encryption.spelling_hash(1, "one", *names) != encryption.spelling_hash(1, "other", *names)
        assert encryption.spelling_hash(1, "", *names) == ""
