"""The library: materials that partners share, in versions that stay as they were, checked by two; who opened what, and what is new."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedBinaryField
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import OWN, PARTNER, USER, Grant, Policy, my_rows, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from programs.catalogue.models import LANGUAGES, Programme
from programs.library.files import SUFFIXES
from programs.library.licences import LICENCES
from programs.standards.practices import Verdict

SIGNED_IN = f"{PARTNER} is not null"
OF_VERSION = "exists (select from programs_resourceversion v where v.id = version_id{})"
"""Of a file: its version is one that is seen, and more if more is said."""
OFFERED = "exists (select from programs_resource r where r.id = resource_id and r.withdrawn_why = ''{})"
"""Of a version: its resource is one that is seen and is not withdrawn, and more if more is said."""


class ResourceQuerySet(models.QuerySet["Resource"]):
    def offered(self) -> ResourceQuerySet:
        """Those with a version that two have looked at, and not withdrawn: what everybody sees at first."""
        return self.filter(latest__isnull=False, withdrawn_why="")

    def seen_by(self, acting: Acting) -> ResourceQuerySet:
        """Those of the own partner, and those of others that were published; as the policies say it."""
        return self.filter(Q(partner=acting.partner) | Q(latest__isnull=False))

    def public(self) -> ResourceQuerySet:
        """What anybody reads, without signing in."""
        return self.offered().filter(is_public=True)

    def named(self, text: str) -> ResourceQuerySet:
        """Those with the text in their title or in what is said of them."""
        return self.filter(Q(title__icontains=text) | Q(about__icontains=text))


class Resource(models.Model):
    """A material of a partner. What it holds are its versions; this says what it is, for whom, and what may be done with it."""

    class Kind(models.TextChoices):
        GUIDELINE = "guideline", _("Guideline")
        MATERIAL = "material", _("Leaflet or other material")
        LESSON = "lesson", _("Lesson")
        VIDEO = "video", _("Video or on-line training")
        TEMPLATE = "template", _("Template")
        GOOD_PRACTICE = "good_practice", _("Good practice")

    class Audience(models.TextChoices):
        POLICE = "police", _("Police officers")
        WORKERS = "workers", _("Those who work with clients")
        TEACHERS = "teachers", _("Teachers")
        VOLUNTEERS = "volunteers", _("Volunteers and peers")
        PARENTS = "parents", _("Parents and relatives")
        YOUNG_PEOPLE = "young_people", _("Young people")
        PEOPLE_WHO_USE = "people_who_use", _("People who use drugs")
        RESIDENTS = "residents", _("Residents")
        DECISION_MAKERS = "decision_makers", _("Decision makers and funders")

    CONTENT = (
        "kind", "title", "about", "audiences", "language", "licence", "evidence", "evidence_source", "part_of", "is_public",
    )  # fmt: skip
    """What its partner says of it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=150)
    about = models.TextField(
        _("what it is"), max_length=2000, help_text=_("What it is for, and how it is used. Never names of clients.")
    )
    audiences = ArrayField(models.CharField(max_length=20, choices=Audience), verbose_name=_("for whom"))
    language = models.CharField(_("language"), max_length=5, choices=list(LANGUAGES.items()))
    licence = models.CharField(
        _("licence"), max_length=20, choices=[(code, licence.label) for code, licence in LICENCES.items()]
    )
    evidence = models.CharField(
        _("what is known of its effect"),
        max_length=10,
        choices=Verdict,
        default=Verdict.UNKNOWN,
        help_text=_("Of what it is used for, as the source below rates it."),
    )
    evidence_source = models.CharField(
        _("where that can be read"), max_length=300, blank=True, help_text=_("Needed unless it is not known.")
    )
    part_of = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name=_("part of"),
        help_text=_("The programme that it belongs to. A lesson always belongs to one: by itself it changes nothing."),
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Anybody reads it at Materials, without signing in.")
    )
    latest = models.ForeignKey("ResourceVersion", models.PROTECT, null=True, editable=False, related_name="+")
    latest_at = models.DateTimeField(_("published"), default=timezone.now, editable=False)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        indexes = [
            models.Index(fields=["-latest_at", "-id"], name="resources_newest"),
            models.Index(fields=["title", "id"], name="resources_by_title"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "title", "language"],
                name="resource_titled_once",
                violation_error_message=_("You have a resource of this title in this language already."),
            ),
            models.CheckConstraint(condition=~Q(audiences=[]), name="resource_is_for_somebody"),
            models.CheckConstraint(
                condition=~Q(kind="lesson") | Q(part_of__isnull=False),
                name="lesson_part_of_programme",
                violation_error_message=_("Say of which programme the lesson is a part."),
            ),
            models.CheckConstraint(
                condition=Q(evidence="unknown") | ~Q(evidence_source=""),
                name="evidence_has_a_source",
                violation_error_message=_("Say where the evidence can be read."),
            ),
            known_by_owner("partner", name="resource_of_partner"),
            *same_partner("part_of"),
            SameOwner(field="latest", by={"id": "resource_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="partners_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or {SIGNED_IN} and latest_id is not null)",
            ),
            # The page of materials, without sign-in.
            Policy(
                name="public_reads",
                role="web",
                command="SELECT",
                using="is_public and latest_id is not null and withdrawn_why = ''",
            ),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Fixed(columns=["partner_id"], name="stays_its_partners"),
            Recorded(record="resource", partners=["partner_id"], leaves_out=["latest_id", "latest_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    def audience_labels(self) -> list[str]:
        return [str(self.Audience(code).label) for code in self.audiences]

    @property
    def terms(self) -> object:
        """The licence, with what it asks."""
        return LICENCES[self.licence]


class ResourceVersion(models.Model):
    """A version of a resource: a file or a link. Nobody changes one: the next takes its place, and this one stays as it was.

    A colleague of who added it looks at it before anybody else does.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("number"))
    published_on = models.DateField(
        _("dated"), default=timezone.localdate, help_text=_("The day that the material itself bears.")
    )
    changes = models.CharField(_("what is new in it"), max_length=300, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    media_type = models.CharField(max_length=60, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by"))
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("version of a resource")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "number", "partner"], name="resource_version_once"),
            models.UniqueConstraint(
                fields=["resource", "partner"], condition=Q(checked_by=None), name="one_unchecked_version"
            ),
            models.CheckConstraint(
                condition=Q(link="", size__gt=0) | (~Q(link="") & Q(size=0)), name="version_is_file_or_link"
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="https://") | Q(link__startswith="http://"),
                name="version_links_to_the_web",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("added_by")), name="version_checked_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(checked_by=None), Q(checked_at=None)), name="version_checked_on_a_day"
            ),
            known_by_owner("resource", name="version_of_resource"),
            known_by_owner("partner", name="version_of_partner"),
            *same_partner("resource"),
            Grant(role="web", privileges="SELECT, INSERT, DELETE"),
            Grant(role="web", privileges="UPDATE", columns=["checked_by_id", "checked_at"]),
            Policy(name="own_read", role="web", command="SELECT", using=OWN),
            Policy(
                name="partners_read",
                role="web",
                command="SELECT",
                using=f"{SIGNED_IN} and checked_by_id is not null and {OFFERED.format('')}",
            ),
            Policy(
                name="public_reads",
                role="web",
                command="SELECT",
                using=f"checked_by_id is not null and {OFFERED.format(' and r.is_public')}",
            ),
            Policy(name="own_insert", role="web", command="INSERT", using=f"{OWN} and checked_by_id is null"),
            Policy(
                name="own_check", role="web", command="UPDATE", using=OWN, check=f"{OWN} and checked_by_id = {USER}"
            ),
            Policy(name="own_draft_goes", role="web", command="DELETE", using=f"{OWN} and checked_by_id is null"),
            written_by("added_by_id"),
            Fixed(columns=["checked_by_id", "checked_at"], when="old.checked_by_id is not null", name="stays_checked"),
            Recorded(record="resource", partners=["partner_id"], number="resource_id", leaves_out=["sha256"]),
        ]

    def __str__(self) -> str:
        return str(_("version %(number)s")) % {"number": self.number}

    @property
    def file_name(self) -> str:
        """What a saved copy of its file is called."""
        return f"{slugify(self.resource.title)[:60] or 'resource'}-{self.number}.{SUFFIXES[self.media_type]}"


class ResourceFile(models.Model):
    """The bytes of a version, encrypted: in `content`, or in the object that is called `name` (isolation/object_store.py)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    version = models.ForeignKey(ResourceVersion, models.CASCADE, related_name="files")
    content = EncryptedBinaryField(default=b"")
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("file of a resource")
        constraints = [
            models.UniqueConstraint(fields=["version", "partner"], name="one_file_a_version"),
            *same_partner("version"),
            Grant(role="web", privileges="SELECT, INSERT, DELETE"),
            Policy(name="seen_with_it", role="web", command="SELECT", using=OF_VERSION.format("")),
            *[
                Policy(
                    name=f"own_{command.lower()}",
                    role="web",
                    command=command,
                    using=f"{OWN} and {OF_VERSION.format(' and v.checked_by_id is null')}",
                )
                for command in ("INSERT", "DELETE")
            ],
        ]

    def __str__(self) -> str:
        return f"file of version {self.version_id}"


class ResourceUse(models.Model):
    """That a partner opened a resource of another in a month: neither who of it, nor how often. The partner is the one that opened it."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="uses")
    owner_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    month = models.DateField()

    class Meta:
        verbose_name = _("use of a resource")
        constraints = [
            models.UniqueConstraint(fields=["resource", "partner", "month"], name="use_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="use_in_a_month"),
            SameOwner(field="resource", by={"owner_partner_id": "partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(name="parties_read", role="web", command="SELECT", using=f"({OWN} or owner_partner_id = {PARTNER})"),
            Policy(
                name="own_insert",
                role="web",
                command="INSERT",
                using=f"{OWN} and {OFFERED.format(' and r.latest_id is not null')}",
            ),
        ]

    def __str__(self) -> str:
        return f"use of {self.resource_id} in {self.month}"


VISIT = timedelta(hours=1)
"""Whoever comes back within so long is still on the same visit: what was new, stays new."""


class LibraryVisit(models.Model):
    """When a user was in the library, and when the time before: what came in between is new to them. Nobody else reads it."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    new_since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("visit of the library")
        constraints = [models.UniqueConstraint(fields=["user", "partner"], name="one_library_visit"), *my_rows()]

    def __str__(self) -> str:
        return f"library visit {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whoever comes now, comes anew."""
        return timezone.now() - self.began_at > VISIT
