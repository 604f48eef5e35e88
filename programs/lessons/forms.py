"""Forms of lesson plans and lessons, and the two questions to pupils."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.members.models import Partner, User
from partnership.pages.form_fields import DateInput, ModelForm, OwnForm, offer_days
from programs.catalogue.models import Programme
from programs.lessons.actions import officers_of
from programs.lessons.models import Lesson, LessonPlan
from programs.library.models import Resource, ResourceVersion

SCALE = [(number, str(number)) for number in range(1, 6)]


class LessonPlanForm(OwnForm[LessonPlan]):
    class Meta:
        model = LessonPlan
        fields = [
            "title", "programme", "minutes", "age_from", "age_to", "activities", "resource_version", "material", "is_offered",
        ]  # fmt: skip
        widgets = {"activities": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Programme.objects.filter(partner=partner, is_active=True)
        self.fields["programme"].queryset = own  # type: ignore[attr-defined]
        # The latest of each resource; one that was chosen before may stay.
        versions = Q(pk__in=Resource.objects.offered().values("latest")) | Q(pk=self.instance.resource_version_id)
        material: Any = self.fields["resource_version"]
        material.queryset = (
            ResourceVersion.objects.filter(versions).select_related("resource").order_by("resource__title", "pk")
        )
        material.label_from_instance = lambda version: f"{version.resource.title}, {version}"


class AskForm(ModelForm[Lesson]):
    class Meta:
        model = Lesson
        fields = ["unit", "class_name", "wanted_on"]
        widgets = {"wanted_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Partner.objects.filter(kind=Partner.Kind.POLICE, is_active=True)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    officer = forms.ModelChoiceField(label=_("Officer"), queryset=User.objects.none())
    because = forms.CharField(
        label=_("Reason, where the officer has no certificate"),
        max_length=300,
        required=False,
        help_text=_("Only a manager of the unit can give one."),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = officers_of(acting.partner).order_by("full_name")
        self.fields["officer"].queryset = officers  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    held_on = forms.DateField(label=_("Held on"), widget=DateInput(), initial=timezone.localdate)
    pupils = forms.IntegerField(label=_("Pupils, counted"), min_value=1, max_value=Lesson.MOST_PUPILS)
    teacher_present = forms.BooleanField(label=_("A teacher was present the whole time"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["held_on"], 0, -1)


class CancelForm(forms.Form):
    because = forms.CharField(label=_("Why?"), max_length=Lesson._meta.get_field("cancelled_why").max_length)


class FeedbackForm(forms.Form):
    knowledge = forms.TypedChoiceField(
        label=_("I know what the law says about drugs."), choices=SCALE, coerce=int, widget=forms.RadioSelect
    )
    fairness = forms.TypedChoiceField(
        label=_("The police would treat me fairly."), choices=SCALE, coerce=int, widget=forms.RadioSelect
    )
