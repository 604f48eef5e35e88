"""People: an NGO's, a police unit's and a court's are of the same kind, each its partner's own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.people import identity_code, name_search
from partnership.audit_trail.history import Recorded
from partnership.isolation import encryption
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField, WrittenOnlyField
from partnership.isolation.errors import RuleError
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, Grant, Policy, imports_write, jobs_read
from partnership.isolation.triggers import Bury, EndReferences
from partnership.members.models import District, Partner

ADULT_AGE = 18


def age_on(born_on: date, day: date) -> int:
    """Completed years. Somebody born on 29 February completes a year on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class PersonQuerySet(models.QuerySet["Person"]):
    def found_by(self, partner_id: int, text: str, born_on: date | None = None) -> PersonQuerySet:
        """People of the partner that a search text means: an exact identity code; a phone number or its end; or names as people
        type them, in memory, the 200 likeliest. A date of birth or a year, beside the text or in it, narrows.

        Raises RegisterTooLarge where there are too many names to look at.
        """
        try:
            code = identity_code.parse(text.strip()).text
        except Exception:
            code = ""
        if code:
            return self.filter(code_index=encryption.code_index(partner_id, code))
        if phone := name_search.phone_of(text):
            known = self._few(partner_id, "pk", "phone")
            return self.filter(pk__in=[number for number, of in known if name_search.is_phone(phone, of or "")])
        typed = name_search.understood(text)
        born_on = born_on or typed.born_on
        people = self
        if born_on:
            people = people.filter(birth_index=encryption.birth_index(partner_id, born_on))
        elif typed.birth_year:
            people = people.filter(birth_year=typed.birth_year)
        if not typed.words:
            return people if born_on or typed.birth_year else self.none()
        return self.filter(
            pk__in=name_search.matching(people._few(partner_id, "pk", "first_names", "last_name"), typed.words)
        )

    def _few(self, partner_id: int, *fields: str) -> list[Any]:
        """These fields of the partner's people, whom one looks through in memory. Raises RegisterTooLarge where they are too many."""
        most = name_search.MOST_PEOPLE
        people = self.filter(partner=partner_id, erased_on=None).order_by()
        looked_at = list(people.values_list(*fields)[: most + 1])
        if len(looked_at) > most:
            raise RegisterTooLarge(
                _(
                    "Your register is too large to look through by name alone. Add the year or the date of birth: “Virtanen 1985”."
                )
            )
        return looked_at


class RegisterTooLarge(RuleError):
    """The register has more than 50,000 people, too many to look through by name alone. Add the year or date of birth."""

    code = "register_too_large"


FOUND_BY = ("code_index", "birth_index", "code_pseudonym", "birth_pseudonym", "spelling_hash", "source_key")
"""What a person is found and joined by: made from the rest, and of no use in a history."""


IN_THE_CLEAR = (
    "id", "partner_id", "sex", "birth_year", "district_id", "died_on", "erased_on", "code_index", "birth_index", "source_key",
    "spelling_hash", "same_as_id", "created_at", "changed_at", "changed_in",
)  # fmt: skip
LINKED_BY = (
    "id", "partner_id", "first_names", "last_name", "born_on", "identity_code", "sex", "code_pseudonym", "birth_pseudonym",
)  # fmt: skip
"""What the linker reads: names, dates and codes encrypted, and by what it finds those that may be one person."""
ENCRYPTED = ("first_names", "last_name", "born_on", "identity_code", "phone", "email")


class Person(models.Model):
    """A partner's own record of a human being. The same one may be a Person of several partners; nobody browses across."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), blank=True)
    last_name = EncryptedTextField(_("last name"), blank=True)
    born_on = EncryptedDateField(_("date of birth"), blank=True)
    identity_code = EncryptedTextField(_("personal identity code"), blank=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    email = EncryptedTextField(_("e-mail"), blank=True)
    # In the clear and coarse, for statistics.
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("home district")
    )
    died_on = models.DateField(_("died on"), null=True, blank=True)
    erased_on = models.DateField(_("erased on"), null=True, blank=True)
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="linked",
        verbose_name=_("linked with"),
        help_text="The oldest record of the same human being in this register: linked, never merged.",
    )
    # To find the person in the own register.
    code_index = models.CharField(max_length=32, blank=True)
    birth_index = models.CharField(max_length=32, blank=True)
    # To join records of the same human being: the linker alone.
    code_pseudonym = WrittenOnlyField(max_length=32, blank=True)
    birth_pseudonym = WrittenOnlyField(max_length=32, blank=True)
    source_key = models.CharField(max_length=64, blank=True, help_text="Hash of the partner system's own number.")
    spelling_hash = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_in = TransactionField()

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["partner", "-changed_at", "-id"], name="person_list"),
            models.Index(fields=["partner", "changed_in", "id"], name="person_marks"),
            models.Index(fields=["partner", "birth_index"], name="person_birth"),
            models.Index(fields=["code_pseudonym"], condition=~Q(code_pseudonym=""), name="person_code_pseudonym"),
            models.Index(fields=["birth_pseudonym"], condition=~Q(birth_pseudonym=""), name="person_birth_pseudonym"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "code_index"], condition=~Q(code_index=""), name="one_person_per_code"
            ),
            models.UniqueConstraint(
                fields=["partner", "source_key"], condition=~Q(source_key=""), name="one_person_per_source_key"
            ),
            models.CheckConstraint(condition=~Q(same_as=F("id")), name="person_linked_with_another"),
            known_by_owner("partner", name="person_by_owner"),
            *same_partner("same_as"),
            # Pages write pseudonyms and read none: by them treatment could be joined to arrests.
            Grant(role="web", privileges="INSERT, UPDATE, DELETE"),
            Grant(role="web", privileges="SELECT", columns=[*IN_THE_CLEAR, *ENCRYPTED]),
            Policy(name="own", role="web", using=OWN),
            # Jobs read no name and no pseudonym. Who is who across partners the linker tells them.
            *jobs_read(*IN_THE_CLEAR),
            Grant(role="linker", privileges="SELECT", columns=LINKED_BY),
            Policy(name="linker_reads", role="linker", command="SELECT", using=EVERY_ROW),
            *imports_write("INSERT, UPDATE, DELETE"),
            Mark(),
            Bury(),
            EndReferences(record="person"),
            Recorded(record="person", partners=["partner_id"], about_person=True, leaves_out=[*FOUND_BY, "changed_in"]),
        ]

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or f"#{self.pk}")

    def described(self) -> str:
        """The name with the date of birth, to tell one from another."""
        return f"{self}, {date_format(self.born_on, 'SHORT_DATE_FORMAT')}" if self.born_on else str(self)

    def derive(self) -> None:
        """Computes what is stored beside the encrypted fields: indexes, pseudonyms, birth year. Call before each save."""
        self.birth_year = self.born_on.year if self.born_on else self.birth_year
        self.code_index = encryption.code_index(self.partner_id, self.identity_code) if self.identity_code else ""
        self.birth_index = encryption.birth_index(self.partner_id, self.born_on) if self.born_on else ""
        self.code_pseudonym = encryption.code_pseudonym(self.identity_code or "")
        self.birth_pseudonym = encryption.birth_pseudonym(self.born_on)
        self.spelling_hash = encryption.spelling_hash(
            self.partner_id, self.source_key, self.first_names, self.last_name, str(self.born_on), self.sex
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the person. Of a known one only what differs is written: an encrypted value looks new each time, and the history
        of changes would say that it had changed."""
        self.derive()
        self.changed_at = timezone.now()
        before = None if self._state.adding or "update_fields" in kwargs else Person.objects.filter(pk=self.pk).first()
        if before is not None:
            fields = self._meta.concrete_fields
            kwargs["update_fields"] = [
                field.name
                for field in fields
                if not field.primary_key
                # What can't be read is written anew each time.
                and (
                    isinstance(field, WrittenOnlyField)
                    or getattr(before, field.attname) != getattr(self, field.attname)
                )
            ]
        super().save(*args, **kwargs)

    def records(self) -> PersonQuerySet:
        """This record and those that are linked with it: one human being, as far as the own register knows."""
        first = self.same_as_id or self.pk
        return Person.objects.filter(Q(pk=first) | Q(same_as=first))

    def age(self, on: date | None = None) -> int | None:
        return age_on(self.born_on, on or timezone.localdate()) if self.born_on else None

    @property
    def is_minor(self) -> bool:
        age = self.age()
        return age is not None and age < ADULT_AGE


def numbers_of(person: int) -> list[int]:
    """Numbers of the records that are linked with the person of this number, as far as they are the reader's to see."""
    first = Person.objects.filter(pk=person).values_list(Coalesce("same_as_id", "pk"))
    return list(Person.objects.filter(Q(pk__in=first) | Q(same_as__in=first)).values_list("pk", flat=True))
