from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from cases.people.models import Person
from partnership.isolation import encryption
from partnership.isolation.encrypted_fields import EncryptedBinaryField, EncryptedTextField

BATCH = 1000


def _renewed(token: Any) -> Any:
    """The token under the newest key; nothing stays nothing."""
    if not token:
        return token
    return encryption.rotate(token) if isinstance(token, str) else encryption.rotate_bytes(bytes(token))


class Command(BaseCommand):
    help = (
        "Re-encrypts every encrypted field under the first of FIELD_KEYS, so that the older keys can be removed. With"
        " --indexes also computes blind indexes and pseudonyms anew, after a change of INDEX_KEY or PSEUDONYM_KEY."
        " Run it as the owner of the tables; it can be stopped and run again."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--indexes", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            encrypted = (EncryptedTextField, EncryptedBinaryField)
            fields = [f for f in model._meta.concrete_fields if isinstance(f, encrypted)]
            if fields:
                self.stdout.write(f"{model._meta.label}: {self._rotate(model, fields)} rows")
        if options["indexes"]:
            self.stdout.write(f"Indexes and pseudonyms: {self._derive()} people")

    def _rotate(self, model: type[models.Model], fields: list[EncryptedTextField | EncryptedBinaryField]) -> int:
        """Works on the tokens as they stand in the database, a batch at a time, each batch a transaction."""
        table = connection.ops.quote_name(model._meta.db_table)
        columns = [connection.ops.quote_name(str(f.column)) for f in fields]
        last, done = 0, 0
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > %s ORDER BY id LIMIT %s FOR UPDATE",  # noqa: S608
                    [last, BATCH],
                )
                rows = cursor.fetchall()
                if not rows:
                    return done
                cursor.executemany(
                    f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)} WHERE id = %s",  # noqa: S608
                    [[*map(_renewed, tokens), pk] for pk, *tokens in rows],
                )
                last, done = rows[-1][0], done + len(rows)

    def _derive(self) -> int:
        done = 0
        derived = ["code_index", "name_birth_index", "name_prefixes", "code_pseudonym", "name_pseudonym"]
        last = 0
        while people := list(Person.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            for person in people:
                person.derive()
            Person.objects.bulk_update(people, derived)
            last, done = people[-1].pk, done + len(people)
        return done
