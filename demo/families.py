"""Families of the demo: a mother who gets support of her own while her son takes part, with and without consents; a parenting group."""

from __future__ import annotations

from datetime import date, timedelta

from cases.families import actions as families
from cases.relations import actions as relations
from demo.courses import enrol, programme_of
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Part, Programme

CAME = ((9, 4), (11, 6), (7, 2), (12, 7), (10, 5), (8, 3))
"""Adults and children at the meetings of the group, the newest first."""


def relatives(worker: Acting, district: District, today: date) -> None:
    """A programme for relatives of the worker's. One mother and son have agreed and met together; another pair has not."""
    names = ("Support for relatives", "Läheisten tuki", "Stöd för närstående")
    parts: list[str] = [Part.PLAN, Part.FAMILIES]
    programme = programme_of(worker, district, names, Programme.Kind.FAMILY_SUPPORT, parts)
    evening = ("Evenings together", "Yhteiset illat", "Kvällar tillsammans")
    treatment = programme_of(worker, district, evening, Programme.Kind.REHABILITATION, parts)
    mother = enrol(worker, programme, district, ("Tuula", "Ahonen", 60), today)
    son = enrol(worker, treatment, district, ("Niko", "Ahonen", 90), today)
    father = enrol(worker, programme, district, ("Heikki", "Saarela", 30), today)
    daughter = enrol(worker, treatment, district, ("Veera", "Saarela", 45), today)
    for parent, child in ((mother, son), (father, daughter)):
        relations.save_relation(by=worker, person=parent.person, other=child.person, kind="child")
    for one, other in ((mother, son), (son, mother), (father, daughter)):
        families.record_consent(by=worker, person=one.person, other=other.person, how="spoken")
    for days, of_son in ((28, "attended"), (14, "missed"), (2, "attended")):
        families.record_family_session(
            by=worker,
            enrolment=mother,
            held_on=today - timedelta(days=days),
            attendance={mother.pk: "attended", son.pk: of_son},
            minutes=60,
        )
    group = families.save_group(by=worker, programme=programme, name="Parents' Tuesday")
    for week, (adults, children) in enumerate(CAME):
        held_on = today - timedelta(days=1 + 7 * week)
        families.record_meeting(by=worker, group=group, held_on=held_on, adults=adults, children=children, minutes=90)
