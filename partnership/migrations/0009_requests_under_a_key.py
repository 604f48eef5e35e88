"""A plain hash of a request tells who is in it, to whoever tries codes: requests are recognised by a hash under a key."""

from typing import Any

from django.db import migrations

from partnership.isolation import encryption


def take_under_a_key(apps: Any, schema_editor: Any) -> None:
    for answer in apps.get_model("partnership", "IdempotentAnswer").objects.only("partner_id", "request_hash"):
        answer.request_hash = encryption.fingerprint(answer.partner_id, answer.request_hash)
        answer.save(update_fields=["request_hash"])


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0008_accounts'),
    ]

    operations = [
        migrations.RunPython(take_under_a_key),
    ]
