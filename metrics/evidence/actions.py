"""What can be done with claims and evidence: recording a claim, and making a programme's evidence public by two sides."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.evidence.frozen import content_of
from metrics.evidence.models import Claim, PublicEvidence
from metrics.publication.results import published
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, NotAParty, RuleError
from partnership.members.models import Role
from programs.catalogue.models import Programme

State = PublicEvidence.State


class NoReleaseYet(RuleError):
    """No release is public yet, and a programme's figures are published with one. Wait for it, or ask the coordination office."""

    code = "no_release_yet"
    status = 409


class EvidenceChanged(RuleError):
    """The page says something else than what the programme's organisation agreed to, as a claim was changed since. Withdraw it, and ask
    the organisation to agree again."""

    code = "evidence_changed"
    status = 409


class NotPublic(RuleError):
    """This evidence is in another state: somebody published or withdrew it before. Open the page anew to see how it stands."""

    code = "evidence_state"
    status = 409


@action("claim.save", roles=(Role.COORDINATOR, Role.CASE_MANAGER), party=Party.OWNER)
def save_claim(*, by: Acting, claim: Claim) -> Claim:
    """Records a claim or changes it. Raises NotAParty for a claim that is not about a programme of the own organisation; the coordinator
    records any."""
    if by.role != Role.COORDINATOR and (claim.programme is None or claim.programme.partner_id != by.partner.pk):
        raise NotAParty(_("Record claims about your own programmes."))
    if claim.pk is None:
        claim.written_by = by.user
    claim.save()
    return claim


@action("claim.remove", roles=(Role.COORDINATOR, Role.CASE_MANAGER), party=Party.OWNER)
def remove_claim(*, by: Acting, claim: Claim) -> None:
    """Takes a claim off; the history keeps it."""
    claim.delete()


@action("evidence.agree", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def agree_to_publish(*, by: Acting, programme: Programme) -> PublicEvidence:
    """The programme's own organisation agrees that its evidence of the newest public release becomes public. Raises NoReleaseYet, and Invalid
    where it agreed already."""
    run = published().first()  # results are published once a year, those of one programme too
    if run is None:
        raise NoReleaseYet(_("No release is public yet."))
    if PublicEvidence.objects.filter(programme=programme).exclude(state=State.WITHDRAWN).exists():
        raise Invalid(
            "programme", _("Your organisation has agreed already. Withdraw that first to agree to a newer release.")
        )
    return PublicEvidence.objects.create(
        partner=by.partner, programme=programme, run=run, agreed_by=by.user, content=content_of(by, programme, run)
    )


@action("evidence.publish", roles=(Role.COORDINATOR,))
def publish_evidence(*, by: Acting, evidence: PublicEvidence) -> PublicEvidence:
    """The coordination office makes it public. Raises NotPublic where it doesn't wait for that, EvidenceChanged where what was agreed
    to is not what the figures say today."""
    locked = PublicEvidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if locked.state != State.AGREED:
        raise NotPublic(_("It does not wait to be published."))
    if locked.content != content_of(by, locked.programme, locked.run):
        raise EvidenceChanged(_("The page says something else than what the organisation agreed to."))
    locked.state, locked.published_by, locked.published_at = State.PUBLISHED, by.user, timezone.now()
    locked.save(update_fields=["state", "published_by", "published_at"])
    return locked


@action("evidence.withdraw", roles=(Role.COORDINATOR, Role.CASE_MANAGER))
def withdraw_evidence(*, by: Acting, evidence: PublicEvidence, because: str) -> PublicEvidence:
    """Takes it back, with the reason that the public reads; either side may. Raises NotAParty and NotPublic."""
    if by.role != Role.COORDINATOR and evidence.partner_id != by.partner.pk:
        raise NotAParty(_("Only the partner that it concerns may do this."))
    if not because.strip():
        raise Invalid("because", _("Say why, for those who read it."))
    locked = PublicEvidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if locked.state == State.WITHDRAWN:
        raise NotPublic(_("It was withdrawn before."))
    locked.state, locked.withdrawn_by, locked.withdrawn_at = State.WITHDRAWN, by.user, timezone.now()
    locked.withdrawn_because = because.strip()
    locked.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_because"])
    return locked


def latest_evidence(programme: Programme) -> PublicEvidence | None:
    """The newest that was agreed to, in any state."""
    return PublicEvidence.objects.filter(programme=programme).select_related("run", "programme").first()
