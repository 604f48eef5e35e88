"""What can be done with calls for funding: telling of one, saying that one would lead or join, applying together."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role
from programs.funding import events
from programs.funding.models import CallInterest, FundingCall, JointApplication

FUNDING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who tells of calls for a partner, and says whether it would apply."""


class CallOver(RuleError):
    """The call is closed, or was withdrawn: nobody applies any more. Look for another one."""

    code = "call_over"
    status = 409


class NoLead(RuleError):
    """Whoever writes the application leads it. Say first that you would lead."""

    code = "no_lead"
    status = 409


class ApplicationBegun(RuleError):
    """You lead an application to this call already. Go on with that one, or drop it first."""

    code = "application_begun"
    status = 409


class ApplicationDropped(RuleError):
    """The application was dropped, and stays as it was. Begin another one."""

    code = "application_dropped"
    status = 409


@action("funding_call.save", roles=FUNDING_ROLES, party=Party.OWNER, scope="funding:write")
def save_call(*, by: Acting, call: FundingCall) -> FundingCall:
    """Tells every partner of a call, or changes what is told of it, as when its last day moves.

    Raises CallOver for one that was withdrawn, and ValidationError as the page would.
    """
    if call.withdrawn_why:
        raise CallOver(_("This call was withdrawn."))
    call.full_clean()
    call.save()
    return call


@action("funding_call.withdraw", roles=FUNDING_ROLES, party=Party.OWNER, scope="funding:write")
def withdraw_call(*, by: Acting, call: FundingCall, because: str) -> FundingCall:
    """Takes a call back that is none, or that the funder took back. Raises CallOver, and Invalid without words."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    if call.withdrawn_why:
        raise CallOver(_("This call was withdrawn."))
    call.withdrawn_why = because.strip()
    call.save(update_fields=["withdrawn_why"])
    return call


@action("funding_call.say_interest", roles=FUNDING_ROLES, scope="funding:write", event="funding_call.interest")
def say_interest(*, by: Acting, call: FundingCall, part: str, brings: str = "") -> CallInterest:
    """Says that the acting partner would lead an application, or join one; again, when that changes. Those who would lead are told.

    Raises CallOver.
    """
    _check_open(call)
    interest, _is_new = CallInterest.objects.update_or_create(
        partner=by.partner,
        call=call,
        defaults={"part": CallInterest.Part(part), "brings": brings, "said_at": timezone.now()},
    )
    leads = call.interests.filter(part=CallInterest.Part.LEADS).exclude(partner=by.partner)
    url = reverse("funding_call", args=[call.pk])
    announce(
        events.INTEREST,
        f"funding_call.interest:{call.pk}:{by.partner.pk}:{interest.said_at:%Y%m%d%H%M%S%f}",
        tell=[_told(lead.partner_id, url) for lead in leads],
        funding_call=call.pk,
    )
    return interest


@action("funding_call.take_back_interest", roles=FUNDING_ROLES, scope="funding:write")
def take_back_interest(*, by: Acting, call: FundingCall) -> None:
    """Says that the acting partner would do neither any more; drafts that name it say so."""
    CallInterest.objects.filter(partner=by.partner, call=call).delete()


@action("joint_application.begin", roles=FUNDING_ROLES, party=Party.OWNER, event="joint_application.named")
def begin_application(*, by: Acting, application: JointApplication, joins: Collection[Partner]) -> JointApplication:
    """Begins the draft of an application that the acting partner leads. Those who join are told, and read it.

    Raises CallOver, NoLead, ApplicationBegun, and Invalid for who did not say that they would join.
    """
    call = application.call
    _check_open(call)
    if not call.interests.filter(partner=by.partner, part=CallInterest.Part.LEADS).exists():
        raise NoLead(_("Say first that you would lead an application."))
    if call.applications.filter(partner=by.partner, dropped_why="").exists():
        raise ApplicationBegun(_("You lead an application to this call already."))
    application.begun_by = by.user
    new = _named_anew(by, application, joins)
    application.save()
    _tell_named(application, new)
    return application


@action("joint_application.save", roles=FUNDING_ROLES, party=Party.OWNER, event="joint_application.named")
def save_application(*, by: Acting, application: JointApplication, joins: Collection[Partner]) -> JointApplication:
    """Changes the draft. Who is named anew is told; who is named no longer, reads it no longer.

    Raises ApplicationDropped, and Invalid for who did not say that they would join.
    """
    _check_not_dropped(application)
    new = _named_anew(by, application, joins)
    application.save(update_fields=["title", "plan", "amount_eur", "joins"])
    _tell_named(application, new)
    return application


@action("joint_application.drop", roles=FUNDING_ROLES, party=Party.OWNER)
def drop_application(*, by: Acting, application: JointApplication, because: str) -> JointApplication:
    """Gives the draft up: those who would join read why. Raises ApplicationDropped, and Invalid without words."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    _check_not_dropped(application)
    application.dropped_why = because.strip()
    application.save(update_fields=["dropped_why"])
    return application


def _check_open(call: FundingCall) -> None:
    if not FundingCall.objects.open().filter(pk=call.pk).exists():
        raise CallOver(_("This call is closed, or was withdrawn."))


def _check_not_dropped(application: JointApplication) -> None:
    """Locks it. Raises ApplicationDropped."""
    stored = JointApplication.objects.select_for_update().filter(pk=application.pk, dropped_why="")
    if not stored.exists():
        raise ApplicationDropped(_("This application was dropped."))


def _named_anew(by: Acting, application: JointApplication, joins: Collection[Partner]) -> set[int]:
    """Names those who join, and returns who is new. Who was named may stay, whatever they say now. Raises Invalid."""
    wanted = {partner.pk for partner in joins}
    new = wanted - set(application.joins)
    interested = set(application.call.interests.filter(partner__in=new).values_list("partner", flat=True))
    if by.partner.pk in new or new - interested:
        raise Invalid("joins", _("Choose partners that said they would lead or join."))
    application.joins = sorted(wanted)
    return new


def _tell_named(application: JointApplication, new: set[int]) -> None:
    url = reverse("joint_application", args=[application.pk])
    key = f"joint_application.named:{application.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    tell = [_told(partner, url) for partner in sorted(new)]
    announce(events.NAMED, key, tell=tell, joint_application=application.pk)


def _told(partner: int, url: str) -> Tell:
    return {"partner": partner, "roles": [str(role) for role in FUNDING_ROLES], "url": url}
