"""What a file of all data says before the data: article 15(1) of the GDPR asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.people.models import Person
from cases.rights.models import PrivacyNotice
from partnership.api import references
from partnership.members.models import Partner
from partnership.pages import pdf
from partnership.pages.template_tags import day


class Part(NamedTuple):
    """One kind of thing that is held: its title, column headings, rows of texts."""

    title: str
    heading: list[str]
    rows: list[list[str]]


class Holder(NamedTuple):
    """Something in a higher app that holds data of people: what it holds, and the action (`by`,
    `person`) that erases it and raises StillNeeded."""

    held: Callable[[Person], list[Part]]
    erase: Callable[..., None]

    origins: Callable[[Person], list[str]]
    """From whom what it holds came to the own partner, in sentences."""
    recipients: Callable[[Person], list[str]]
    """Whom it told of the person, by name, with what the telling was for."""


def information(person: Person, partner: Partner, holders: Iterable[Holder]) -> list[dict[str, Any]]:
    """Who is responsible, what the data is for and on what ground, where it came from, who received it and how long it is kept.

    What the partner has not said is shown as missing: it is no empty line.
    """
    notice = PrivacyNotice.objects.filter(partner=partner).first()
    missing = _("Not stated yet: ask %(partner)s (%(contact)s).") % {
        "partner": partner.name,
        "contact": ", ".join(filter(None, [partner.phone, partner.email])) or "–",
    }

    def said(name: str) -> str:
        return (getattr(notice, name) if notice else "") or missing

    records, holders = list(person.records().order_by("pk")), list(holders)
    origins = [_recorded(record) for record in records]
    origins += [text for holder in holders for record in records for text in holder.origins(record)]
    recipients = [text for holder in holders for record in records for text in holder.recipients(record)]
    years = settings.RETENTION_YEARS
    return [
        pdf.section(
            _("Who is responsible"),
            [],
            parts=[
                (_("Controller"), said("controller").splitlines()),
                (_("Data-protection officer"), said("officer").splitlines()),
            ],
        ),
        pdf.section(
            _("Why we have your data"),
            [],
            parts=[(_("Purposes"), [said("purposes")]), (_("Legal basis"), [said("legal_basis")])],
        ),
        pdf.section(_("Where your data comes from"), [said("sources"), *dict.fromkeys(origins)]),
        pdf.section(
            _("Who has received your data"),
            list(dict.fromkeys(recipients)) or [_("Nobody outside %(partner)s.") % {"partner": partner.name}],
        ),
        pdf.section(
            _("How long we keep your data"),
            [
                ngettext(
                    "If nothing has happened for %(n)s year, what identifies you is erased.",
                    "If nothing has happened for %(n)s years, what identifies you is erased.",
                    years,
                )
                % {"n": years},
                *([_("Arrests are kept as police law says.")] if any(r.arrests.exists() for r in records) else []),
            ],
        ),
    ]


def _recorded(person: Person) -> str:
    if person.source_key:
        return _("Taken over from another system of ours on %(day)s.") % {"day": day(person.created_at)}
    return _("Recorded by us on %(day)s.") % {"day": day(person.created_at)}


def held_references(owner: int, record: str, title: str, numbers: Iterable[int]) -> Part:
    """What other systems of the partner with the number `owner` call these records."""
    return Part(
        _("References in other systems"),
        [_("What"), _("System"), _("Reference")],
        [[title, held.system, held.reference] for held in references.held_of(owner, record, list(numbers))],
    )
