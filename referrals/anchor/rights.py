"""What anchor cases hold about a person of the own register, and whom they told; how that is erased and how long it is kept."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.information import Holder, Part
from partnership.pages.template_tags import day
from referrals.anchor.actions import erase_cases
from referrals.anchor.models import AnchorCase, AnchorCheck, AnchorExchange, AnchorGuidance, AnchorMeeting, AnchorStep


def held(person: Person) -> list[Part]:
    """The person's cases with guardian, exchanges, meetings, steps, guidance and what was seen later."""
    of = {"case__person": person}
    return [
        Part(
            _("Anchor cases"),
            [_("Received on"), _("From whom"), _("Reasons"), _("Screening"), _("Guardian"), _("How it ended")],
            [
                [
                    day(c.received_on),
                    c.get_source_display(),
                    c.reasons_in_words,
                    c.get_screening_display() or "–",
                    ", ".join(
                        filter(None, [c.guardian_name, c.get_guardian_told_display(), c.get_guardian_why_display()])
                    )
                    or "–",
                    f"{c.get_outcome_display()} {day(c.closed_on)}" if c.closed_on else "–",
                ]
                for c in AnchorCase.objects.filter(person=person).order_by("id")
            ],
        ),
        Part(
            _("Anchor team: shared with"),
            [_("Organisation"), _("Since"), _("Ended on"), _("No guardian decides, because")],
            [
                [e.to_partner.name, day(e.since), day(e.ended_on), e.get_alone_display() or "–"]
                for e in AnchorExchange.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("Anchor team: meetings"),
            [_("Held on"), _("Present")],
            [
                [day(m.held_on), m.present_in_words]
                for m in AnchorMeeting.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        Part(
            _("Anchor team: agreed steps"),
            [_("What"), _("Who does it"), _("By"), _("Done")],
            [
                [s.text or "", s.to_partner.name, day(s.due_on), day(s.done_on)]
                for s in AnchorStep.objects.filter(**of).select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("Anchor team: guidance"),
            [_("Date"), _("To what"), _("First visit")],
            [
                [day(g.guided_on), g.get_kind_display(), g.get_visit_display() or "–"]
                for g in AnchorGuidance.objects.filter(**of).order_by("id")
            ],
        ),
        Part(
            _("Anchor team: looked again"),
            [_("Look again on"), _("Looked on"), _("What was seen")],
            [
                [day(c.look_on), day(c.looked_on), c.get_result_display() or "–"]
                for c in AnchorCheck.objects.filter(**of).order_by("months")
            ],
        ),
    ]


def recipients(person: Person) -> list[str]:
    """With whom the person's cases were shared."""
    exchanges = AnchorExchange.objects.filter(person=person).select_related("to_partner").order_by("id")
    return [f"{exchange.to_partner.name}: {_('Anchor case')}, {day(exchange.since)}" for exchange in exchanges]


def needed(cutoff: date) -> Exists:
    """Of a person (`pk`): a case of theirs is open, or was closed or not taken since a day."""
    cases = AnchorCase.objects.filter(person=OuterRef("pk"))
    return Exists(
        cases.exclude(closed_on__lt=cutoff).exclude(received_on__lt=cutoff, screening__in=AnchorCase.NOT_TAKEN)
    )


HOLDER = Holder(held=held, erase=erase_cases, origins=lambda person: [], recipients=recipients)
