"""The guard of pages, and the one door through which a view gets a record of the acting partner."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter as get_account_adapter
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.actions import NotAllowed, Right, require
from partnership.actions.declaration import action_of
from partnership.isolation.acting import Acting, PartnerRequest, lacks_second_factor


def partner_page(
    right: Right | Callable[..., Any] | None = None,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view for people who act for a partner and have the right: a reading, or an action (its function); none: everybody.

    Not signed in: to the sign-in page. The session has shown no second factor where one is required: to the page that asks for
    it, or sets it up. Without the right: 403, with the reason. The right stands on the view as `portal_right`: the menu asks it.
    """
    needed = right if right is None or isinstance(right, Right) else action_of(right)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_where_to_go_on(request))
            acting: Acting | None = getattr(request, "acting", None)
            if acting is None:
                return redirect("choose_partner")
            if lacks_second_factor(request):
                return second_factor_page(request)
            if needed is not None:
                try:
                    require(needed, acting)
                except NotAllowed as refusal:
                    raise PermissionDenied(str(refusal)) from refusal
            return view(request, *args, **kwargs)

        guarded.portal_right = needed  # type: ignore[attr-defined]
        return guarded

    return decorate


def service_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for administrators of the service, whomever they act for, or nobody: it shows no data of people.

    Not signed in: to the sign-in page. The session has shown no second factor where one is required: to the page that asks for
    it, or sets it up. Others: 403.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(_where_to_go_on(request))
        if not request.user.is_staff:
            raise PermissionDenied(_("Only administrators of the service may do this."))
        if lacks_second_factor(request):
            return second_factor_page(request)
        return view(request, *args, **kwargs)

    return guarded


def second_factor_page(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the user's second factor; to the one that sets it up where the user has none."""
    methods = get_account_adapter(request).get_reauthentication_methods(request.user)
    address = next((method["url"] for method in methods if method["id"].startswith("mfa_reauthenticate")), None)
    if address is None:
        return redirect("mfa_index")
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", address)


def _where_to_go_on(request: HttpRequest) -> str:
    """Where somebody who must sign in goes on: a form that came too late waits there."""
    from partnership.pages import form_drafts

    if request.method == "POST":
        return reverse("unsent") if form_drafts.stash(request) else "/"
    return request.get_full_path()


M = TypeVar("M", bound=Model)

Door = Callable[[Acting, Model], None]
_doors: list[Door] = []


def door(check: Door) -> Door:
    """Registers what is asked before somebody gets a record of their own partner; it raises an error where they don't."""
    if check not in _doors:
        _doors.append(check)
    return check


def pass_door(acting: Acting, record: Model) -> None:
    """Whoever gets one record, on a page or over the API, gets it through here (or through `own`, which asks this)."""
    for check in _doors:
        check(acting, record)


def own(request: PartnerRequest, model: type[M], pk: int, *related: str) -> M:
    """The acting partner's object; anybody else's is not found, and one about somebody with whom the user has nothing to do opens
    only with a reason."""
    queryset = model._default_manager.filter(partner=request.acting.partner)
    record = get_object_or_404(queryset.select_related(*related) if related else queryset, pk=pk)
    pass_door(request.acting, record)
    return record
