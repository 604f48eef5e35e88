"""Forms of imports: the file, and which of its columns is what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from cases.imports.fields import COLUMNS
from cases.imports.models import DataImport
from partnership.members.models import District, Partner
from partnership.pages.form_fields import DateInput
from programs.catalogue.models import Programme


class UploadForm(forms.Form):
    """A file of arrests or participants, and what is known of it as a whole."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, headings in the first row, one row per offence, participation, or district and year."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, partner: Partner, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == DataImport.Kind.ARRESTS:
            self.fields["complete_through"] = forms.DateField(
                label=_("Complete through"),
                widget=DateInput(),
                help_text=_(
                    "Up to which day all arrests of these districts are in your files, this one included. Figures look no further."
                ),
            )
            self.fields["districts"] = forms.ModelMultipleChoiceField(
                label=_("Districts covered"),
                queryset=District.objects.filter(partners=partner),
                widget=forms.CheckboxSelectMultiple,
                initial=list(District.objects.filter(partners=partner)),
            )
        elif kind == DataImport.Kind.PARTICIPANTS:
            self.fields["programme"] = forms.ModelChoiceField(
                label=_("Programme"), queryset=Programme.objects.filter(partner=partner, is_active=True)
            )

    def clean_complete_through(self) -> Any:
        day = self.cleaned_data["complete_through"]
        if day > timezone.localdate():
            raise ValidationError(_("The date lies in the future."))
        return day


class MappingForm(forms.Form):
    """Which column is what; and an ICCS code for each local offence code that has none."""

    def __init__(self, *args: Any, data_import: DataImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        headings = [("", "—"), *((heading, heading) for heading in data_import.columns)]
        for column in COLUMNS[data_import.kind]:
            self.fields[f"column_{column.name}"] = forms.ChoiceField(
                label=column.label,
                choices=headings,
                required=column.required,
                initial=data_import.mapping.get(column.name, ""),
            )
        codes = [
            ("", _("— no code yet —")),
            *((code, f"{code} · {label}") for code, label in sorted(iccs.CODES.items())),
        ]
        self.code_fields: dict[str, str] = {}
        for number, (local, rows) in enumerate(sorted(data_import.unmapped_codes.items(), key=lambda item: -item[1])):
            name = f"code_{number}"
            self.code_fields[name] = local
            self.fields[name] = forms.ChoiceField(label=f"{local} ({rows})", choices=codes, required=False)

    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column_")
        }

    def codes(self) -> dict[str, str]:
        return {local: self.cleaned_data[name] for name, local in self.code_fields.items()}
