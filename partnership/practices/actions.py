"""What can be done with the practices of a partner: choosing them."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.members.models import Partner, Role
from partnership.practices.models import FOR, Practice, PracticeInUse


@action("practices.begin", roles=(Role.CASE_MANAGER,))
def begin(*, by: Acting, practices: Collection[str]) -> None:
    """The acting partner uses these too, since something that it saved needs them; others are left as they are."""
    usable = set(practices) & set(practices_for(by.partner))
    begun = usable - set(PracticeInUse.objects.filter(partner=by.partner).values_list("practice", flat=True))
    PracticeInUse.objects.bulk_create(
        PracticeInUse(partner=by.partner, practice=practice) for practice in sorted(begun)
    )


def practices_for(partner: Partner) -> list[Practice]:
    """What a partner of this kind can use."""
    return [practice for practice in Practice if partner.kind in FOR[practice]]


@action("practices.choose", managers_only=True)
def choose_practices(*, by: Acting, practices: Collection[str]) -> None:
    """Says which practices the own partner uses: these, and no others. What was recorded of one that ends stays, and opens by its
    address. Raises Invalid for one that a partner of this kind can't use."""
    if unknown := set(practices) - set(practices_for(by.partner)):
        raise Invalid("practices", _("A partner of this kind can’t use %(practice)s.") % {"practice": min(unknown)})
    used = PracticeInUse.objects.filter(partner=by.partner)
    for ended in used.exclude(practice__in=practices):
        ended.delete()
    begin(by=by, practices=practices)
