"""Administration of the service, with a list of models of its own, behind the portal's sign-in and second factor.

None of them holds a person's data, or lets anybody in: accounts, memberships, credentials, tokens and sessions are in no page of
it. The database shows an administrator no person either, since they act for no partner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnership.agreements.models import Agreement
from partnership.members.models import District, DistrictPopulation, Partner
from partnership.pages.guard import service_page
from partnership.pages.local_names import NAMES

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
else:

    class Typed:
        def __class_getitem__(cls, models):
            return cls

    class ModelAdmin(Typed, admin.ModelAdmin):
        """Django's, with its model named for the type checker."""

    class TabularInline(Typed, admin.TabularInline):
        """Django's, with its models named for the type checker."""


class Administration(admin.AdminSite):
    """Django's site for administrators with one door: sign-in, second factor and limits are the portal's."""

    site_header = site_title = _("Administration of the service")
    NOT_OFFERED = ("autocomplete", "view_on_site")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., HttpResponseBase]:  # type: ignore[override]
        return service_page(super().admin_view(view, cacheable))

    def get_urls(self) -> list[Any]:
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") not in self.NOT_OFFERED]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        if request.method == "POST":
            logout(request)
        return redirect("home")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")


site = Administration()


class OfTheService:
    """Whoever administers the service sees, adds and changes it; what others build on is not deleted."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PopulationInline(OfTheService, TabularInline[DistrictPopulation, District]):
    model = DistrictPopulation
    extra = 1


@admin.register(District, site=site)
class DistrictAdmin(OfTheService, ModelAdmin[District]):
    list_display = ["name", *NAMES, "code", "parent"]
    search_fields = ["name", *NAMES, "code"]
    inlines = [PopulationInline]


@admin.register(Partner, site=site)
class PartnerAdmin(OfTheService, ModelAdmin[Partner]):
    list_display = ["name", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name"]
    filter_horizontal = ["districts"]

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> list[str]:
        """Roles hang on the kind of partner, and oversight on the office."""
        if obj is None:
            return []
        return ["kind", "is_active"] if obj.kind == Partner.Kind.COORDINATION else ["kind"]


@admin.register(Agreement, site=site)
class AgreementAdmin(OfTheService, ModelAdmin[Agreement]):
    list_display = ["title", "valid_from", "valid_to", "ended_on"]
    readonly_fields = ["valid_from", "valid_to"]  # they come with versions, which the parties approve
    filter_horizontal = ["parties"]
