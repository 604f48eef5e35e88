"""The form of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people import identity_code
from cases.people.models import Person, Sex
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm
from partnership.pages.number_format import typed


class PersonForm(ModelForm[Person]):
    """Who the person is. The identity code fills in date of birth and sex; without a code a name or a nickname will do."""

    identity_code = forms.CharField(
        label=_("Personal identity code"),
        required=False,
        max_length=11,
        help_text=_("So that somebody you know already is recognised. Leave empty for somebody without one."),
    )
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=100)
    first_names = forms.CharField(
        label=_("First names"), max_length=100, help_text=_("Or what the person wants to be called.")
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=DateInput(),
        help_text=_("Under 18, a guardian consents as well."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("So that the programme can call."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)

    class Meta:
        model = Person
        fields = ["identity_code", "last_name", "first_names", "born_on", "sex", "phone", "email", "district"]

    SOMEBODY_ELSE = "else"

    def ask_about(self, doubles: Sequence[Person]) -> None:
        """Asks whether the person is one of these, of whom nothing was known before the form was sent."""
        same = [
            (str(double.pk), _("%(who)s: this is the same person") % {"who": double.described()}) for double in doubles
        ]
        question = forms.ChoiceField(
            label=_("Do you know this person already?"),
            choices=[*same, (self.SOMEBODY_ELSE, _("Somebody else: a new person"))],
            widget=forms.RadioSelect,
            required=False,
        )
        self.fields = {"double": question, **self.fields}
        self.add_error("double", _("Your register has somebody spelled alike. Choose who it is."))

    def known_fields(self) -> list[forms.BoundField]:
        """The fields of the record, without the question of `ask_about`."""
        return [self[name] for name in self.base_fields]

    @property
    def is_somebody_else(self) -> bool:
        """The answer to `ask_about`: a new person."""
        return self._answer == self.SOMEBODY_ELSE

    def same_person(self, partner: Partner) -> Person | None:
        """The own person whom the answer to `ask_about` names."""
        number = typed(self._answer)
        return Person.objects.filter(partner=partner, pk=number).first() if number else None

    @property
    def _answer(self) -> str:
        return str(self.data.get(self.add_prefix("double"), ""))

    def clean_identity_code(self) -> str:
        text = self.cleaned_data["identity_code"]
        self.parsed = identity_code.parse(text) if text else None
        return self.parsed.text if self.parsed else ""

    def clean_born_on(self) -> Any:
        born_on = self.cleaned_data["born_on"]
        if born_on and not 1900 <= born_on.year <= timezone.localdate().year:
            raise ValidationError(_("This is not a date of birth."))
        if born_on and born_on > timezone.localdate():
            raise ValidationError(_("The date of birth lies in the future."))
        return born_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code = getattr(self, "parsed", None)
        if code:
            if data.get("born_on") and data["born_on"] != code.born_on:
                self.add_error("born_on", _("The identity code says another date of birth."))
            data["born_on"] = code.born_on
            if data.get("sex") in (None, "", Sex.UNKNOWN):
                data["sex"] = code.sex
        data["sex"] = data.get("sex") or Sex.UNKNOWN
        return data
