"""Pages that residents read without signing in: the questions of a survey, and its results."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.public import in_language
from programs.surveys import actions as surveys
from programs.surveys.forms import AnswerForm
from programs.surveys.models import Survey
from programs.surveys.results import FEWEST_OF_ANSWER, FEWEST_OF_GROUP, results_of, told


def _public() -> dict[str, object]:
    """What every public page shows."""
    return {"exit": settings.QUICK_EXIT_URL, "is_demo": settings.DEMO}


@csrf_exempt  # a form that nobody signs in for has nobody to protect, and a token would be a cookie
@in_language
def survey_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The questions, to whoever has the address. No sign-in, no cookie; neither address nor time is kept."""
    try:
        asked = surveys.asked_survey(token.upper())
    except RuleError as error:
        return render(request, "programs/surveys/answer.html", {"closed": str(error), **_public()}, status=error.status)
    form = AnswerForm(request.POST if request.method == "POST" else None, asked=asked)
    context = {"survey": asked.survey, "form": form, "is_done": False, **_public()}
    if request.method == "POST" and form.is_valid():
        try:
            surveys.give_answer(asked=asked, token=token.upper(), **form.answers())
        except RuleError as error:
            refuse(form, error)
        else:
            return render(request, "programs/surveys/answer.html", context | {"is_done": True})
    return render(request, "programs/surveys/answer.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@in_language
def public_survey(request: HttpRequest, pk: int) -> HttpResponse:
    """What is published of a survey."""
    survey = get_object_or_404(Survey.objects.published().select_related("partner"), pk=pk)
    questions = list(survey.questions.all())
    waves, figures = told(survey, questions, is_own=False)
    context = {
        "survey": survey,
        "waves": waves,
        "results": [result for result in results_of(waves, questions, figures) if result.latest],
        "fewest_of_answer": FEWEST_OF_ANSWER,
        "fewest_of_group": FEWEST_OF_GROUP,
        **_public(),
    }
    return render(request, "programs/surveys/public_survey.html", context)
