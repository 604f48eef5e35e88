"""Pages of administrators of the service: how people sign in, and partners that never had a manager."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.accounts import actions
from partnership.accounts.forms import AddressForm, FirstManagerForm
from partnership.isolation.acting import signing_in
from partnership.isolation.errors import RuleError
from partnership.members import actions as members_actions
from partnership.members.models import Membership, Partner, User
from partnership.pages.guard import service_page

MOST_ACCOUNTS = 50


@service_page
def account_list(request: HttpRequest) -> HttpResponse:
    """Finds an account by e-mail or name; what is looked for stands in no address."""
    wanted = request.POST.get("search", "").strip()
    accounts = User.objects.order_by("full_name", "pk")
    if request.GET.get("administrators"):
        accounts = accounts.filter(is_staff=True)
    elif wanted:
        accounts = accounts.filter(Q(email__icontains=wanted) | Q(full_name__icontains=wanted))
    else:
        accounts = accounts.none()
    return render(
        request,
        "partnership/accounts/account_list.html",
        {"accounts": accounts[:MOST_ACCOUNTS], "wanted": wanted, "most": MOST_ACCOUNTS},
    )


@service_page
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """How somebody signs in and for whom they act; changing the address."""
    account = get_object_or_404(User, pk=pk)
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            actions.change_address(administrator=_administrator(request), account=account, **form.cleaned_data)
        except RuleError as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("Changed. The person and their managers are told."))
            return redirect("account", pk=pk)
    with signing_in(request.user.pk):
        context = {
            "account": account,
            "form": form,
            "is_verified": EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists(),
            "has_second_factor": Authenticator.objects.filter(user=account).exists(),
            "memberships": list(Membership.objects.filter(user=account).select_related("partner")),
        }
    return render(request, "partnership/accounts/account.html", context)


@require_POST
@service_page
def second_factor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, lambda by, account: actions.remove_second_factor(administrator=by, account=account))


@require_POST
@service_page
def account_close(request: HttpRequest, pk: int) -> HttpResponse:
    is_active = "open" in request.POST
    return _done(
        request, pk, lambda by, account: actions.close_account(administrator=by, account=account, is_active=is_active)
    )


@require_POST
@service_page
def account_appoint(request: HttpRequest, pk: int) -> HttpResponse:
    is_administrator = "appoint" in request.POST
    return _done(
        request,
        pk,
        lambda by, account: actions.appoint_administrator(
            administrator=by, account=account, is_administrator=is_administrator
        ),
    )


def _administrator(request: HttpRequest) -> User:
    """Who acts; `service_page` has seen to it that they administer the service."""
    return get_object_or_404(User, pk=request.user.pk)


def _done(request: HttpRequest, pk: int, action: Callable[[User, User], None]) -> HttpResponse:
    try:
        action(_administrator(request), get_object_or_404(User, pk=pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Changed. The person and their managers are told."))
    return redirect("account", pk=pk)


@require_safe
@service_page
def unmanaged_list(request: HttpRequest) -> HttpResponse:
    """Partners that never had a manager: an administrator invites the first."""
    with signing_in(request.user.pk):
        managers = Membership.objects.filter(partner=OuterRef("pk"), is_manager=True)
        partners = list(Partner.objects.filter(~Exists(managers), is_active=True))
    return render(request, "partnership/accounts/unmanaged_list.html", {"partners": partners})


@service_page
def first_manager(request: HttpRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(Partner, pk=pk, is_active=True)
    form = FirstManagerForm(request.POST or None, partner=partner)
    if form.is_valid():
        try:
            members_actions.invite_first_manager(
                administrator=_administrator(request), partner=partner, **form.cleaned_data
            )
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": form.cleaned_data["email"]})
            return redirect("unmanaged_list")
    context = {"form": form, "title": partner.name, "back": reverse("unmanaged_list"), "submit": _("Invite")}
    return render(request, "pages/form.html", context)
