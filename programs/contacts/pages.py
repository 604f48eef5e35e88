"""Pages of low-threshold contacts: the counter for a phone, the months, the service points."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.downloads import spreadsheet_csv
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.number_format import typed
from programs.contacts import actions as contacts
from programs.contacts import months
from programs.contacts.forms import ContactForm, PointForm
from programs.contacts.models import CODE_MONTHS, Contact, ServicePoint
from programs.permissions import CONTACTS

TODAYS_CONTACTS = 30
"""So many of the latest of today the counter shows."""


@partner_page(contacts.record_contact)
def contact_counter(request: PartnerRequest) -> HttpResponse:
    """Counts a contact, and shows today's at the same service point, of which the last can be taken back."""
    partner, points = request.acting.partner, months.open_points(request.acting.partner)
    if not points:
        return render(request, "programs/contacts/counter.html", {"points": points})
    point = _point(request, points)
    form = ContactForm(request.POST or None, points=points, initial={"point": point.pk})
    if form.is_valid():
        try:
            contact = contacts.record_contact(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Counted."))
            return redirect(f"{reverse('contact_counter')}?point={contact.point_id}")
    todays = Contact.objects.filter(partner=partner, point=point, held_on=timezone.localdate()).order_by("-id")
    context = {
        "form": form,
        "points": points,
        "point": point,
        "todays": todays[:TODAYS_CONTACTS],
        "sums": months.sums_of(todays),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "programs/contacts/counter.html", context, status=status)


def _point(request: PartnerRequest, points: list[ServicePoint]) -> ServicePoint:
    """That of the address or the form; else where the partner counted last; else the first."""
    asked = typed(request.POST.get("point", "") or request.GET.get("point", ""))
    if not asked:
        latest = Contact.objects.filter(partner=request.acting.partner).order_by("-held_on", "-id")
        asked = latest.values_list("point_id", flat=True).first() or 0
    return next((point for point in points if point.pk == asked), points[0])


@require_POST
@partner_page(contacts.take_back_contact)
def contact_take_back(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes back a contact of today."""
    contact = own(request, Contact, pk)
    try:
        contacts.take_back_contact(by=request.acting, contact=contact)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return redirect(f"{reverse('contact_counter')}?point={contact.point_id}")


@partner_page(CONTACTS)
def contact_months(request: PartnerRequest) -> HttpResponse:
    """A year's months at each service point; `?format=csv` downloads them."""
    partner = request.acting.partner
    years = months.years_of(partner)
    year = typed(request.GET.get("year", "")) or (years[0] if years else timezone.localdate().year)
    rows = months.months_of(partner, year) if year in years else []
    if request.GET.get("format") == "csv":
        response = HttpResponse(spreadsheet_csv(months.table(rows)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="contacts-{year}.csv"'
        return response
    context = {"rows": rows, "year": year, "years": years, "code_months": CODE_MONTHS}
    return render(request, "programs/contacts/months.html", context)


@partner_page(CONTACTS)
def point_list(request: PartnerRequest) -> HttpResponse:
    """The partner's service points, open ones first."""
    points = ServicePoint.objects.filter(partner=request.acting.partner).select_related("district")
    return render(request, "programs/contacts/point_list.html", {"points": points.order_by("-closed_on", "name")})


@partner_page(contacts.save_point)
def point_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new service point, or one to change."""
    point = own(request, ServicePoint, pk) if pk else ServicePoint(partner=request.acting.partner)
    form = PointForm(request.POST or None, instance=point)
    if form.is_valid():
        contacts.save_point(by=request.acting, point=form.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect("point_list")
    title = str(point) if pk else _("New service point")
    context = {"form": form, "title": title, "back": reverse("point_list")}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)
