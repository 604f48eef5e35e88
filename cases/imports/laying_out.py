"""Turns rows of a file into lines for COPY, or into problems: what `checking` does with each row."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from cases.arrests.models import age_at_offence
from cases.imports.codes import Codes
from cases.imports.fields import COLUMNS, Problem
from cases.imports.models import DataImport
from cases.people.models import Person, Sex, age_on
from partnership.isolation import encryption
from partnership.members.models import District
from partnership.pages.csv_files import UnclosedQuote
from partnership.pages.local_names import NAMES
from programs.catalogue.fit import fits_age, fits_district
from programs.catalogue.models import Programme

ROW_COLUMNS = (
    "partner_id, data_import_id, row, key, head_hash, row_hash, happened_on, other_on, code, local_code, district_id, age,"
    " consents, programme_number, residents, residents_under_18, person_key, person_version"
)
PERSON_COLUMNS = (
    "partner_id, data_import_id, version, person_key, has_number, first_names, last_name, born_on, identity_code, sex,"
    " birth_year, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash"
)

# As the register will hold them: loading only moves them.
SEALED: list[Any] = [Person._meta.get_field(name) for name in ("first_names", "last_name", "born_on", "identity_code")]

MOST_KNOWN = 250_000
"""People who are remembered while a file is read, so that each is encrypted once: some 200 bytes each."""
DIFFERS = frozenset({"arrest_number", "identity_code", "person_number", "last_name", "first_names"})
"""Columns of which nearly each value is another. Values of the others are read once and remembered."""
SHORT = 40
"""Longer values are not remembered: a file may be full of long ones."""

NULL = "\\N"
"""As COPY's text format writes it."""

RowProblem = tuple[int, str, str, list[Any]]  # row, column, reason, values


class Reader(NamedTuple):
    """How a column's values are read: what was read, or why it can't be."""

    name: str
    position: int
    is_required: bool
    read: Callable[[Any], tuple[Any, str]]


class Checker:
    """Turns rows of one file into lines; counts what it rejects. `people` are the lines of those not met before."""

    def __init__(self, data_import: DataImport, headings: list[str]) -> None:
        self.data_import = data_import
        self.partner_id = data_import.partner_id
        self.is_arrests = data_import.kind == DataImport.Kind.ARRESTS
        place = {heading: position for position, heading in enumerate(headings)}
        self.readers = [
            Reader(
                column.name, place[data_import.mapping[column.name]], column.required, _reader(column.name, column.read)
            )
            for column in COLUMNS[data_import.kind]
            if data_import.mapping.get(column.name) in place
            and not (column.name == "consents" and data_import.consent != DataImport.Consent.COLUMN)
        ]
        self.width = max((reader.position for reader in self.readers), default=0) + 1
        districts = {
            encryption.normalise_name(name): pk
            for pk, *names in District.objects.values_list("pk", "name", *NAMES, "code")
            for name in names
            if name
        }
        own_programmes = list(Programme.objects.filter(partner=self.partner_id).prefetch_related("districts"))
        programmes = {
            encryption.normalise_name(name): programme.pk
            for programme in own_programmes
            for name in (programme.name, *(getattr(programme, name) for name in NAMES), str(programme.pk))
            if name
        }
        self.programme_by_number = {programme.pk: programme for programme in own_programmes}
        self.district_of = lru_cache(2_000)(lambda text: districts.get(encryption.normalise_name(text)))
        self.programme_of = lru_cache(2_000)(lambda text: programmes.get(encryption.normalise_name(text)))
        self.takes_from = lru_cache(2_000)(
            lambda programme, number: fits_district(programme, District.objects.filter(pk=number).first())
        )
        self.iccs_of = Codes(data_import.codes).iccs_of
        self.rows_bad = 0
        self.unmapped: Counter[str] = Counter()
        self.key_by_version: dict[str, str] = {}
        self.people: list[str] = []
        self.prefix = f"{self.partner_id}\t{data_import.pk}\t"
        self.index_key = settings.INDEX_KEY.encode()
        self.version_key = hashlib.sha256(self.index_key).digest()

    def keyed_hash(self, *parts: object) -> str:
        """32 hexadecimal digits by which a row is known again, and from which nothing can be guessed without the key."""
        return hmac.digest(self.index_key, "\x1f".join(map(str, parts)).encode(), "sha256").hex()[:32]

    def lay_out(self, number: int, values: list[Any], problems: list[RowProblem]) -> str:
        """The COPY line of a row; empty when something is wrong with it. `number` is the row's in the file."""
        faults: list[tuple[str, str]] = []
        read: dict[str, Any] = {}
        if isinstance(values, UnclosedQuote):
            faults.append(("", "unclosed_quote"))
        elif len(values) < self.width:
            faults.append(("", "too_few_columns"))
        else:
            for name, position, is_required, read_value in self.readers:
                raw = values[position]
                if raw == "" or (isinstance(raw, str) and not raw.strip()):
                    if is_required:
                        faults.append((name, "missing"))
                    continue
                value, reason = read_value(raw)
                if reason:
                    faults.append((name, reason))
                else:
                    read[name] = value
            # What could not be read is not missing as well.
            unread = {name for name, _reason in faults}
            faults += [(name, reason) for name, reason in self._faults(read) if name not in unread]
        if faults:
            self.rows_bad += 1
            problems.extend((number, self._heading(name), reason, values) for name, reason in faults)
            return ""
        return self._line(number, read)

    def _heading(self, name: str) -> str:
        return str(self.data_import.mapping.get(name, ""))

    def _faults(self, read: dict[str, Any]) -> list[tuple[str, str]]:
        faults: list[tuple[str, str]] = []
        code = read.get("identity_code")
        born_on: date | None = code.born_on if code else read.get("born_on")
        if code and read.get("born_on") and read["born_on"] != code.born_on:
            faults.append(("born_on", "birth_differs"))
        if "district" in read:
            read["district_id"] = district = self.district_of(read["district"])
            if district is None:
                faults.append(("district", "unknown_district"))
        if self.data_import.kind == DataImport.Kind.POPULATIONS:
            if read.get("residents_under_18", 0) > read.get("residents", 0):
                faults.append(("residents_under_18", "more_minors"))
            return faults
        happened_on = read.get("arrested_on") or read.get("started_on")
        if born_on and happened_on and born_on > happened_on:
            faults.append(("born_on", "born_after"))
        return faults + (self._faults_of_arrest(read) if self.is_arrests else self._faults_of_participation(read))

    def _faults_of_arrest(self, read: dict[str, Any]) -> list[tuple[str, str]]:
        faults: list[tuple[str, str]] = []
        happened_on = read.get("arrested_on")
        if read.get("offence_on") and happened_on and read["offence_on"] > happened_on:
            faults.append(("offence_on", "offence_after_arrest"))
        if "offence_code" in read:
            read["iccs"] = self.iccs_of(read["offence_code"])
            if not read["iccs"]:
                self.unmapped[read["offence_code"]] += 1
                faults.append(("offence_code", "unmapped_code"))
        is_known = "person_number" in read or "identity_code" in read or (read.get("last_name") and "born_on" in read)
        if not read.get("arrest_number") and not is_known:
            faults.append(("arrest_number", "no_arrest_key"))
        return faults

    def _faults_of_participation(self, read: dict[str, Any]) -> list[tuple[str, str]]:
        faults: list[tuple[str, str]] = []
        happened_on = read.get("started_on")
        if read.get("ended_on") and happened_on and read["ended_on"] < happened_on:
            faults.append(("ended_on", "end_before_start"))
        if read.get("ended_on") and not read.get("end_reason"):
            faults.append(("end_reason", "reason_missing"))
        if self.data_import.consent != DataImport.Consent.COLUMN:
            read["consents"] = self.data_import.consent == DataImport.Consent.ALL
        elif "consents" not in read:
            faults.append(("consents", "missing"))
        read["programme_number"] = self.data_import.programme_id
        if "programme" in read:
            read["programme_number"] = self.programme_of(read["programme"])
            if read["programme_number"] is None:
                faults.append(("programme", "unknown_programme"))
        elif read["programme_number"] is None:
            faults.append(("programme", "missing"))
        if happened_on and not read.get("ended_on") and not self._is_of_age(read, happened_on):
            faults.append(("started_on", "not_of_age"))
        if not read.get("ended_on") and not self._is_of_district(read):
            faults.append(("district", "not_of_district"))
        is_named = read.get("last_name") and read.get("first_names") and read.get("born_on")
        if not (read.get("person_number") or read.get("identity_code") or is_named):
            faults.append(("identity_code", "no_identity"))
        return faults

    def _is_of_age(self, read: dict[str, Any], on: date) -> bool:
        """Of who takes part now: what has ended is history, under the rules of its day."""
        programme = self.programme_by_number.get(read["programme_number"])
        code = read.get("identity_code")
        born_on: date | None = code.born_on if code else read.get("born_on")
        if programme is None or born_on is None or programme.takes_exceptions:
            return True
        return fits_age(programme, age_on(born_on, on))

    def _is_of_district(self, read: dict[str, Any]) -> bool:
        """Of who takes part now, as for the age."""
        programme = self.programme_by_number.get(read["programme_number"])
        if programme is None or programme.takes_exceptions:
            return True
        return self.takes_from(programme, read.get("district_id"))

    def _line(self, number: int, read: dict[str, Any]) -> str:
        if "year" in read:
            return self._line_of_population(number, read)
        get = read.get
        code = get("identity_code")
        born_on: date | None = code.born_on if code else get("born_on")
        sex = get("sex") or (code.sex if code else Sex.UNKNOWN)
        first_names, last_name = get("first_names", ""), get("last_name", "")
        key, local_code, district = get("arrest_number", ""), get("offence_code", ""), get("district_id")
        happened_on = read["arrested_on"] if self.is_arrests else read["started_on"]
        person_key, version = self._person(
            get("person_number", ""), code.text if code else "", first_names, last_name, born_on, sex, key
        )
        if self.is_arrests:
            # Without a number, all offences of one person, day and district are one arrest.
            key = key or "#" + self.keyed_hash("natural", self.partner_id, person_key, happened_on, district)[:16]
            other_on, iccs_code = get("offence_on"), read["iccs"]
            age = str(age_at_offence(born_on, other_on, happened_on)) if born_on else NULL
        else:
            other_on, age = get("ended_on"), NULL
            iccs_code = read["end_reason"] if other_on else ""
        consents = get("consents", False)
        head = self.keyed_hash(key, happened_on, district, person_key, first_names, last_name, born_on, sex)
        row_hash = self.keyed_hash(head, other_on, iccs_code, local_code, consents)
        return (
            f"{self.prefix}{number}\t{_escape(key)}\t{head}\t{row_hash}\t{happened_on}\t{other_on or NULL}\t{iccs_code}\t"
            f"{_escape(local_code)}\t{district or NULL}\t{age}\t{'t' if consents else 'f'}\t{get('programme_number') or NULL}\t"
            f"{NULL}\t{NULL}\t{person_key}\t{version}\n"
        )

    def _line_of_population(self, number: int, read: dict[str, Any]) -> str:
        day = date(read["year"], 12, 31)
        key = self.keyed_hash("district", read["district_id"], day)
        return (
            f"{self.prefix}{number}\t\t{key}\t{key}\t{day}\t{NULL}\t\t\t{read['district_id']}\t{NULL}\tf\t{NULL}\t"
            f"{read['residents']}\t{read['residents_under_18']}\t{key}\t\n"
        )

    def _person(
        self, number: str, code: str, first_names: str, last_name: str, born_on: date | None, sex: str, arrest: str
    ) -> tuple[str, str]:
        """(by what the person is known in the file and in the register, by what this version of their data is). The first time
        the person's own line is laid out, too."""
        if not (number or code or (last_name and born_on)):  # nobody knows who: a person of its own
            number, code, arrest_key = "", "", self.keyed_hash("arrest", self.partner_id, arrest)
        else:
            arrest_key = ""
        # It outlives no import, and is asked for each row: the fastest keyed hash will do.
        text = f"{number}\x1f{code}\x1f{first_names}\x1f{last_name}\x1f{born_on}\x1f{sex}\x1f{arrest_key}"
        version = hashlib.blake2b(text.encode(), key=self.version_key, digest_size=16).hexdigest()
        person_key = self.key_by_version.get(version)
        if person_key is not None:
            return person_key, version
        if number:
            person_key = self.keyed_hash("number", self.partner_id, number)
        else:
            person_key = arrest_key or self.keyed_hash(
                "person", self.partner_id, code or (first_names, last_name, born_on)
            )
        if len(self.key_by_version) >= MOST_KNOWN:
            self.key_by_version.clear()
        self.key_by_version[version] = person_key
        partner_id = self.partner_id
        names = "\t".join(
            field.seal(value, partner_id)
            for field, value in zip(SEALED, (first_names, last_name, born_on, code), strict=True)
        )
        self.people.append(
            f"{self.prefix}{version}\t{person_key}\t{'t' if number else 'f'}\t{names}\t{sex}\t"
            f"{born_on.year if born_on else NULL}\t{encryption.code_index(partner_id, code) if code else ''}\t"
            f"{encryption.birth_index(partner_id, born_on) if born_on else ''}\t{encryption.code_pseudonym(code)}\t"
            f"{encryption.birth_pseudonym(born_on)}\t"
            f"{encryption.spelling_hash(partner_id, person_key, first_names, last_name, str(born_on), sex)}\n"
        )
        return person_key, version


def _reader(name: str, read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, str]]:
    def outcome(raw: Any) -> tuple[Any, str]:
        try:
            return read(raw), ""
        except Problem as problem:
            return None, problem.reason

    if name in DIFFERS:
        return outcome
    remembered = lru_cache(maxsize=20_000, typed=True)(outcome)
    return lambda raw: outcome(raw) if isinstance(raw, str) and len(raw) > SHORT else remembered(raw)


def _escape(text: str) -> str:
    """For COPY's text format."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
