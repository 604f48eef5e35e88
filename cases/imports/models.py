"""The files that people and arrests come from, on their way in."""

from __future__ import annotations

import json
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.encrypted_fields import EncryptedBinaryField, EncryptedTextField, WrittenOnlyField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import (
    OWN,
    READ_AND_WRITE,
    Grant,
    Policy,
    TableRule,
    own_rows,
    written_by,
)
from partnership.members.models import District, Partner, User
from programs.catalogue.models import Programme

UNDER_WAY_OR_DONE = "state in ('checking', 'loading', 'done', 'taking_back')"
TAKE_BACK_DAYS = 90
"""For so long it is remembered what an import added and changed, and it can be taken back."""


def rows_of_an_import() -> list[TableRule]:
    """Rows of one import: its partner's on pages, and a job's that entered this partner."""
    return [
        *own_rows(),
        Grant(role="worker", privileges=READ_AND_WRITE),
        Policy(name="import_own", role="worker", using=OWN),
    ]


LOAD_CHOICES = [
    ("if_clean", _("At once when every row is right")),
    ("after_confirmation", _("Only after it is confirmed")),
]
"""When the rows of a file are loaded."""


class DataImport(models.Model):
    """A file of arrests, participants or populations on its way in. Nothing of it is written to the registers before it is confirmed."""

    class Kind(models.TextChoices):
        ARRESTS = "arrests", _("Arrests")
        PARTICIPANTS = "participants", _("Participants")
        POPULATIONS = "populations", _("Populations")

    class Consent(models.TextChoices):
        """Of the participants of a file: whether they consent to be counted in the partnership's statistics."""

        COLUMN = "column", _("A column of the file says it for each")
        ALL = "all", _("Yes, everybody in this file")
        NOBODY = "nobody", _("No, nobody in this file")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to choose")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to confirm")
        LOADING = "loading", _("Being loaded")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")
        TAKING_BACK = "taking_back", _("Being taken back")
        TAKEN_BACK = "taken_back", _("Taken back")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UPLOADED)
    file_name = models.CharField(_("file"), max_length=200)
    content_hash = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    encoding = models.CharField(max_length=12, blank=True)
    delimiter = models.CharField(max_length=1, blank=True, help_text="Empty: a spreadsheet (XLSX).")
    heading_row = models.PositiveIntegerField(
        default=1, help_text="Where the headings stand: a title may be above them."
    )
    columns = models.JSONField(default=list, help_text="Headings of the file, in order.")
    samples = EncryptedTextField(blank=True, help_text="The first rows: a JSON list of lists. Gone with the file.")
    source = models.CharField(_("source"), max_length=60, blank=True, help_text="Name of the remembered choices.")
    mapping = models.JSONField(default=dict, help_text="Field → heading.")
    codes = models.JSONField(default=dict, help_text="Local offence code, or its beginning and *, → ICCS code.")
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.COLUMN)
    unmapped_codes = models.JSONField(default=dict, help_text="Local offence code without a mapping → rows.")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, verbose_name=_("programme"))
    complete_through = models.DateField(_("complete through"), null=True, blank=True)
    district_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("districts covered"))
    loads_if_clean = models.BooleanField(default=False, help_text="Without confirmation, when every row is right.")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    slices_done = models.PositiveIntegerField(
        default=0, help_text="A bit for each first digit of people who are loaded."
    )
    feeds_before = models.JSONField(
        default=dict,
        help_text="District → the feed's complete-through date before this file moved it; null: there was no feed.",
    )
    loaded_at = models.DateTimeField(null=True)
    removed = models.PositiveIntegerField(default=0, help_text="When it was taken back: rows that it had added.")
    restored = models.PositiveIntegerField(default=0, help_text="Rows as they were before it.")
    kept = models.PositiveIntegerField(default=0, help_text="Rows that could not be taken back.")
    taken_back_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["partner", "-id"], name="import_list")]
        constraints = [
            known_by_owner("partner", name="import_by_owner"),
            *same_partner("programme"),
            *rows_of_an_import(),
            written_by("created_by_id"),
            # Of all partners jobs find those under way whose worker died, and count what was refused of those done.
            Policy(name="jobs_read", role="worker", command="SELECT", using=UNDER_WAY_OR_DONE),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent_done(self) -> int:
        return 100 * self.rows_done // self.rows_total if self.rows_total else 0

    @property
    def rows_good(self) -> int:
        return self.rows_total - self.rows_bad

    @property
    def percent_good(self) -> int:
        """Of the rows, rounded down: 100 says that every row can be taken."""
        return 100 * self.rows_good // self.rows_total if self.rows_total else 0

    @property
    def state_label(self) -> str:
        """The state in words: ready is only what can be loaded."""
        if self.state == self.State.CHECKED and not self.rows_good:
            return str(_("Nothing can be loaded yet"))
        return self.get_state_display()

    @property
    def sample_rows(self) -> list[list[str]]:
        return list(json.loads(self.samples)) if self.samples else []

    @property
    def is_running(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.LOADING, self.State.TAKING_BACK}

    @property
    def can_be_taken_back(self) -> bool:
        return (
            self.state == self.State.DONE
            and self.loaded_at is not None
            and self.loaded_at > timezone.now() - timedelta(days=TAKE_BACK_DAYS)
        )


class ImportChunk(models.Model):
    """A piece of an uploaded file, encrypted; gone when the import is done or discarded.

    `name`: of the object that holds it (keeping.py); empty where `data` does.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = EncryptedBinaryField(default=b"")
    name = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_import", "number", "partner"], name="chunk_once"),
            *same_partner("data_import"),
            *rows_of_an_import(),
        ]

    def __str__(self) -> str:
        return f"{self.data_import_id}/{self.number}"


class ImportProblem(models.Model):
    """A row that can't be taken, and why: one problem a column. The row itself is encrypted."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="problems", db_constraint=False)
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=60)
    values = EncryptedTextField(help_text="The row as it stands in the file: a JSON list.")

    class Meta:
        indexes = [models.Index(fields=["data_import", "row", "id"], name="import_problem_list")]
        constraints = [*same_partner("data_import"), *rows_of_an_import()]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


def rows_of_a_check() -> list[TableRule]:
    """What a check lays out: a job's that entered the partner. Pages drop it with an import that is given up, and read nothing of it."""
    return [
        *same_partner("data_import"),
        Grant(role="web", privileges="DELETE"),
        Grant(role="web", privileges="SELECT", columns=["id", "partner_id", "data_import_id"]),
        Policy(name="own", role="web", using=OWN),
        Grant(role="worker", privileges=READ_AND_WRITE),
        Policy(name="import_own", role="worker", using=OWN),
    ]


class ImportPerson(models.Model):
    """A person of a checked file, names encrypted, waiting for confirmation; gone when the import is done or discarded.

    `version` is a hash of all that the file says of the person; rows that say something else of the same one (`person_key`)
    have a version of their own.
    """

    # The pointer to the import says the same of the partner, once.
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    data_import = models.ForeignKey(
        DataImport, models.CASCADE, related_name="checked_people", db_constraint=False, db_index=False
    )
    version = models.CharField(max_length=32)
    person_key = models.CharField(max_length=32)
    has_number = models.BooleanField(help_text="The key is made of the partner's own number of the person.")
    first_names = models.TextField()
    last_name = models.TextField()
    born_on = models.TextField()
    identity_code = models.TextField()
    sex = models.CharField(max_length=10)
    birth_year = models.PositiveSmallIntegerField(null=True)
    code_index = models.CharField(max_length=32)
    birth_index = models.CharField(max_length=32, blank=True)
    code_pseudonym = WrittenOnlyField(max_length=32, blank=True)
    birth_pseudonym = WrittenOnlyField(max_length=32, blank=True)
    spelling_hash = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_import", "version", "partner"], name="import_person_once"),
            *rows_of_a_check(),
        ]

    def __str__(self) -> str:
        return self.version


class ImportRow(models.Model):
    """A checked row of a file, waiting for confirmation; gone when the import is done or discarded.

    Of arrests: `key` is the arrest number, `happened_on` the day of arrest, `other_on` the day of the offence, `code` the
    ICCS code. Of participants: `happened_on` is the start, `other_on` the end, `code` the reason for ending. Of populations:
    `happened_on` is 31 December of the year.
    """

    # The pointer to the import says the same of the partner, once; district and programme are checked where they are loaded.
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    data_import = models.ForeignKey(
        DataImport, models.CASCADE, related_name="checked_rows", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    head_hash = models.CharField(max_length=32, help_text="Hash of what all rows of one arrest have in common.")
    row_hash = models.CharField(max_length=32)
    happened_on = models.DateField()
    other_on = models.DateField(null=True)
    code = models.CharField(max_length=20)
    local_code = models.CharField(max_length=60)
    district = models.ForeignKey(
        District, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    age = models.PositiveSmallIntegerField(null=True)
    consents = models.BooleanField()
    programme_number = models.BigIntegerField(null=True)
    residents = models.PositiveIntegerField(null=True)
    residents_under_18 = models.PositiveIntegerField(null=True)
    person_key = models.CharField(max_length=64)
    person_version = models.CharField(max_length=32, blank=True, default="", help_text="Empty: no person is in it.")

    class Meta:
        indexes = [models.Index(fields=["data_import", "person_key"], name="import_row_person")]
        constraints = [*rows_of_a_check()]

    def __str__(self) -> str:
        return f"row {self.row}"


class ImportTrace(models.Model):
    """What a slice of an import added, and what it held that was there already: numbers of records, no word of a person.

    Kept for `TAKE_BACK_DAYS`, for taking the import back. Pages read nothing of it.
    """

    class Record(models.TextChoices):
        PERSON = "person"
        ARREST = "arrest"
        ENROLMENT = "enrolment"
        POPULATION = "population"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="traces", db_constraint=False)
    record = models.CharField(max_length=10, choices=Record)
    added = ArrayField(models.BigIntegerField(), default=list)
    same = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [
            *same_partner("data_import"),
            Grant(role="worker", privileges=READ_AND_WRITE),
            Policy(name="import_own", role="worker", using=OWN),
        ]

    def __str__(self) -> str:
        return f"{self.data_import_id} {self.record}"


class ImportBefore(models.Model):
    """A record as it was before an import changed it: names are as encrypted as where they stood.

    Kept for `TAKE_BACK_DAYS`, or until the person is erased. `stamp` is the record's `changed_at` after the import.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(
        DataImport, models.CASCADE, related_name="befores", db_constraint=False, db_index=False
    )
    record = models.CharField(max_length=10, choices=ImportTrace.Record)
    object_id = models.BigIntegerField()
    before = models.JSONField()
    stamp = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["data_import", "record", "object_id", "partner"], name="one_before_per_record"
            ),
            *same_partner("data_import"),
            # Who erases a person erases these, too.
            Grant(role="web", privileges="DELETE"),
            Grant(role="web", privileges="SELECT", columns=["id", "partner_id", "record", "object_id"]),
            Policy(name="own", role="web", using=OWN),
            Grant(role="worker", privileges=READ_AND_WRITE),
            Policy(name="import_own", role="worker", using=OWN),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.object_id}"


class ImportMapping(models.Model):
    """A partner's last choice of columns and codes for files of one source: proposed for the next file that looks the same."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DataImport.Kind)
    source = models.CharField(_("source"), max_length=60, blank=True)
    columns = models.JSONField(default=list, help_text="Headings of the last file.")
    mapping = models.JSONField(default=dict)
    codes = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-used_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind", "source"], name="one_mapping_per_source"),
            *own_rows(),
        ]

    def __str__(self) -> str:
        return self.source or self.kind


KINDS_BY_PARTNER: dict[str, str] = {
    Partner.Kind.POLICE: DataImport.Kind.ARRESTS,
    Partner.Kind.NGO: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.HEALTH: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.SCHOOL: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.SOCIAL: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.YOUTH: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.COORDINATION: DataImport.Kind.POPULATIONS,
}
"""Which data each kind of partner brings."""
