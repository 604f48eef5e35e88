"""Pages of partners, members, agreements, notifications and the user's own settings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership import keeping, reading, services
from partnership.access import PartnerRequest, partner_page
from partnership.days import day_of
from partnership.errors import RuleError
from partnership.forms import (
    AcceptForm,
    AgreementForm,
    AnnouncementForm,
    InviteForm,
    MemberForm,
    PartnerForm,
    ProfileForm,
)
from partnership.middleware import MEMBERSHIP_KEY
from partnership.models import (
    Agreement,
    Announcement,
    Invitation,
    Membership,
    Notification,
    Partner,
    ReadDay,
    ReadLog,
    Role,
    User,
)
from partnership.numbers import typed
from partnership.paging import page_by_key
from partnership.templatetags.portal import read_labels


def back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """To the address that the form names, if it is ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return HttpResponseRedirect(fallback)


# --- For whom the user acts ------------------------------------------------------------------------------------------------


def choose_partner(request: HttpRequest) -> HttpResponse:
    """A user with several memberships chooses the partner to act for."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    memberships = cast(User, request.user).memberships_in_use()
    if request.method == "POST":
        chosen = next((m for m in memberships if str(m.pk) == request.POST.get("membership")), None)
        if chosen:
            request.session[MEMBERSHIP_KEY] = chosen.pk
            return redirect("unsent" if keeping.unsent(request) else "home")
        messages.error(request, _("Choose one of your partners."))
    return render(request, "partnership/choose_partner.html", {"memberships": memberships})


@partner_page()
def profile(request: PartnerRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        response = redirect("profile")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax", secure=settings.SECURE
        )
        return response
    return render(request, "partnership/profile.html", {"form": form})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; kept in a cookie of this browser."""
    response = back(request, "/")
    chosen = request.POST.get("theme", "")
    if chosen in {"light", "dark"}:
        response.set_cookie("theme", chosen, max_age=365 * 86400, samesite="Lax", secure=settings.SECURE)
    else:
        response.delete_cookie("theme")
    return response


# --- Notifications -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page()
def notification_list(request: PartnerRequest) -> HttpResponse:
    own = Notification.objects.filter(user=request.user, partner=request.acting.partner)
    page = page_by_key(own, ["-id"], request.GET.get("after", ""))
    return render(request, "partnership/notification_list.html", {"page": page})


@require_safe
@partner_page()
def notification(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks as read and goes to what it is about."""
    found = get_object_or_404(Notification, pk=pk, user=request.user, partner=request.acting.partner)
    if not found.read_at:
        Notification.objects.filter(pk=pk).update(read_at=timezone.now())
    return redirect(found.url)


@require_POST
@partner_page()
def notifications_read(request: PartnerRequest) -> HttpResponse:
    own = Notification.objects.filter(user=request.user, partner=request.acting.partner, read_at=None)
    own.update(read_at=timezone.now())
    return redirect("notification_list")


# --- Partners and members ----------------------------------------------------------------------------------------------------


@require_safe
@partner_page()
def partner_list(request: PartnerRequest) -> HttpResponse:
    partners = Partner.objects.prefetch_related("districts").order_by("kind", "name")
    chosen = request.GET.get("kind", "")
    if chosen:
        partners = partners.filter(kind=chosen)
    return render(
        request,
        "partnership/partner_list.html",
        {"partners": partners, "kinds": Partner.Kind.choices, "chosen": chosen},
    )


@require_safe
@partner_page()
def partner(request: PartnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Partner.objects.prefetch_related("districts"), pk=pk)
    agreements = Agreement.objects.filter(parties=found).order_by("-valid_from")
    return render(request, "partnership/partner.html", {"partner": found, "agreements": agreements})


@partner_page(Role.COORDINATOR)
def partner_new(request: PartnerRequest) -> HttpResponse:
    """A coordinator takes a partner into the partnership and invites its first manager."""
    form = PartnerForm(request.POST or None)
    if form.is_valid():
        made = form.save()
        services.invite_member(
            by=request.acting,
            partner=made,
            email=form.cleaned_data["manager_email"],
            role=form.cleaned_data["manager_role"],
            is_manager=True,
        )
        messages.success(request, _("%(partner)s is a partner now; its manager is invited.") % {"partner": made.name})
        return redirect("partner", pk=made.pk)
    return render(
        request, "partnership/form.html", {"form": form, "title": _("New partner"), "back": reverse("partner_list")}
    )


@partner_page(manager=True)
def member_list(request: PartnerRequest) -> HttpResponse:
    """The partner's members and open invitations; inviting one."""
    acting = request.acting
    form = InviteForm(request.POST or None, partner=acting.partner)
    if form.is_valid():
        try:
            services.invite_member(by=acting, partner=acting.partner, **form.cleaned_data)
        except RuleError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": form.cleaned_data["email"]})
            return redirect("member_list")
    members = (
        acting.partner.memberships.filter(api_client=None)
        .select_related("user")
        .order_by("-is_active", "user__full_name")
    )
    invitations = acting.partner.invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    return render(
        request,
        "partnership/member_list.html",
        {"form": form, "members": members, "invitations": invitations.order_by("-id")},
    )


@partner_page(manager=True)
def member(request: PartnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Membership.objects.select_related("user", "partner"), pk=pk, partner=request.acting.partner, api_client=None
    )
    initial = {"role": found.role, "is_manager": found.is_manager, "is_active": found.is_active}
    form = MemberForm(request.POST or None, partner=found.partner, initial=initial)
    if form.is_valid():
        try:
            services.change_member(by=request.acting, membership=found, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("member_list")
    return render(
        request, "partnership/form.html", {"form": form, "title": str(found.user), "back": reverse("member_list")}
    )


@require_POST
@partner_page(manager=True)
def invitation_revoke(request: PartnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=pk, partner=request.acting.partner, accepted_at=None)
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    messages.success(request, _("The invitation to %(email)s no longer works.") % {"email": found.email})
    return redirect("member_list")


def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opens an invitation: a new user names themself and chooses a password, a known one signs in first."""
    try:
        invitation = services.open_invitation(token)
    except RuleError as error:
        return render(request, "partnership/invitation_closed.html", {"reason": error}, status=410)
    user = cast(User, request.user) if request.user.is_authenticated else None
    has_account = User.objects.filter(email=invitation.email).exists()
    if user is None and has_account:
        messages.info(request, _("Sign in with %(email)s to accept the invitation.") % {"email": invitation.email})
        return redirect(f"{reverse('account_login')}?next={request.path}")
    form = AcceptForm(request.POST or None) if user is None else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            given = form.cleaned_data if form else {}
            membership = services.accept_invitation(token=token, user=user, **given)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            if user is None:
                login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            request.session[MEMBERSHIP_KEY] = membership.pk
            messages.success(request, _("Welcome to %(partner)s.") % {"partner": membership.partner.name})
            return redirect("home")
    return render(request, "partnership/accept_invitation.html", {"form": form, "invitation": invitation})


# --- Agreements ----------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page()
def agreement_list(request: PartnerRequest) -> HttpResponse:
    agreements = Agreement.objects.prefetch_related("parties").order_by("-valid_from", "title")
    if request.GET.get("in_force"):
        agreements = agreements.in_force()
    return render(request, "partnership/agreement_list.html", {"agreements": agreements})


@require_safe
@partner_page()
def agreement(request: PartnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Agreement.objects.prefetch_related("parties"), pk=pk)
    return render(request, "partnership/agreement.html", {"agreement": found})


@partner_page(Role.COORDINATOR)
def agreement_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(Agreement, pk=pk) if pk else None
    form = AgreementForm(request.POST or None, instance=found)
    if form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved."))
        return redirect("agreement", pk=saved.pk)
    title = str(found) if found else _("New agreement")
    return render(request, "partnership/form.html", {"form": form, "title": title, "back": reverse("agreement_list")})


@require_POST
@partner_page(Role.COORDINATOR)
def agreement_end(request: PartnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Agreement, pk=pk)
    services.end_agreement(agreement=found, on=timezone.localdate())
    messages.success(request, _("The agreement ended today: nothing new is disclosed under it."))
    return redirect("agreement", pk=pk)


# --- Announcements -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(Role.COORDINATOR)
def announcement_list(request: PartnerRequest) -> HttpResponse:
    own = Announcement.objects.filter(partner=request.acting.partner)
    page = page_by_key(own, ["-id"], request.GET.get("after", ""))
    return render(request, "partnership/announcement_list.html", {"page": page, "today": timezone.localdate()})


@partner_page(Role.COORDINATOR)
def announcement_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new announcement is told to everybody; a changed one is shown in its new words."""
    acting, today = request.acting, timezone.localdate()
    found = get_object_or_404(Announcement, pk=pk, partner=acting.partner) if pk else None
    initial = {} if found else {"shown_from": today, "shown_until": today + timedelta(days=14)}
    form = AnnouncementForm(request.POST or None, instance=found, initial=initial)
    if form.is_valid():
        if found:
            form.save()
        else:
            services.announce(by=acting, **form.cleaned_data)
        messages.success(request, _("Saved. Everybody in the partnership sees it on their first page."))
        return redirect("announcement_list")
    title = _("Change the announcement") if found else _("New announcement")
    context = {"form": form, "title": title, "back": reverse("announcement_list")}
    return render(request, "partnership/form.html", context)


@require_POST
@partner_page(Role.COORDINATOR)
def announcement_delete(request: PartnerRequest, pk: int) -> HttpResponse:
    get_object_or_404(Announcement, pk=pk, partner=request.acting.partner).delete()
    messages.success(request, _("The announcement is taken back."))
    return redirect("announcement_list")


# --- Log of reads ----------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(Role.AUDITOR, Role.CASE_MANAGER)
def read_log(request: PartnerRequest) -> HttpResponse:
    """Who looked at which record: the own partner's, for the auditor everybody's. The database decides."""
    reads = ReadLog.objects.select_related("user", "partner")
    what, number = request.GET.get("what", ""), request.GET.get("number", "")
    if what:
        reads = reads.filter(what=what)
    if (object_id := typed(number)) is not None:
        reads = reads.filter(object_id=object_id)
    user, day = request.GET.get("user", ""), request.GET.get("day", "")
    user_id = typed(user)
    who = User.objects.filter(pk=user_id).first() if user_id is not None else None
    if who:
        reads = reads.filter(user=who)
    try:
        reads = reads.filter(at__range=day_of(date.fromisoformat(day))) if day else reads
    except (ValueError, OverflowError):
        day = ""
    page = page_by_key(reads, ["-id"], request.GET.get("after", ""), size=50)
    context = {
        "page": page,
        "what": what,
        "number": number,
        "day": day,
        "who": who,
        "what_choices": read_labels().items(),
    }
    return render(request, "partnership/read_log.html", context)


@require_safe
@partner_page(Role.AUDITOR)
def unusual_reading(request: PartnerRequest) -> HttpResponse:
    """Days on which somebody read more, or otherwise, than on their other days: those not looked at yet, or all."""
    found = ReadDay.objects.exclude(reasons=[]).select_related("user", "partner", "seen_by")
    show = "all" if request.GET.get("show") == "all" else "new"
    if show == "new":
        found = found.filter(seen_at=None)
    page = page_by_key(found, ["-day", "-id"], request.GET.get("after", ""))
    return render(request, "partnership/unusual_reading.html", {"page": page, "show": show})


@require_POST
@partner_page(Role.AUDITOR)
def reading_seen(request: PartnerRequest, pk: int) -> HttpResponse:
    reading.mark_seen(by=request.user, found=get_object_or_404(ReadDay, pk=pk))
    messages.success(request, _("Marked as looked at."))
    return redirect("unusual_reading")
