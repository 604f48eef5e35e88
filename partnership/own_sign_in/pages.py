"""Pages of partners' own sign-in: signing in there, and setting it up."""

from __future__ import annotations

import logging
import time

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest, signing_in
from partnership.isolation.errors import RuleError
from partnership.own_sign_in import actions, openid
from partnership.own_sign_in.forms import AddressForm, ProviderForm
from partnership.own_sign_in.models import SignInProvider
from partnership.own_sign_in.sessions import SIGNED_IN_BY
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.limits import client_address, counted
from partnership.permissions import OWN_SIGN_IN

log = logging.getLogger(__name__)

ERRAND = "at_the_provider"
ERRAND_LASTS = 600
"""Seconds for which somebody may be away at the provider."""
MOST_A_MINUTE = 30
"""So many times a minute one address may be sent to providers: for each the portal calls one."""
BACKEND = "partnership.members.sign_in.PartnerBackend"


def redirect_uri() -> str:
    """Where providers send people back to: the same for all of them."""
    return f"{settings.SITE_URL}{reverse('own_sign_in_back')}"


# --- Signing in ------------------------------------------------------------------------------------------------------------------


def own_sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for an address, and leads to where people with such an address sign in."""
    form = AddressForm(request.POST or None)
    providers = actions.providers_for(form.cleaned_data["email"]) if form.is_valid() else []
    context = {"form": form, "providers": providers, "is_asked": form.is_bound and form.is_valid()}
    return render(request, "partnership/own_sign_in/sign_in.html", context)


@require_safe
def own_sign_in_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends the browser to a partner's provider."""
    if counted(f"own-sign-in:{client_address(request)}", 60) > MOST_A_MINUTE:
        return _failed(request, _("Too many attempts. Wait a minute, then try again."), 429)
    provider = actions.provider_numbered(pk)
    if provider is None:
        raise Http404
    errand = openid.Errand.new(provider.pk)
    try:
        address = openid.where_to_sign_in(provider, errand, redirect_uri())
    except openid.ProviderFails as failure:
        log.warning("The provider %s can't sign anybody in: %s", provider.pk, failure)
        return _failed(
            request, _("Your organisation's sign-in does not answer. Try again later, or ask a manager."), 502
        )
    request.session[ERRAND] = errand
    return redirect(address)


@require_safe
def own_sign_in_back(request: HttpRequest) -> HttpResponse:
    """Somebody comes back from their partner's provider."""
    kept = request.session.pop(ERRAND, None)
    errand = openid.Errand(*kept) if kept else None
    is_theirs = errand is not None and constant_time_compare(errand.state, request.GET.get("state", ""))
    if errand is None or not is_theirs or time.time() > errand.begun_at + ERRAND_LASTS:
        return _failed(request, _("This sign-in was not begun here, or too long ago. Begin again."), 400)
    provider = actions.provider_numbered(errand.provider)
    if provider is None or not request.GET.get("code"):
        return _failed(request, _("You were not signed in at your organisation. Begin again, or ask a manager."), 403)
    try:
        told = openid.told_by(provider, errand, request.GET["code"], redirect_uri())
        user = actions.recognise(provider=provider, told=told)
    except openid.ProviderFails as failure:
        log.warning("The provider %s did not sign somebody in: %s", provider.pk, failure)
        return _failed(
            request, _("Your organisation's sign-in did not answer as it should. Try again, or ask a manager."), 502
        )
    except RuleError as refusal:
        return _failed(request, str(refusal), 403)
    has_shown = told.asked_second_factor and provider.asks_second_factor
    with signing_in():
        has_factor = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    if settings.REQUIRE_SECOND_FACTOR and not has_shown and not has_factor:
        text = _(
            "Your organisation's sign-in asked for no second factor, and you have none in the portal. Ask a manager."
        )
        return _failed(request, text, 403)
    request.session.flush()
    with signing_in():
        login(request, user, backend=BACKEND)
    request.session[SIGNED_IN_BY] = provider.partner_id
    record_authentication(request, user, "provider", partner=provider.partner_id)
    if has_shown:
        record_authentication(request, user, "mfa", type="provider")
    return redirect("home")


def _failed(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "partnership/own_sign_in/failed.html", {"text": text}, status=status)


# --- Setting it up -----------------------------------------------------------------------------------------------------------------


@partner_page(OWN_SIGN_IN)
def provider(request: PartnerRequest) -> HttpResponse:
    """Where the partner's people sign in."""
    known = SignInProvider.objects.filter(partner=request.acting.partner).first()
    form = ProviderForm(request.POST or None, instance=known, partner=request.acting.partner)
    if form.is_valid():
        try:
            actions.save_provider(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Try it in another browser before you end passwords."))
            return redirect("provider")
    context = {
        "form": form,
        "provider": known,
        "redirect_uri": redirect_uri(),
        "scim": f"{settings.SITE_URL}/api/scim/v2",
    }
    return render(request, "partnership/own_sign_in/provider.html", context)


@require_POST
@partner_page(actions.remove_provider)
def provider_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    actions.remove_provider(by=request.acting, provider=own(request, SignInProvider, pk))
    messages.success(request, _("Your own sign-in has ended: passwords work again."))
    return redirect("provider")
