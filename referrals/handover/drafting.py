"""A draft is saved from the forms of one page, the long one or the one for the roadside."""

from __future__ import annotations

from typing import Any

from cases.people import actions as people_actions
from cases.people.models import Person
from partnership.isolation.acting import Acting
from referrals.diversions import actions as diversions
from referrals.handover import actions as handover
from referrals.handover.models import Referral


def save_draft(acting: Acting, draft: Referral | None, person: Person | None, forms: dict[str, Any]) -> Referral:
    """Saves what the page's forms hold; a typed identity code that is known means the known person, and so does the answer to
    whether somebody spelled alike is meant. Raises PossibleDouble where that is to be asked."""
    data = forms["referral"].cleaned_data | {"needs": forms["needs"].cleaned_data}
    if person is None:
        form = forms["person"]
        person = (
            form.same_person(acting.partner)
            or people_actions.find_known(acting.partner, form.cleaned_data["identity_code"])
            or people_actions.save_person(
                by=acting, person=form.save(commit=False), is_somebody_else=form.is_somebody_else
            )
        )
    if draft is None:
        draft = handover.draft(by=acting, person=person, **data)
    else:
        draft = handover.change_draft(by=acting, referral=draft, **data)
    if draft.takes_diversion and forms["diversion"].cleaned_data.get("deadline"):
        terms = forms["diversion"]
        diversions.set_terms(
            by=acting,
            referral=draft,
            deadline=terms.cleaned_data["deadline"],
            conditions=terms.conditions(),
            **terms.offence_terms(),
        )
    consent_form = forms["consent"]
    if consent_form and consent_form.cleaned_data["is_given"]:
        draft.consent = handover.attach_consent(by=acting, referral=draft, **consent_form.terms())
    return draft
