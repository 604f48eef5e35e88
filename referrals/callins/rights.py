"""What call-ins hold about a person of the own register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.information import Holder, Part
from partnership.pages.template_tags import day
from referrals.callins.actions import erase_invitations
from referrals.callins.models import CallInOffer, Invitee


def held(person: Person) -> list[Part]:
    """To which call-ins the person was invited, and what they were offered there."""
    invited = Invitee.objects.filter(person=person).select_related("call_in").order_by("id")
    offers = CallInOffer.objects.filter(invitee__person=person).select_related("programme").order_by("id")
    return [
        Part(
            _("Invitations to call-ins"),
            [_("Invited on"), _("Call-in on"), _("Came"), _("Case rests until")],
            [
                [day(i.invited_on), day(i.call_in.at), i.get_came_display() or "–", day(i.suspended_until)]
                for i in invited
            ],
        ),
        Part(
            _("Help offered at call-ins"),
            [_("Offered on"), _("Programme"), _("Answer")],
            [[day(o.offered_on), o.programme.local_name, o.get_answer_display() or "–"] for o in offers],
        ),
    ]


HOLDER = Holder(held=held, erase=erase_invitations, origins=lambda person: [], recipients=lambda person: [])
