"""What can be done with mediations: offering one, each side's answer, holding it, checking the agreement, telling an authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.rights import actions as rights
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows
from partnership.agreements.models import Agreement
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role
from referrals.handover.actions import NoAgreement, NoConsent
from referrals.mediation import events
from referrals.mediation.models import Answer, Kept, Mediation, MediationReport, Result, Side

RECEIVING_KINDS = (Partner.Kind.POLICE, Partner.Kind.PROSECUTOR, Partner.Kind.COURT)
RECEIVING_ROLES = (Role.POLICE_LIAISON, Role.COURT_OFFICER)


class NotBothAgree(RuleError):
    """Mediation is voluntary: it is held when each side has agreed, and each may decline until then. Ask both first."""

    code = "not_both_agree"
    status = 409


class MediationHeld(RuleError):
    """The mediation was held already. Offer a new one where the two meet again."""

    code = "mediation_held"
    status = 409


class NothingToKeep(RuleError):
    """There is no agreement that could be kept, or it was checked already. Record first how the meeting went."""

    code = "nothing_to_keep"
    status = 409


class ToldAlready(RuleError):
    """This authority was told so already, and sees it. Tell it again when something has changed, or by a new consent when one ended."""

    code = "told_already"
    status = 409


class NotEndedYet(RuleError):
    """The mediation goes on: there is nothing to tell yet. Tell the authority when it was declined, held, or its agreement checked."""

    code = "not_ended_yet"
    status = 409


class NotAnAuthority(RuleError):
    """A report of a mediation goes to the police, a prosecutor or a court. Choose one of these partners."""

    code = "not_an_authority"


@action("mediation.offer", roles=CASEWORK_ROLES, party=Party.OWNER)
def offer_mediation(*, by: Acting, enrolment: Enrolment, harmed: str, offered_on: date) -> Mediation:
    """Offers mediation in an open participation. Raises EnrolmentEnded and DateOutOfRange."""
    enrolments.open_enrolment(enrolment)
    if not enrolment.started_on <= offered_on <= timezone.localdate():
        raise DateOutOfRange(_("It was offered between the start of the participation and today."))
    return Mediation.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        person=enrolment.person,
        harmed=harmed,
        offered_on=offered_on,
        offered_by=by.user,
    )


@action("mediation.answer", roles=CASEWORK_ROLES, party=Party.OWNER)
def note_answer(*, by: Acting, mediation: Mediation, side: str, answer: str) -> Mediation:
    """Notes whether one side agrees. It may change its mind until the two meet. Raises MediationHeld."""
    mediation = _locked(mediation)
    if mediation.result:
        raise MediationHeld(_("The mediation was held already."))
    field = "person_answer" if side == Side.PERSON else "harmed_answer"
    setattr(mediation, field, Answer(answer))
    mediation.save(update_fields=[field])
    return mediation


@action("mediation.hold", roles=CASEWORK_ROLES, party=Party.OWNER)
def hold_mediation(
    *,
    by: Acting,
    mediation: Mediation,
    held_on: date,
    result: str,
    terms: Sequence[str] = (),
    keep_by: date | None = None,
) -> Mediation:
    """Records that the two met, and how it went; of an agreement what it holds and by when it is to be kept.

    Raises NotBothAgree, MediationHeld, DateOutOfRange, and Invalid for an agreement without terms or day.
    """
    mediation = _locked(mediation)
    if mediation.result:
        raise MediationHeld(_("The mediation was held already."))
    if not mediation.can_be_held:
        raise NotBothAgree(_("Each side must have agreed to mediate."))
    if not mediation.offered_on <= held_on <= timezone.localdate():
        raise DateOutOfRange(_("It was held between the offer and today."))
    is_agreement = result == Result.AGREEMENT
    if is_agreement and not terms:
        raise Invalid("terms", _("Say what was agreed."))
    if is_agreement and (keep_by is None or keep_by < held_on):
        raise Invalid("keep_by", _("Say by when it is to be kept, not before the meeting."))
    mediation.held_on, mediation.result = held_on, Result(result)
    mediation.terms = [Mediation.Term(term) for term in terms] if is_agreement else []
    mediation.keep_by = keep_by if is_agreement else None
    mediation.save(update_fields=["held_on", "result", "terms", "keep_by"])
    return mediation


@action("mediation.note_kept", roles=CASEWORK_ROLES, party=Party.OWNER)
def note_kept(*, by: Acting, mediation: Mediation, kept: str) -> Mediation:
    """Notes whether the agreement was kept, once. Raises NothingToKeep."""
    mediation = _locked(mediation)
    if not mediation.is_to_check:
        raise NothingToKeep(_("There is no agreement to check."))
    mediation.kept, mediation.kept_on = Kept(kept), timezone.localdate()
    mediation.save(update_fields=["kept", "kept_on"])
    return mediation


@action("mediation.report", roles=CASEWORK_ROLES, party=Party.OWNER, event="mediation.reported")
def send_report(
    *, by: Acting, mediation: Mediation, to_partner: Partner, signed_on: date, number: str = "", **terms: Any
) -> MediationReport:
    """Tells the police, a prosecutor or a court how a mediation ended, by a consent of the person to just that (`signed_on` and the
    other `terms` of a consent). An agreement may be told before it was checked. Whoever was harmed is not named.

    Raises NotAnAuthority, NotEndedYet, NoAgreement, NoFlow, NoConsent, and ToldAlready where it sees just this.
    """
    if to_partner.kind not in RECEIVING_KINDS:
        raise NotAnAuthority(_("Choose the police, a prosecutor's office or a court."))
    mediation = _locked(mediation)
    if not mediation.can_be_told:
        raise NotEndedYet(_("The mediation goes on: there is nothing to tell yet."))
    agreement = agreement_in_force(by.partner, to_partner)
    if agreement is None:
        raise NoAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": to_partner}
        )
    check_flows(Category.IDENTITY, Category.OUTCOME, source=by.partner, target=to_partner)
    if any(report.consent.is_valid for report in _told(mediation, to_partner, agreement)):
        raise ToldAlready(_("%(partner)s was told so already.") % {"partner": to_partner})
    person = mediation.person
    consent = consents.record_consent(
        by=by,
        to_partner=to_partner,
        person=person,
        scope=Consent.Scope.IDENTITY,
        purpose=_("To tell how the mediation ended: held or not, agreement, kept; nothing of what was said"),
        reports_back=False,
        signed_on=signed_on,
        **terms,
    )
    if not consent.is_valid:
        raise NoConsent(_("The consent does not cover today: look at its days."))
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    report = MediationReport.objects.create(
        from_partner=by.partner,
        to_partner=to_partner,
        mediation=mediation,
        person=person,
        consent=consent,
        agreement=agreement,
        first_names=person.first_names,
        last_name=person.last_name,
        born_on=person.born_on,
        number=number,
        held_on=mediation.held_on,
        result=mediation.result,
        kept=mediation.kept,
        signed_by=by.user,
    )
    url = reverse("mediation_report", args=[report.pk])
    announce(
        events.REPORTED,
        f"mediation.reported:{report.pk}",
        tell=[{"partner": to_partner.pk, "roles": [str(role) for role in RECEIVING_ROLES], "url": url}],
        mediation_report=report.pk,
    )
    return report


def _told(mediation: Mediation, to_partner: Partner, agreement: Agreement) -> QuerySet[MediationReport]:
    """What a partner was told under an agreement of a mediation as it is now."""
    as_it_is = {"held_on": mediation.held_on, "result": mediation.result, "kept": mediation.kept}
    reports = mediation.reports.filter(to_partner=to_partner, agreement=agreement, **as_it_is)
    return reports.select_related("consent")


@action("mediation.erase_person", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase_mediations(*, by: Acting, person: Person) -> None:
    """Takes who was harmed out of the person's mediations, and the person's name out of what authorities were told.

    Raises StillNeeded while nobody has checked whether an agreement was kept.
    """
    own_ones = Mediation.objects.filter(person=person, partner=by.partner)
    if own_ones.to_check().exists():
        raise rights.StillNeeded(_("An agreement of a mediation is to be checked: note first whether it was kept."))
    own_ones.update(harmed="")
    for report in MediationReport.objects.filter(person=person, from_partner=by.partner):
        rights.blank(report, "number")
        report.save(update_fields=["first_names", "last_name", "born_on", "number"])


def _locked(mediation: Mediation) -> Mediation:
    """The mediation as it is now, locked."""
    return Mediation.objects.select_related("person").select_for_update(of=("self",)).get(pk=mediation.pk)
