"""What can be done with consents: recording one, with the signed form behind it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.consents import papers
from cases.consents.models import Consent, ConsentPaper
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import FAR_DAY
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Partner


class GuardianConsentMissing(RuleError):
    """A guardian's consent is missing for a person under 18.

    Name the guardian who consents, or say why their consent is missing.
    """

    code = "guardian_consent_missing"


class NotSigned(Invalid):
    """The consent says that it was signed on the screen, and no signature came with it. Send the picture as `signature`.

    Or say how else the person consented.
    """

    code = "not_signed"

    def __init__(self, message: object) -> None:
        super().__init__("signed_how", message)


class WitnessMissing(Invalid):
    """A spoken consent has no witness. Name in `witness` who heard the person consent."""

    code = "witness_missing"

    def __init__(self, message: object) -> None:
        super().__init__("witness", message)


def check_guardian(person: Person, consent: Consent) -> None:
    """Raises GuardianConsentMissing for somebody under 18 without a guardian's consent or the reason why there is none."""
    if person.is_minor and not (consent.guardian_name or consent.guardian_missing_reason):
        raise GuardianConsentMissing(
            _("This person is under 18: name the guardian who consents, or say why a guardian's consent is missing.")
        )


def check_signed(consent: Consent, paper: bytes) -> None:
    """Raises NotSigned for a consent on the screen without the signature, WitnessMissing for a spoken one that nobody else heard."""
    if consent.signed_how == Consent.Signed.SCREEN and (not paper or papers.is_blank(paper)):
        raise NotSigned(
            _("Nothing is signed yet. Let the person sign on the screen, or choose another way to consent.")
        )
    if consent.signed_how == Consent.Signed.VERBAL and not (consent.witness or "").strip():
        raise WitnessMissing(_("Say who heard the person consent."))


@action("consent.record", roles=PEOPLE_ROLES, scope="referrals:write")
def record_consent(*, by: Acting, to_partner: Partner, person: Person, paper: bytes = b"", **terms: Any) -> Consent:
    """Records the person's consent to a disclosure to another partner, with the guardian's for somebody under 18.

    `paper`: the signed form, or the signature from the screen. Raises NotSigned, WitnessMissing, GuardianConsentMissing, and Invalid for a last day too far ahead.
    """
    consent = Consent(from_partner=by.partner, to_partner=to_partner, person=person, recorded_by=by.user, **terms)
    if consent.expires_on and consent.expires_on >= FAR_DAY:
        raise Invalid("expires_on", _("Choose a day before the year 2200."))
    check_signed(consent, paper)
    check_guardian(person, consent)
    consent.full_clean(
        exclude=["disclosed_at", "event_on", "withdrawn_at", "recorded_by", "from_partner", "to_partner", "person"]
    )
    consent.save()
    consent.refresh_from_db(fields=["valid_days"])
    if paper:
        attach_paper(by=by, consent=consent, content=paper)
    return consent


@action("consent.attach_paper", roles=PEOPLE_ROLES)
def attach_paper(*, by: Acting, consent: Consent, content: bytes) -> ConsentPaper:
    """Keeps the signed form with an own consent. Raises NotAPaper for what is neither a picture nor a PDF, or too large."""
    return ConsentPaper.objects.create(
        partner=by.partner,
        consent=consent,
        media_type=papers.media_type_of(content),
        content=content,
        added_by=by.user,
    )
