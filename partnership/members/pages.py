"""Pages of partners and members, of the user's own settings, and of the choice for which partner to act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from partnership.agreements.models import Agreement
from partnership.events.models import Letter
from partnership.isolation.acting import MEMBERSHIP_KEY, PartnerRequest, signing_in
from partnership.isolation.errors import RuleError
from partnership.members import actions as members_actions
from partnership.members.forms import AcceptForm, InviteForm, MemberForm, PartnerForm, ProfileForm
from partnership.members.models import Invitation, Membership, Partner, RoleChange, User
from partnership.pages import form_drafts
from partnership.pages.guard import own, partner_page
from partnership.permissions import DIRECTORY, MEMBERS, ROLE_CHANGES

# --- For whom the user acts ------------------------------------------------------------------------------------------------


def choose_partner(request: HttpRequest) -> HttpResponse:
    """A user with several memberships chooses the partner to act for. Who administers the service acts for none."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    memberships = request.user.memberships_in_use()
    if request.user.is_staff and not memberships:
        return redirect("admin:index")
    if request.method == "POST":
        membership = next((own for own in memberships if str(own.pk) == request.POST.get("membership")), None)
        if membership:
            request.session[MEMBERSHIP_KEY] = membership.pk
            return redirect("unsent" if form_drafts.unsent(request) else "home")
        messages.error(request, _("Choose one of your partners."))
    signs_in_elsewhere = getattr(request, "signs_in_elsewhere", False)
    context = {"memberships": memberships, "signs_in_elsewhere": signs_in_elsewhere}
    return render(request, "partnership/members/choose_partner.html", context)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of the menu: of this browser, and of whoever is signed in, which is the one in their settings."""
    response: HttpResponse = django_set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        members_actions.choose_language(account=request.user, language=language)
    return response


@partner_page(members_actions.change_profile)
def profile(request: PartnerRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        members_actions.change_profile(by=request.acting, **form.cleaned_data)
        messages.success(request, _("Saved."))
        response = redirect("profile")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax", secure=settings.SECURE
        )
        return response
    return render(request, "partnership/members/profile.html", {"form": form})


# --- Partners and members ----------------------------------------------------------------------------------------------------


@require_safe
@partner_page(DIRECTORY)
def partner_list(request: PartnerRequest) -> HttpResponse:
    partners = Partner.objects.prefetch_related("districts").order_by("kind", "name")
    kind = request.GET.get("kind", "")
    if kind:
        partners = partners.filter(kind=kind)
    return render(
        request,
        "partnership/members/partner_list.html",
        {"partners": partners, "kinds": Partner.Kind.choices, "chosen": kind},
    )


@require_safe
@partner_page(DIRECTORY)
def partner(request: PartnerRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(Partner.objects.prefetch_related("districts", "practices"), pk=pk)
    agreements = Agreement.objects.filter(parties=partner).order_by("-valid_from")
    # The database shows a coordinator what is a manager's; here it is of use until the partner has one.
    invited = partner.invitations.filter(is_manager=True, revoked_at=None).order_by("-id").first()
    return render(
        request,
        "partnership/members/partner.html",
        {
            "partner": partner,
            "agreements": agreements,
            "invited": invited if invited and invited.accepted_at is None else None,
        },
    )


@partner_page(members_actions.add_partner)
def partner_new(request: PartnerRequest) -> HttpResponse:
    """A coordinator takes a partner into the partnership and invites its first manager."""
    form = PartnerForm(request.POST or None)
    if form.is_valid():
        partner = members_actions.add_partner(
            by=request.acting,
            partner=form.save(commit=False),
            districts=form.cleaned_data["districts"],
            manager_email=form.cleaned_data["manager_email"],
            manager_role=form.cleaned_data["manager_role"],
        )
        messages.success(
            request, _("%(partner)s is a partner now; its manager is invited.") % {"partner": partner.name}
        )
        return redirect("partner", pk=partner.pk)
    return render(
        request, "pages/form.html", {"form": form, "title": _("New partner"), "back": reverse("partner_list")}
    )


@partner_page(MEMBERS)
def member_list(request: PartnerRequest) -> HttpResponse:
    """The partner's members and open invitations; inviting one."""
    acting = request.acting
    form = InviteForm(request.POST or None, partner=acting.partner)
    if form.is_valid():
        try:
            members_actions.invite_member(by=acting, partner=acting.partner, **form.cleaned_data)
        except members_actions.NeedsSecondPerson:
            return _proposed(request, **form.cleaned_data)
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
    return render(
        request,
        "partnership/members/member_list.html",
        {"form": form, "members": members, "invitations": _invitations(acting.partner)},
    )


def _invitations(partner: Partner) -> list[dict[str, Any]]:
    """Open invitations, the newest first, each with how its e-mail went (None once that is forgotten, or not for the reader)."""
    invitations = partner.invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    written = Letter.objects.outside().filter(partner=partner, purpose=Letter.Purpose.INVITATION).order_by("created_at")
    letters = {letter.address: letter for letter in written}
    return [{"invitation": each, "letter": letters.get(each.email)} for each in invitations.order_by("-id")]


@partner_page(MEMBERS)
def member(request: PartnerRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(
        Membership.objects.select_related("user", "partner"), pk=pk, partner=request.acting.partner, api_client=None
    )
    initial = {"role": membership.role, "is_manager": membership.is_manager, "is_active": membership.is_active}
    form = MemberForm(request.POST or None, partner=membership.partner, initial=initial)
    if form.is_valid():
        try:
            members_actions.change_member(by=request.acting, membership=membership, **form.cleaned_data)
        except members_actions.NeedsSecondPerson:
            return _proposed(request, membership=membership, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("member_list")
    context = {"form": form, "title": str(membership.user), "back": reverse("member_list")}
    return render(request, "pages/form.html", context | {"history": "member", "history_of": pk})


def _proposed(request: PartnerRequest, **terms: Any) -> HttpResponse:
    """What takes two people waits for the second."""
    try:
        members_actions.propose_auditor(by=request.acting, **terms)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.info(
            request,
            _("Who audits is decided by two people: your change now waits for another manager or the auditor."),
        )
    return redirect("role_changes")


@require_safe
@partner_page(ROLE_CHANGES)
def role_changes(request: PartnerRequest) -> HttpResponse:
    """Changes of who audits: those that wait for a second person, and how the last ones were decided."""
    acting = request.acting
    changes = RoleChange.objects.filter(partner=acting.partner).select_related(
        "membership", "person", "partner", "proposed_by", "decided_by"
    )
    waiting = changes.filter(state=RoleChange.State.PROPOSED).order_by("-id")
    rows = [
        {
            "change": change,
            "may_confirm": members_actions.may_decide(acting, change),
            "may_reject": acting.user.pk == change.proposed_by_id or members_actions.may_decide(acting, change),
        }
        for change in waiting
    ]
    decided = changes.exclude(state=RoleChange.State.PROPOSED).order_by("-decided_at")[:20]
    return render(request, "partnership/members/role_changes.html", {"waiting": rows, "decided": decided})


@require_POST
@partner_page(members_actions.confirm_auditor)
def role_change_confirm(request: PartnerRequest, pk: int) -> HttpResponse:
    return _decide(request, members_actions.confirm_auditor, pk, _("Confirmed. The auditors are told."))


@require_POST
@partner_page(members_actions.reject_auditor)
def role_change_reject(request: PartnerRequest, pk: int) -> HttpResponse:
    return _decide(request, members_actions.reject_auditor, pk, _("Rejected. Everything stays as it was."))


def _decide(request: PartnerRequest, action: Callable[..., None], pk: int, success: str) -> HttpResponse:
    try:
        action(by=request.acting, change=own(request, RoleChange, pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, success)
    return redirect("role_changes")


@require_POST
@partner_page(members_actions.send_invitation_again)
def invitation_send_again(request: PartnerRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, partner=request.acting.partner, accepted_at=None, revoked_at=None)
    try:
        members_actions.send_invitation_again(by=request.acting, invitation=invitation)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)s is invited again, by a new link.") % {"email": invitation.email})
    return redirect("member_list")


@require_POST
@partner_page(members_actions.invite_manager_again)
def partner_invite_again(request: PartnerRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(Partner, pk=pk)
    try:
        invitation = members_actions.invite_manager_again(by=request.acting, partner=partner)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)s is invited again, by a new link.") % {"email": invitation.email})
    return redirect("partner", pk=pk)


@require_POST
@partner_page(members_actions.revoke_invitation)
def invitation_revoke(request: PartnerRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, partner=request.acting.partner, accepted_at=None)
    members_actions.revoke_invitation(by=request.acting, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s no longer works.") % {"email": invitation.email})
    return redirect("member_list")


@signing_in()
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opens an invitation: a new user names themself and chooses a password, a known one signs in first."""
    try:
        invitation = members_actions.open_invitation(token)
    except RuleError as error:
        return render(request, "partnership/members/invitation_closed.html", {"reason": error}, status=410)
    user = request.user if request.user.is_authenticated else None
    has_account = User.objects.filter(email=invitation.email).exists()
    if user is None and has_account:
        messages.info(request, _("Sign in with %(email)s to accept the invitation.") % {"email": invitation.email})
        return redirect(f"{reverse('account_login')}?next={request.path}")
    form = AcceptForm(request.POST or None) if user is None else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            new_user = form.cleaned_data if form else {}
            membership = members_actions.accept_invitation(token=token, user=user, **new_user)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            if user is None:
                login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            request.session[MEMBERSHIP_KEY] = membership.pk
            messages.success(request, _("Welcome to %(partner)s.") % {"partner": membership.partner.name})
            return redirect("home")
    return render(request, "partnership/members/accept_invitation.html", {"form": form, "invitation": invitation})
