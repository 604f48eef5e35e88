"""Forms of the library: what a resource is, a version of it, withdrawing it; and the filters of its list and of the public page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, OwnForm, offer_days
from programs.catalogue.models import LANGUAGES, Programme
from programs.library.files import ACCEPTED, MOST_BYTES
from programs.library.models import Resource, ResourceVersion
from programs.standards.practices import Verdict


class ResourceForm(OwnForm[Resource]):
    audiences = forms.MultipleChoiceField(
        label=_("For whom"), choices=Resource.Audience.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Resource
        fields = Resource.CONTENT
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Programme.objects.filter(partner=partner, is_active=True).order_by("name", "id")
        self.fields["part_of"].queryset = own  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    published_on = forms.DateField(
        label=_("Dated"),
        initial=timezone.localdate,
        widget=DateInput(),
        help_text=_("The day that the material itself bears."),
    )
    changes = forms.CharField(
        label=_("What is new in it"),
        required=False,
        max_length=ResourceVersion._meta.get_field("changes").max_length,
    )
    link = forms.URLField(
        label=_("Link"),
        required=False,
        assume_scheme="https",
        max_length=ResourceVersion._meta.get_field("link").max_length,
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("A PDF, PNG, JPEG or OpenDocument file of at most 4 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["published_on"], 0, -1)

    def terms(self) -> dict[str, Any]:
        """What the action takes: of a file no more than tells that it is too large."""
        terms = self.cleaned_data.copy()
        file = terms.pop("file")
        return terms | {"content": file.read(MOST_BYTES + 1) if file else b""}


class WithdrawForm(forms.Form):
    because = forms.CharField(label=_("Why"), max_length=Resource._meta.get_field("withdrawn_why").max_length)


class MaterialFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    """What whoever looks for a material asks: of the public page, too."""

    kind = filters.ChoiceFilter(label=_("Kind"), choices=Resource.Kind.choices, empty_label=_("All kinds"))
    audience = filters.ChoiceFilter(
        label=_("For whom"), choices=Resource.Audience.choices, empty_label=_("Anybody"), method="by_audience"
    )
    written_in = filters.ChoiceFilter(
        label=_("Language"), field_name="language", choices=list(LANGUAGES.items()), empty_label=_("All languages")
    )

    class Meta:
        model = Resource
        fields: list[str] = []

    def by_audience(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(audiences__contains=[value])


class ResourceFilter(MaterialFilter):
    show = filters.ChoiceFilter(
        label=_("Resources"),
        empty_label=_("Offered"),
        choices=[
            ("new", _("New since my last visit")),
            ("own", _("Of your organisation")),
            ("withdrawn", _("Withdrawn")),
        ],
        method="by_show",
    )
    evidence = filters.ChoiceFilter(label=_("Effect"), choices=Verdict.choices, empty_label=_("Any"))

    def __init__(self, data: Any, queryset: QuerySet[Resource], *, acting: Acting, new_since: datetime) -> None:
        self.partner, self.new_since = acting.partner, new_since
        super().__init__(data, queryset)

    def filter_queryset(self, queryset: Any) -> Any:
        resources = super().filter_queryset(queryset)
        return resources if self.form.cleaned_data.get("show") in {"own", "withdrawn"} else resources.offered()

    def by_show(self, queryset: Any, name: str, value: str) -> Any:
        if value == "own":
            return queryset.filter(partner=self.partner, withdrawn_why="")
        if value == "withdrawn":
            return queryset.exclude(withdrawn_why="")
        return queryset.filter(latest_at__gt=self.new_since)
