"""Versions of agreements on their way, for tests."""

from __future__ import annotations

from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement, AgreementVersion, ApprovalStep
from tests.world import World, run_as


def drafted_version(world: World, agreement: Agreement, *steps: ApprovalStep) -> AgreementVersion:
    """A draft of its next version from today on, with the document; the NGO's board is to approve it, unless other steps are said."""
    by = world.coordinator
    version = AgreementVersion(agreement=agreement, valid_from=world.today)
    version = run_as(by, agreements.draft_version, version=version)
    run_as(by, agreements.attach_file, version=version, kind="document", content=b"%PDF-1.7 signed")
    for step in steps or (ApprovalStep(partner=world.ngo, what="board"),):
        run_as(
            by,
            agreements.plan_step,
            version=version,
            partner=step.partner,
            what=step.what,
            position=step.position,
            days=step.days,
        )
    return version
