"""Where the pieces of an uploaded file lie until they are loaded: in the database, or in the object store
(partnership/isolation/object_store.py)."""

from __future__ import annotations

from typing import Any

from cases.imports.models import DataImport, ImportChunk
from partnership.isolation import object_store
from partnership.isolation.object_store import delete

__all__ = ["chunk_of", "delete", "piece_of", "seal_anew"]

DATA: Any = ImportChunk._meta.get_field("data")


def chunk_of(data_import: DataImport, number: int, piece: bytes) -> ImportChunk:
    """The row of a piece, not saved yet; the piece in it, or in the object store already."""
    chunk = ImportChunk(partner=data_import.partner, data_import=data_import, number=number)
    chunk.name = object_store.put(piece, DATA, data_import.partner_id, f"imports/{data_import.pk}")
    if not chunk.name:
        chunk.data = piece
    return chunk


def piece_of(chunk: ImportChunk) -> bytes:
    """What the row of a piece stands for, decrypted."""
    return object_store.content_of(chunk.name, DATA, chunk.partner_id) if chunk.name else bytes(chunk.data)


def seal_anew(chunk: ImportChunk) -> None:
    """The object under the newest key, for `rotate_keys`."""
    object_store.seal_anew(chunk.name, DATA, chunk.partner_id)
