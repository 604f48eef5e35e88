"""The page on which a manager says what the partner does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from partnership.isolation.acting import PartnerRequest
from partnership.members.models import Partner
from partnership.pages.guard import partner_page
from partnership.practices.actions import choose_practices, practices_for
from partnership.practices.models import ABOUT


class PracticesForm(forms.Form):
    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practices"] = forms.MultipleChoiceField(
            label=_("Practices"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(each.value, format_html("{}: {}", each.label, ABOUT[each])) for each in practices_for(partner)],
            help_text=_("Each has an entry in the menu of whoever may use it. What was recorded stays."),
        )


@partner_page(choose_practices)
def practices(request: PartnerRequest) -> HttpResponse:
    """What the own partner does, of what one of its kind can do."""
    partner = request.acting.partner
    # No box ticked is an answer too: what is sent is more than the boxes.
    form = PracticesForm(request.POST or None, partner=partner, initial={"practices": request.acting.practices})
    if form.is_valid():
        choose_practices(by=request.acting, practices=form.cleaned_data["practices"])
        messages.success(request, _("Saved. The menu follows."))
        return redirect("partner", pk=partner.pk)
    return render(
        request,
        "pages/form.html",
        {"form": form, "title": _("What we do"), "back": reverse("partner", args=[partner.pk])},
    )
