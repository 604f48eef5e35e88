"""What can be done with agreements: saving and ending one, working on its next version, approving it; and which one is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.agreements import events
from partnership.agreements.models import Agreement, AgreementFile, AgreementVersion, ApprovalStep, DataFlow
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import REFERRING_ROLES, Partner, Role

MOST_BYTES = 4 * 1024 * 1024
PDF = b"%PDF-"
REMINDED_BEFORE = (7, 30, 90)
"""So many days before an agreement ends its parties are told, the last step first."""
State, Decision = AgreementVersion.State, ApprovalStep.Decision


class AgreementEnded(RuleError):
    """The agreement was ended before, and what that closed stays closed. Record a new agreement."""

    code = "agreement_ended"
    status = 409


class VersionOpen(RuleError):
    """The agreement has a version that is being worked on, or waits for approval. Go on with that one."""

    code = "version_open"
    status = 409


class VersionFixed(RuleError):
    """The version was asked for, is in force or was refused: nothing of it can be changed. Call it back, or make the next one."""

    code = "version_fixed"
    status = 409


class NobodyAsked(RuleError):
    """The version has no step of approval. Say first who approves it; or record that it was signed already."""

    code = "nobody_asked"
    status = 409


class NotAsked(RuleError):
    """This step is not asked now: it was decided, or others come first. Look at the version again."""

    code = "not_asked"
    status = 409


@action("agreement.end", roles=(Role.COORDINATOR,), event="agreement.ended")
def end_agreement(*, by: Acting, agreement: Agreement, on: date, open_cases_run: bool = False) -> None:
    """Ends an agreement: from that day on nothing is disclosed under it; or nothing new, where open cases run to their end. Raises
    AgreementEnded."""
    if Agreement.objects.select_for_update().get(pk=agreement.pk).ended_on:
        raise AgreementEnded(_("This agreement was ended before. Record a new one."))
    agreement.ended_on, agreement.open_cases_run = on, open_cases_run
    agreement.save(update_fields=["ended_on", "open_cases_run"])
    _tell_ended(agreement, {partner.pk for partner in agreement.parties.all()}, on)


def _tell_ended(agreement: Agreement, parties: set[int], on: date) -> None:
    """Tells all who refer at its parties that the agreement ended for them."""
    roles, url = [str(role) for role in REFERRING_ROLES], reverse("agreement", args=[agreement.pk])
    announce(
        events.ENDED,
        f"agreement:{agreement.pk}:ended:{on}:{'-'.join(map(str, sorted(parties)))}",
        tell=[{"partner": party, "roles": roles, "url": url} for party in sorted(parties)],
        agreement=agreement.pk,
    )


def agreement_in_force(one: Partner, other: Partner) -> Agreement | None:
    """The agreement under which the two partners may exchange data today; with several, the one that promises most."""
    in_force = Agreement.objects.in_force().between(one, other)
    return in_force.order_by("days_to_acknowledge", "days_to_accept", "pk").first()


@action("agreement.save", roles=(Role.COORDINATOR,))
def save_agreement(*, by: Acting, agreement: Agreement, parties: Iterable[Partner]) -> Agreement:
    """Records an agreement with its parties, or changes one; its legal basis and promised days stand in the history. Its days and what
    may flow come with its versions. For whom it is in force no longer is told."""
    earlier = Agreement.objects.in_force().filter(pk=agreement.pk).first()
    bound = {partner.pk for partner in earlier.parties.all()} if earlier else set()
    agreement.save()
    agreement.parties.set(parties)
    left = bound - ({partner.pk for partner in agreement.parties.all()} if agreement.is_in_force else set())
    if left:
        _tell_ended(agreement, left, timezone.localdate())
    return agreement


# --- Versions ------------------------------------------------------------------------------------------------------------------


@action("agreement.draft_version", roles=(Role.COORDINATOR,))
def draft_version(*, by: Acting, version: AgreementVersion) -> AgreementVersion:
    """Begins the next version of an agreement, with the flows of the latest one in force; or changes a draft. Raises VersionOpen,
    VersionFixed, and Invalid for an agreement that was ended."""
    if version.pk:
        _check_draft(version)
        version.save()
        return version
    agreement = version.agreement
    if agreement.ended_on:
        raise Invalid("valid_from", _("This agreement was ended. Record a new one."))
    if agreement.versions.filter(state__in=AgreementVersion.OPEN).exists():
        raise VersionOpen(_("A version is being worked on already."))
    version.number = (agreement.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version.save()
    before = agreement.versions.filter(state=State.IN_FORCE).first()
    flows = before.flows.order_by("id") if before else DataFlow.objects.none()
    DataFlow.objects.bulk_create(
        DataFlow(version=version, from_kind=f.from_kind, to_kind=f.to_kind, purpose=f.purpose, category=f.category)
        for f in flows
    )
    return version


@action("agreement.discard_version", roles=(Role.COORDINATOR,))
def discard_version(*, by: Acting, version: AgreementVersion) -> None:
    """Throws a draft away. Raises VersionFixed."""
    _check_draft(version)
    version.delete()


@action("agreement.name_flows", roles=(Role.COORDINATOR,))
def name_flows(
    *,
    by: Acting,
    version: AgreementVersion,
    categories: Iterable[str],
    purpose: str,
    from_kind: str = "",
    to_kind: str = "",
) -> None:
    """Names kinds of data that may leave from one kind of partner to another, for a purpose; an empty kind: every party. What stands
    there already stays. Raises VersionFixed."""
    _check_draft(version)
    DataFlow.objects.bulk_create(
        (
            DataFlow(version=version, from_kind=from_kind, to_kind=to_kind, purpose=purpose, category=category)
            for category in categories
        ),
        ignore_conflicts=True,
    )


@action("agreement.take_out_flow", roles=(Role.COORDINATOR,))
def take_out_flow(*, by: Acting, flow: DataFlow) -> None:
    """Takes a flow out of a draft. Raises VersionFixed."""
    _check_draft(flow.version)
    flow.delete()


@action("agreement.attach_file", roles=(Role.COORDINATOR,))
def attach_file(*, by: Acting, version: AgreementVersion, kind: str, content: bytes) -> AgreementFile:
    """Keeps the document of a draft, or its impact assessment, in the place of an earlier one. Raises VersionFixed, and Invalid for
    what is no PDF by its first bytes, or larger than 4 MB."""
    _check_draft(version)
    if not content.startswith(PDF):
        raise Invalid("content", _("Only a PDF can be kept with an agreement."))
    if len(content) > MOST_BYTES:
        raise Invalid("content", _("The file is larger than 4 MB."))
    AgreementFile.objects.filter(version=version, kind=kind).delete()
    return AgreementFile.objects.create(
        version=version, kind=kind, content=content, sha256=hashlib.sha256(content).hexdigest(), added_by=by.user
    )


# --- Approval ------------------------------------------------------------------------------------------------------------------


@action("agreement.plan_step", roles=(Role.COORDINATOR,))
def plan_step(
    *, by: Acting, version: AgreementVersion, partner: Partner, what: str, position: int = 1, days: int = 14
) -> ApprovalStep:
    """Says who approves a draft, and in which order. Raises VersionFixed, and Invalid for who is no party, or asked for it already."""
    _check_draft(version)
    if not version.agreement.parties.filter(pk=partner.pk).exists():
        raise Invalid("partner", _("Choose a party of the agreement."))
    if version.steps.filter(round=version.round, partner=partner, what=what).exists():
        raise Invalid("what", _("This step is there already."))
    return ApprovalStep.objects.create(
        version=version, round=version.round, partner=partner, what=what, position=position, days=days
    )


@action("agreement.take_out_step", roles=(Role.COORDINATOR,))
def take_out_step(*, by: Acting, step: ApprovalStep) -> None:
    """Takes a step out of a draft's plan. Raises VersionFixed; what was decided stays."""
    _check_draft(step.version)
    if step.decision:
        raise VersionFixed(_("This was decided: it stays."))
    step.delete()


@action("agreement.ask_approval", roles=(Role.COORDINATOR,), event="agreement.approval_asked")
def ask_approval(*, by: Acting, version: AgreementVersion) -> AgreementVersion:
    """Asks for approval of a draft: the first steps now, each of the others when those before it approved. Raises VersionFixed and
    NobodyAsked."""
    _check_draft(version)
    if not version.steps.filter(round=version.round).exists():
        raise NobodyAsked(_("Say first who approves it."))
    version.state = State.ASKED
    version.save(update_fields=["state"])
    _tell_asked(version)
    return version


@action("agreement.call_back", roles=(Role.COORDINATOR,))
def call_back(*, by: Acting, version: AgreementVersion) -> AgreementVersion:
    """Takes a version back that waits for approval, to change it; everybody is asked anew later. Raises VersionFixed."""
    if version.state != State.ASKED:
        raise VersionFixed(_("This version does not wait for approval."))
    version.state = State.DRAFT
    version.save(update_fields=["state"])
    return version


@action("agreement.record_signed", roles=(Role.COORDINATOR,))
def record_signed(*, by: Acting, version: AgreementVersion) -> AgreementVersion:
    """Puts a draft in force that all parties have signed outside of the portal. Raises VersionFixed; also where steps of approval are
    planned, which come first."""
    _check_draft(version)
    if version.steps.filter(round=version.round).exists():
        raise VersionFixed(_("Steps of approval are planned: ask for them, or take them out first."))
    version.state = State.IN_FORCE
    version.save(update_fields=["state"])
    version.refresh_from_db()
    return version


@action("agreement.decide_step", managers_only=True, party=Party.OWNER, event="agreement.approval_decided")
def decide_step(*, by: Acting, step: ApprovalStep, decision: str, words: str = "") -> ApprovalStep:
    """A manager approves a version for the own organisation, returns it for changes or refuses it, the last two with words. The last
    approval puts it in force. Raises NotAsked, and Invalid without words."""
    if decision != Decision.APPROVED and not words.strip():
        raise Invalid("words", _("Say why."))
    # What is not asked yet, the database does not let anybody lock.
    locked = ApprovalStep.objects.select_for_update().filter(pk=step.pk).first()
    if locked is None or not locked.is_waiting:
        raise NotAsked(_("This is not asked now."))
    locked.decision, locked.words = Decision(decision), words.strip()
    locked.decided_at, locked.decided_by = timezone.now(), by.user
    locked.save(update_fields=["decision", "words", "decided_at", "decided_by"])
    version = AgreementVersion.objects.get(pk=locked.version_id)
    offices = Partner.objects.filter(kind=Partner.Kind.COORDINATION).order_by("pk").values_list("pk", flat=True)
    url = _url(version)
    announce(
        events.DECIDED,
        f"agreement.approval_decided:{locked.pk}",
        tell=[{"partner": office, "roles": [str(Role.COORDINATOR)], "url": url} for office in offices],
        agreement=version.agreement_id,
        step=locked.pk,
    )
    if version.state == State.ASKED:
        _tell_asked(version)
    return locked


@action("agreement.remind", outside="jobs")
def remind_of_ends() -> int:
    """Tells the managers of all parties of agreements that end, once a step of `REMINDED_BEFORE`; returns of how many."""
    today = timezone.localdate()
    ending = Agreement.objects.in_force(today).filter(valid_to__lte=today + timedelta(days=REMINDED_BEFORE[-1]))
    reminded = 0
    for agreement in ending.prefetch_related("parties").order_by("pk"):
        assert agreement.valid_to  # noqa: S101 — the query asked for it
        step = next(days for days in REMINDED_BEFORE if (agreement.valid_to - today).days <= days)
        url = reverse("agreement", args=[agreement.pk])
        announce(
            events.ENDING,
            f"agreement.ending:{agreement.pk}:{agreement.valid_to}:{step}",
            tell=[{"partner": partner.pk, "managers": True, "url": url} for partner in agreement.parties.all()],
            agreement=agreement.pk,
            days=step,
        )
        reminded += 1
    return reminded


def _check_draft(version: AgreementVersion) -> None:
    if version.state != State.DRAFT:
        raise VersionFixed(_("This version can no longer be changed."))


def _tell_asked(version: AgreementVersion) -> None:
    """Tells the managers of those who are asked now; who was told before is not told again."""
    for step in version.steps.filter(round=version.round, asked_at__isnull=False, decision=""):
        whom: Tell = {"partner": step.partner_id, "managers": True, "url": _url(version)}
        announce(
            events.ASKED,
            f"agreement.approval_asked:{step.pk}",
            tell=[whom],
            agreement=version.agreement_id,
            step=step.pk,
        )


def _url(version: AgreementVersion) -> str:
    return reverse("agreement_version", args=[version.pk])
