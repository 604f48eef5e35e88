"""What can be done with imports: uploading, checking, confirming, discarding."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.arrests import iccs
from cases.imports import files, keeping
from cases.imports.fields import COLUMNS, guess_mapping, is_of_a_person, known_headings
from cases.imports.models import TAKE_BACK_DAYS, DataImport, ImportChunk, ImportMapping
from cases.permissions import IMPORT_ROLES
from partnership.actions import Party, action
from partnership.events.job_queue import ask_for
from partnership.isolation import encryption
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.pages.csv_files import MOST_COLUMNS, UnreadableFile, find_encoding, pieces
from programs.catalogue.models import Programme

MOST_CHARACTERS = 200
"""In a heading."""
LOOKS_ALIKE = 0.5
"""Share of a source's chosen columns that a file must have for the source to be recognised."""
SAMPLES, SAMPLE = 3, 40
"""So many of the first rows are shown where columns are chosen, so many characters of each value."""


class WrongState(RuleError):
    """The upload's state does not allow this step. Read the upload again and go on from the state that it is in."""

    code = "import_state"
    status = 409


class TooLarge(RuleError):
    """The file is larger than this portal takes. Divide it: each part is an upload of its own."""

    code = "file_too_large"
    status = 413


class MappingIncomplete(RuleError):
    """The choice of columns or offence codes does not work.

    Choose one column for each required field, and a valid ICCS code for each local one.
    """

    code = "mapping_incomplete"


@action("upload.make", roles=IMPORT_ROLES, scope="uploads:write")
def upload(
    *,
    by: Acting,
    kind: str,
    file: UploadedFile[bytes],
    complete_through: date | None = None,
    district_ids: list[int] | None = None,
    programme: Programme | None = None,
    source: str = "",
    loads_if_clean: bool = False,
) -> DataImport:
    """Stores a file, encrypted, and proposes its columns: as chosen last time for this `source`, or else for the source whose
    files look most like it. `programme`: of all participants; none where a column names it. `loads_if_clean`: once checked, it
    needs no confirmation when every row is right."""
    if programme is not None and programme.partner_id != by.partner.pk:
        raise RuleError(_("Choose one of your programmes: the participants are enrolled in it."))
    name = (file.name or "").rsplit("/", 1)[-1][:200]
    if (file.size or 0) > settings.IMPORT_MAX_BYTES:
        raise TooLarge(
            _("The file is larger than %(mb)d MB: divide it.") % {"mb": settings.IMPORT_MAX_BYTES // 1024 // 1024}
        )
    file.seek(0)
    is_sheet = file.read(4) == b"PK\x03\x04"
    encoding = "" if is_sheet else find_encoding(pieces(file))
    head = files.find_head(file, encoding, known_headings(kind))
    _check_headings(kind, head.headings)
    remembered = _remembered(kind, source, head.headings)
    data_import = DataImport(
        partner=by.partner,
        kind=kind,
        file_name=name,
        size=file.size or 0,
        created_by=by.user,
        complete_through=complete_through,
        district_ids=district_ids or [],
        programme=programme,
        loads_if_clean=loads_if_clean,
        encoding=encoding,
        delimiter=head.delimiter,
        heading_row=head.heading_row,
        columns=head.headings,
        samples=json.dumps([[value[:SAMPLE] for value in row] for row in head.rows[:SAMPLES]], ensure_ascii=False),
        source=source or (remembered.source if remembered else _new_source(kind, name)),
        mapping=guess_mapping(kind, head.headings, remembered.mapping if remembered else {}),
        codes=remembered.codes if remembered else {},
    )
    data_import.save()
    digest = hashlib.sha256()
    for number, chunk in enumerate(pieces(file)):
        digest.update(chunk)
        ImportChunk.objects.bulk_create([keeping.chunk_of(data_import, number, chunk)])
    data_import.content_hash = encryption.fingerprint(by.partner.pk, digest.hexdigest())
    data_import.save(update_fields=["content_hash"])
    return data_import


def _check_headings(kind: str, headings: list[str]) -> None:
    if len(headings) < 2:
        raise UnreadableFile(
            _("No headings of columns were found in the first rows, divided by comma, semicolon or tab.")
        )
    if len(headings) > MOST_COLUMNS or max(map(len, headings)) > MOST_CHARACTERS:
        raise UnreadableFile(
            _("The file has more than %(columns)s headings, or one of more than %(characters)s characters.")
            % {"columns": MOST_COLUMNS, "characters": MOST_CHARACTERS}
        )
    if kind != DataImport.Kind.POPULATIONS and any(map(is_of_a_person, headings)):
        raise UnreadableFile(
            _("The file begins with a person’s data: write the names of the columns above it, and send it again.")
        )
    named = [heading for heading in headings if heading]
    if len(set(named)) != len(named):
        raise UnreadableFile(_("Two columns have the same heading: rename one of them."))


def _remembered(kind: str, source: str, headings: list[str]) -> ImportMapping | None:
    """The choices of the source that is named; else of the one whose files look most like this one, the latest of equals."""
    mappings = list(ImportMapping.objects.filter(kind=kind))
    if source:
        return next((mapping for mapping in mappings if mapping.source == source), None)

    def alike(mapping: ImportMapping) -> tuple[float, float]:
        mapped, columns = set(mapping.mapping.values()), set(mapping.columns)
        return (
            len(mapped & set(headings)) / max(1, len(mapped)),
            len(columns & set(headings)) / len(columns | set(headings)),
        )

    # They come by their last use: of equals, `max` takes the first.
    best = max(mappings, key=alike, default=None)
    return best if best is not None and alike(best)[0] >= LOOKS_ALIKE else None


def _new_source(kind: str, file_name: str) -> str:
    """A name for the choices of a file that looks like none before: the file's own words, unless another source has it."""
    words = re.sub(r"[\W\d_]+", " ", file_name.rpartition(".")[0]).strip()[:50] or _("File")
    taken = set(ImportMapping.objects.filter(kind=kind).values_list("source", flat=True))
    names = (words, *(f"{words} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


@action("upload.check", roles=IMPORT_ROLES, party=Party.OWNER, scope="uploads:write")
def start_check(
    *,
    by: Acting,
    data_import: DataImport,
    mapping: dict[str, str],
    codes: dict[str, str],
    consent: str = DataImport.Consent.COLUMN,
    source: str = "",
) -> None:
    """Takes the choice of columns and offence codes, remembers it for the source, and starts the job that checks every row.

    `codes`: local code → ICCS code; a code that ends with * stands for all that begin so, * alone for all the rest; without an
    ICCS code, what was remembered is forgotten.
    """
    data_import = _locked_in_state(
        data_import, DataImport.State.UPLOADED, DataImport.State.CHECKED, DataImport.State.FAILED
    )
    mapping = {field: heading for field, heading in mapping.items() if heading}
    missing = [
        str(column.label)
        for column in COLUMNS[data_import.kind]
        if column.name not in mapping
        and (
            column.required
            or (column.name == "consents" and consent == DataImport.Consent.COLUMN)
            or (column.name == "programme" and data_import.programme_id is None)
        )
    ]
    if missing:
        raise MappingIncomplete(_("Choose a column for: %(fields)s.") % {"fields": ", ".join(missing)})
    if len(set(mapping.values())) != len(mapping):
        raise MappingIncomplete(_("One column is chosen for two things."))
    bad = [code for code in codes.values() if code and not iccs.is_valid(code)]
    if bad:
        raise MappingIncomplete(_("Not an ICCS code: %(code)s.") % {"code": bad[0]})
    data_import.mapping = mapping
    data_import.consent = consent
    data_import.source = source or data_import.source
    data_import.codes = {local: code for local, code in (data_import.codes | codes).items() if code}
    ImportMapping.objects.update_or_create(
        partner_id=data_import.partner_id,
        kind=data_import.kind,
        source=data_import.source,
        defaults={
            "columns": data_import.columns,
            "mapping": data_import.mapping,
            "codes": data_import.codes,
            "used_at": timezone.now(),
        },
    )
    _start_job(data_import, DataImport.State.CHECKING)


@action("upload.confirm", roles=IMPORT_ROLES, party=Party.OWNER, scope="uploads:write")
def confirm(*, by: Acting, data_import: DataImport) -> None:
    """Starts the job that writes the checked rows into the registers."""
    data_import = _locked_in_state(data_import, DataImport.State.CHECKED)
    if data_import.rows_total == data_import.rows_bad:
        raise WrongState(_("No row of this file can be taken."))
    _start_job(data_import, DataImport.State.LOADING)


@action("upload.discard", roles=IMPORT_ROLES, party=Party.OWNER, scope="uploads:write")
def discard(*, by: Acting, data_import: DataImport) -> None:
    """Deletes the file and what was laid out of it. The registers were not touched."""
    data_import = _locked_in_state(
        data_import, DataImport.State.UPLOADED, DataImport.State.CHECKED, DataImport.State.FAILED
    )
    if data_import.slices_done:
        raise WrongState(
            _("A part of this file is in the registers. Check it again and load all of it; then you can take it back.")
        )
    forget_file(data_import)
    data_import.problems.all().delete()
    # Where the wrong column was chosen, these hold what stands in it.
    data_import.columns, data_import.mapping, data_import.codes, data_import.unmapped_codes = [], {}, {}, {}
    data_import.state = DataImport.State.DISCARDED
    data_import.changed_at = timezone.now()
    data_import.save()


@action("upload.take_back", roles=IMPORT_ROLES, party=Party.OWNER, scope="uploads:write")
def start_taking_back(*, by: Acting, data_import: DataImport) -> None:
    """Starts the job that removes what the import added and restores what it changed, for 90 days after it was loaded."""
    data_import = _locked_in_state(data_import, DataImport.State.DONE)
    if not data_import.can_be_taken_back:
        raise WrongState(_("An import can be taken back for %(days)s days.") % {"days": TAKE_BACK_DAYS})
    data_import.taken_back_by = by.user
    data_import.state, data_import.rows_done, data_import.error = DataImport.State.TAKING_BACK, 0, ""
    data_import.changed_at = timezone.now()
    data_import.save()
    _ask_for_job(data_import)


@action("import.fail", outside="jobs")
def fail(*, data_import: DataImport, error: str) -> None:
    """Says on the import's page why its job could not go on. What could not be taken back is as it was."""
    was_loaded = data_import.state == DataImport.State.TAKING_BACK
    DataImport.objects.filter(pk=data_import.pk).update(
        state=DataImport.State.DONE if was_loaded else DataImport.State.FAILED, error=error, changed_at=timezone.now()
    )


@action("import.forget_file", outside="jobs")
def forget_file(data_import: DataImport) -> None:
    """Deletes the file's pieces, its samples and its checked rows; problems stay, for download."""
    if names := list(data_import.chunks.exclude(name="").values_list("name", flat=True)):
        transaction.on_commit(lambda: keeping.delete(names))
    data_import.chunks.all().delete()
    data_import.checked_rows.all().delete()
    data_import.checked_people.all().delete()
    data_import.samples = ""
    data_import.save(update_fields=["samples"])


def _locked_in_state(data_import: DataImport, *states: str) -> DataImport:
    locked = DataImport.objects.select_for_update().get(pk=data_import.pk)
    if locked.state not in states:
        raise WrongState(_("This import is in state “%(state)s” now.") % {"state": locked.get_state_display()})
    return locked


def _start_job(data_import: DataImport, state: str) -> None:
    data_import.state, data_import.rows_done, data_import.error = state, 0, ""
    data_import.added = data_import.corrected = data_import.unchanged = 0
    if state == DataImport.State.LOADING:  # until then it says what a load that failed has left in the registers
        data_import.slices_done = 0
    data_import.changed_at = timezone.now()
    data_import.save()
    _ask_for_job(data_import)


def _ask_for_job(data_import: DataImport) -> None:
    # When the broker does not answer, the scheduler's round finds the import.
    from cases.imports.jobs import run_import  # jobs import this module

    transaction.on_commit(lambda: ask_for(run_import, data_import.pk, data_import.partner_id))


def preview(data_import: DataImport) -> dict[str, Any]:
    """Whether the same file was imported before."""
    before = DataImport.objects.filter(
        content_hash=data_import.content_hash, state=DataImport.State.DONE, kind=data_import.kind
    )
    return {"imported_before": before.exclude(pk=data_import.pk).order_by("-id").first()}
