"""Half of a pseudonym is 128 bits: enough that no two people share one."""

from django.db import migrations

SHORTEN = """
SELECT set_config('portal.action', 'keys.rotate', true);
UPDATE cases_person SET code_pseudonym = left(code_pseudonym, 32) WHERE length(code_pseudonym) > 32;
UPDATE cases_importrow SET code_pseudonym = left(code_pseudonym, 32) WHERE length(code_pseudonym) > 32;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_files_under_a_key'),
        ('partnership', '0010_refused_reads'),
    ]

    operations = [
        migrations.RunSQL(SHORTEN, migrations.RunSQL.noop),
    ]
