"""What somebody told an organisation and a police unit without saying who they are: one not read yet, one answered, one each."""

from __future__ import annotations

from datetime import date, timedelta

from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.tips import actions as tips
from programs.tips.models import Tip


def from_the_public(ngo: Acting, liaison: Acting, district: District, today: date) -> None:
    """Each partner takes tips already."""
    tips.give_tip(
        partner=ngo.partner,
        kind=Tip.Kind.PLACE,
        district=district,
        text="Needles lie around the playground by the metro again. In the mornings small children go past.",
    )
    tips.give_tip(
        partner=liaison.partner,
        kind=Tip.Kind.DEALING,
        district=district,
        text="Pills are sold in the evenings in the underpass by the bus stops, to pupils as well.",
    )
    code = tips.give_tip(
        partner=ngo.partner,
        kind=Tip.Kind.WORRY,
        text="I am worried about a friend who uses more and more. Where can one go without the police learning of it?",
    )
    worry = Tip.objects.get(digest=tips.digest_of(code))
    tips.note_reading(by=ngo, tip=worry)
    tips.answer_tip(
        by=ngo,
        tip=worry,
        answer="Your friend can come to our evening meetings without an appointment and without a name. You can come along.",
    )
    Tip.objects.filter(pk=worry.pk).update(received_on=today - timedelta(days=9))
