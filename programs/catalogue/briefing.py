"""The step of a new partner that offers programmes: to publish one."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from partnership.members import joining
from partnership.members.models import Partner
from programs.catalogue.models import Programme


def _offered() -> Exists:
    return Exists(Programme.objects.filter(partner=OuterRef("pk"), is_active=True))


joining.register(
    joining.Step(
        "programme",
        4,
        _("Programme published"),
        _offered,
        kinds=(Partner.Kind.NGO, Partner.Kind.HEALTH),
        by_member=True,
    )
)
