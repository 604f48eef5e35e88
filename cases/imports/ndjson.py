"""NDJSON (one JSON object a line) as the CSV that imports read: keys are the fields' own names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import BinaryIO, cast

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.translation import gettext as _

from partnership.pages.csv_files import LONGEST_ROW, UnreadableFile

ENDINGS = (".ndjson", ".jsonl")
TYPES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")


def as_csv(file: UploadedFile[bytes], names: Iterable[str]) -> UploadedFile[bytes]:
    """The file itself, or, of NDJSON, the same rows as CSV with a heading. A line at a time: a million need no memory.

    Raises UnreadableFile for a line that is no object, or an object with a key that no field has.
    """
    name = file.name or ""
    if not (name.lower().endswith(ENDINGS) or file.content_type in TYPES):
        return file
    columns = list(names)
    csv_file = TemporaryUploadedFile(name, "text/csv", 0, "utf-8")
    assert csv_file.file is not None  # noqa: S101
    assert file.file is not None  # noqa: S101
    text = io.TextIOWrapper(cast(BinaryIO, csv_file.file), encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    file.seek(0)
    number = 0
    while line := file.file.readline(LONGEST_ROW):
        number += 1
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or any(isinstance(value, (dict, list)) for value in row.values()):
                raise ValueError
            "".join(map(str, row.values())).encode()  # half a character can't be kept
        except (ValueError, RecursionError):  # a line cut off at its limit is none either
            raise UnreadableFile(_("Line %(number)s is not a JSON object.") % {"number": number}) from None
        if unknown := sorted(set(row) - set(columns)):
            raise UnreadableFile(
                _("Line %(number)s has a field that is not known: %(name)s.") % {"number": number, "name": unknown[0]}
            )
        writer.writerow(["" if row.get(column) is None else row[column] for column in columns])
    text.flush()
    csv_file.size = csv_file.file.tell()
    text.detach()
    csv_file.seek(0)
    return csv_file
