"""Which columns a file can have, and how each value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from cases.imports.models import DataImport
from cases.people import identity_code
from cases.people.models import Sex
from partnership.isolation.encryption import normalise_name


class Problem(Exception):
    """A value that can't be taken; the code names the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


REASONS: dict[str, str | Promise] = {
    "missing": _("This value is missing."),
    "bad_date": _("Not a date: write 2026-01-31 or 31.1.2026."),
    "future_date": _("The date lies in the future."),
    "too_old": _("The date lies before 1900."),
    "offence_after_arrest": _("The offence is dated after the arrest."),
    "end_before_start": _("The end comes before the start."),
    "reason_missing": _("An ended participation needs a reason."),
    "reason_unknown": _("Not a known reason for ending."),
    "unknown_district": _("No district has this name or code."),
    "unmapped_code": _("This offence code has no ICCS code yet: choose one below the columns."),
    "bad_identity_code": _("Not a valid personal identity code."),
    "birth_differs": _("The date of birth differs from the one in the identity code."),
    "born_after": _("The date of birth lies after the event."),
    "bad_number": _("Not a whole number, or one that can’t be."),
    "more_minors": _("More residents under 18 than residents."),
    "bad_sex": _("Not a known value for sex."),
    "bad_yes_no": _("Neither yes nor no."),
    "too_long": _("The value is too long."),
    "bad_character": _("The value holds a character that is no text: type it anew."),
    "too_few_columns": _("The row has fewer values than the heading."),
    "conflicting_rows": _("Rows with this arrest number disagree on day, district or person."),
    "not_of_age": _("The programme is for people of another age."),
    "not_of_district": _("The programme is for people of another district."),
    "two_open": _("The person has an open participation in this programme with another start."),
    "no_identity": _(
        "Neither an identity code, nor your own number of the person, nor a full name with date of birth."
    ),
    "no_arrest_key": _("Without an arrest number the arrest needs a person: a number, an identity code, or a name."),
    "number_conflict": _("One person’s number with several identity codes, or one identity code with several numbers."),
    "unknown_programme": _("None of your programmes has this name or number."),
    "unclosed_quote": _("A quotation mark is opened in this line and not closed."),
}


class Column(NamedTuple):
    name: str
    label: Any  # text, or its lazy translation
    read: Callable[[Any], Any]
    required: bool = False
    guesses: tuple[str, ...] = ()


def read_text(limit: int) -> Callable[[Any], str]:
    """Reads a text of at most `limit` characters; the reader raises Problem("too_long") and, for what PostgreSQL keeps in no text,
    Problem("bad_character")."""

    def read(value: Any) -> str:
        text = str(value).strip()
        if len(text) > limit:
            raise Problem("too_long")
        if "\x00" in text:
            raise Problem("bad_character")
        return text

    return read


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_date(value: Any) -> date:
    """A day: a spreadsheet's own date, 2026-01-31 (a time after it is cut), 31.1.2026, 31/1/2026 or 20260131."""
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, date):
        day = value
    else:
        text = str(value).strip()
        try:
            if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
                day = date(int(match[1]), int(match[2]), int(match[3]))
            elif match := _DAY_FIRST.fullmatch(text):
                day = date(int(match[3]), int(match[2]), int(match[1]))
            else:
                raise Problem("bad_date")
        except ValueError:
            raise Problem("bad_date") from None
    if day > date.today() + timedelta(days=1):  # noqa: DTZ011 — a file may come from a zone ahead of ours
        raise Problem("future_date")
    if day.year < 1900:
        raise Problem("too_old")
    return day


def read_identity_code(value: Any) -> identity_code.IdentityCode:
    """Raises Problem("bad_identity_code")."""
    try:
        return identity_code.parse(str(value))
    except ValidationError:
        raise Problem("bad_identity_code") from None


def is_of_a_person(heading: str) -> bool:
    """Whether a "heading" is a day or an identity code: then its row is data, and headings are not encrypted."""
    try:
        read_date(heading)
    except Problem as problem:
        if problem.reason == "bad_date":
            return bool(identity_code.PATTERN.fullmatch(heading.upper()))
    return True


_SEXES: Mapping[str, str] = (
    dict.fromkeys(["female", "f", "woman", "nainen", "n", "kvinna", "k", "2"], Sex.FEMALE)
    | dict.fromkeys(["male", "m", "man", "mies", "1"], Sex.MALE)
    | dict.fromkeys(["other", "o", "muu", "annat", "annan", "9"], Sex.OTHER)
    | dict.fromkeys(["unknown", "u", "ei tiedossa", "okänd", "0"], Sex.UNKNOWN)
)


def read_whole(largest: int) -> Callable[[Any], int]:
    """Reads a whole number from 0 to `largest`; the reader raises Problem("bad_number")."""

    def read(value: Any) -> int:
        text = str(value).strip().replace("\u00a0", "").replace(" ", "")
        if not text.isdecimal() or int(text) > largest:
            raise Problem("bad_number")
        return int(text)

    return read


def read_year(value: Any) -> int:
    """A year from 1900 to 2100. Raises Problem("bad_number")."""
    year = read_whole(2100)(value)
    if year < 1900:
        raise Problem("bad_number")
    return year


def read_sex(value: Any) -> str:
    """Raises Problem("bad_sex")."""
    try:
        return _SEXES[str(value).strip().casefold()]
    except KeyError:
        raise Problem("bad_sex") from None


_YES_NO = dict.fromkeys(["yes", "y", "1", "true", "kyllä", "k", "ja", "j", "x"], True) | dict.fromkeys(
    ["no", "n", "0", "false", "ei", "e", "nej"], False
)


def read_yes_no(value: Any) -> bool:
    """Raises Problem("bad_yes_no")."""
    try:
        return _YES_NO[str(value).strip().casefold()]
    except KeyError:
        raise Problem("bad_yes_no") from None


def read_end_reason(value: Any) -> str:
    """A reason by its code or its label. Raises Problem("reason_unknown")."""
    text = str(value).strip().casefold()
    for code, label in Enrolment.EndReason.choices:
        if text in {code, str(label).casefold()}:
            return code
    raise Problem("reason_unknown")


PERSON_COLUMNS = (
    Column(
        "person_number",
        _("Your own number of the person"),
        read_text(60),
        guesses=(
            "henkilönumero",
            "asiakasnumero",
            "asiakastunnus",
            "asiakas id",
            "henkilö id",
            "personnummer hos oss",
            "klientnummer",
            "kundnummer",
            "person number",
            "person id",
            "client number",
            "client id",
            "customer number",
        ),
    ),
    Column(
        "identity_code",
        _("Personal identity code"),
        read_identity_code,
        guesses=(
            "henkilötunnus",
            "hetu",
            "sosiaaliturvatunnus",
            "sotu",
            "personbeteckning",
            "identity code",
            "personal id",
        ),
    ),
    Column(
        "last_name",
        _("Last name"),
        read_text(100),
        guesses=("sukunimi", "efternamn", "släktnamn", "surname", "family name"),
    ),
    Column(
        "first_names",
        _("First names"),
        read_text(100),
        guesses=("etunimet", "etunimi", "förnamn", "alla förnamn", "first name", "given name", "given names"),
    ),
    Column(
        "born_on",
        _("Date of birth"),
        read_date,
        guesses=(
            "syntymäaika",
            "syntymäpäivä",
            "synt aika",
            "syntynyt",
            "födelsetid",
            "födelsedatum",
            "född",
            "birth date",
            "dob",
        ),
    ),
    Column("sex", _("Sex"), read_sex, guesses=("sukupuoli", "kön", "gender")),
)
DISTRICT = (
    "alue",
    "alueen nimi",
    "kunta",
    "kuntanimi",
    "kunnan nimi",
    "tapahtumakunta",
    "paikkakunta",
    "poliisipiiri",
    "kaupunki",
    "område",
    "kommun",
    "kommunens namn",
    "ort",
    "stad",
    "distrikt",
    "municipality",
    "area",
    "city",
    "town",
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    DataImport.Kind.ARRESTS: (
        Column("arrest_number", _("Arrest number"), read_text(60), guesses=("kiinniottonumero", "kiinnioton numero", "kiinniotto nro", "kiinniottotunnus", "ilmoitusnumero", "ilmoitusnro", "jutun numero", "asianumero", "numero", "gripandenummer", "gripande nr", "anmälningsnummer", "ärendenummer", "nummer", "number", "nro", "nr", "case number", "id")),
        Column("arrested_on", _("Day of arrest"), read_date, required=True, guesses=("kiinniottopäivä", "kiinniottopvm", "kiinniottoaika", "kiinniotettu", "kiinniotto", "gripandedag", "gripandedatum", "tid för gripande", "gripen", "gripen den", "arrest date", "date of arrest", "date", "päivä", "päivämäärä", "pvm", "datum", "dag")),
        Column("offence_code", _("Offence code"), read_text(60), required=True, guesses=("rikosnimike", "rikosnimikkeen koodi", "nimike", "rikoskoodi", "rikos", "lainkohta", "pykälä", "brottsrubricering", "brottsbenämning", "brottskod", "rubricering", "lagrum", "paragraf", "brott", "offence", "offense", "charge", "code", "koodi", "kod")),
        Column("offence_on", _("Day of offence"), read_date, guesses=("tekopäivä", "tekopvm", "tekoaika", "tapahtuma aika", "tapahtumapäivä", "gärningsdag", "gärningsdatum", "gärningstid", "brottsdatum", "brottsdag", "offence date", "offense date", "date of offence")),
        Column("district", _("District"), read_text(100), required=True, guesses=DISTRICT),
        *PERSON_COLUMNS,
    ),
    DataImport.Kind.PARTICIPANTS: (
        Column("started_on", _("Started on"), read_date, required=True, guesses=("alkupäivä", "alkupvm", "alkoi", "aloituspäivä", "aloitus pvm", "aloitti", "asiakkuus alkoi", "startdatum", "startdag", "började", "inledd", "inleddes", "start", "start date")),
        Column("ended_on", _("Ended on"), read_date, guesses=("loppupäivä", "loppupvm", "loppui", "päättyi", "päättymispäivä", "päättymispvm", "lopetti", "asiakkuus päättyi", "slutdatum", "slutdag", "slutade", "avslutad", "avslutades", "end", "end date")),
        Column("end_reason", _("Reason for ending"), read_end_reason, guesses=("syy", "päättymisen syy", "päättymissyy", "lopetussyy", "orsak", "orsak till avslut", "slutorsak", "avslutsorsak", "reason", "end reason")),
        Column("consents", _("Consents to statistics (yes or no)"), read_yes_no, guesses=("suostumus", "suostumus tilastointiin", "tilastosuostumus", "samtycke", "samtycke till statistik", "consent", "measurement consent")),
        Column("programme", _("Programme"), read_text(200), guesses=("ohjelma", "palvelu", "ohjelman nimi", "program", "tjänst", "programmets namn", "service", "programme name")),
        Column("district", _("District"), read_text(100), guesses=("kotikunta", "hemkommun", *DISTRICT)),
        *PERSON_COLUMNS,
    ),
    DataImport.Kind.POPULATIONS: (
        Column("district", _("District"), read_text(100), required=True, guesses=DISTRICT),
        Column("year", _("Year"), read_year, required=True, guesses=("vuosi", "år")),
        Column("residents", _("Residents on 31 December"), read_whole(2_000_000_000), required=True, guesses=("väkiluku", "asukkaat", "asukasluku", "väestö", "folkmängd", "invånare", "invånarantal", "befolkning", "population", "residents")),
        Column("residents_under_18", _("Residents under 18"), read_whole(2_000_000_000), required=True, guesses=("alle 18", "alle 18 vuotiaat", "alaikäiset", "under 18", "under 18 år", "minderåriga", "minors")),
    ),
}  # fmt: skip
"""Which columns a kind of file can have; `guesses` are headings in use, in Finnish, Swedish and English."""


def known_headings(kind: str) -> frozenset[str]:
    """All headings that are recognised in a kind of file, as `normalise_name` gives them."""
    return frozenset(
        normalise_name(heading)
        for column in COLUMNS[kind]
        for heading in (column.name, str(column.label), *column.guesses)
    )


def guess_mapping(kind: str, headings: list[str], remembered: dict[str, str]) -> dict[str, str]:
    """Field → heading: what the partner chose last time where those headings are there, else by name."""
    by_name = {normalise_name(heading): heading for heading in headings if heading}
    mapping: dict[str, str] = {}
    for column in COLUMNS[kind]:
        if remembered.get(column.name) in headings:
            mapping[column.name] = remembered[column.name]
            continue
        for guess in (column.name, str(column.label), *column.guesses):
            heading = by_name.get(normalise_name(guess))
            if heading and heading not in mapping.values():
                mapping[column.name] = heading
                break
    return mapping
