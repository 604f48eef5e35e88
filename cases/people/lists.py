"""The list of people: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.people.models import Person
from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day


def _person(person: Person) -> str:
    name = link(reverse("person", args=[person.pk]), str(person))
    linked = tag(_("Linked records")) if getattr(person, "is_linked", False) else ""
    return format_html("{} {} {}", name, tag(_("Under 18"), "wait") if person.is_minor else "", linked)


PERSON_LIST = Listing(
    page="person_list",
    columns=(
        Column("name", gettext_lazy("Person"), str, _person),
        Column("born", gettext_lazy("Date of birth"), lambda p: p.born_on, lambda p: day(p.born_on)),
        Column("sex", gettext_lazy("Sex"), lambda p: p.get_sex_display(), at_first=False),
        Column("phone", gettext_lazy("Phone"), lambda p: p.phone, at_first=False),
        Column("district", gettext_lazy("Home district"), lambda p: p.district.local_name if p.district else ""),
        Column("changed", gettext_lazy("Last change"), lambda p: p.changed_at, lambda p: day(p.changed_at)),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest change first"), ["-changed_at", "-id"]),
        "oldest": Sort(gettext_lazy("Longest unchanged first"), ["changed_at", "id"]),
    },
)
