"""Pages of imports: upload, columns, progress, preview, confirmation, problems."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.imports import actions as imports_actions
from cases.imports.fields import REASONS
from cases.imports.forms import CodesForm, MappingForm, UploadForm
from cases.imports.models import KINDS_BY_PARTNER, DataImport, ImportProblem
from cases.imports.samples import sample_table
from cases.permissions import IMPORTS
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest, stream_as
from partnership.isolation.errors import RuleError
from partnership.members.models import District, Partner
from partnership.pages.downloads import guard_formula
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from programs.catalogue.models import Programme

LONGEST_VALUE = 80
"""Characters of a wrong value that are shown."""


def kind_of(partner: Partner) -> str:
    """Police units bring arrests, those who help participants, the coordination office populations."""
    return KINDS_BY_PARTNER[partner.kind]


@require_safe
@partner_page(IMPORTS)
def import_list(request: PartnerRequest) -> HttpResponse:
    imports = DataImport.objects.filter(partner=request.acting.partner).select_related("created_by")
    page = page_by_key(imports, ["-id"], request.GET.get("after", ""))
    return render(request, "cases/imports/import_list.html", {"page": page, "kind": kind_of(request.acting.partner)})


@partner_page(imports_actions.upload)
def import_new(request: PartnerRequest) -> HttpResponse:
    partner = request.acting.partner
    kind = kind_of(partner)
    form = UploadForm(request.POST or None, request.FILES or None, partner=partner, kind=kind)
    if form.is_valid():
        data = form.cleaned_data
        try:
            data_import = imports_actions.upload(
                by=request.acting,
                kind=kind,
                file=data["file"],
                complete_through=data.get("complete_through"),
                district_ids=[district.pk for district in data.get("districts", [])],
                programme=data.get("programme"),
            )
        except RuleError as error:
            form.add_error("file", str(error))
        else:
            return redirect("data_import", pk=data_import.pk)
    context = {
        "form": form,
        "title": _("New import"),
        "back": reverse("import_list"),
        "multipart": True,
        "submit": _("Upload"),
    }
    return render(request, "cases/imports/import_new.html", context)


@require_safe
@partner_page(imports_actions.upload)
def import_sample(request: PartnerRequest) -> HttpResponse:
    """A file of simulated people that can be uploaded as it is: for the acting partner's district and programme."""
    partner = request.acting.partner
    district = District.objects.filter(partners=partner).first() or District.objects.first()
    programme = Programme.objects.filter(partner=partner).first()
    table = sample_table(kind_of(partner), district.name if district else "", programme.name if programme else "")
    response = HttpResponse("\ufeff" + "".join(map(_line, table)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sample-{kind_of(partner)}.csv"'
    return response


@partner_page(IMPORTS)
def data_import(request: PartnerRequest, pk: int) -> HttpResponse:
    """An import on one page: columns and codes to choose, progress, preview, problems, result."""
    data_import = own(request, DataImport, pk, "created_by", "programme", "taken_back_by")
    form = MappingForm(request.POST or None, data_import=data_import)
    codes_form = None
    if data_import.kind == DataImport.Kind.ARRESTS:
        codes_form = CodesForm(request.POST or None, request.FILES or None, data_import=data_import)
    if request.method == "POST" and form.is_valid() and (codes_form is None or codes_form.is_valid()):
        try:
            imports_actions.start_check(
                by=request.acting,
                data_import=data_import,
                mapping=form.mapping(),
                codes=codes_form.cleaned_data["codes"] if codes_form else {},
                consent=form.cleaned_data.get("consent") or DataImport.Consent.COLUMN,
                source=form.cleaned_data["source"],
            )
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            return redirect("data_import", pk=pk)
    problems = data_import.problems.all()
    page = page_by_key(problems, ["row", "id"], request.GET.get("after", "")) if data_import.rows_bad else None
    if data_import.samples or page:
        log_read(request.acting, "import_problems", pk, page.rows if page else [])
    has_errors = bool(form.errors or (codes_form and codes_form.errors))
    context = {
        "data_import": data_import,
        "form": form,
        "codes_form": codes_form,
        "reasons": problems.values("column", "reason").annotate(rows=Count("id")).order_by("-rows")[:20],
        "problems": page,
        "problem_rows": [_told(data_import, problem) for problem in page.rows] if page else [],
        "reason_texts": REASONS,
        **imports_actions.preview(data_import),
    }
    return render(request, "cases/imports/data_import.html", context, status=422 if has_errors else 200)


def _told(data_import: DataImport, problem: ImportProblem) -> dict[str, Any]:
    """A problem with the value that was found, and the arrest number of its row."""
    row_values = json.loads(problem.values)
    whole = "; ".join(row_values) if not problem.column else ""
    # A line whose quotation mark is not closed is one value, of no column.
    values = dict(zip(data_import.columns, row_values, strict=False)) if len(row_values) > 1 else {}
    return {
        "row": problem.row,
        "column": problem.column,
        "reason": REASONS.get(problem.reason, problem.reason),
        "value": (whole or values.get(problem.column, ""))[:LONGEST_VALUE],
        "arrest_number": values.get(data_import.mapping.get("arrest_number", ""), ""),
    }


@require_safe
@partner_page(IMPORTS)
def import_progress(request: PartnerRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while a job runs; when it is over, the whole page is asked for."""
    data_import = own(request, DataImport, pk)
    response = render(request, "cases/imports/_import_progress.html", {"data_import": data_import})
    if not data_import.is_running:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@partner_page(imports_actions.confirm)
def import_confirm(request: PartnerRequest, pk: int) -> HttpResponse:
    try:
        imports_actions.confirm(by=request.acting, data_import=own(request, DataImport, pk))
    except RuleError as error:
        messages.error(request, str(error))
    return redirect("data_import", pk=pk)


@require_POST
@partner_page(imports_actions.discard)
def import_discard(request: PartnerRequest, pk: int) -> HttpResponse:
    try:
        imports_actions.discard(by=request.acting, data_import=own(request, DataImport, pk))
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("data_import", pk=pk)
    messages.success(request, _("Discarded. Nothing of the file was kept."))
    return redirect("import_list")


@require_POST
@partner_page(imports_actions.start_taking_back)
def import_take_back(request: PartnerRequest, pk: int) -> HttpResponse:
    try:
        imports_actions.start_taking_back(by=request.acting, data_import=own(request, DataImport, pk))
    except RuleError as error:
        messages.error(request, str(error))
    return redirect("data_import", pk=pk)


@require_safe
@partner_page(IMPORTS)
def import_problems(request: PartnerRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as they stood in the file, each with its reasons, to mend and send again."""
    data_import = own(request, DataImport, pk)
    log_read(request.acting, "import_problems", pk, count=data_import.rows_bad)

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line([*data_import.columns, _("Row"), _("Reasons")])
        row: tuple[int, str] | None = None
        reasons: list[str] = []
        for problem in ImportProblem.objects.filter(data_import=data_import).order_by("row", "id").iterator(2000):
            if row and problem.row != row[0]:
                yield _line([*json.loads(row[1]), str(row[0]), "; ".join(reasons)])
                reasons = []
            row = (problem.row, problem.values)
            text = str(REASONS.get(problem.reason, problem.reason))
            reasons.append(f"{problem.column}: {text}" if problem.column else text)
        if row:
            yield _line([*json.loads(row[1]), str(row[0]), "; ".join(reasons)])

    response = StreamingHttpResponse(stream_as(request.acting, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{pk}-problems.csv"'
    return response


def _line(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow([guard_formula(value) for value in values])
    return out.getvalue()
