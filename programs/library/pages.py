"""Pages of the library: the list, a resource with its versions, sharing one; and the materials that anybody reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show, up_to_100
from partnership.pages.paging import page_by_key
from partnership.pages.public import in_language
from partnership.pages.searched import remember, searched
from programs.library import actions as library
from programs.library.forms import MaterialFilter, ResourceFilter, ResourceForm, VersionForm, WithdrawForm
from programs.library.lists import RESOURCE_LIST
from programs.library.models import LibraryVisit, Resource, ResourceVersion
from programs.permissions import RESOURCES
from programs.standards.practices import LOOKS, Verdict

SEARCHED = "resource_list"
MOST_USERS = 100


def _filtered(request: PartnerRequest, new_since: datetime) -> ResourceFilter:
    """What the list shows: filtered, of what was searched for, and whether it is new to the reader."""
    is_new = ExpressionWrapper(Q(latest__isnull=False, latest_at__gt=new_since), output_field=BooleanField())
    resources = Resource.objects.seen_by(request.acting).select_related("partner", "latest", "part_of")
    if text := searched(request, SEARCHED):
        resources = resources.named(text)
    return ResourceFilter(request.GET, resources.annotate(is_new=is_new), acting=request.acting, new_since=new_since)


def _visit(acting: Acting) -> LibraryVisit | None:
    return LibraryVisit.objects.filter(user=acting.user, partner=acting.partner).first()


@partner_page(RESOURCES)
def resource_list(request: PartnerRequest) -> HttpResponse:
    """What partners share: what is offered, unless the filters say otherwise. A search within it is posted."""
    if request.method == "POST":
        return remember(request, SEARCHED)
    visit = _visit(request.acting)
    if visit is None or visit.is_over:
        visit = library.visit(by=request.acting)
    new_since = visit.new_since
    resource_filter = _filtered(request, new_since)
    shown = show(request, RESOURCE_LIST, resource_filter.qs)
    new = Resource.objects.offered().filter(latest_at__gt=new_since)
    context = {
        "shown": shown,
        "page": shown.page,
        "filter": resource_filter,
        "q": searched(request, SEARCHED),
        "new": up_to_100(new),
        "new_since": new_since,
    }
    return render(request, "programs/library/resource_list.html", context)


@require_safe
@partner_page(RESOURCES)
def resource_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX."""
    visit = _visit(request.acting)
    new_since = visit.new_since if visit else timezone.now()
    try:
        return export(request, RESOURCE_LIST, lambda: _filtered(request, new_since).qs, name="library")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("resource_list")


@require_safe
@partner_page(RESOURCES)
def resource(request: PartnerRequest, pk: int) -> HttpResponse:
    """One resource: what it is, what may be done with it, its versions; for its partner, who uses it."""
    return _resource_page(request, _seen_resource(request.acting, pk))


def _seen_resource(acting: Acting, pk: int) -> Resource:
    seen = Resource.objects.seen_by(acting).select_related("partner", "latest", "part_of")
    return get_object_or_404(seen, pk=pk)


def _resource_page(
    request: PartnerRequest, resource: Resource, withdraw_form: WithdrawForm | None = None
) -> HttpResponse:
    is_own = resource.partner_id == request.acting.partner.pk
    shares = is_own and library.save_resource.action.allows(request.acting)  # type: ignore[attr-defined]
    versions = list(resource.versions.select_related("added_by", "checked_by"))
    is_offered = not resource.withdrawn_why
    context = {
        "resource": resource,
        "is_own": is_own,
        "shares": shares and is_offered,
        "versions": versions,
        "waiting": next((version for version in versions if version.checked_by_id is None), None),
        "evidence_looks": LOOKS[Verdict(resource.evidence)],
        "uses": _uses(resource) if is_own else [],
        "withdraw_form": (withdraw_form or WithdrawForm()) if shares and is_offered else None,
    }
    return render(request, "programs/library/resource.html", context, status=422 if withdraw_form else 200)


def _uses(resource: Resource) -> list[tuple[str, int, Any]]:
    """Of each partner that opened it: its name, in how many months, and the last of them."""
    of_partner: dict[str, list[Any]] = {}
    for name, month in resource.uses.order_by("partner__name", "month").values_list("partner__name", "month"):
        of_partner.setdefault(name, []).append(month)
    return [(name, len(months), months[-1]) for name, months in of_partner.items()][:MOST_USERS]


@partner_page(library.save_resource)
def resource_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new resource of the own partner, or one to change."""
    partner = request.acting.partner
    resource = own(request, Resource, pk) if pk else Resource(partner=partner)
    form = ResourceForm(request.POST or None, instance=resource, partner=partner)
    if form.is_valid():
        try:
            saved = library.save_resource(by=request.acting, resource=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            done = _("Saved.") if pk else _("Saved. Add its first version: a file or a link.")
            messages.success(request, done)
            return redirect("resource", pk=pk) if pk else redirect("resource_version_new", pk=saved.pk)
    back = reverse("resource", args=[pk]) if pk else reverse("resource_list")
    context = {"form": form, "title": _("Change the resource") if pk else _("New resource"), "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@partner_page(library.add_version)
def resource_version_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """The next version of an own resource; `pk` is the resource's."""
    resource = own(request, Resource, pk)
    form = VersionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            library.add_version(by=request.acting, resource=resource, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Added. A colleague has a second look before anybody else gets it."))
            return redirect("resource", pk=pk)
    context = {
        "form": form,
        "title": _("New version of “%(resource)s”") % {"resource": resource},
        "back": reverse("resource", args=[pk]),
        "multipart": True,
        "submit": _("Add the version"),
    }
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _do(request: PartnerRequest, pk: int, done: str, change: Callable[[], object]) -> HttpResponse:
    """Changes a resource, and goes back to its page, which says `done` or what is wrong."""
    try:
        change()
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("resource", pk=pk)


@require_POST
@partner_page(library.check_version)
def resource_version_check(request: PartnerRequest, pk: int) -> HttpResponse:
    """A colleague says that a version may be shared."""
    version = own(request, ResourceVersion, pk, "resource")
    done = _("Checked. Every partner gets this version now.")
    return _do(request, version.resource_id, done, lambda: library.check_version(by=request.acting, version=version))


@require_POST
@partner_page(library.discard_version)
def resource_version_discard(request: PartnerRequest, pk: int) -> HttpResponse:
    """Throws a version away that was not checked."""
    version = own(request, ResourceVersion, pk)
    done = _("The version is gone.")
    return _do(request, version.resource_id, done, lambda: library.discard_version(by=request.acting, version=version))


@require_POST
@partner_page(library.withdraw_resource)
def resource_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an own resource out of the library."""
    resource, form = own(request, Resource, pk), WithdrawForm(request.POST)
    if not form.is_valid():
        return _resource_page(request, _seen_resource(request.acting, pk), form)
    because = form.cleaned_data["because"]
    done = _("Withdrawn. Its page says why.")
    return _do(
        request, pk, done, lambda: library.withdraw_resource(by=request.acting, resource=resource, because=because)
    )


@require_safe
@partner_page(library.open_version)
def resource_version_open(request: PartnerRequest, pk: int) -> HttpResponse:
    """A version's file, as an attachment; or on to its link."""
    version = get_object_or_404(ResourceVersion.objects.select_related("resource"), pk=pk)
    content = library.open_version(by=request.acting, version=version)
    return redirect(version.link) if version.link else attachment(version, content)


def attachment(version: ResourceVersion, content: bytes) -> HttpResponse:
    """A version's file, to be saved and not to be shown: whatever is in it runs nowhere in the portal."""
    response = HttpResponse(content, content_type=version.media_type)
    response["Content-Disposition"] = f'attachment; filename="{version.file_name}"'
    return response


# --- Without signing in ----------------------------------------------------------------------------------------------------


def _public() -> QuerySet[Resource]:
    return Resource.objects.public().select_related("partner", "latest")


@require_safe
@in_language
def materials(request: HttpRequest) -> HttpResponse:
    """Materials that anybody may have, each with its licence."""
    material_filter = MaterialFilter(request.GET, _public())
    context = {
        "page": page_by_key(material_filter.qs, ["-latest_at", "-id"], request.GET.get("after", "")),
        "filter": material_filter,
        "exit": settings.QUICK_EXIT_URL,
        "is_demo": settings.DEMO,
    }
    return render(request, "programs/library/materials.html", context)


@require_safe
def material_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a public material's latest version; `pk` is the resource's. Nobody is counted."""
    resource = get_object_or_404(_public(), pk=pk)
    if resource.latest is None or resource.latest.link:
        raise Http404
    return attachment(resource.latest, library.content_of(resource.latest))
