"""What the words of the portal mean: on the page of help, and behind each question mark."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Word(NamedTuple):
    name: str
    word: str | Promise
    meaning: str | Promise


WORDS = (
    Word("referral", _("Referral"), _("Handing a person over from one partner to a programme of another, with the person's consent. It is sent, acknowledged, accepted, put on a waiting list or declined, and ends when the participation ends.")),
    Word("diversion", _("Diversion"), _("Instead of charge or booking a person agrees to conditions with a deadline. The NGO reports counts and dates; the police, or a prosecutor or court, decide on the outcome. It ends with its referral.")),
    Word("consent", _("Consent"), _("The person's permission to disclose: what, to whom, for what, until when. It can be withdrawn at any time; disclosure then ends at once and the receiver no longer sees what was disclosed.")),
    Word("agreement", _("Agreement"), _("The contract between partners under which data may flow: which data may leave to whom and what for, legal basis, promised times. Without an agreement in force nothing is disclosed.")),
    Word("promise", _("Promise"), _("The days within which a receiver acknowledges and answers a referral, as the agreement says. Late ones are shown to both sides and to the coordinator.")),
    Word("pseudonym", _("Pseudonym"), _("A keyed code made of a person's identity code or date of birth. By it the linker finds records that may be of one person; nobody can read it back.")),
    Word("recidivism", _("Recidivism"), _("Re-arrest after the start in a programme: the first arrest after that day for an offence committed after it. Only people who were observed for the whole time are counted.")),
    Word("interval", _("95 % interval"), _("The range in which the true value lies in about 95 of 100 such studies. The fewer people, the wider.")),
    Word("comparison", _("Comparison group"), _("People to whom participants are compared: referred but not enrolled, or arrested in the same time and alike in sex, age, earlier arrests and place. Its name stands beside each figure.")),
    Word("protected", _("Protected"), _("Counts are changed a little at random (most by at most 4), always the same way within a release, so that nobody can be recognised; rates and intervals take it into account. Rates on fewer than 30 people are not shown.")),
    Word("complete-through", _("Complete through"), _("The day up to which the police have sent all arrests of a district. Figures look no further.")),
)  # fmt: skip
