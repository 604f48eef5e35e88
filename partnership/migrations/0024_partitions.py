"""The log of reads and the history of changes lie in monthly partitions (partnership/audit_trail/partitions.py)."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from partnership.audit_trail.partitions import FUNCTION as KEEP
from partnership.audit_trail.partitions import convert

# Who writes it without a moment, as the program of before and the trigger do, gets that of the transaction.
CONTENT_HAS_ITS_MOMENT = """
ALTER TABLE partnership_recordchangecontent ADD COLUMN at timestamptz;
UPDATE partnership_recordchangecontent c SET at = h.at FROM partnership_recordchange h WHERE h.id = c.change_id;
ALTER TABLE partnership_recordchangecontent ALTER COLUMN at SET NOT NULL, ALTER COLUMN at SET DEFAULT statement_timestamp();
"""
NO_FOREIGN_KEY = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT conname FROM pg_constraint
               WHERE conrelid = 'partnership_recordchangecontent'::regclass AND confrelid = 'partnership_recordchange'::regclass
  LOOP EXECUTE format('ALTER TABLE partnership_recordchangecontent DROP CONSTRAINT %I', name); END LOOP;
END $$;
"""


def convert_all(apps, schema_editor):
    for name in ('ReadLog', 'RecordChange', 'RecordChangeContent'):
        convert(apps.get_model('partnership', name), schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0023_reads_of_who_has_the_record'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='recordchangecontent',
                    name='at',
                    field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the transaction of the change began.'),
                ),
                migrations.AlterField(
                    model_name='recordchangecontent',
                    name='change',
                    field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='content', serialize=False, to='partnership.recordchange'),
                ),
            ],
            database_operations=[
                migrations.RunSQL(NO_FOREIGN_KEY + CONTENT_HAS_ITS_MOMENT),
                migrations.RunSQL(KEEP),
                migrations.RunPython(convert_all),
                migrations.RunSQL('SELECT portal_keep_partitions()'),
            ],
        ),
    ]
