"""Forms of surveys, questions and waves, and the one that residents fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District
from partnership.pages.form_fields import DateInput, ModelForm
from programs.surveys.actions import MOST_CODES, AskedSurvey
from programs.surveys.models import AgeBand, Question, Survey, SurveyText, Wave
from programs.surveys.question_sets import CHOICES


class Lines(SimpleArrayField):
    """A text a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(forms.CharField(max_length=120), *args, delimiter="\n", required=False, **kwargs)
        self.widget = forms.Textarea(attrs={"rows": 5})

    def clean(self, value: Any) -> Any:
        lines = (line.strip() for line in (value or "").splitlines())
        return super().clean("\n".join(line for line in lines if line))


class BeginForm(forms.Form):
    """With which questions a survey begins."""

    code = forms.ChoiceField(
        label=_("Begin with"),
        choices=[*CHOICES, ("", _("No questions: I write my own"))],
        initial=CHOICES[0][0],
        required=False,
    )


class SurveyForm(ModelForm[Survey]):
    class Meta:
        model = Survey
        fields = ["title_fi", "title_sv", "title_en", "asks_age", "districts"]
        widgets = {"districts": forms.CheckboxSelectMultiple()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["districts"].queryset = District.objects.order_by("name")  # type: ignore[attr-defined]
        if self.instance.is_in_use:
            del self.fields["asks_age"], self.fields["districts"]


class QuestionForm(ModelForm[Question]):
    ONE_A_LINE = _("One a line; of a scale, what 1 and what 5 mean.")

    options_fi = Lines(label=_("Answers in Finnish"), help_text=ONE_A_LINE)
    options_sv = Lines(label=_("Answers in Swedish"), help_text=ONE_A_LINE)
    options_en = Lines(label=_("Answers in English"), help_text=ONE_A_LINE)

    class Meta:
        model = Question
        fields = [
            "kind", "text_fi", "text_sv", "text_en", "options_fi", "options_sv", "options_en", "counted", "position"
        ]  # fmt: skip


class WaveForm(ModelForm[Wave]):
    class Meta:
        model = Wave
        fields = ["name", "method", "opens_on", "closes_on", "population", "design_effect"]
        widgets = {"opens_on": DateInput(), "closes_on": DateInput()}


class CodesForm(forms.Form):
    number = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=MOST_CODES)


class AnswerForm(forms.Form):
    """The questions of a survey, as somebody answers them who does not sign in. None has to be answered."""

    use_required_attribute = False

    def __init__(self, data: Any, *, asked: AskedSurvey) -> None:
        super().__init__(data, auto_id="%s")
        self.asked = asked
        if asked.needs_code:
            self.fields["code"] = forms.CharField(label=_("Code from your letter"), max_length=30)
        for question in asked.questions:
            self.fields[f"q{question.pk}"] = _field_of(question)
        districts = [(str(district.pk), district.local_name) for district in asked.survey.districts.all()]
        if districts:
            self.fields["district"] = forms.TypedChoiceField(
                label=_("Where do you live?"),
                choices=[("", _("I'd rather not say")), *districts],
                coerce=int,
                empty_value=None,
                required=False,
            )
        if asked.survey.asks_age:
            self.fields["age_band"] = forms.ChoiceField(
                label=_("How old are you?"), choices=[("", _("I'd rather not say")), *AgeBand.choices], required=False
            )

    def answers(self) -> dict[str, Any]:
        """What `give_answer` takes, of a form that is valid."""
        data = self.cleaned_data
        texts = {q.pk for q in self.asked.questions if q.kind == Question.Kind.TEXT}
        by_question = {q.pk: data[f"q{q.pk}"] for q in self.asked.questions}
        return {
            "code": data.get("code", ""),
            "district": data.get("district"),
            "age_band": data.get("age_band", ""),
            "numbers": {pk: value for pk, value in by_question.items() if pk not in texts and value is not None},
            "texts": {pk: value for pk, value in by_question.items() if pk in texts and value},
        }

    def asked_fields(self) -> Iterator[tuple[forms.BoundField, str, list[str]]]:
        """Each field with how it is shown (its question's kind, "code" or "about") and what the ends of a scale mean."""
        kinds = {f"q{question.pk}": question for question in self.asked.questions}
        for field in self:
            question = kinds.get(field.name)
            if question is not None:
                yield field, question.kind, question.local_options
            else:
                yield field, "code" if field.name == "code" else "about", []


def _field_of(question: Question) -> forms.Field:
    label = question.local_text
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(
            label=label,
            max_length=SurveyText.MOST,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Please name nobody, also not yourself."),
        )
    if question.kind == Question.Kind.NUMBER:
        return forms.IntegerField(
            label=label,
            min_value=0,
            max_value=Question.MOST_NUMBER,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
    choices = (
        [(number, str(number)) for number in Question.SCALE]
        if question.kind == Question.Kind.SCALE
        else list(enumerate(question.local_options, 1))
    )
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
