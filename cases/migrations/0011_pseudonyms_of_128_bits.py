"""Half of a pseudonym is 128 bits: enough that no two people share one."""

from django.db import migrations

SHORTEN = """
SELECT set_config('portal.action', 'keys.rotate', true);
UPDATE cases_person SET code_pseudonym = left(code_pseudonym, 32) WHERE length(code_pseudonym) > 32;
UPDATE cases_importperson SET code_pseudonym = left(code_pseudonym, 32) WHERE length(code_pseudonym) > 32;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_slices_loaded_at_once'),
        ('partnership', '0011_populations_can_be_taken_back'),
    ]

    operations = [
        migrations.RunSQL(SHORTEN, migrations.RunSQL.noop),
    ]
