"""What can be done with referrals: one function a verb. Each checks the table of transitions and announces what happened."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.people import actions as people
from cases.people.doubles import possible_doubles
from cases.people.models import Person
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows, may_leave
from partnership.agreements.models import Agreement
from partnership.api import references
from partnership.events import outbox
from partnership.events.recipients import Tell
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import InTheWay, NotAParty, RuleError
from partnership.members.models import REFERRING_ROLES, Partner
from programs.catalogue.fit import Newcomer, NotTaken, check_fit, language_of
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions import young
from referrals.handover import events, transitions
from referrals.handover.models import AgeBand, Change, Disclosure, Message, Need, Referral
from referrals.handover.needs import TO_ANSWER, TO_CONTACT, Needs, of_names
from referrals.handover.transitions import ENDED_STATES, OPEN_STATES, TRANSITIONS, IllegalTransition, State

KINDS_BY_SENDER: dict[str, tuple[ReferralKind, ...]] = {
    Partner.Kind.POLICE: (ReferralKind.ARREST_DIVERSION, ReferralKind.SOCIAL_CONTACT),
    Partner.Kind.PROSECUTOR: (ReferralKind.COURT,),
    Partner.Kind.COURT: (ReferralKind.COURT,),
    Partner.Kind.PRISON: (ReferralKind.PRISON, ReferralKind.NGO_TO_NGO),
    Partner.Kind.NGO: (ReferralKind.NGO_TO_NGO, ReferralKind.SELF),
    Partner.Kind.HEALTH: (ReferralKind.NGO_TO_NGO, ReferralKind.SELF),
    Partner.Kind.SOCIAL: (ReferralKind.SOCIAL_CONTACT, ReferralKind.NGO_TO_NGO, ReferralKind.SELF),
    Partner.Kind.YOUTH: (ReferralKind.SOCIAL_CONTACT, ReferralKind.SCHOOL_OR_GUARDIAN, ReferralKind.SELF),
    Partner.Kind.SCHOOL: (ReferralKind.SCHOOL_OR_GUARDIAN,),
}
"""Which kinds of referral each kind of partner sends."""


class ChangedMeanwhile(RuleError):
    """Somebody changed the referral meanwhile. Read it again and decide anew."""

    code = "changed_meanwhile"
    status = 412


class NoAgreement(RuleError):
    """No agreement is in force between the two partners, so nothing may be disclosed.

    Ask your coordinator for one.
    """

    code = "no_agreement"


class NoConsent(RuleError):
    """No consent of the person covers the disclosure: it is missing, has ended or was withdrawn, or covers less than is sent.

    Record a consent, under 18 the guardian's too, before you go on; where the agreement ended, ask your coordinator.
    """

    code = "no_consent"


class NamesThePerson(RuleError):
    """The situation or a message names the person, and the receiver reads it before it has answered. Leave name and identity code out."""

    code = "names_the_person"


class AlreadyReferred(RuleError):
    """The person has an open referral to this programme already. Go on with that one, which `records` names; or withdraw it first."""

    code = "already_referred"
    status = 409


# --- Drafts --------------------------------------------------------------------------------------------------------------


@action("referral.draft", roles=REFERRING_ROLES, scope="referrals:write")
def draft(
    *,
    by: Acting,
    kind: str,
    programme: Programme,
    person: Person,
    summary: str = "",
    language: str = "",
    is_urgent: bool = False,
    unfit_reason: str = "",
    needs: Needs | None = None,
) -> Referral:
    """Starts a referral of an own person to a programme. Only the sender sees a draft.

    `unfit_reason`: why the person is sent to a programme for people of another age, district or language, if it takes exceptions.
    Raises NotTaken, and AlreadyReferred where an open referral to the programme exists.
    """
    _check_fit(programme, person, kind, language, unfit_reason)
    return _draft(
        by=by,
        kind=kind,
        programme=programme,
        person=person,
        summary=summary,
        language=language,
        is_urgent=is_urgent,
        unfit_reason=unfit_reason,
        needs=needs,
    )


def _draft(
    *,
    by: Acting,
    kind: str,
    programme: Programme,
    person: Person,
    summary: str,
    language: str,
    is_urgent: bool,
    unfit_reason: str = "",
    needs: Needs | None = None,
    referred_on_from: Referral | None = None,
) -> Referral:
    referral = Referral(
        from_partner=by.partner,
        to_partner=programme.partner,
        programme=programme,
        kind=kind,
        person=person,
        created_by=by.user,
        is_urgent=is_urgent,
        referred_on_from=referred_on_from,
    )
    _check_kind(referral, by.partner)
    _check_young(referral)
    _check_only_one(referral)
    referral.save()
    parties = {"referral": referral, "from_partner": by.partner, "to_partner": programme.partner}
    Need.objects.create(
        **parties,
        summary=summary,
        language=language,
        unfit_reason=unfit_reason.strip(),
        **of_names(needs or {}, TO_ANSWER),
        **traits_of(person),
    )
    Disclosure.objects.create(**parties, **of_names(needs or {}, TO_CONTACT), **identity_of(person))
    return referral


def identity_of(record: Person | Disclosure) -> dict[str, Any]:
    """What says who somebody is: of the sender's record, or as it was disclosed."""
    return {
        name: getattr(record, name)
        for name in ("first_names", "last_name", "born_on", "identity_code", "phone", "email")
    }


def needs_of(referral: Referral) -> Needs:
    """The needs that a referral of the own partner was drafted with."""
    need, disclosure = Need.objects.get(referral=referral), Disclosure.objects.get(referral=referral)
    return Needs(
        needs_interpreter=need.needs_interpreter,
        access=need.access or "",
        staff_risk=need.staff_risk or "",
        safe_contact=disclosure.safe_contact or "",
        never_contact=disclosure.never_contact or "",
    )


def traits_of(person: Person, on: date | None = None) -> dict[str, Any]:
    """What a receiver may know of somebody before it answers; as of today unless said."""
    return {"sex": person.sex, "district": person.district, "age_band": AgeBand.of(person.age(on))}


@action("referral.change_draft", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def change_draft(
    *,
    by: Acting,
    referral: Referral,
    programme: Programme,
    kind: str,
    summary: str,
    language: str,
    is_urgent: bool,
    unfit_reason: str = "",
    needs: Needs | None = None,
) -> Referral:
    """Changes a draft; a consent given for another receiver does not carry over. Raises as `draft` does."""
    referral = _locked_draft(referral, by)
    _check_fit(programme, referral.person, kind, language, unfit_reason)
    if programme.partner_id != referral.to_partner_id:
        referral.consent = None
    referral.programme, referral.to_partner, referral.kind, referral.is_urgent = (
        programme,
        programme.partner,
        kind,
        is_urgent,
    )
    _check_kind(referral, by.partner)
    _check_young(referral)
    _check_only_one(referral)
    referral.changed_at = timezone.now()
    referral.save()  # need, disclosure, diversion and conditions follow it to another receiver (`same_parties`)
    need = Need.objects.get(referral=referral)
    words = {"summary": summary, "language": language, "unfit_reason": unfit_reason.strip()}
    _change(need, **words, **of_names(needs or {}, TO_ANSWER))
    if contact := of_names(needs or {}, TO_CONTACT):
        _change(Disclosure.objects.get(referral=referral), **contact)
    return referral


def _change(record: Need | Disclosure, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(record, name, value)
    record.save(update_fields=list(fields))


@action("referral.discard", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def discard(*, by: Acting, referral: Referral) -> None:
    """Deletes a draft. What was sent is withdrawn instead, and its history kept."""
    referral = _locked_draft(referral, by)
    diversion = getattr(referral, "diversion", None)
    if diversion:
        diversion.conditions.all().delete()
        diversion.delete()
    Need.objects.filter(referral=referral).delete()
    Disclosure.objects.filter(referral=referral).delete()
    referral.delete()


def _check_kind(referral: Referral, sender: Partner) -> None:
    if referral.kind not in KINDS_BY_SENDER.get(sender.kind, ()):
        raise NotTaken(_("Your organisation does not send referrals of this kind."))
    if (referral.kind == ReferralKind.SELF) != (referral.programme.partner_id == sender.pk):
        raise NotTaken(_("A self-referral goes to your own programme, every other kind to another partner's."))


def _check_young(referral: Referral) -> None:
    """Raises UnderFifteen for the diversion of somebody under 15."""
    if referral.takes_diversion:
        young.check_age(referral.person)


def _check_fit(programme: Programme, person: Person, kind: str, language: str, reason: str) -> None:
    check_fit(programme, Newcomer(person.age(), person.district, language_of(language)), kind=kind, reason=reason)


def _check_only_one(referral: Referral) -> None:
    """One open referral of a human being to a programme, whichever of the linked records it is about."""
    # Of two that are sent at one time the second waits here, and then sees the first.
    records = list(referral.person.records().select_for_update().order_by("pk").values_list("pk", flat=True))
    same = Referral.objects.filter(person__in=records, programme=referral.programme, state__in=OPEN_STATES)
    first = same.exclude(pk=referral.pk).first()
    if first:
        raise AlreadyReferred(
            _("This person was referred to this programme already, and that referral is open: go on with it."),
            records=[InTheWay("referral", first.pk)],
        )


@action("referral.keep_reference", roles=REFERRING_ROLES, party=Party.EITHER, scope="referrals:write")
def keep_reference(*, by: Acting, record: Referral, reference: str | None) -> None:
    """Keeps what the acting system calls a referral, sent or received; None: forgets it. Raises ReferenceTaken."""
    references.keep(by, "referral", record.pk, reference)


@action("referral.attach_consent", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def attach_consent(*, by: Acting, referral: Referral, **terms: Any) -> Consent:
    """Records the consent under which the draft will be sent."""
    referral = _locked_draft(referral, by)
    referral.consent = consents.record_consent(by=by, to_partner=referral.to_partner, person=referral.person, **terms)
    referral.save(update_fields=["consent"])
    return referral.consent


# --- Verbs ---------------------------------------------------------------------------------------------------------------


@action(
    "referral.send", roles=REFERRING_ROLES, party=TRANSITIONS["send"].by, scope="referrals:write", event="referral.sent"
)
def send(*, by: Acting, referral: Referral, version: int | None = None) -> Referral:
    """Asks the receiver, who sees what it needs to answer and not yet who it is. Needs an agreement in force and a valid consent
    (or another legal basis). What no flow of the agreement names is refused (NoFlow); how to reach the person is left out."""
    referral = _begin("send", by, referral, version)
    _check_only_one(referral)
    if not referral.programme.takes_referrals:
        raise NotTaken(_("This programme takes no referrals now: choose another one."))
    _check_young(referral)
    if referral.kind != ReferralKind.SELF:
        agreement = agreement_in_force(referral.from_partner, referral.to_partner)
        if agreement is None:
            raise NoAgreement(
                _(
                    "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
                )
                % {"one": referral.from_partner, "other": referral.to_partner}
            )
        check_flows(Category.IDENTITY, source=referral.from_partner, target=referral.to_partner)
        _check_consent(referral, agreement)
        referral.agreement = agreement
    need, person = Need.objects.get(referral=referral), referral.person
    _check_fit(referral.programme, person, referral.kind, need.language, need.unfit_reason or "")
    check_names_nobody(" ".join(filter(None, (need.summary, need.unfit_reason, need.access, need.staff_risk))), person)
    _change(need, **traits_of(person))
    if _tells_of_the_situation(need):
        check_flows(Category.SITUATION, source=referral.from_partner, target=referral.to_partner)
    _change(Disclosure.objects.get(referral=referral), **_told_of(referral, person))
    if referral.consent_id:
        Consent.objects.filter(pk=referral.consent_id).update(disclosed_at=timezone.now())
    diversion = getattr(referral, "diversion", None)
    if diversion:
        young.check_talk(person, diversion)
        diversion.conditions.update(is_sent=True)
        diversion.is_sent = True
        diversion.save(update_fields=["is_sent"])
    return _move("send", by, referral)


def _told_of(referral: Referral, person: Person) -> dict[str, Any]:
    """What says who somebody is, without how to reach them where the agreement does not let that go."""
    if may_leave(Category.CONTACT, source=referral.from_partner_id, target=referral.to_partner_id):
        return identity_of(person)
    return identity_of(person) | dict.fromkeys(("phone", "email", *TO_CONTACT), "")


def _check_consent(referral: Referral, agreement: Agreement) -> None:
    consent = referral.consent
    if consent is None and agreement.legal_basis != Agreement.LegalBasis.CONSENT:
        return
    if consent is None or not referral.is_covered:
        raise NoConsent(_("Record the person's consent before you send: without it nothing may be disclosed."))
    consents.check_guardian(referral.person, consent)
    if consent.scope == Consent.Scope.IDENTITY and _tells_of_the_situation(Need.objects.get(referral=referral)):
        raise NoConsent(_("The consent covers no summary of the situation: leave it out, or ask for a wider consent."))


def _tells_of_the_situation(need: Need) -> bool:
    return bool(need.summary or need.unfit_reason or need.access or need.staff_risk)


def check_names_nobody(text: str, person: Person) -> None:
    """What the receiver reads before it answers must not say who it is about."""
    words = re.findall(r"[\w+-]+", text.casefold())
    if {(person.last_name or "").casefold(), (person.identity_code or "").casefold()} - {""} & set(words):
        raise NamesThePerson(
            _("This names the person: the receiver reads it before it has answered. Leave name and identity code out.")
        )


def check_covered(referral: Referral) -> None:
    """Raises NoConsent where consent and agreement don't cover the referral today."""
    if not referral.is_covered:
        raise NoConsent(_("The consent or the agreement behind this referral has ended: nothing more is disclosed."))


@action(
    "referral.acknowledge",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["acknowledge"].by,
    scope="referrals:write",
    event="referral.acknowledged",
)
def acknowledge(*, by: Acting, referral: Referral, version: int | None = None) -> Referral:
    """Tells the sender that somebody has it in hand."""
    referral = _begin("acknowledge", by, referral, version)
    return _move("acknowledge", by, referral)


@action(
    "referral.accept",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["accept"].by,
    scope="referrals:write",
    event="referral.accepted",
)
def accept(
    *,
    by: Acting,
    referral: Referral,
    version: int | None = None,
    person: Person | None = None,
    started_on: date | None = None,
    measurement_consent: bool = False,
) -> Referral:
    """Takes the person on, which opens who it is: the receiver's own Person is made from it (or is the one given).

    With a start date the person is enrolled at once; not where the person, or somebody spelled alike in the receiver's register,
    takes part already: then whose record it is comes first.
    """
    referral = _begin("accept", by, referral, version)
    check_covered(referral)
    referral = _move("accept", by, referral)
    referral.receiver_person = person or _own_person(by, referral)
    referral.save(update_fields=["receiver_person"])
    if started_on and not _may_take_part_already(referral):
        referral = enrol(by=by, referral=referral, started_on=started_on, measurement_consent=measurement_consent)
    return referral


def _own_person(by: Acting, referral: Referral) -> Person:
    if referral.from_partner_id == referral.to_partner_id:
        return referral.person
    disclosed = Disclosure.objects.get(referral=referral)
    known = people.find_known(by.partner, disclosed.identity_code or "")
    if known:
        return known
    need = Need.objects.get(referral=referral)
    person = Person(partner=by.partner, sex=need.sex, district=need.district, **identity_of(disclosed))
    # Whether it is somebody known can be asked only now that it is told who it is: the person's page shows possible doubles.
    return people.save_person(by=by, person=person, is_somebody_else=True)


def _may_take_part_already(referral: Referral) -> bool:
    person = referral.receiver_person
    assert person is not None  # noqa: S101 — accepted referrals have one
    same = [*person.records(), *possible_doubles(person)]
    return Enrolment.objects.open().filter(programme=referral.programme, person__in=same).exists()


@action(
    "referral.waitlist",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["waitlist"].by,
    scope="referrals:write",
    event="referral.waitlisted",
)
def waitlist(*, by: Acting, referral: Referral, expected_on: date, version: int | None = None) -> Referral:
    """Promises a place, expected on a day. Opens who it is, as accepting does."""
    referral = _begin("waitlist", by, referral, version)
    check_covered(referral)
    referral.expected_on = expected_on
    return _move("waitlist", by, referral)


@action(
    "referral.decline",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["decline"].by,
    scope="referrals:write",
    event="referral.declined",
)
def decline(*, by: Acting, referral: Referral, reason: str, version: int | None = None, note: str = "") -> Referral:
    """Declines with a coded reason that says whose decision it was. The database closes the disclosure; the sender can
    refer on."""
    referral = _begin("decline", by, referral, version, reason)
    return _move("decline", by, referral, reason=reason, note=note)


@action(
    "referral.enrol",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["enrol"].by,
    scope="referrals:write",
    event="referral.enrolled",
)
def enrol(
    *, by: Acting, referral: Referral, started_on: date, measurement_consent: bool = False, version: int | None = None
) -> Referral:
    """Starts the programme: makes the receiver's enrolment."""
    referral = _begin("enrol", by, referral, version)
    assert referral.receiver_person is not None  # noqa: S101 — accepted referrals have one
    referral.enrolment = enrolments.enrol(
        by=by,
        person=referral.receiver_person,
        programme=referral.programme,
        started_on=started_on,
        measurement_consent=measurement_consent,
        referral_kind=referral.kind,
    )
    return _move("enrol", by, referral)


@action(
    "referral.complete",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["complete"].by,
    scope="referrals:write",
    event="referral.completed",
)
def complete(*, by: Acting, referral: Referral, ended_on: date, version: int | None = None) -> Referral:
    """The person reached the end of the programme."""
    referral = _begin("complete", by, referral, version)
    assert referral.enrolment is not None  # noqa: S101 — the database holds it
    if not referral.enrolment.ended_on:
        enrolments.end_enrolment(
            by=by, enrolment=referral.enrolment, ended_on=ended_on, reason=Enrolment.EndReason.COMPLETED
        )
    verb, reason = _reported_end(referral, "complete", "")
    return _move(verb, by, referral, reason=reason)


def _reported_end(referral: Referral, verb: str, reason: str) -> tuple[str, str]:
    """The verb and reason by which a referral closes when its enrolment ended: how it ended is told only where consent and agreement
    cover reporting it back that day."""
    is_told = referral.may_report and referral.may_tell(Category.OUTCOME, referral.to_partner_id)
    return (verb, reason) if is_told else ("end_early", NOT_REPORTED)


END_REASON_OF: dict[str, str] = {
    "person_declined": Enrolment.EndReason.PERSON_LEFT,
    "person_left": Enrolment.EndReason.PERSON_LEFT,
    "person_unreachable": Enrolment.EndReason.PERSON_UNREACHABLE,
    "provider_ended": Enrolment.EndReason.PROVIDER_ENDED,
    "moved": Enrolment.EndReason.MOVED,
    "imprisoned": Enrolment.EndReason.IMPRISONED,
    "died": Enrolment.EndReason.DIED,
}
"""A referral's reason for ending early → the enrolment's."""
NOT_REPORTED = "outcome_not_reported"
REASON_OF_END = {end: reason for reason, end in END_REASON_OF.items() if reason != "person_declined"}


@action(
    "referral.end_early",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["end_early"].by,
    scope="referrals:write",
    event="referral.ended_early",
)
def end_early(
    *, by: Acting, referral: Referral, reason: str, ended_on: date, version: int | None = None, note: str = ""
) -> Referral:
    """Ends before completion, with a coded reason that says whose decision it was."""
    referral = _begin("end_early", by, referral, version, reason)
    if referral.enrolment and not referral.enrolment.ended_on:
        enrolments.end_enrolment(by=by, enrolment=referral.enrolment, ended_on=ended_on, reason=END_REASON_OF[reason])
    verb, reason = _reported_end(referral, "end_early", reason)
    return _move(verb, by, referral, reason=reason, note=note)


@action("referral.follow_enrolment", outside="jobs")
def follow_enrolment(*, enrolment: int, reason: str, user: int, partner: int) -> None:
    """Closes the referral that led to an enrolment which ended, unless the referral's own page has done so; tells both parties.

    `enrolment`, `user` (who ended it) and `partner` (whose it is) by number; `reason`: of the enrolment's end.
    """
    referral = Referral.objects.select_for_update().filter(enrolment=enrolment, state=State.ENROLLED).first()
    if referral is None:
        return
    verb, coded = _closing(referral, reason)
    change = referral.take(verb, user_id=user, partner_id=partner, at=timezone.now(), reason=coded)
    _write(referral, change, None)


@action("referral.follow_correction", outside="jobs")
def follow_correction(*, enrolment: int, user: int, partner: int) -> None:
    """Opens the referral that led to an enrolment whose end was taken back; where the end was corrected, closes it anew as the enrolment
    says. Tells both parties. Done twice, it is done once. `enrolment`, `user`, `partner`: as `follow_enrolment` says.
    """
    referral = Referral.objects.select_for_update().filter(enrolment=enrolment, state__in=ENDED_STATES).first()
    if referral is None:
        return
    reason = Enrolment.objects.get(pk=enrolment).end_reason
    if reason and _is_closed_by(referral, reason):
        return
    change = referral.reopen(user_id=user, partner_id=partner, at=timezone.now())
    _write(referral, change, None, event_type=events.REOPENED)
    if reason:
        follow_enrolment(enrolment=enrolment, reason=reason, user=user, partner=partner)


def _is_closed_by(referral: Referral, reason: str) -> bool:
    """Whether a referral is closed as an enrolment that ended for this reason closes it."""
    verb, coded = _closing(referral, reason)
    return (referral.state, referral.reason_code) == (TRANSITIONS[verb].target, coded)


def _closing(referral: Referral, reason: str) -> tuple[str, str]:
    """The verb and reason by which an enrolment that ended for this reason closes its referral."""
    is_complete = reason == Enrolment.EndReason.COMPLETED
    return _reported_end(referral, *(("complete", "") if is_complete else ("end_early", REASON_OF_END[reason])))


@action(
    "referral.withdraw",
    roles=REFERRING_ROLES,
    party=TRANSITIONS["withdraw"].by,
    scope="referrals:write",
    event="referral.withdrawn",
)
def withdraw(*, by: Acting, referral: Referral, reason: str, version: int | None = None, note: str = "") -> Referral:
    """Takes the referral back before enrolment. The database closes the disclosure: the receiver no longer sees whom it
    was about."""
    referral = _begin("withdraw", by, referral, version, reason)
    return _move("withdraw", by, referral, reason=reason, note=note)


@action(
    "referral.end_with_consent",
    roles=REFERRING_ROLES,
    party=Party.EITHER,
    scope="referrals:write",
    event="referral.withdrawn",
)
def end_with_consent(*, by: Acting, referral: Referral) -> Referral:
    """A referral that is not enrolled ends, because the person has taken the consent back; either party writes that down."""
    return _move("withdraw", by, referral, reason="consent_withdrawn")


@action("referral.refer_on", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def refer_on(*, by: Acting, referral: Referral, programme: Programme) -> Referral:
    """A new draft for the same person to another programme; the declined referral stays as its history. Whether the programme fits is
    asked when the draft is changed or sent."""
    if referral.state not in {State.DECLINED, State.ENDED_EARLY, State.WITHDRAWN}:
        raise IllegalTransition(_("Only a referral that was declined, withdrawn or ended early can be referred on."))
    old = Need.objects.get(referral=referral)
    return _draft(
        by=by,
        kind=referral.kind,
        programme=programme,
        person=referral.person,
        summary=old.summary or "",
        language=old.language,
        is_urgent=referral.is_urgent,
        needs=needs_of(referral),
        referred_on_from=referral,
    )


@action("message.write", roles=REFERRING_ROLES, party=Party.EITHER, scope="referrals:write", event="referral.message")
def write_message(*, by: Acting, referral: Referral, text: str) -> Message:
    """A message to the other party. Before the receiver has answered, the sender's may not name the person: NamesThePerson. Raises
    NoFlow where the agreement lets nothing go that is said of the situation."""
    if referral.state == State.DRAFT:
        raise IllegalTransition(_("A draft has no other party yet: send it first."))
    referral.refresh_from_db(fields=["covered_days", "state"])
    check_covered(referral)
    other = referral.to_partner if by.partner.pk == referral.from_partner_id else referral.from_partner
    check_flows(Category.SITUATION, source=by.partner, target=other, under=referral.agreement_id)
    if by.partner.pk == referral.from_partner_id and referral.state in (State.SENT, State.ACKNOWLEDGED):
        check_names_nobody(text, referral.person)
    message = Message.objects.create(
        referral=referral,
        from_partner_id=referral.from_partner_id,
        to_partner_id=referral.to_partner_id,
        author=by.user,
        author_partner=by.partner,
        text=text,
    )
    Referral.objects.filter(pk=referral.pk).update(changed_at=timezone.now())
    announce(referral, events.MESSAGE, f"message:{message.pk}", by)
    return message


# --- Shared by the verbs -----------------------------------------------------------------------------------------------------


def locked(referral: Referral, version: int | None) -> Referral:
    """The referral as it is now, locked until the transaction ends. That the acting partner is a party, the action has asked."""
    # The lock first and alone: PostgreSQL can't lock the rows of an outer join.
    locked = Referral.objects.select_for_update().filter(pk=referral.pk).first()
    if locked is None:
        raise NotAParty(_("This referral is not yours."))
    if version is not None and locked.version != version:
        last = locked.changes.select_related("by").order_by("-id").first()
        if last:
            raise ChangedMeanwhile(
                _(
                    "Meanwhile %(who)s changed this referral to “%(state)s” (%(when)s). Nothing of yours was saved: look at it again."
                )
                % {
                    "who": last.by or last.by_partner,
                    "state": locked.get_state_display(),
                    "when": date_format(timezone.localtime(last.at), "SHORT_DATETIME_FORMAT"),
                }
            )
        raise ChangedMeanwhile(_("Somebody changed this referral meanwhile: look at it again."))
    return locked


def _locked_draft(referral: Referral, by: Acting) -> Referral:
    """The referral, locked, while it is a draft: what alone can be sent."""
    referral = locked(referral, version=None)
    transitions.check(referral, "send")
    return referral


def _begin(verb: str, by: Acting, referral: Referral, version: int | None, reason: str = "") -> Referral:
    """The referral, locked, when its state has the verb now."""
    referral = locked(referral, version)
    transitions.check(referral, verb, reason)
    return referral


def _move(verb: str, by: Acting, referral: Referral, *, reason: str = "", note: str = "") -> Referral:
    """Moves a referral by a verb of the table: what the verb asks has been asked."""
    change = referral.take(verb, user_id=by.user.pk, partner_id=by.partner.pk, at=timezone.now(), reason=reason)
    return _write(referral, change, by, note)


def _write(
    referral: Referral, change: Change, by: Acting | None, note: str = "", event_type: EventType | None = None
) -> Referral:
    """Saves what `Referral.take` made and announces it, as that of its state unless said. `by`: who acts, nobody where the referral
    follows something else."""
    referral.save()
    change.save()
    if note and by:
        write_message(by=by, referral=referral, text=note)
    event_type = event_type or events.BY_STATE[State(referral.state)]
    announce(referral, event_type, f"referral:{referral.pk}:change:{change.pk}", by)
    return referral


def announce(referral: Referral, event_type: EventType, key: str, by: Acting | None) -> None:
    """Tells the party that did not act (both, when nobody did)."""
    url = reverse("referral", args=[referral.pk])
    parties = {referral.from_partner_id, referral.to_partner_id}
    if by is not None and len(parties) == 2:
        parties.discard(by.partner.pk)
    tell: list[Tell] = []
    for partner in sorted(parties):
        whom: Tell = {"partner": partner, "roles": [str(role) for role in REFERRING_ROLES], "url": url}
        if by is not None:
            whom["not_user"] = by.user.pk
        tell.append(whom)
    outbox.announce(event_type, key, tell=tell, referral=referral.pk)
