"""What notices of releases hold about a person, whether the own partner sent or received them; and what the prison was told."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.information import Holder, Part
from partnership.pages.template_tags import day
from referrals.releases.actions import erase_notices
from referrals.releases.models import FirstContactTold, ReleaseNotice


def held(person: Person) -> list[Part]:
    """What was said of the person's releases, and of which first contact the prison was told."""
    about = Q(referral__person=person) | Q(referral__receiver_person=person)
    notices = ReleaseNotice.objects.filter(about).select_related("from_partner").order_by("id")
    told = FirstContactTold.objects.filter(about).select_related("from_partner", "to_partner").order_by("id")
    return [
        Part(
            _("What a prison said of your release"),
            [
                _("From"),
                _("Planned day"),
                _("Released"),
                _("Licence conditions"),
                _("About the conditions"),
                _("Naloxone"),
            ],
            [
                [
                    n.from_partner.name,
                    day(n.planned_on),
                    day(n.released_at),
                    ", ".join(n.condition_labels) or "–",
                    n.conditions_note or "–",
                    n.get_naloxone_display(),
                ]
                for n in notices
            ],
        ),
        Part(
            _("First contacts that a prison was told of"),
            [_("From"), _("To"), _("First contact")],
            [[t.to_partner.name, t.from_partner.name, day(t.on)] for t in told],
        ),
    ]


HOLDER = Holder(held=held, erase=erase_notices, origins=lambda person: [], recipients=lambda person: [])
"""From whom and to whom a referral went, the hand-over's own holder says."""
