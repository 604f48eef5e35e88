"""What holds of young people who are diverted: under 15 there is no offence; from 15 to 17, the first time, a talk comes first.

Source: Criminal Code of Finland 3:4 (responsible from 15); Child Welfare Act 25 (duty to notify).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.people.models import ADULT_AGE, Person
from partnership.isolation.errors import RuleError
from referrals.diversions.models import DiversionAgreement

RESPONSIBLE_AGE = 15
"""From which age on what somebody does can be an offence, in years."""


class UnderFifteen(RuleError):
    """Under 15 there is no offence, and so no diversion. Make a child welfare notice instead: it needs no consent."""

    code = "under_fifteen"


class TalkMissing(RuleError):
    """Somebody of 15 to 17 is diverted for the first time: talk with them and a guardian or social worker first, and record when.

    Where it is not the first time, say so.
    """

    code = "talk_missing"


def check_age(person: Person) -> None:
    """Raises UnderFifteen for somebody who is known to be younger."""
    age = person.age()
    if age is not None and age < RESPONSIBLE_AGE:
        raise UnderFifteen(
            _("Under 15 there is no offence: make a child welfare notice instead of a diversion. It needs no consent.")
        )


def check_talk(person: Person, diversion: DiversionAgreement) -> None:
    """Raises TalkMissing for somebody of 15 to 17 without a talk, unless it was said not to be the first time."""
    age = person.age()
    if age is None or age >= ADULT_AGE or diversion.is_first_time is False or diversion.talk_on:
        return
    raise TalkMissing(
        _(
            "Record the talk with the young person and a guardian or social worker, or say that it is not the first time."
        )
    )
