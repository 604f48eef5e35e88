"""Pages on which a partner writes a survey, asks in waves, and reads what people answered."""

from __future__ import annotations

import base64
from typing import Any

import qrcode
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.downloads import spreadsheet_csv
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from programs.permissions import SURVEY_TEXTS, SURVEYS
from programs.surveys import actions as surveys
from programs.surveys.answering import FEWEST_WRITERS
from programs.surveys.forms import BeginForm, CodesForm, QuestionForm, SurveyForm, WaveForm
from programs.surveys.models import Question, Survey, Wave
from programs.surveys.results import FEWEST, FEWEST_OF_ANSWER, FEWEST_OF_GROUP, results_of, told, words_of

MOST_TEXTS = 300
"""So many answers in own words to a question a page shows."""


def form_page(request: PartnerRequest, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    """A page with one form; 422 when it was sent and something is wrong."""
    context = {"form": form, "title": title, "back": back} | more
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@partner_page(SURVEYS)
def survey_list(request: PartnerRequest) -> HttpResponse:
    """Surveys of all partners, the newest first."""
    surveys_of_all = Survey.objects.select_related("partner").annotate(asked=Count("questions"))
    page = page_by_key(surveys_of_all, ["-id"], request.GET.get("after", ""))
    return render(request, "programs/surveys/survey_list.html", {"page": page})


@partner_page(surveys.begin_survey)
def survey_new(request: PartnerRequest) -> HttpResponse:
    """A new survey, with a set of questions or without any."""
    form = BeginForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not form.cleaned_data["code"]:
            return redirect("survey_write")
        survey = surveys.begin_survey(by=request.acting, code=form.cleaned_data["code"])
        messages.success(request, _("Here are the questions. Change them as you need until you ask."))
        return redirect("survey", pk=survey.pk)
    return form_page(request, form, _("New survey"), reverse("survey_list"), submit=_("Go on"))


@partner_page(surveys.save_survey)
def survey_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """Title, districts and whether the age is asked, of a new survey or an own one."""
    survey = own(request, Survey, pk) if pk else Survey(partner=request.acting.partner)
    form = SurveyForm(request.POST or None, instance=survey)
    if form.is_valid():
        districts = form.cleaned_data.get("districts", survey.districts.all() if pk else [])
        saved = surveys.save_survey(by=request.acting, survey=form.save(commit=False), districts=districts)
        messages.success(request, _("Saved."))
        return redirect("survey", pk=saved.pk)
    back = reverse("survey", args=[pk]) if pk else reverse("survey_list")
    return form_page(request, form, str(survey) if pk else _("New survey"), back)


@require_safe
@partner_page(SURVEYS)
def survey(request: PartnerRequest, pk: int) -> HttpResponse:
    """A survey: its questions, and for its partner the waves."""
    survey = get_object_or_404(
        Survey.objects.select_related("partner").prefetch_related("questions", "districts"), pk=pk
    )
    is_own = survey.partner_id == request.acting.partner.pk
    context = {
        "survey": survey,
        "is_own": is_own and surveys.save_survey.action.allows(request.acting),  # type: ignore[attr-defined]
        "waves": survey.waves.annotate(given=Count("answers")) if is_own else [],
    }
    return render(request, "programs/surveys/survey.html", context)


@partner_page(surveys.save_question)
def question_edit(request: PartnerRequest, survey_pk: int, pk: int | None = None) -> HttpResponse:
    """A new question of an own survey, or one to change."""
    survey = own(request, Survey, survey_pk)
    if pk:
        question = get_object_or_404(survey.questions.select_related("survey"), pk=pk)
    else:
        question = Question(partner=survey.partner, survey=survey, position=survey.questions.count() + 1)
    form = QuestionForm(request.POST or None, instance=question)
    if form.is_valid():
        try:
            surveys.save_question(by=request.acting, question=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("survey", pk=survey_pk)
    title = str(question) if pk else _("New question")
    return form_page(request, form, title, reverse("survey", args=[survey_pk]))


@require_POST
@partner_page(surveys.remove_question)
def question_remove(request: PartnerRequest, survey_pk: int, pk: int) -> HttpResponse:
    """Takes a question out of an own survey."""
    question = get_object_or_404(own(request, Survey, survey_pk).questions.select_related("survey"), pk=pk)
    return _done(request, survey_pk, lambda: surveys.remove_question(by=request.acting, question=question))


@partner_page(surveys.save_wave)
def wave_edit(request: PartnerRequest, survey_pk: int, pk: int | None = None) -> HttpResponse:
    """A new wave of an own survey, or one to change."""
    survey = own(request, Survey, survey_pk)
    wave = _own_wave(request, pk) if pk else Wave(partner=survey.partner, survey=survey)
    form = WaveForm(request.POST or None, instance=wave)
    if form.is_valid():
        try:
            surveys.save_wave(by=request.acting, wave=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("survey", pk=survey_pk)
    return form_page(request, form, str(wave) if pk else _("New wave"), reverse("survey", args=[survey_pk]))


def _own_wave(request: PartnerRequest, pk: int) -> Wave:
    return own(request, Wave, pk, "survey")


def _done(request: PartnerRequest, survey_pk: int, change: Any, words: str = "") -> HttpResponse:
    """Back on the survey's page, with what was done or why not."""
    try:
        change()
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words or _("Saved."))
    return redirect("survey", pk=survey_pk)


@require_POST
@partner_page(surveys.close_wave)
def wave_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends an own wave before its day."""
    wave = _own_wave(request, pk)
    words = _("Closed. You can read the results now.")
    return _done(request, wave.survey_id, lambda: surveys.close_wave(by=request.acting, wave=wave), words)


@require_POST
@partner_page(surveys.publish_wave)
def wave_publish(request: PartnerRequest, pk: int) -> HttpResponse:
    """Makes the results of an own wave public."""
    wave = _own_wave(request, pk)
    words = _("Published. Residents and every partner can read it.")
    return _done(request, wave.survey_id, lambda: surveys.publish_wave(by=request.acting, wave=wave), words)


@require_POST
@partner_page(surveys.withdraw_wave)
def wave_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the results of an own wave off the public page."""
    wave = _own_wave(request, pk)
    words = _("No longer public.")
    return _done(request, wave.survey_id, lambda: surveys.withdraw_wave(by=request.acting, wave=wave), words)


@require_POST
@partner_page(surveys.issue_codes)
def wave_codes(request: PartnerRequest, pk: int) -> HttpResponse:
    """Codes for letters, as a file that is given once: the portal keeps none of them."""
    wave, form = _own_wave(request, pk), CodesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how many codes you need."))
        return redirect("survey", pk=wave.survey_id)
    try:
        codes = surveys.issue_codes(by=request.acting, wave=wave, **form.cleaned_data)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("survey", pk=wave.survey_id)
    address = answer_address(wave)
    return _csv([[_("Code"), _("Address")], *[[code, address] for code in codes]], f"codes-{wave.pk}")


def _csv(rows: list[list[Any]], name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(spreadsheet_csv(rows), content_type="text/csv; charset=utf-8", headers=disposition)


def answer_address(wave: Wave) -> str:
    """Where people answer."""
    return f"{settings.SITE_URL}{reverse('survey_answer', args=[wave.token])}"


@require_safe
@partner_page(SURVEYS)
def wave_poster(request: PartnerRequest, pk: int) -> HttpResponse:
    """A page to print and hang up: the code that phones read, in three languages."""
    wave = _own_wave(request, pk)
    address = answer_address(wave)
    picture = qrcode.make(address, image_factory=SvgPathFillImage, box_size=10, border=4).to_string()
    context = {
        "wave": wave,
        "address": address,
        "picture": "data:image/svg+xml;base64," + base64.b64encode(picture).decode(),
    }
    return render(request, "programs/surveys/wave_poster.html", context)


@require_safe
@partner_page(SURVEYS)
def survey_results(request: PartnerRequest, pk: int) -> HttpResponse:
    """What people answered: what is public; for the partner that asked, each wave that is over. As a file with ?format=csv."""
    survey = get_object_or_404(Survey.objects.select_related("partner"), pk=pk)
    is_own = survey.partner_id == request.acting.partner.pk
    questions = list(survey.questions.all())
    waves, figures = told(survey, questions, is_own=is_own)
    if request.GET.get("format") == "csv":
        return _csv(result_rows(waves, questions, figures), f"survey-{survey.pk}")
    context = {
        "survey": survey,
        "is_own": is_own,
        "waves": waves,
        "results": results_of(waves, questions, figures),
        "has_texts": is_own and any(question.kind == Question.Kind.TEXT for question in questions),
        "fewest": FEWEST,
        "fewest_of_answer": FEWEST_OF_ANSWER,
        "fewest_of_group": FEWEST_OF_GROUP,
    }
    return render(request, "programs/surveys/survey_results.html", context)


def result_rows(waves: list[Wave], questions: list[Question], figures: list[Any]) -> list[list[Any]]:
    """A heading, and a row a figure."""
    heading = [
        _("Wave"), _("Opens on"), _("Closes on"), _("Who was asked"), _("Question"), _("Group"), _("Measure"), _("Answers put together"),
        _("Answers"), _("Value"), _("Lower bound"), _("Upper bound"),
    ]  # fmt: skip
    by_wave = {wave.pk: wave for wave in waves}
    by_question = {question.pk: question for question in questions}
    rows = []
    for figure in figures:
        wave, question = by_wave[figure.wave_id], by_question[figure.question_id]
        options = question.local_options
        rows.append(
            [
                wave.name,
                wave.opens_on.isoformat(),
                wave.closes_on.isoformat(),
                wave.get_method_display(),
                question.local_text,
                figure.group,
                figure.get_measure_display(),
                " + ".join(options[number - 1] for number in figure.options),
                figure.answers,
                figure.value,
                figure.lower,
                figure.upper,
            ]
        )
    return [heading, *rows]


@require_safe
@partner_page(SURVEY_TEXTS)
def survey_texts(request: PartnerRequest, pk: int) -> HttpResponse:
    """What people wrote in their own words, to the partner that asked: of waves that are over, in no order that tells who."""
    survey = own(request, Survey, pk)
    words = words_of(survey)
    written = [
        (question, words[question.pk][:MOST_TEXTS]) for question in survey.questions.all() if question.pk in words
    ]
    context = {"survey": survey, "written": written, "fewest": FEWEST_WRITERS}
    return render(request, "programs/surveys/survey_texts.html", context)
