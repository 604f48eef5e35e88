"""What can be done with employers: keeping them, and what they offer."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from programs.employers.models import EMPLOYER_ROLES, Employer, WorkOffer


@action("employer.save", roles=EMPLOYER_ROLES, party=Party.OWNER)
def save_employer(*, by: Acting, employer: Employer) -> Employer:
    """Adds an employer, or changes one of the own partner. Raises Invalid for a name that it keeps already."""
    employer.name = employer.name.strip()
    same = Employer.objects.filter(partner=employer.partner_id, name=employer.name)
    if same.exclude(pk=employer.pk).exists():
        raise Invalid("name", _("You keep an employer of this name already."))
    employer.save()
    return employer


@action("work_offer.save", roles=EMPLOYER_ROLES, party=Party.OWNER)
def save_offer(*, by: Acting, offer: WorkOffer) -> WorkOffer:
    """Adds what an own employer offers, or changes it: said by the employer today."""
    offer.checked_on = timezone.localdate()
    offer.save()
    return offer


@action("work_offer.open", roles=EMPLOYER_ROLES, party=Party.OWNER)
def open_offer(*, by: Acting, offer: WorkOffer, is_open: bool) -> WorkOffer:
    """Says, as the employer did today, whether the offer takes somebody."""
    offer.is_open, offer.checked_on = is_open, timezone.localdate()
    offer.save(update_fields=["is_open", "checked_on"])
    return offer
