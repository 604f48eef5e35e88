"""Out of prison in the demo: referrals of a prison at each step, somebody whom the service found itself, and releases of the past years."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.custody import actions as custody
from cases.custody.models import Release, ReleaseContact
from cases.enrolments.models import Enrolment
from cases.people import actions as people
from cases.people.models import Person
from demo.courses import enrol, programme_of
from demo.work import CONSENT, backdate, moment
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Part, Programme, ReferralKind
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.releases import actions as releases

PRISONERS = (
    ("Arto", "Kivelä", 6, None),
    ("Rami", "Toivola", -1, None),
    ("Jesse", "Aho", -1, 1),
    ("Sanna", "Rinne", -4, 4),
    ("Marko", "Lehti", 24, None),
)
"""First names, last name, days until the planned day, days since the release; the last one's referral waits for an answer."""
PAST = 90


def out_of_prison(
    manager: Acting, caseworker: Acting, prison: Acting, district: District, today: date, rng: random.Random
) -> None:
    """A programme that meets people inside and at the gate, with those whom the prison referred and one whom it did not."""
    names = ("Through the gate", "Portilta eteenpäin", "Genom porten")
    programme = programme_of(manager, district, names, Programme.Kind.PEER_SUPPORT, [Part.PLAN, Part.CUSTODY])
    now = timezone.now()
    for first_names, last_name, days, days_out in PRISONERS:
        person = Person(
            first_names=first_names,
            last_name=last_name,
            born_on=date(1980 + days % 15, 6, 3),
            sex="female" if first_names == "Sanna" else "male",
            district=district,
        )
        planned_on = today + timedelta(days=days)
        referral = _refer(prison, programme, person, planned_on, today)
        if last_name == PRISONERS[-1][1]:
            continue
        backdate(referral, timedelta(days=40))
        referral.refresh_from_db()
        handover.accept(
            by=caseworker, referral=referral, started_on=today - timedelta(days=35), measurement_consent=True
        )
        if days_out:
            released_at = moment(today - timedelta(days=days_out), 9)
            releases.say_released(by=prison, referral=referral, released_at=released_at, naloxone="given")
        releases.follow_notice(referral=referral.pk)
        _contacts(caseworker, Release.objects.get(enrolment__referrals=referral), today, now)
    own = enrol(caseworker, programme, district, ("Pasi", "Vuori", 20), today)
    custody.plan_release(by=manager, enrolment=own, planned_on=None, conditions=["supervision"])
    _of_the_past(caseworker, rng)


def _refer(prison: Acting, programme: Programme, person: Person, planned_on: date, today: date) -> Referral:
    person.partner = prison.partner
    person = people.save_person(by=prison, person=person)
    referral = handover.draft(
        by=prison,
        kind=ReferralKind.PRISON,
        programme=programme,
        person=person,
        summary="Comes out soon, and wants somebody to meet.",
    )
    handover.attach_consent(
        by=prison, referral=referral, signed_on=today, expires_on=today + timedelta(days=365), **CONSENT
    )
    referral = handover.send(by=prison, referral=Referral.objects.get(pk=referral.pk))
    releases.say_release(
        by=prison,
        referral=referral,
        planned_on=planned_on,
        conditions=["supervision", "sobriety"],
        conditions_note="Meets the supervisor every Monday at 10.",
    )
    return referral


def _contacts(caseworker: Acting, release: Release, today: date, now: datetime) -> None:
    """A visit inside; the gate, planned or kept; of who is out for longer, a call that nobody answered."""
    terms: dict[str, Any] = {"by": caseworker, "release": release, "responsible": caseworker.user}
    custody.plan_contact(at=moment(today - timedelta(days=12), 14), how="visit", outcome="kept", **terms)
    if release.released_at is None:
        at = moment(max(release.planned_on or today, today + timedelta(days=1)), 8)
        custody.plan_contact(at=at, how="gate", **terms)
    elif release.released_at > now - timedelta(days=2):
        custody.plan_contact(at=release.released_at + timedelta(minutes=5), how="gate", outcome="kept", **terms)
    else:
        custody.plan_contact(at=release.released_at + timedelta(hours=5), how="call", outcome="missed", **terms)


def _of_the_past(caseworker: Acting, rng: random.Random) -> None:
    """Releases of participations that have ended, with how soon somebody was in contact: no action says when nobody takes part."""
    ended = (
        Enrolment.objects.filter(partner=caseworker.partner).exclude(ended_on=None).order_by("-ended_on", "id")[:PAST]
    )
    for enrolment in ended:
        released_at = moment(enrolment.started_on + timedelta(days=10), 9)
        release = Release.objects.create(
            partner=caseworker.partner,
            enrolment=enrolment,
            planned_on=enrolment.started_on + timedelta(days=10),
            released_at=released_at,
            naloxone=rng.choice(["given", "given", "declined", "unknown"]),
            responsible=caseworker.user,
        )
        hours = rng.choices([1, 20, 60, 200, 0], weights=[35, 15, 20, 15, 15])[0]
        if hours:
            ReleaseContact.objects.create(
                partner=caseworker.partner,
                release=release,
                at=released_at + timedelta(hours=hours),
                how="gate" if hours == 1 else "met",
                responsible=caseworker.user,
                outcome="kept",
                recorded_by=caseworker.user,
            )
