"""Saved cohorts: their list, and the form that makes one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.cohorts import actions as cohorts_actions
from metrics.cohorts.forms import CohortForm
from metrics.cohorts.models import Cohort, own_cohorts, visible_cohorts
from metrics.cohorts.selection import Selection
from metrics.permissions import COHORTS
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page


@require_safe
@partner_page(COHORTS)
def cohort_list(request: PartnerRequest) -> HttpResponse:
    """The cohorts that the acting person sees, archived ones last."""
    cohorts = visible_cohorts(request.acting).select_related("partner", "created_by")
    rows = sorted(cohorts[:500], key=lambda cohort: (cohort.archived_at is not None, cohort.name.casefold()))
    return render(request, "metrics/cohorts/cohort_list.html", {"cohorts": rows})


@partner_page(cohorts_actions.save_cohort)
def cohort_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new cohort, or one of the own ones to change. Somebody else's is not found."""
    cohort = get_object_or_404(own_cohorts(request.acting), pk=pk) if pk else Cohort(partner=request.acting.partner)
    saved_selection = Selection.from_json(cohort.selection) if cohort.pk else None
    form = CohortForm(request.POST or None, acting=request.acting, instance=cohort, selection=saved_selection)
    if form.is_valid():
        try:
            saved_cohort = cohorts_actions.save_cohort(
                by=request.acting, cohort=form.save(commit=False), selection=form.selection()
            )
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Its figures come with the computation that has just been asked for."))
            return redirect(f"{reverse('population_figures')}?cohort={saved_cohort.pk}")
    title = str(cohort) if cohort.pk else _("New cohort")
    context = {"form": form, "title": title, "back": reverse("cohort_list"), "history": "cohort" if pk else ""}
    return render(request, "pages/form.html", context | {"history_of": pk})


@require_POST
@partner_page(cohorts_actions.archive_cohort)
def cohort_archive(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an own cohort out of the list, or puts it back."""
    cohort = get_object_or_404(own_cohorts(request.acting), pk=pk)
    is_archived = request.POST.get("archived") == "yes"
    try:
        cohorts_actions.archive_cohort(by=request.acting, cohort=cohort, is_archived=is_archived)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("cohort_list")
    text = (
        _("The cohort “%(name)s” is archived: no later computation holds it.")
        if is_archived
        else _("The cohort “%(name)s” is back.")
    )
    messages.success(request, text % {"name": cohort.name})
    return redirect("cohort_list")
