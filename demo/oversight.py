"""What the demo's auditor has to look at: a month of reads, a record opened with a reason, a question, requests, privacy notices."""

from __future__ import annotations

import random
from datetime import timedelta

from django.utils import timezone

from cases.enrolments.models import Enrolment
from cases.openings import actions as openings
from cases.people.models import Person
from cases.rights import actions as rights
from demo.work import moment
from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.purposes import PURPOSES, Purpose
from partnership.isolation.acting import Acting
from partnership.oversight import actions as oversight


def reading_of_the_past(members: list[Acting], rng: random.Random) -> None:
    """Four weeks of the log of reads, with a night and a large day in it, summed up as the nightly job does; and a request of
    a person, for the auditor to watch over."""
    today = timezone.localdate()
    reads = []
    registers = {
        member.partner.pk: list(Person.objects.filter(partner=member.partner).values_list("pk", flat=True)[:400])
        for member in members
    }
    for days in range(28, 0, -1):
        day = today - timedelta(days=days)
        if day.weekday() > 4:
            continue
        for number, member in enumerate(members):
            times, hour = rng.randint(3, 8), rng.randint(8, 15)
            if days in (2, 3, 4) and number == 0:
                times, hour = 60, 22
            for what in rng.choices(("person", "referral", "person_list", "referral_list"), k=times):
                is_list = what.endswith("_list")
                own = registers[member.partner.pk]
                readable = rng.sample(own, min(len(own), rng.randint(5, 25) if is_list else 1))
                at_what = readable[0] if what == "person" and readable else rng.randint(1, 500)
                reads.append(
                    ReadLog(
                        partner=member.partner,
                        user=member.user,
                        what=what,
                        object_id=0 if is_list else at_what,
                        count=len(readable),
                        at=moment(day, hour) + timedelta(seconds=rng.randint(0, 3599)),
                        purpose=PURPOSES[what],
                        people=readable,
                    )
                )
    ReadLog.objects.bulk_create(reads)
    for days in range(28, 0, -1):
        oversight.sum_up(today - timedelta(days=days))
    caseworker = members[0]
    people = Person.objects.filter(partner=caseworker.partner).order_by("-changed_at", "-id")
    for kind, days, note in (
        ("access", 6, "I want to know what you hold about me."),
        ("rectification", 20, "My street is wrong."),
    ):
        rights.record_request(
            by=caseworker,
            person=rng.choice(people[:50]),
            kind=kind,
            received_on=today - timedelta(days=days),
            note=note,
        )
    rights.count_past_retention()


def openings_and_questions(caseworker: Acting, auditor: Acting) -> None:
    """A record that the caseworker opened with a reason, and the question who looked at that person, which the auditor answers."""
    theirs = Enrolment.objects.filter(partner=caseworker.partner, ended_on=None).exclude(responsible=caseworker.user)
    somebody = theirs.exclude(responsible=None).select_related("person").order_by("-id").first()
    if somebody is None:
        return
    openings.open_record(
        by=caseworker,
        person=somebody.person,
        purpose=Purpose.CASEWORK,
        words="Called the duty phone while her caseworker is on leave.",
    )
    oversight.open_inquiry(
        by=auditor,
        person_number=somebody.person_id,
        from_day=timezone.localdate() - timedelta(days=30),
        to_day=None,
        question="The person asks who has looked at her data in the last month, and why.",
    )


def privacy_notices(members: list[Acting]) -> None:
    """What the partners of these members say of their registers."""
    for member in {member.partner.pk: member for member in members}.values():
        name = member.partner.name
        rights.save_notice(
            by=member,
            controller=f"{name}\nEsimerkkikatu 1, 00100 Helsinki\n+358 9 000 0000, info@demo.example",
            officer="Data-protection officer\n+358 9 000 0001, privacy@demo.example",
            purposes="We help people stop using drugs and keep out of crime, and follow up how it goes.",
            legal_basis="Your consent (GDPR articles 6(1)(a) and 9(2)(a)); what the law tells us to record, the law.",
            sources="You yourself, and who referred you, with your consent.",
        )
