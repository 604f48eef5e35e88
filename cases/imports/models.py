"""The files that people and arrests come from, on their way in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.encrypted_fields import EncryptedBinaryField, EncryptedTextField, WrittenOnlyField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import (
    EVERY_ROW,
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


def rows_of_an_import() -> list[TableRule]:
    """Rows of one import: its partner's on pages, and a job's that entered this partner."""
    return [
        *own_rows(),
        Grant(role="worker", privileges=READ_AND_WRITE),
        Policy(name="import_own", role="worker", using=OWN),
    ]


class DataImport(models.Model):
    """A file of arrests, participants or populations on its way in. Nothing of it is written to the registers before it is confirmed."""

    class Kind(models.TextChoices):
        ARRESTS = "arrests", _("Arrests")
        PARTICIPANTS = "participants", _("Participants")
        POPULATIONS = "populations", _("Populations")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to choose")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to confirm")
        LOADING = "loading", _("Being loaded")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UPLOADED)
    file_name = models.CharField(_("file"), max_length=200)
    content_hash = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    encoding = models.CharField(max_length=12, blank=True)
    delimiter = models.CharField(max_length=1, blank=True, help_text="Empty: a spreadsheet (XLSX).")
    columns = models.JSONField(default=list, help_text="Headings of the file, in order.")
    mapping = models.JSONField(default=dict, help_text="Field → heading.")
    codes = models.JSONField(default=dict, help_text="Local offence code → ICCS code.")
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
            # Finding imports whose worker died needs their number and state, of all partners.
            Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW),
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
    def is_running(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.LOADING}


class ImportChunk(models.Model):
    """A piece of an uploaded file, encrypted; gone when the import is done or discarded."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = EncryptedBinaryField()

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


class ImportRow(models.Model):
    """A checked row of a file, names encrypted, waiting for confirmation; gone when the import is done or discarded.

    Of arrests: `key` is the arrest number, `happened_on` the day of arrest, `other_on` the day of the offence, `code` the
    ICCS code. Of participants: `happened_on` is the start, `other_on` the end, `code` the reason for ending. Of populations:
    `happened_on` is 31 December of the year.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="checked_rows", db_constraint=False)
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    head_hash = models.CharField(max_length=32, help_text="Hash of what all rows of one arrest have in common.")
    row_hash = models.CharField(max_length=32)
    happened_on = models.DateField()
    other_on = models.DateField(null=True)
    code = models.CharField(max_length=20)
    local_code = models.CharField(max_length=60)
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    age = models.PositiveSmallIntegerField(null=True)
    consents = models.BooleanField()
    residents = models.PositiveIntegerField(null=True)
    residents_under_18 = models.PositiveIntegerField(null=True)
    person_key = models.CharField(max_length=64)
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
        indexes = [
            models.Index(fields=["data_import", "key"], name="import_row_key"),
            models.Index(fields=["data_import", "person_key"], name="import_row_person"),
        ]
        constraints = [
            *same_partner("data_import"),
            # Pages drop the rows of an import that is given up, and read nothing of them.
            Grant(role="web", privileges="DELETE"),
            Grant(role="web", privileges="SELECT", columns=["id", "partner_id", "data_import_id"]),
            Policy(name="own", role="web", using=OWN),
            Grant(role="worker", privileges=READ_AND_WRITE),
            Policy(name="import_own", role="worker", using=OWN),
        ]

    def __str__(self) -> str:
        return f"row {self.row}"


class ImportMapping(models.Model):
    """A partner's last choice of columns and codes for a kind of file: proposed next time."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DataImport.Kind)
    mapping = models.JSONField(default=dict)
    codes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind"], name="one_mapping_per_kind"),
            *own_rows(),
        ]

    def __str__(self) -> str:
        return self.kind


KINDS_BY_PARTNER: dict[str, str] = {
    Partner.Kind.POLICE: DataImport.Kind.ARRESTS,
    Partner.Kind.NGO: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.HEALTH: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.SCHOOL: DataImport.Kind.PARTICIPANTS,
    Partner.Kind.COORDINATION: DataImport.Kind.POPULATIONS,
}
"""Which data each kind of partner brings."""
