"""Forms of placements: which offer, the consent to be named, the first day, the end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.placements.models import Placement, Tell
from partnership.members.models import User
from partnership.pages.form_fields import DateInput, offer_days
from programs.employers.models import WorkOffer


class PlaceForm(forms.Form):
    offer = forms.ModelChoiceField(label=_("Offer"), queryset=WorkOffer.objects.none())
    responsible = forms.TypedChoiceField(label=_("Responsible"), coerce=int)

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["offer"]
        open_offers = WorkOffer.objects.open().select_related("employer", "district")
        field.queryset = open_offers.order_by("employer__name", "id")
        field.label_from_instance = lambda offer: " · ".join(
            [offer.employer.name, offer.work, str(offer.get_kind_display()), offer.district.local_name]
        )
        self.team = {user.pk: user for user in team}
        self.fields["responsible"].choices = [(user.pk, user.full_name) for user in team]  # type: ignore[attr-defined]

    def clean_responsible(self) -> User:
        return self.team[self.cleaned_data["responsible"]]


def _words(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text
    )


class ConsentForm(forms.Form):
    """What the employer may be told, in the person's own choice of it."""

    how = forms.ChoiceField(label=_("How the person agreed"), choices=Placement.How.choices)
    tells = forms.MultipleChoiceField(
        label=_("The employer may be told"),
        choices=Tell.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Tell.NAME],
        help_text=_("The name of an organisation can tell why somebody is its client: ask about it by itself."),
    )
    times = _words(_("When they can work"), _("Days and hours, and when not."))
    skills = _words(_("What they can do"), _("Work, study, languages, cards and licences."))
    needs = _words(
        _("What they need at work"), _("Guidance, breaks, aids. No word of treatment, substances, offences or arrest.")
    )

    @staticmethod
    def of(placement: Placement) -> dict[str, Any]:
        if not placement.consent_on:
            return {}
        names = ("tells", "times", "skills", "needs")
        return {name: getattr(placement, name) for name in names} | {"how": placement.consent_how}


class StartForm(forms.Form):
    on = forms.DateField(label=_("First day at work"), widget=DateInput(), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["on"], 0, -1)


class EndForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=DateInput(), initial=timezone.localdate)
    reason = forms.ChoiceField(label=_("Reason"), choices=Placement.Ended.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["on"], 0, -1)
