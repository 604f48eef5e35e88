"""Fellowships of the demo: people at different months, one gone quiet; a stipend to approve, one to pay, one paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cases.fellowships import actions as fellowships
from demo.courses import enrol, programme_of
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Part, Programme
from programs.grants.models import Grant

FELLOWS = (("Elmeri", "Koivu", 200), ("Rasmus", "Vesa", 110), ("Daniel", "Harju", 70), ("Milo", "Kanerva", 12))
"""First names, last name, days since they began."""
STEPS = (
    ("relationships", "Talks with his mentor every day for two weeks"),
    ("work", "A licence to drive a forklift"),
    ("housing", "A room outside the old neighbourhood"),
)


def fellows(manager: Acting, mentor: Acting, district: District, grant: Grant, today: date) -> None:
    """A programme of the manager's with four fellows of the mentor's, the longest ones furthest; the grant pays stipends."""
    names = ("Fellowship for peace", "Rauhan stipendiaatit", "Stipendiater för fred")
    programme = programme_of(manager, district, names, Programme.Kind.MENTORING, [Part.PLAN, Part.FELLOWSHIPS])
    fellowships.save_rule(by=manager, programme=programme, from_month=2, cap=Decimal(200), milestones_needed=1)
    fellowships.save_rule(by=manager, programme=programme, from_month=6, cap=Decimal(400), milestones_needed=2)
    for number, who in enumerate(FELLOWS):
        enrolment = enrol(mentor, programme, district, who, today)
        fellowship = fellowships.begin_fellowship(
            by=mentor,
            enrolment=enrolment,
            months=18,
            mentor=mentor.user,
            second_mentor=manager.user if number % 2 else None,
            started_on=enrolment.started_on,
        )
        for step, (area, text) in enumerate(STEPS):
            milestone = fellowships.add_milestone(
                by=mentor, fellowship=fellowship, area=area, text=text, due_on=enrolment.started_on + timedelta(days=60 * (step + 1))
            )  # fmt: skip
            if step < 3 - number:
                fellowships.mark_milestone(by=mentor, milestone=milestone, is_reached=True)
        last = (2, 25, 5, 1)[number]
        for days in range(last, min(last + 30, who[2]), 7):
            on = today - timedelta(days=days)
            fellowships.record_touchpoint(by=mentor, fellowship=fellowship, on=on, kind="met", minutes=60)
        if number < 3:
            asked = fellowships.ask_stipend(
                by=mentor,
                fellowship=fellowship,
                month=fellowship.month,
                amount=Decimal(150),
                grant=grant,
            )
            if number < 2:
                approval = fellowships.approve_stipend(by=manager, stipend=asked)
                if not number:
                    fellowships.mark_paid(by=manager, approval=approval)
