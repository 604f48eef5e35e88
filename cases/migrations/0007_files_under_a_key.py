"""A plain hash of a file tells who is in it, to whoever tries codes: files are recognised by a hash under a key."""

from typing import Any

from django.db import migrations

from partnership.isolation import encryption


def take_under_a_key(apps: Any, schema_editor: Any) -> None:
    imports = apps.get_model("cases", "DataImport").objects
    for data_import in imports.exclude(content_hash="").only("partner_id", "content_hash"):
        data_import.content_hash = encryption.fingerprint(data_import.partner_id, data_import.content_hash)
        data_import.save(update_fields=["content_hash"])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_nothing_of_a_name'),
    ]

    operations = [
        migrations.RenameField(
            model_name='dataimport',
            old_name='sha256',
            new_name='content_hash',
        ),
        migrations.RunPython(take_under_a_key),
    ]
