"""What systems of a partner call a person's records is in the file of all data."""

from django.db import migrations

from partnership.api import references


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0037_mentoring"),
    ]

    operations = [
        migrations.RunSQL(references.FUNCTION_OF_RECORDS, "DROP FUNCTION portal_references_of(text, bigint[])"),
    ]
