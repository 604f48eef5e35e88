from django.db import migrations

from partnership.isolation.key_check import TABLE_SQL


class Migration(migrations.Migration):
    dependencies = [("partnership", "0013_invite_again")]

    operations = [migrations.RunSQL(TABLE_SQL, "DROP TABLE portal_key_check")]
