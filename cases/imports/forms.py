"""Forms of imports: the file, and which of its columns is what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from cases.imports import codes
from cases.imports.fields import COLUMNS
from cases.imports.models import DataImport
from partnership.isolation.errors import RuleError
from partnership.members.models import District, Partner
from partnership.pages.form_fields import DateInput
from programs.catalogue.models import Programme


class UploadForm(forms.Form):
    """A file of arrests or participants, and what is known of it as a whole."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX with headings, one row per offence, participation, or district and year. A title above them is skipped."
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
                label=_("Programme"),
                queryset=Programme.objects.filter(partner=partner, is_active=True),
                required=False,
                empty_label=_("A column of the file says it for each"),
            )

    def clean_complete_through(self) -> Any:
        day = self.cleaned_data["complete_through"]
        if day > timezone.localdate():
            raise ValidationError(_("The date lies in the future."))
        return day


class MappingForm(forms.Form):
    """Which column is what, each choice with a value from the file; and what the partner says of the file as a whole."""

    def __init__(self, *args: Any, data_import: DataImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        samples = data_import.sample_rows
        headings = [("", "—")]
        for place, heading in enumerate(data_import.columns):
            sample = next((row[place] for row in samples if place < len(row) and row[place]), "")
            if heading:
                headings.append((heading, f"{heading} ({sample})" if sample else heading))
        for column in COLUMNS[data_import.kind]:
            self.fields[f"column_{column.name}"] = forms.ChoiceField(
                label=column.label,
                choices=headings,
                required=column.required,
                initial=data_import.mapping.get(column.name, ""),
            )
        if data_import.kind == DataImport.Kind.PARTICIPANTS:
            self.fields["consent"] = forms.ChoiceField(
                label=_("Do they consent to be counted in the statistics?"),
                choices=DataImport.Consent.choices,
                initial=data_import.consent,
                required=False,
            )
        self.fields["source"] = forms.CharField(
            label=_("Remember these choices as"),
            max_length=60,
            required=False,
            initial=data_import.source,
            help_text=_(
                "Give each system that you get files from its own name. Its next file is recognised by its columns."
            ),
        )

    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column_")
        }


class CodesForm(forms.Form):
    """What local offence codes mean: a table of all that is known, rules for many at once, and those without an ICCS code."""

    table = forms.CharField(
        label=_("Table of codes"),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "One code a line: your code, then the ICCS code. Paste two columns of a spreadsheet. A code that ends with * stands for all that begin so."
        ),
    )
    table_file = forms.FileField(
        label=_("Or a file with the table"),
        required=False,
        help_text=_("CSV or XLSX, two columns: your code and the ICCS code."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    rest = forms.ChoiceField(
        label=_("All the rest are"),
        required=False,
        help_text=_(
            "For every code that nothing else here says. Choose “Other criminal acts” if no drug offence is among them."
        ),
    )

    def __init__(self, *args: Any, data_import: DataImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data_import = data_import
        choices = [
            ("", _("— no code yet —")),
            *((code, f"{code} · {label}") for code, label in sorted(iccs.CODES.items())),
        ]
        known = {local: code for local, code in data_import.codes.items() if local != codes.REST}
        self.fields["table"].initial = codes.as_table(known)
        rest = self.fields["rest"]
        assert isinstance(rest, forms.ChoiceField)  # noqa: S101
        rest.choices = choices
        rest.initial = data_import.codes.get(codes.REST, "")
        self.code_fields: dict[str, str] = {}
        for number, (local, rows) in enumerate(sorted(data_import.unmapped_codes.items(), key=lambda item: -item[1])):
            name = f"code_{number}"
            self.code_fields[name] = local
            self.fields[name] = forms.ChoiceField(label=f"{local} ({rows})", choices=choices, required=False)

    def clean(self) -> dict[str, Any]:
        """`codes`: all that holds from now on; the file adds to the table, and a choice for one code goes before both."""
        data = super().clean() or {}
        try:
            table = codes.read_table(data.get("table", ""))
            if data.get("table_file"):
                table |= codes.read_table(codes.text_of(data["table_file"]))
        except RuleError as error:
            raise ValidationError(str(error)) from None
        forgotten = dict.fromkeys(self.data_import.codes, "")
        one_by_one = {local: data[name] for name, local in self.code_fields.items() if data.get(name)}
        data["codes"] = forgotten | table | one_by_one | {codes.REST: data.get("rest", "")}
        return data

    def unmapped_fields(self) -> list[Any]:
        return [self[name] for name in self.code_fields]
