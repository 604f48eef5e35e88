"""Pages of relations: somebody of the own register is looked for, and said to be something to the person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.people.models import Person
from cases.people.named_person import others_named
from cases.relations import actions as relations
from cases.relations.models import Kind, Relation
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import own, partner_page
from partnership.pages.number_format import typed


@partner_page(relations.save_relation)
def relation_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Finds the other person (posted, so that no name is in an address), and takes what they are to this one."""
    person = own(request, Person, pk)
    kind = request.POST.get("kind", "")
    if kind in Kind.values:
        other = get_object_or_404(Person, partner=request.acting.partner, pk=typed(request.POST.get("other", "")))
        try:
            relations.save_relation(by=request.acting, person=person, other=other, kind=kind)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved. Both pages show it."))
        return redirect("person", pk=pk)
    text, others = others_named(request, person)
    log_read(request.acting, "person", pk, [person])
    log_read(request.acting, "person_list", 0, others)
    context = {"person": person, "others": others, "q": text, "kinds": Kind.choices}
    return render(request, "cases/relations/relation_new.html", context)


@require_POST
@partner_page(relations.remove_relation)
def relation_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a relation away."""
    relation = own(request, Relation, pk)
    relations.remove_relation(by=request.acting, relation=relation)
    messages.success(request, _("Removed from both pages."))
    return redirect("person", pk=relation.person_id)
