"""What the linker is asked and what it answers: whose records changed, and which records are of one person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from partnership.isolation.encrypted_fields import EncryptedBinaryField
from partnership.isolation.policies import Grant


class Unlinked(models.Model):
    """A person whose names, date of birth, code or sex changed since the linker last looked.

    A trigger writes it in the transaction of the change, whoever makes it (page, import, API, raw SQL).
    """

    person_id = models.BigIntegerField()

    class Meta:
        constraints = [
            Grant(role="web", privileges="INSERT"),
            # Imports write people; and a run waits until the linker has taken the notes.
            Grant(role="worker", privileges="SELECT, INSERT"),
            Grant(role="linker", privileges="SELECT, INSERT, DELETE"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Pair(models.Model):
    """Two records that may be of one person, the smaller number first, and how probable that is.

    `weight`: what names, date of birth, sex and codes that differ say, as the logarithm of the odds, before candidates compete.
    `by_code`: the identity codes are the same, and the probability is 1; the weight is then what the rest says, from which the
    share of links that names alone would miss is estimated. `method`: the version of the method.
    No foreign keys: a person who goes is noted, and the linker takes their pairs away.
    """

    person_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    weight = models.FloatField()
    by_code = models.BooleanField()
    probability = models.FloatField()
    method = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["other_id"], name="pair_other")]
        constraints = [
            models.UniqueConstraint(fields=["person_id", "other_id"], name="one_pair"),
            models.CheckConstraint(condition=Q(person_id__lt=F("other_id")), name="pair_in_order"),
            models.CheckConstraint(condition=Q(probability__range=(0, 1)), name="pair_probability"),
            Grant(role="worker", privileges="SELECT"),
            Grant(role="linker", privileges="SELECT, INSERT, DELETE"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.other_id} {self.probability}"


class NameCount(models.Model):
    """How frequent names and days of birth are, encrypted as one value: that pairs of touched people are weighed as those of
    everybody were. Names that fewer than three people bear are not in it."""

    method = models.CharField(max_length=10, primary_key=True)
    people = models.PositiveIntegerField()
    counts = EncryptedBinaryField(owner="method")

    class Meta:
        constraints = [Grant(role="linker", privileges="SELECT, INSERT, DELETE")]

    def __str__(self) -> str:
        return f"{self.method}: {self.people}"
