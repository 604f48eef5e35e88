"""Where the pieces of an uploaded file lie until they are loaded: encrypted in the database, or in the object store of FILES_URL.

There an object has a name that nobody guesses; the row of its piece, which the database shows to its partner alone, knows it. It is
encrypted as in the database and bound to its owner: under another partner's row it does not open.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from cases.imports.models import DataImport, ImportChunk
from partnership.isolation import encryption

DATA: Any = ImportChunk._meta.get_field("data")
STORE = "files"


def _store() -> Storage | None:
    return storages[STORE] if STORE in storages.backends else None


def chunk_of(data_import: DataImport, number: int, piece: bytes) -> ImportChunk:
    """The row of a piece, not saved yet; the piece in it, or in the object store already. Where the row's transaction is rolled back,
    an object stays that nobody finds."""
    chunk = ImportChunk(partner=data_import.partner, data_import=data_import, number=number)
    if store := _store():
        name = f"imports/{data_import.pk}/{secrets.token_urlsafe(24)}"
        chunk.name = store.save(name, ContentFile(DATA.seal(piece, data_import.partner_id)))
    else:
        chunk.data = piece
    return chunk


def piece_of(chunk: ImportChunk) -> bytes:
    """What the row of a piece stands for, decrypted."""
    if not chunk.name:
        return bytes(chunk.data)
    with storages[STORE].open(chunk.name) as file:
        return encryption.decrypt_bytes(file.read(), DATA.place(chunk.partner_id))


def seal_anew(chunk: ImportChunk) -> None:
    """The object under the newest key, for `rotate_keys`."""
    store, piece = storages[STORE], piece_of(chunk)
    store.delete(chunk.name)
    store.save(chunk.name, ContentFile(DATA.seal(piece, chunk.partner_id)))


def delete(names: list[str]) -> None:
    """Deletes objects, once nothing leads to them any more."""
    for name in names:
        storages[STORE].delete(name)
