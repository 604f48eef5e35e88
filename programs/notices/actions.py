"""What can be done with trend notices: write, check, share, withdraw one; answer whether the same is seen elsewhere."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, District, Partner, Role
from programs.notices import events
from programs.notices.models import Notice, NoticeRecipient, NoticeReply

WRITING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
State = Notice.State


class CheckedBySelf(RuleError):
    """Whoever wrote a notice can't be the one who checks it, and changes nobody else's. Ask a colleague for a second look."""

    code = "checked_by_self"
    status = 403


class NoticeOut(RuleError):
    """The notice is shared or withdrawn and stays as it is. Write a newer one in its place."""

    code = "notice_out"
    status = 409


class NotChecked(RuleError):
    """The notice has not been checked, was changed since, or is no longer valid. Have it checked as it is now, then share it."""

    code = "not_checked"
    status = 409


class NotShared(RuleError):
    """The notice is not shared, or was withdrawn: nothing can be said to it. Read the list again."""

    code = "not_shared"
    status = 409


@action("notice.save", roles=WRITING_ROLES, party=Party.OWNER, event="notice.written")
def save_notice(*, by: Acting, notice: Notice, districts: Collection[District]) -> Notice:
    """Writes a notice, or changes one that is not shared: it is a draft again, and colleagues are asked for a second look.

    Its author alone changes it: else whoever wrote the last words could be the one who checks them. Raises CheckedBySelf for a
    colleague, NoticeOut, and Invalid without a district or for days that are not over.
    """
    if not districts:
        raise Invalid("districts", _("Choose a district at least."))
    if notice.seen_to > timezone.localdate():
        raise Invalid("seen_to", _("Choose today or a day before."))
    if notice.valid_until < timezone.localdate():
        raise Invalid("valid_until", _("Choose a day that is still to come."))
    if notice.pk is None:
        notice.written_by = by.user
    elif _locked(notice).written_by_id != by.user.pk:
        raise CheckedBySelf(_("Somebody else wrote it: ask them to change it, or write one of your own."))
    notice.state, notice.checked_by, notice.checked_at = State.DRAFT, None, None
    notice.save()
    notice.districts.set(districts)
    _tell(notice, events.WRITTEN, [{"partner": by.partner.pk, "roles": _roles(), "not_user": by.user.pk}])
    return notice


@action("notice.check", roles=WRITING_ROLES, party=Party.OWNER)
def check_notice(*, by: Acting, notice: Notice) -> Notice:
    """Somebody else of the author's partner says: nobody can be recognised in it. Raises CheckedBySelf and NoticeOut."""
    notice = _locked(notice)
    if notice.written_by_id == by.user.pk:
        raise CheckedBySelf(_("You wrote it: a colleague checks it."))
    notice.state, notice.checked_by, notice.checked_at = State.CHECKED, by.user, timezone.now()
    notice.save(update_fields=["state", "checked_by", "checked_at"])
    return notice


@action("notice.share", roles=WRITING_ROLES, party=Party.OWNER, event="notice.shared")
def share_notice(*, by: Acting, notice: Notice, receivers: Collection[Partner] = ()) -> Notice:
    """Shares a checked notice. `receivers` are told; where it is for everybody, all partners are. One that it takes the place of is
    withdrawn. Raises NotChecked, NoticeOut, and Invalid without receivers where it is for receivers alone."""
    notice = _locked(notice)
    if notice.state != State.CHECKED or notice.valid_until < timezone.localdate():
        raise NotChecked(_("Have the notice checked as it is now, then share it."))
    others = Partner.objects.filter(is_active=True).exclude(pk=by.partner.pk)
    if notice.tlp not in (Notice.Tlp.CLEAR, Notice.Tlp.GREEN):
        others = others.filter(pk__in=[partner.pk for partner in receivers])
        if not others:
            raise Invalid("receivers", _("Choose who receives it."))
    notice.state, notice.shared_at = State.SHARED, timezone.now()
    notice.save(update_fields=["state", "shared_at"])
    NoticeRecipient.objects.bulk_create(
        NoticeRecipient(partner=by.partner, notice=notice, to_partner=partner) for partner in others
    )
    _tell(notice, events.SHARED, [{"partner": partner.pk, "roles": _roles()} for partner in others])
    if notice.supersedes and notice.supersedes.state == State.SHARED:
        withdraw_notice(by=by, notice=notice.supersedes, because=_("A newer notice is in its place."))
    return notice


@action("notice.withdraw", roles=WRITING_ROLES, party=Party.OWNER, event="notice.withdrawn")
def withdraw_notice(*, by: Acting, notice: Notice, because: str) -> Notice:
    """Takes a shared notice back: who received it is told, and reads why. Raises NotShared, and Invalid without words."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    stored = Notice.objects.select_for_update().filter(pk=notice.pk, state=State.SHARED).first()
    if stored is None:
        raise NotShared(_("This notice is not shared."))
    stored.state, stored.withdrawn_why = State.WITHDRAWN, because.strip()
    stored.save(update_fields=["state", "withdrawn_why"])
    told = stored.recipients.values_list("to_partner", flat=True)
    _tell(stored, events.WITHDRAWN, [{"partner": partner, "roles": _roles()} for partner in told])
    return stored


@action("notice.discard", roles=WRITING_ROLES, party=Party.OWNER)
def discard_notice(*, by: Acting, notice: Notice) -> None:
    """Throws a notice away that nobody else has seen. Raises NoticeOut."""
    notice = _locked(notice)
    notice.districts.clear()
    notice.delete()


@action("notice.reply", roles=WRITING_ROLES, event="notice.replied")
def reply_to_notice(*, by: Acting, notice: Notice, seen_here: str, band: str = "") -> NoticeReply:
    """Tells the author whether the acting partner sees the same, as often as that changes. Raises NotShared, also for an own notice."""
    if notice.partner_id == by.partner.pk or notice.state != State.SHARED:
        raise NotShared(_("This notice is not one to answer."))
    reply, _is_new = NoticeReply.objects.update_or_create(
        partner=by.partner,
        notice=notice,
        defaults={
            "author_partner_id": notice.partner_id,
            "seen_here": NoticeReply.SeenHere(seen_here),
            "band": NoticeReply.Band(band) if band and seen_here == NoticeReply.SeenHere.YES else "",
            "replied_by": by.user,
            "replied_at": timezone.now(),
        },
    )
    _tell(notice, events.REPLIED, [{"partner": notice.partner_id, "roles": _roles()}])
    return reply


@action("notice.read", roles=WRITING_ROLES)
def note_reading(*, by: Acting, notice: Notice) -> None:
    """The acting partner has opened a notice that it received: its author sees since when."""
    received = NoticeRecipient.objects.filter(notice=notice, to_partner=by.partner, read_at=None)
    received.update(read_at=timezone.now())


def _locked(notice: Notice) -> Notice:
    """The notice as it is stored. Raises NoticeOut where it was shared."""
    open_ones: QuerySet[Notice] = Notice.objects.select_for_update(of=("self",)).exclude(state__in=Notice.OUT)
    stored = open_ones.filter(pk=notice.pk).first()
    if stored is None:
        raise NoticeOut(_("This notice is shared: it stays as it is."))
    return stored


def _roles() -> list[str]:
    return [str(role) for role in WRITING_ROLES]


def _tell(notice: Notice, event_type: EventType, tell: list[Tell]) -> None:
    url = reverse("notice", args=[notice.pk])
    announce(
        event_type,
        f"{event_type.name}:{notice.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        tell=[{**each, "url": url} for each in tell],
        notice=notice.pk,
    )
