from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models

from cases.imports import keeping
from cases.imports.models import ImportBefore, ImportChunk, ImportTrace
from cases.people.models import Person
from partnership.actions import named
from partnership.audit_trail.history import RECORDS
from partnership.audit_trail.models import RecordChangeContent
from partnership.isolation import encryption, key_check, object_store
from partnership.isolation.acting import acting_for
from partnership.isolation.encrypted_fields import EncryptedBinaryField, EncryptedTextField
from partnership.members.models import User
from partnership.members.passwords import SealedHasher
from programs.library.actions import CONTENT
from programs.library.models import ResourceFile

BATCH = 1000


def _renewed(field: Any, token: Any, owner: object) -> Any:
    """The token under the newest key; nothing stays nothing."""
    if not token:
        return token
    place = field.place(owner)
    return encryption.rotate(token, place) if isinstance(token, str) else encryption.rotate_bytes(bytes(token), place)


def _renewed_values(model: type[models.Model], values: dict[str, Any] | None, owner: object) -> dict[str, Any] | None:
    """Tokens among the values of a record, as JSON holds them, under the newest key; the other values as they are."""
    if values is None:
        return None
    fields = {field.column: field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)}
    return {
        name: _renewed(fields[name], value, owner) if name in fields and encryption.is_token(str(value)) else value
        for name, value in values.items()
    }


class Command(BaseCommand):
    help = (
        "Re-encrypts every encrypted field under the first of FIELD_KEYS, so that the older keys can be removed. With"
        " --indexes also computes blind indexes and pseudonyms anew, after a change of INDEX_KEY or PSEUDONYM_KEY."
        " Run it as the owner of the tables; it can be stopped and run again."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--indexes", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with named("keys.rotate"):
            for model in apps.get_models():
                encrypted = (EncryptedTextField, EncryptedBinaryField)
                fields = [f for f in model._meta.concrete_fields if isinstance(f, encrypted)]
                if fields:
                    self.stdout.write(f"{model._meta.label}: {self._rotate(model, fields)} rows")
            self.stdout.write(f"Passwords: {self._rotate_passwords()} accounts")
            self.stdout.write(f"Second factors: {self._rotate_second_factors()} rows")
            self.stdout.write(f"Before imports: {self._rotate_befores()} rows")
            self.stdout.write(f"Files in the object store: {self._rotate_files()} pieces")
            self.stdout.write(f"History of changes: {self._rotate_history()} rows")
            if options["indexes"]:
                self.stdout.write(f"Indexes and pseudonyms: {self._derive()} people")
            key_check.store("FIELD_KEYS", *(key_check.HASHED if options["indexes"] else ()))

    def _rotate(self, model: type[models.Model], fields: list[EncryptedTextField | EncryptedBinaryField]) -> int:
        """Works on the tokens as they stand in the database, a batch at a time, each batch a transaction."""
        table = connection.ops.quote_name(model._meta.db_table)
        columns = [connection.ops.quote_name(str(f.column)) for f in fields]
        owner = connection.ops.quote_name(str(fields[0].owner_field().column))
        key = connection.ops.quote_name(str(model._meta.pk and model._meta.pk.column))
        last, done = None, 0
        while True:
            with acting_for(None), connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {key}, {owner}, {', '.join(columns)} FROM {table} WHERE %s IS NULL OR {key} > %s"  # noqa: S608
                    f" ORDER BY {key} LIMIT %s FOR UPDATE",
                    [last, last, BATCH],
                )
                rows = cursor.fetchall()
                if not rows:
                    return done
                cursor.executemany(
                    f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)} WHERE {key} = %s",  # noqa: S608
                    [
                        [*(_renewed(field, token, owner) for field, token in zip(fields, tokens, strict=True)), pk]
                        for pk, owner, *tokens in rows
                    ],
                )
                last, done = rows[-1][0], done + len(rows)

    def _rotate_passwords(self) -> int:
        """Their hashes are sealed under the key of their time."""
        sealed = User.objects.filter(password__startswith=f"{SealedHasher.algorithm}$").order_by("pk")
        with acting_for(None):
            users = list(sealed.select_for_update().only("pk", "password"))
            for user in users:
                algorithm, token = user.password.split("$", 1)
                user.password = f"{algorithm}${encryption.rotate(token)}"
            User.objects.bulk_update(users, ["password"], batch_size=BATCH)
        return len(users)

    def _rotate_befores(self) -> int:
        """What people were before an import, while it can still be taken back: tokens as the person's own row held them."""
        count = 0
        for before in ImportBefore.objects.filter(record=ImportTrace.Record.PERSON).iterator(BATCH):
            before.before = _renewed_values(Person, before.before, before.partner_id)
            before.save(update_fields=["before"])
            count += 1
        return count

    def _rotate_files(self) -> int:
        """Pieces of files that are not loaded yet, and files of the library, where they lie outside the database."""
        pieces = ImportChunk.objects.exclude(name="")
        for chunk in pieces.iterator(BATCH):
            keeping.seal_anew(chunk)
        files = ResourceFile.objects.exclude(name="")
        for file in files.iterator(BATCH):
            object_store.seal_anew(file.name, CONTENT, file.partner_id)
        return len(pieces) + len(files)

    def _rotate_history(self) -> int:
        """The history tells values as their tables held them: encrypted ones as tokens, under the key of that time."""
        last, done = 0, 0
        while True:
            with acting_for(None):
                rows = RecordChangeContent.objects.select_for_update().filter(pk__gt=last)
                contents = list(rows.order_by("pk")[:BATCH])
                if not contents:
                    return done
                for content in contents:
                    model = RECORDS[content.record].model
                    content.before = _renewed_values(model, content.before, content.partner_id)
                    content.after = _renewed_values(model, content.after, content.partner_id)
                RecordChangeContent.objects.bulk_update(contents, ["before", "after"])
                last, done = contents[-1].pk, done + len(contents)

    def _rotate_second_factors(self) -> int:
        """Secrets of authenticator apps and of recovery codes, which the sign-in library keeps."""
        authenticators = Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN)
        with acting_for(None):
            for authenticator in authenticators:
                authenticator.data = {
                    name: encryption.rotate(value) if isinstance(value, str) and encryption.is_token(value) else value
                    for name, value in authenticator.data.items()
                }
                authenticator.save(update_fields=["data"])
            return len(authenticators)

    def _derive(self) -> int:
        done = 0
        derived = ["code_index", "birth_index", "code_pseudonym", "birth_pseudonym", "spelling_hash"]
        last = 0
        while people := list(Person.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            for person in people:
                person.derive()
            with acting_for(None):
                Person.objects.bulk_update(people, derived)
            last, done = people[-1].pk, done + len(people)
        return done
