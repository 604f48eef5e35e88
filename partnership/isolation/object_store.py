"""Where an encrypted file lies: in its row of the database, or as an object in the store of FILES_URL.

There an object has a name that nobody guesses; the row of the file, which the database shows to whom its policies let it, knows it. It
is encrypted as in the database and bound to its owner: under another partner's row it does not open.
"""

from __future__ import annotations

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from partnership.isolation import encryption
from partnership.isolation.encrypted_fields import EncryptedBinaryField

STORE = "files"


def put(content: bytes, field: EncryptedBinaryField, owner: object, folder: str) -> str:
    """Stores the content of a field as an object, and returns its name; empty where there is no store: the row holds it then.

    Where the row's transaction is rolled back, an object stays that nobody finds.
    """
    if STORE not in storages.backends:
        return ""
    name = f"{folder}/{secrets.token_urlsafe(24)}"
    return str(storages[STORE].save(name, ContentFile(field.seal(content, owner))))


def content_of(name: str, field: EncryptedBinaryField, owner: object) -> bytes:
    """What an object of that owner holds, decrypted."""
    with storages[STORE].open(name) as file:
        return encryption.decrypt_bytes(file.read(), field.place(owner))


def seal_anew(name: str, field: EncryptedBinaryField, owner: object) -> None:
    """The object under the newest key, for `rotate_keys`."""
    content = content_of(name, field, owner)
    storages[STORE].delete(name)
    storages[STORE].save(name, ContentFile(field.seal(content, owner)))


def delete(names: list[str]) -> None:
    """Deletes objects, once nothing leads to them any more."""
    for name in names:
        storages[STORE].delete(name)
