"""Administration of the service. No model with a person's data is registered here, and the database shows none: an
administrator acts for no partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from oauth2_provider import models as oauth

from partnership.agreements.models import Agreement
from partnership.members.models import District, DistrictPopulation, Membership, Partner, User

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


class PopulationInline(TabularInline[DistrictPopulation, District]):
    model = DistrictPopulation
    extra = 1


@admin.register(District)
class DistrictAdmin(ModelAdmin[District]):
    list_display = ["name", "code", "parent"]
    search_fields = ["name", "code"]
    inlines = [PopulationInline]


@admin.register(Partner)
class PartnerAdmin(ModelAdmin[Partner]):
    list_display = ["name", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name"]
    filter_horizontal = ["districts"]


@admin.register(User)
class UserAdmin(ModelAdmin[User]):
    list_display = ["email", "full_name", "is_active", "is_staff"]
    search_fields = ["email", "full_name"]
    fields = ["email", "full_name", "language", "email_choice", "is_active", "is_staff"]


@admin.register(Membership)
class MembershipAdmin(ModelAdmin[Membership]):
    list_display = ["user", "partner", "role", "is_manager", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["user__email", "partner__name"]
    autocomplete_fields = ["user", "partner"]


@admin.register(Agreement)
class AgreementAdmin(ModelAdmin[Agreement]):
    list_display = ["title", "valid_from", "valid_to", "ended_on"]
    filter_horizontal = ["parties"]


# Who could make a credential here could read people: clients are made by their partner's manager alone.
for model in (
    oauth.get_application_model(),
    oauth.get_access_token_model(),
    oauth.get_grant_model(),
    oauth.get_refresh_token_model(),
    oauth.get_id_token_model(),
    oauth.get_device_grant_model(),
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
