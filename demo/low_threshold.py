"""The demo's service points and a year of contacts at them: needle exchange without names."""

from __future__ import annotations

import random
from datetime import timedelta

from django.utils import timezone

from demo.work import moment
from partnership.isolation import encryption
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.contacts import actions as contacts
from programs.contacts.models import Contact, ServicePoint

DAYS, CLIENTS = 400, 60
POINTS = (
    ("Health counselling Kallio", ServicePoint.Kind.FIXED, "Monday to Friday 12–18", 9),
    ("Bus", ServicePoint.Kind.MOBILE, "Tuesday and Thursday 17–21", 5),
    ("Evening round", ServicePoint.Kind.OUTREACH, "Friday 20–24", 3),
)
"""Name, kind, hours, most contacts a day."""
OPEN_ON = {"Bus": (1, 3), "Evening round": (4,)}


def needle_exchange(manager: Acting, district: District, rng: random.Random) -> None:
    """A year of contacts, which lies in the past, and some of today."""
    today = timezone.localdate()
    words = [encryption.contact_code(manager.partner.pk, f"word {number}") for number in range(CLIENTS)]
    past = []
    points = []
    for name, kind, hours, most in POINTS:
        point = ServicePoint(partner=manager.partner, name=name, kind=kind, hours=hours, district=district)
        points.append(contacts.save_point(by=manager, point=point))
        for days in range(DAYS, 0, -1):
            day = today - timedelta(days=days)
            if day.weekday() not in OPEN_ON.get(name, (0, 1, 2, 3, 4)):
                continue
            for _contact in range(rng.randint(0, most)):
                out = rng.choice((0, 5, 10, 10, 20, 30, 50))
                kits = int(rng.random() < 0.08)
                past.append(
                    Contact(
                        partner=manager.partner,
                        point=points[-1],
                        held_on=day,
                        code_hash=rng.choice(words) if rng.random() < 0.8 else "",
                        sex=rng.choice(("male", "male", "female", "unknown")),
                        age_band=rng.choice(Contact.AgeBand.values[1:]),
                        is_first=rng.random() < 0.04,
                        drugs=rng.sample(
                            ("amphetamines", "buprenorphine", "other_opioids", "cocaine"), k=rng.randint(1, 2)
                        ),
                        syringes_out=out,
                        syringes_in=int(out * rng.choice((0, 0.8, 1, 1))),
                        is_estimated=rng.random() < 0.3,
                        naloxone_out=kits,
                        naloxone_why=rng.choice(Contact.NaloxoneWhy.values) if kits else "",
                        reversals=int(rng.random() < 0.01),
                        tests=["hiv", "hcv"] if rng.random() < 0.06 else [],
                        advice=rng.sample(Contact.Advice.values, k=rng.randint(0, 2)),
                        onward=rng.choice(("none", "none", "none", "offered", "accepted")),
                        recorded_by=manager.user,
                        recorded_at=moment(day, 18),
                    )
                )
    Contact.objects.bulk_create(past, batch_size=500)
    for out, back in ((10, 12), (20, 0), (5, 5)):
        contacts.record_contact(
            by=manager,
            point=points[0],
            held_on=today,
            syringes_out=out,
            syringes_in=back,
            onward=Contact.Onward.OFFERED,
        )
