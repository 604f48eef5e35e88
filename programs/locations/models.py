"""Where programmes are found, and when they are open."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import OWN, everybody_reads
from partnership.members.models import Partner
from programs.catalogue.models import Programme
from programs.locations.opening import Opening, opening_of


class Location(models.Model):
    """A place in which a programme meets people. Everybody sees it, without signing in too: so the address of one that is
    confidential is not stored at all."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="locations", verbose_name=_("programme"))
    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("If the place has one: “Vinkki, health point”.")
    )
    is_confidential = models.BooleanField(
        _("confidential address"),
        default=False,
        help_text=_("Only the town is shown: people are told the address when they call."),
    )
    street = models.CharField(_("street address"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=60)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    access = models.CharField(
        _("getting in"), max_length=200, blank=True, help_text=_("Stairs, lift, doorbell, which tram stops nearby.")
    )

    class Meta:
        ordering = ["city", "street", "id"]
        verbose_name = _("place")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_confidential=False) & ~Q(street="") | Q(is_confidential=True, street="", postal_code=""),
                name="confidential_address_is_not_stored",
                violation_error_message=_("Give the street address; of a confidential one only the town."),
            ),
            known_by_owner("partner", name="location_by_owner"),
            *same_partner("programme"),
            *everybody_reads(OWN, jobs=""),
            Recorded(
                record="programme",
                partners=["partner_id"],
                number="programme_id",
                leaves_out=["id", "partner_id", "programme_id"],
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.street or self.city

    @property
    def address(self) -> str:
        """Where it is, on one line; of a confidential one the town, and that one calls."""
        if self.is_confidential:
            return gettext("%(city)s. Call to be told the address.") % {"city": self.city}
        return ", ".join(filter(None, [self.name, self.street, f"{self.postal_code} {self.city}".strip()]))

    @property
    def opening(self) -> Opening | None:
        """Whether it is open now, from its hours; None where none are known."""
        return opening_of(self.hours.all())


class OpeningHours(models.Model):
    """When a place is open on a day of the week, by the portal's own clock."""

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["location", "weekday", "partner"], name="hours_once_a_day"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="hours_of_a_weekday"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="opens_before_it_closes"),
            *same_partner("location"),
            *everybody_reads(OWN, jobs=""),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


def is_open_now() -> Exists:
    """Of a programme: one of its places is open now."""
    now = timezone.localtime()
    hours = OpeningHours.objects.filter(weekday=now.isoweekday(), opens_at__lte=now.time(), closes_at__gt=now.time())
    return Exists(hours.filter(location__programme=OuterRef("pk")))
