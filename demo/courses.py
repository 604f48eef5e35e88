"""The demo's treatment court and supported housing, with reviews that are due and beds that are free; and matters of legal aid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.legal import actions as legal
from cases.people import actions as people
from cases.people.models import Person
from cases.phases import actions as phases
from cases.phases.models import Phase
from cases.places import actions as places
from cases.places.models import Bed
from demo.work import moment
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue import actions as catalogue
from programs.catalogue.models import Part, Programme, ReferralKind

IN_COURT = (("Onni", "Aalto", 75), ("Siiri", "Heino", 40), ("Eero", "Kallio", 20), ("Lumi", "Paju", 3))
IN_HOUSE = (
    ("Otso", "Niemi", 120),
    ("Aamu", "Laine", 64),
    ("Tapio", "Ranta", 33),
    ("Hilla", "Suo", 5),
    ("Kaarlo", "Oja", 1),
)
"""First names, last name, days since they came."""
PHASES = (
    ("Acute stabilisation", 30, 3, 14, "A safe place to sleep, and a first plan."),
    ("Clinical stabilisation", 60, 2, 14, "Comes to what was agreed; treatment has begun."),
    ("Prosocial habilitation", 90, 2, 30, "Company and days without use."),
    ("Recovery management", 90, 1, 30, "A plan for the time after the court."),
)
"""Name, least days, meetings a week, days between reviews, what it asks."""
BEDS = (
    ("1 A", "1st floor", "women"),
    ("1 B", "1st floor", "women"),
    ("2 A", "2nd floor", "anybody"),
    ("2 B", "2nd floor", "anybody"),
    ("3 A", "3rd floor", "men"),
    ("3 B", "3rd floor", "men"),
)


def programme_of(
    manager: Acting, district: District, name: tuple[str, str, str], kind: str, parts: list[str]
) -> Programme:
    english, finnish, swedish = name
    return catalogue.save_programme(
        by=manager,
        programme=Programme(partner=manager.partner),
        name=english,
        name_fi=finnish,
        name_sv=swedish,
        kind=kind,
        accepts=[ReferralKind.COURT, ReferralKind.PRISON, ReferralKind.NGO_TO_NGO, ReferralKind.SELF],
        age_from=18,
        parts=parts,
        districts=[district.code],
    )


def enrol(
    caseworker: Acting, programme: Programme, district: District, who: tuple[str, str, int], today: date
) -> Enrolment:
    first_names, last_name, days = who
    sex = "female" if first_names in {"Siiri", "Lumi", "Aamu", "Hilla"} else "male"
    person = Person(
        first_names=first_names, last_name=last_name, born_on=date(1985 + days % 15, 4, 9), sex=sex, district=district
    )
    person = people.save_person(by=caseworker, person=person, is_somebody_else=True)
    return enrolments.enrol(
        by=caseworker,
        person=person,
        programme=programme,
        started_on=today - timedelta(days=days),
        measurement_consent=True,
    )


def treatment_court(manager: Acting, caseworker: Acting, district: District, today: date) -> None:
    """Four people: one in the second phase with a note for the court, two in the first of whom one is due, one who has not begun."""
    name = ("Treatment court support", "Hoitotuomioistuimen tuki", "Stöd i vårddomstol")
    programme = programme_of(manager, district, name, Programme.Kind.DRUG_COURT, [Part.PLAN, Part.PHASES])
    for title, days, sessions, reviews, asks in PHASES:
        phase = Phase(partner=manager.partner, programme=programme, name=title, min_days=days, asks=asks)
        phases.save_phase(by=manager, phase=phase, sessions_a_week=sessions, review_days=reviews)
    second, first, newer, _waits = (enrol(caseworker, programme, district, who, today) for who in IN_COURT)
    for enrolment in (second, first, newer):
        phases.begin_phases(by=caseworker, enrolment=enrolment, started_on=enrolment.started_on)
    terms: dict[str, Any] = {"by": caseworker, "present": ["person", "judge", "treatment"], "is_hearing": True}
    phases.record_review(enrolment=second, held_on=today - timedelta(days=40), decision="advance", **terms)
    phases.record_review(
        enrolment=second,
        held_on=today - timedelta(days=5),
        decision="hold",
        note="Comes to every meeting. Has begun work training two days a week.",
        next_on=today + timedelta(days=9),
        **terms,
    )
    phases.record_review(
        enrolment=newer, held_on=today - timedelta(days=6), decision="hold", next_on=today + timedelta(days=8), **terms
    )
    for enrolment, days, kind, what, why, decided_by, hours in (
        (second, 33, "incentive", "Praise in court", "A month of coming as agreed", "court", 20),
        (second, 12, "incentive", "A voucher for the swimming hall", "First week of work training", "team", 4),
        (first, 16, "adjustment", "A meeting more each week", "Asked for help with sleep", "us", 30),
        (first, 8, "sanction", "A written task about the week", "Missed two meetings", "team", 26),
    ):
        on = today - timedelta(days=days)
        phases.record_response(
            by=caseworker, enrolment=enrolment, on=on, kind=kind, what=what, why=why, decided_by=decided_by, hours_after=hours
        )  # fmt: skip


def supported_housing(manager: Acting, caseworker: Acting, district: District, today: date) -> None:
    """Six beds: four in use, one of them longer than expected and one with somebody away, one out of service, one free and waited for."""
    name = ("Supported housing Kallio", "Tuettu asuminen Kallio", "Stödboende Berghäll")
    programme = programme_of(manager, district, name, Programme.Kind.HALFWAY_HOUSE, [Part.PLAN, Part.BEDS])
    opened_on = today - timedelta(days=200)
    beds = {
        name: places.save_bed(
            by=manager,
            bed=Bed(partner=manager.partner, programme=programme),
            name=name,
            room=room,
            for_whom=whom,
            opened_on=opened_on,
        )
        for name, room, whom in BEDS
    }
    oldest, older, newer, newest, _waits = (enrol(caseworker, programme, district, who, today) for who in IN_HOUSE)
    for bed, enrolment, more in (("3 A", oldest, -4), ("1 A", older, 60), ("3 B", newer, 30), ("1 B", newest, 85)):
        stay = places.move_in(
            by=caseworker,
            bed=beds[bed],
            enrolment=enrolment,
            started_on=enrolment.started_on,
            expected_until=today + timedelta(days=more),
        )
        if enrolment == newer:
            places.mark_away(by=caseworker, stay=stay, night=today, is_away=True)
        places.write_situation(
            by=caseworker, enrolment=enrolment, moment="entry", on=enrolment.started_on, work="seeking", housing="none"
        )
    out_since = today - timedelta(days=3)
    places.take_out_of_service(by=caseworker, bed=beds["2 B"], because="repair", since=out_since)
    left = enrol(caseworker, programme, district, ("Väinö", "Salo", 150), today)
    stay = places.move_in(by=caseworker, bed=beds["2 A"], enrolment=left, started_on=left.started_on)
    ended_on = today - timedelta(days=25)
    places.end_stay(by=caseworker, stay=stay, ended_on=ended_on)
    for moment_of, on, work, housing in (
        ("entry", left.started_on, "seeking", "none"),
        ("exit", ended_on, "training", "own"),
    ):
        places.write_situation(by=caseworker, enrolment=left, moment=moment_of, on=on, work=work, housing=housing)
    enrolments.end_enrolment(by=caseworker, enrolment=left, ended_on=ended_on, reason="completed")


def legal_aid(lawyer: Acting, programme: Programme, today: date) -> None:
    """Matters of the newest participations: one with a hearing tomorrow, one past its date, one decided."""
    programme.parts = [Part.PLAN, Part.LEGAL]
    catalogue.save_programme(
        by=lawyer, programme=programme, districts=[district.code for district in programme.districts.all()]
    )
    newest = Enrolment.objects.filter(programme=programme).open().order_by("-started_on", "-id")[:4]
    for number, enrolment in enumerate(newest):
        matter = legal.open_matter(
            by=lawyer,
            enrolment=enrolment,
            lawyer=lawyer.user,
            offences=["060111"],
            section="50:2 a",
            stage=("district_court", "charge_decision", "inquiry", "penal_order")[number],
            authority="Helsinki District Court" if not number else "",
            case_number=f"R 26/{1200 + number}",
            first_offence="yes" if number % 2 else "unknown",
            first_known="told" if number % 2 else "",
            opened_on=enrolment.started_on,
            next_on=(None, today - timedelta(days=1), today + timedelta(days=12), None)[number],
        )
        legal.write_note(by=lawyer, matter=matter, text="Ask for the decision of the prosecutor before the hearing.")
        if number == 0:
            legal.add_hearing(
                by=lawyer, matter=matter, at=moment(today + timedelta(days=1)), kind="main", place="Courtroom 4"
            )
        if number == 3:
            legal.record_disposal(
                by=lawyer, matter=matter, on=today, decided_by="prosecutor", sanction="not_charged", treatment_weighed="yes"
            )  # fmt: skip
