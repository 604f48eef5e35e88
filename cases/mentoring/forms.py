"""Forms of mentors, pairs and contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Goal
from cases.fellowships.models import Touchpoint
from cases.mentoring.models import MOST_PAIRS, Mentor, MentorPair
from partnership.members.models import District
from partnership.pages.form_fields import DateInput, offer_days
from programs.catalogue.models import LANGUAGES


class MentorForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Mentor.Kind.choices)
    background_checked_on = forms.DateField(
        label=_("Background checked on"),
        widget=DateInput(),
        required=False,
        help_text=_("Without it, or once it is two years old, no pair begins."),
    )
    qualified_until = forms.DateField(label=_("Qualified until"), widget=DateInput())
    max_pairs = forms.IntegerField(label=_("Pairs at once, at most"), min_value=1, max_value=MOST_PAIRS, initial=2)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=list(LANGUAGES.items()), widget=forms.CheckboxSelectMultiple
    )
    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.all(), required=False, empty_label=_("Any")
    )
    from_age = forms.IntegerField(label=_("From age"), min_value=0, max_value=120, required=False)
    to_age = forms.IntegerField(label=_("To age"), min_value=0, max_value=120, required=False)


class PairForm(forms.Form):
    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=Mentor.objects.none())
    agreed_every_days = forms.IntegerField(label=_("In touch every so many days"), min_value=1, max_value=90, initial=7)
    started_on = forms.DateField(label=_("First day"), widget=DateInput(), initial=timezone.localdate)
    guardian = forms.ChoiceField(label=_("Guardian"), choices=[("", "–"), *MentorPair.Guardian.choices])

    def __init__(self, *args: Any, free: list[Mentor], is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentors = Mentor.objects.filter(pk__in=[mentor.pk for mentor in free])
        self.fields["mentor"].queryset = mentors  # type: ignore[attr-defined]
        if not is_minor:
            del self.fields["guardian"]


class ContactForm(forms.Form):
    on = forms.DateField(label=_("Date"), widget=DateInput(), initial=timezone.localdate)
    mode = forms.ChoiceField(label=_("How"), choices=Touchpoint.Kind.choices, widget=forms.RadioSelect)
    topic = forms.ChoiceField(label=_("Topic"), choices=Goal.Area.choices)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, required=False)
    concern = forms.CharField(
        label=_("Concern"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Becomes a task, for today, of who is responsible for the person."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["on"], 0, -1)


class EndForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=MentorPair.EndReason.choices)
    ended_on = forms.DateField(label=_("Last day"), widget=DateInput(), initial=timezone.localdate)
