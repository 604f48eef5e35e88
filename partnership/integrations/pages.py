"""Pages of a partner's manager: API clients and webhooks."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.api.models import ApiClient, Credential
from partnership.api.scopes import SCOPES
from partnership.audit_trail.models import ReadLog
from partnership.events.models import WebhookDelivery, WebhookSubscription
from partnership.integrations import actions as integrations
from partnership.integrations.forms import ClientForm, KeysForm, ScopesForm, WebhookForm
from partnership.integrations.scopes import kinds_for
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key
from partnership.permissions import CLIENTS, WEBHOOKS

USE_DAYS = 30

# --- API clients -------------------------------------------------------------------------------------------------------------


def own_client(request: PartnerRequest, pk: int) -> ApiClient:
    return get_object_or_404(
        ApiClient.objects.select_related("created_by", "membership"), pk=pk, partner=request.acting.partner
    )


@require_safe
@partner_page(CLIENTS)
def client_list(request: PartnerRequest) -> HttpResponse:
    clients = list(ApiClient.objects.filter(partner=request.acting.partner).select_related("created_by"))
    used = dict(
        ReadLog.objects.filter(client__in=clients)
        .order_by()
        .values_list("client")
        .annotate(last=Max("at"))
        .values_list("client", "last")
    )
    clients.sort(key=lambda client: client.revoked_at is not None)
    rows = [{"client": client, "used_at": used.get(client.pk)} for client in clients]
    return render(request, "partnership/integrations/client_list.html", {"rows": rows})


@partner_page(integrations.create_client)
def client_new(request: PartnerRequest) -> HttpResponse:
    kinds = kinds_for(request.acting.partner)
    kind = request.GET.get("kind", "")
    initial = {"name": str(kinds[kind].label), "scopes": kinds[kind].scopes} if kind in kinds else {}
    form = ClientForm(request.POST or None, partner=request.acting.partner, initial=initial)
    if form.is_valid():
        try:
            client, credential, secret = integrations.create_client(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            return _secret_page(request, client, credential, secret)
    context = {
        "form": form,
        "title": _("New API client"),
        "back": reverse("client_list"),
        "kinds": kinds,
        "kind_of_system": kind,
    }
    return render(request, "partnership/integrations/client_new.html", context)


def _secret_page(request: PartnerRequest, client: ApiClient, credential: Credential, secret: str) -> HttpResponse:
    """The one time that the secret is seen. Not redirected to: it is stored nowhere in between."""
    context = {
        "client": client,
        "credential": credential,
        "secret": secret,
        "token_url": request.build_absolute_uri(reverse("oauth-token")),
    }
    return render(request, "partnership/integrations/client_secret.html", context)


@partner_page(CLIENTS)
def client(request: PartnerRequest, pk: int) -> HttpResponse:
    """A client: what it may do, its credentials, what it did."""
    client = own_client(request, pk)
    form = ScopesForm(
        request.POST or None,
        partner=client.partner,
        initial={
            "scopes": client.scopes,
            "default_purpose": client.default_purpose,
            "networks": ", ".join(client.networks),
        },
    )
    if request.method == "POST" and not client.revoked_at and form.is_valid():
        try:
            integrations.change_client(by=request.acting, client=client, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Tokens that are out have these rights from now on."))
            return redirect("client", pk)
    since = timezone.now() - timedelta(days=USE_DAYS)
    reads = ReadLog.objects.filter(client=client, at__gte=since).order_by()
    days = (
        reads.annotate(day=TruncDate("at"))
        .values("day")
        .annotate(requests=Count("id"), writes=Count("id", filter=Q(scope__endswith=":write")))
    )
    by_scope = reads.values("scope").annotate(requests=Count("id"), last=Max("at")).order_by("-requests")
    credentials = client.credentials.all()
    context = {
        "client": client,
        "form": form,
        "days": sorted(days, key=lambda row: row["day"], reverse=True),
        "by_scope": [{**row, "label": SCOPES.get(row["scope"], row["scope"])} for row in by_scope],
        "credentials": [
            (credential, bool(credential.expires_at and credential.expires_at <= timezone.now()))
            for credential in credentials
        ],
        "old_before": timezone.now() - timedelta(days=settings.CLIENT_SECRET_DAYS),
        "labels": [SCOPES[scope] for scope in client.scopes],
    }
    return render(request, "partnership/integrations/client.html", context)


@require_POST
@partner_page(integrations.rotate_secret)
def client_rotate(request: PartnerRequest, pk: int) -> HttpResponse:
    client = own_client(request, pk)
    try:
        credential, secret = integrations.rotate_secret(by=request.acting, client=client)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("client", pk)
    return _secret_page(request, client, credential, secret)


@partner_page(integrations.use_keys)
def client_keys(request: PartnerRequest, pk: int) -> HttpResponse:
    """Keys in the place of a secret."""
    client = own_client(request, pk)
    form = KeysForm(request.POST or None)
    if form.is_valid():
        try:
            credential = integrations.use_keys(by=request.acting, client=client, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            token_url = request.build_absolute_uri(reverse("oauth-token"))
            context = {"client": client, "credential": credential, "token_url": token_url}
            return render(request, "partnership/integrations/client_keys_kept.html", context)
    title = _("Keys of %(client)s") % {"client": client.name}
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("client", args=[pk])})


@require_POST
@partner_page(integrations.revoke_client)
def client_revoke(request: PartnerRequest, pk: int) -> HttpResponse:
    integrations.revoke_client(by=request.acting, client=own_client(request, pk))
    messages.success(request, _("Revoked: its tokens stopped working with this."))
    return redirect("client", pk)


@require_POST
@partner_page(integrations.end_credential)
def credential_end(request: PartnerRequest, pk: int) -> HttpResponse:
    credential = get_object_or_404(Credential, pk=pk, api_client__partner=request.acting.partner)
    integrations.end_credential(by=request.acting, credential=credential)
    messages.success(request, _("This secret no longer works."))
    return redirect("client", credential.api_client_id)


# --- Webhooks ----------------------------------------------------------------------------------------------------------------


def own_webhook(request: PartnerRequest, pk: int) -> WebhookSubscription:
    return get_object_or_404(WebhookSubscription, pk=pk, partner=request.acting.partner)


@require_safe
@partner_page(WEBHOOKS)
def webhook_list(request: PartnerRequest) -> HttpResponse:
    subscriptions = WebhookSubscription.objects.filter(partner=request.acting.partner).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
        dead=Count("deliveries", filter=Q(deliveries__state="dead")),
    )
    return render(request, "partnership/integrations/webhook_list.html", {"subscriptions": subscriptions})


@partner_page(integrations.subscribe)
def webhook_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    subscription = own_webhook(request, pk) if pk else None
    initial = (
        {"url": subscription.url, "events": subscription.events, "is_active": subscription.is_active}
        if subscription
        else {"is_active": True}
    )
    form = WebhookForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            if subscription:
                integrations.change_subscription(by=request.acting, subscription=subscription, **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("webhook", subscription.pk)
            new_subscription = integrations.subscribe(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            form.add_error("url", str(error))
        else:
            return render(request, "partnership/integrations/webhook_secret.html", {"subscription": new_subscription})
    title = _("Change webhook") if subscription else _("New webhook")
    back = reverse("webhook", args=[pk]) if pk else reverse("webhook_list")
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back})


@require_safe
@partner_page(WEBHOOKS)
def webhook(request: PartnerRequest, pk: int) -> HttpResponse:
    """How messages went, newest first."""
    subscription = own_webhook(request, pk)
    log = WebhookDelivery.objects.filter(subscription=subscription)
    state = request.GET.get("state", "")
    if state in WebhookDelivery.State.values:
        log = log.filter(state=state)
    page = page_by_key(log, ["-id"], request.GET.get("after", ""))
    return render(
        request,
        "partnership/integrations/webhook.html",
        {"subscription": subscription, "page": page, "states": WebhookDelivery.State.choices, "chosen": state},
    )


@require_POST
@partner_page(integrations.rotate_webhook_secret)
def webhook_rotate(request: PartnerRequest, pk: int) -> HttpResponse:
    subscription = integrations.rotate_webhook_secret(by=request.acting, subscription=own_webhook(request, pk))
    return render(request, "partnership/integrations/webhook_secret.html", {"subscription": subscription})


@require_POST
@partner_page(integrations.send_test)
def webhook_test(request: PartnerRequest, pk: int) -> HttpResponse:
    integrations.send_test(by=request.acting, subscription=own_webhook(request, pk))
    messages.success(request, _("A test message is on its way: reload in a moment to see how it went."))
    return redirect("webhook", pk)


@require_POST
@partner_page(integrations.unsubscribe)
def webhook_delete(request: PartnerRequest, pk: int) -> HttpResponse:
    integrations.unsubscribe(by=request.acting, subscription=own_webhook(request, pk))
    messages.success(request, _("The address is told nothing more."))
    return redirect("webhook_list")


@require_POST
@partner_page(integrations.send_again)
def delivery_replay(request: PartnerRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(WebhookDelivery, pk=pk, partner=request.acting.partner)
    integrations.send_again(by=request.acting, delivery=delivery)
    messages.success(request, _("The message is sent again."))
    return redirect("webhook", delivery.subscription_id)
