"""Forms of service points and of a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.pages.form_fields import DateInput, ModelForm, OwnForm, offer_days
from programs.contacts.models import Contact, ServicePoint

COUNTED = ("syringes_out", "syringes_in", "naloxone_out")
"""What has a big plus and minus."""
SEVERAL = ("drugs", "tests", "vaccines", "advice")


class PointForm(OwnForm[ServicePoint]):
    class Meta:
        model = ServicePoint
        fields = ["name", "kind", "district", "hours", "closed_on"]
        widgets = {"closed_on": DateInput()}


class ContactForm(ModelForm[Contact]):
    """A contact: counts first, then what was done, then what is known of the client, all of it optional."""

    code = forms.CharField(
        label=_("Own word of the client"),
        required=False,
        max_length=40,
        help_text=_(
            "A word that only the client knows, the same each time. Never a name, a birthday or a phone number."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-not-kept": ""}),
    )

    class Meta:
        model = Contact
        fields = [
            "point", *COUNTED, "is_estimated", "naloxone_why", "reversals", *SEVERAL, "onward", "code", "is_first", "sex", "age_band",
            "held_on",
        ]  # fmt: skip
        widgets = {"held_on": DateInput(), "onward": forms.RadioSelect}

    def __init__(self, *args: Any, points: list[ServicePoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"] = forms.ModelChoiceField(
            label=_("Service point"), queryset=ServicePoint.objects.filter(pk__in=[point.pk for point in points])
        )
        self.fields["point"].empty_label = None  # type: ignore[attr-defined]
        for name in SEVERAL:
            field = Contact._meta.get_field(name)
            self.fields[name] = forms.MultipleChoiceField(
                label=field.verbose_name,  # type: ignore[union-attr]
                choices=field.base_field.choices,  # type: ignore[union-attr]
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        for name in (*COUNTED, "reversals"):
            self.fields[name].required = False
            self.fields[name].min_value = 0  # type: ignore[attr-defined]
            self.fields[name].widget.attrs |= {"min": 0, "max": 999, "inputmode": "numeric"}
        self.fields["held_on"].required = False
        offer_days(self.fields["held_on"], 0, -1)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in (*COUNTED, "reversals"):
            data[name] = data.get(name) or 0
            if data[name] > 999:
                self.add_error(name, _("At most 999."))
        data["held_on"] = data.get("held_on") or timezone.localdate()
        return data
