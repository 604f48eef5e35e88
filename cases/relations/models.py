"""Relations between people of one register: family, guardian, somebody close."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import own_rows, written_by
from partnership.members.models import Partner, User


class Kind(models.TextChoices):
    """What the other one is to the person."""

    PARENT = "parent", _("parent")
    CHILD = "child", _("child")
    GUARDIAN = "guardian", _("guardian")
    WARD = "ward", _("in the guardianship of the person")
    SIBLING = "sibling", _("sister or brother")
    PARTNER = "partner", _("spouse or partner")
    RELATIVE = "relative", _("other relative")
    CLOSE = "close", _("close person")


INVERSE = {Kind.PARENT: Kind.CHILD, Kind.CHILD: Kind.PARENT, Kind.GUARDIAN: Kind.WARD, Kind.WARD: Kind.GUARDIAN}
"""What the person is to the other one; the rest is the same either way."""


class Relation(models.Model):
    """`other` is the person's `kind`: written once, and read from both sides."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="relations")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(_("relation"), max_length=20, choices=Kind)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("relation")
        constraints = [
            models.UniqueConstraint(fields=["partner", "person", "other"], name="related_once"),
            models.CheckConstraint(condition=Q(person__lt=F("other")), name="relation_in_order"),
            *same_partner("person", "other"),
            *own_rows(),
            written_by("recorded_by_id"),
            Recorded(record="person", partners=["partner_id"], about_person=True, number="person_id"),
        ]

    def __str__(self) -> str:
        return f"relation {self.pk}"

    def kind_seen_from(self, numbers: set[int]) -> Kind:
        """What the other one is to a human being with these records."""
        kind = Kind(self.kind)
        return kind if self.person_id in numbers else INVERSE.get(kind, kind)

    def seen_from(self, numbers: set[int]) -> tuple[Person, str | Promise]:
        """Who the other one is, and what they are in words, to a human being with these records."""
        return self.other if self.person_id in numbers else self.person, self.kind_seen_from(numbers).label

    def row_seen_from(self, numbers: set[int]) -> dict[str, object]:
        """As a partner system reads it."""
        other = self.other_id if self.person_id in numbers else self.person_id
        return {"id": self.pk, "person": other, "kind": str(self.kind_seen_from(numbers))}
