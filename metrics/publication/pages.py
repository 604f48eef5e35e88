"""The partnership's results in public, as a statistical release: the page, its files, its preview; publishing and withdrawing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.publication.drawings import picture
from metrics.publication.forms import PublishForm, WithdrawForm
from metrics.publication.results import PublicResults, lead, public_results, published, publisher, withdrawn
from metrics.publication.tables import TABLES
from metrics.runs import actions as runs
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.downloads import spreadsheet_csv
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page
from partnership.pages.public import in_language

THEMES = ("light", "dark")
TYPES = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}
KEPT = 7 * 86400
"""Seconds for which a drawing of a release, which never changes, is kept."""


@require_safe
@in_language
def public_page(request: HttpRequest) -> HttpResponse:
    """The newest release that is public, or the one that ?release= names; what was withdrawn, and why."""
    run = _of_address(request)
    return render(request, "metrics/publication/public_results.html", _context(run, reverse("public_results")))


@require_safe
@in_language
def public_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """A table (CSV) or picture (SVG, PNG) of a public release. Raises Http404 for a name or release that is none."""
    run = _of_address(request)
    if run is None:
        raise Http404
    return _file(request, run, name, kind)


@require_safe
@partner_page(runs.publish)
def run_public(request: PartnerRequest, pk: int) -> HttpResponse:
    """The public page as it would be with this release, for who publishes it."""
    run = get_object_or_404(Run, pk=pk, released_at__isnull=False)
    context = _context(run, reverse("run_public", args=[pk])) | {"is_preview": True}
    return render(request, "metrics/publication/public_results.html", context)


@require_safe
@partner_page(runs.publish)
def run_public_file(request: PartnerRequest, pk: int, name: str, kind: str) -> HttpResponse:
    """The same files of a release that is not public yet."""
    return _file(request, get_object_or_404(Run, pk=pk, released_at__isnull=False), name, kind)


@partner_page(runs.publish)
def run_publish(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says what everybody would see, asks whether it was looked at, and publishes."""
    run = get_object_or_404(Run, pk=pk, released_at__isnull=False)
    form = PublishForm(request.POST or None)
    if form.is_valid():
        try:
            runs.publish(by=request.acting, run=run, next_on=form.cleaned_data["next_on"])
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Published: everybody can see these results now."))
            return redirect("run", pk)
    results = public_results(run)
    context = {
        "form": form,
        "run": run,
        "results": results,
        "lead": lead(results),
        "office": publisher(),
        "back": reverse("run", args=[pk]),
        "title": _("Publish release %(release)s") % {"release": run.quarter},
        "submit": _("Publish"),
    }
    return render(request, "metrics/publication/publish.html", context)


@partner_page(runs.withdraw)
def run_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes published results back, with the reason that the public reads."""
    run = get_object_or_404(Run, pk=pk, published_at__isnull=False)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            runs.withdraw(by=request.acting, run=run, because=form.cleaned_data["because"])
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Withdrawn: the public page says so."))
            return redirect("run", pk)
    context = {
        "form": form,
        "back": reverse("run", args=[pk]),
        "title": _("Withdraw release %(release)s") % {"release": run.quarter},
        "submit": _("Withdraw"),
    }
    return render(request, "pages/form.html", context)


def _of_address(request: HttpRequest) -> Run | None:
    """The public release that ?release= names, or the newest one; None where nothing is public. Raises Http404 for one that is
    not public."""
    name = request.GET.get("release", "")
    run = published().filter(quarter=name).first() if name else published().first()
    if name and run is None:
        raise Http404
    return run


def _context(run: Run | None, address: str) -> dict[str, Any]:
    """`address`: where the page stands, below which its files are."""
    results = public_results(run) if run else None
    return {
        "run": run,
        "results": results,
        "lead": lead(results) if results else "",
        "address": address,
        "office": publisher(),
        "withdrawn": list(withdrawn()),
        "others": [each for each in published() if run and each.pk != run.pk],
        "exit": settings.QUICK_EXIT_URL,
    }


def _file(request: HttpRequest, run: Run, name: str, kind: str) -> HttpResponse:
    if name not in TABLES or kind not in TYPES:
        raise Http404
    results = public_results(run) if kind == "csv" else None
    content = spreadsheet_csv(TABLES[name](results)) if results else _drawn(request, run, name, kind)
    response = HttpResponse(content, content_type=TYPES[kind])
    if "download" in request.GET or kind == "csv":
        response["Content-Disposition"] = f'attachment; filename="{name}-{run.quarter}.{kind}"'
    return response


def _drawn(request: HttpRequest, run: Run, name: str, kind: str) -> str | bytes:
    """A picture in the theme and width of the address. Raises Http404 where there is nothing to draw."""
    theme = request.GET.get("theme", "")
    theme = theme if theme in THEMES else THEMES[0]
    is_saved = "download" in request.GET
    narrow = "narrow" in request.GET and not is_saved
    key = f"public{charts.VERSION}:{run.pk}:{name}:{kind}:{theme}:{narrow}:{is_saved}:{get_language()}"
    content: str | bytes | None = cache.get(key)
    if content is None:
        results = public_results(run)
        if not _can_be_drawn(results, name):
            raise Http404
        chart = picture(results, name, theme=theme, narrow=narrow, is_saved=is_saved)
        content = charts.to_svg(chart, theme, narrow=narrow) if kind == "svg" else charts.to_png(chart, theme)
        cache.set(key, content, KEPT)
    return content


def _can_be_drawn(results: PublicResults, name: str) -> bool:
    return bool(results.windows if name == "rearrested" else results.places)
