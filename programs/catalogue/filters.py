"""Filters of programme lists, for pages and API alike."""

from __future__ import annotations

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District
from programs.catalogue.models import Programme, ReferralKind


class ProgrammeFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    kind = filters.ChoiceFilter(choices=Programme.Kind.choices, label=_("Kind"), empty_label=_("All kinds"))
    capacity = filters.ChoiceFilter(
        choices=Programme.Capacity.choices, label=_("Takes referrals now"), empty_label=_("Open or not")
    )
    accepts = filters.ChoiceFilter(
        choices=ReferralKind.choices,
        lookup_expr="contains",
        label=_("Takes"),
        empty_label=_("Any kind of referral"),
        method="by_kind",
    )
    district = filters.ModelChoiceFilter(
        queryset=District.objects.all(), field_name="districts", label=_("District"), empty_label=_("All districts")
    )
    partner = filters.NumberFilter(label=_("Partner"), widget=forms.HiddenInput)

    class Meta:
        model = Programme
        fields: list[str] = []

    def by_kind(self, queryset: QuerySet[Programme], name: str, value: str) -> QuerySet[Programme]:
        return queryset.filter(accepts__contains=[value])
