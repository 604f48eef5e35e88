"""What names somebody leaves for casework or for protection, as its flow says; for statistics nobody is named."""

from django.db import migrations

from partnership.agreements import flows


class Migration(migrations.Migration):
    dependencies = [("partnership", "0033_more_practices")]
    operations = [migrations.RunSQL(flows.FUNCTIONS, migrations.RunSQL.noop)]
