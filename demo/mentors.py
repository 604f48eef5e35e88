"""Mentoring of the demo: one mentor with a free place, one who is full, one whose check is too old; a pair in touch, one gone quiet, somebody who waits."""

from __future__ import annotations

from datetime import date, timedelta

from cases.mentoring import actions as mentoring
from cases.mentoring.models import Mentor
from demo.courses import enrol, programme_of
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Part, Programme

MENTORS = (
    ("Sanna Kivi", "adult", 100, 300, 2, ["fi", "en"]),
    ("Oskar Lund", "officer", 40, 500, 1, ["fi", "sv"]),
    ("Yusuf Ali", "peer", 800, 20, 2, ["fi", "so", "en"]),
)
"""Name, kind, days since the check, days of qualification left, pairs at most, languages."""
PAIRED = (("Veikko", "Salo", 90), ("Niilo", "Korpi", 60), ("Urho", "Lehti", 9))
"""First names, last name, days since they began: in touch, gone quiet, without a mentor."""


def pairs(manager: Acting, caseworker: Acting, district: District, today: date) -> None:
    """A programme of the manager's with mentors; three people of the caseworker's, of whom two have one."""
    names = ("A mentor beside you", "Mentori rinnalla", "En mentor vid din sida")
    programme = programme_of(manager, district, names, Programme.Kind.MENTORING, [Part.PLAN, Part.MENTORING])
    mentors = [
        mentoring.save_mentor(
            by=manager,
            mentor=Mentor(partner=manager.partner),
            name=name,
            kind=kind,
            background_checked_on=today - timedelta(days=checked),
            qualified_until=today + timedelta(days=left),
            max_pairs=most,
            languages=languages,
            district=None,
        )
        for name, kind, checked, left, most, languages in MENTORS
    ]
    for mentor, who, last in zip(mentors, PAIRED, (2, 23, None), strict=True):
        enrolment = enrol(caseworker, programme, district, who, today)
        if last is None:
            continue
        pair = mentoring.begin_pair(
            by=caseworker, enrolment=enrolment, mentor=mentor, agreed_every_days=7, started_on=enrolment.started_on
        )
        for days in range(last, who[2], 7):
            mentoring.record_contact(
                by=caseworker,
                pair=pair,
                on=today - timedelta(days=days),
                mode="met",
                topic="relationships",
                minutes=60,
                concern="Did not come home for two nights." if days == 23 else "",
            )
