"""Filters of referral lists, for pages and API alike."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from programs.catalogue.models import Programme, ReferralKind
from referrals.handover.models import Referral
from referrals.handover.transitions import CLOSED_STATES, OPEN_STATES, State


class ReferralFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    state = filters.ChoiceFilter(
        choices=[
            ("open", _("All open")),
            ("closed", _("All closed")),
            ("waiting", _("To answer")),
            ("overdue", _("Late")),
            *State.choices,
        ],
        label=_("State"),
        empty_label=_("All states"),
        method="by_state",
    )
    kind = filters.ChoiceFilter(choices=ReferralKind.choices, label=_("Kind"), empty_label=_("All kinds"))
    programme = filters.ModelChoiceFilter(
        queryset=Programme.objects.offered(), label=_("Programme"), empty_label=_("All programmes")
    )
    is_urgent = filters.ChoiceFilter(
        choices=[("true", _("Urgent ones")), ("false", _("Not urgent"))],
        label=_("Urgent"),
        empty_label=_("All"),
        method="by_urgency",
    )

    class Meta:
        model = Referral
        fields: list[str] = []

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == "open":
            return queryset.filter(state__in=OPEN_STATES)
        if value == "closed":
            return queryset.filter(state__in=CLOSED_STATES)
        if value == "waiting":
            return queryset.waiting()
        if value == "overdue":
            return queryset.overdue()
        return queryset.filter(state=value)

    def by_urgency(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(is_urgent=value == "true")
