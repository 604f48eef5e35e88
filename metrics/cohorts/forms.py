"""The form of a saved cohort."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from cases.arrests.models import OffenceGroup
from cases.enrolments.models import Substance
from cases.people.models import Sex
from metrics.cohorts.models import Cohort
from metrics.cohorts.participants import Participants
from metrics.cohorts.selection import DIMENSIONS, FIRST_YEAR, AgeBand, History, Selection
from partnership.isolation.acting import Acting
from partnership.members.models import District, Partner, Role
from partnership.pages.form_fields import ModelForm
from partnership.pages.number_format import plain
from programs.catalogue.models import Programme, ReferralKind


def _chip(programme: Programme, acting: Acting, participants: Participants | None) -> str:
    """A programme's name, whose it is where there are several partners, and how many participants the release shows."""
    name = programme.local_name
    if acting.role == Role.COORDINATOR:
        name = f"{name} ({programme.partner.name})"
    people = participants.of_programme.get(programme.pk) if participants else None
    return name if people is None else f"{name} · {plain(people)}"


def multiple_choice(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    """Chips of which any number can be chosen; none restricts nothing."""
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


class CohortForm(ModelForm[Cohort]):
    """A saved cohort. What is left empty restricts nothing."""

    partners = multiple_choice(_("Partners"))
    programmes = multiple_choice(_("Programmes"))
    kinds = multiple_choice(_("Kinds of programme"), Programme.Kind.choices)
    districts = multiple_choice(_("Home districts"))
    first_year = forms.IntegerField(
        label=_("Started from the year"), required=False, min_value=FIRST_YEAR, max_value=2100
    )
    last_year = forms.IntegerField(label=_("To the year"), required=False, min_value=FIRST_YEAR, max_value=2100)
    sexes = multiple_choice(_("Sex"), Sex.choices)
    ages = multiple_choice(_("Age"), AgeBand.choices)
    history = forms.ChoiceField(
        label=_("First-time or not"),
        required=False,
        choices=[("", _("All")), *History.choices],
        widget=forms.RadioSelect,
    )
    substances = multiple_choice(_("Primary drug"), Substance.choices)
    offence_groups = multiple_choice(_("Last offence before"), OffenceGroup.choices)
    referral_kinds = multiple_choice(_("Kinds of referral"), ReferralKind.choices)
    index = forms.ChoiceField(
        label=_("Followed from"),
        choices=[("start", _("The start of the programme (intention to treat)")), ("completion", _("Its completion"))],
        initial="start",
        help_text=_(
            "People who complete a programme differ from those who leave: a figure from completion flatters it."
        ),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Cohort
        fields = ["name", "is_shared"]

    def __init__(
        self,
        *args: Any,
        acting: Acting,
        selection: Selection | None = None,
        participants: Participants | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.select_related("partner").order_by("partner__name", "name")
        if acting.role == Role.COORDINATOR:
            partners = Partner.objects.filter(programmes__isnull=False).distinct().order_by("name")
            self.fields["partners"].choices = [(str(p.pk), p.name) for p in partners]  # type: ignore[attr-defined]
        else:
            del self.fields["partners"]
            programmes = programmes.filter(partner=acting.partner)
        self.fields["programmes"].choices = [(str(p.pk), _chip(p, acting, participants)) for p in programmes]  # type: ignore[attr-defined]
        self.fields["districts"].choices = [(str(d.pk), d.local_name) for d in District.objects.order_by("name")]  # type: ignore[attr-defined]
        if selection and not self.is_bound:
            for name, value in selection.to_json().items():
                if name in self.fields:
                    self.initial[name] = [str(v) for v in value] if isinstance(value, list) else value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first_year") and data.get("last_year") and data["first_year"] > data["last_year"]:
            self.add_error("last_year", _("The end of the range comes before its beginning."))
        return data

    def parts(self) -> list[tuple[Any, list[BoundField]]]:
        """The fields as the page shows them: under a heading those that name programmes, traits, and how people are followed."""
        headings = (
            (_("Programmes and years"), ("partners", "programmes", "kinds", "first_year", "last_year")),
            (_("Traits: one, or two from 600 people on"), (*(name for name in DIMENSIONS if name != "index"), "index")),
        )
        return [(heading, [self[name] for name in names if name in self.fields]) for heading, names in headings]

    def selection(self) -> Selection:
        """What the form selects; of one with errors, what is free of them."""
        data = self.cleaned_data
        id_lists: dict[str, Any] = {
            name: [int(v) for v in data.get(name, [])] for name in ("programmes", "partners", "districts")
        }
        other_values = {
            name: data[name]
            for name in (
                "kinds", "first_year", "last_year", "sexes", "ages", "history", "substances", "offence_groups",
                "referral_kinds", "index",
            )
            if name in data
        }  # fmt: skip
        return Selection(**id_lists, **other_values)
