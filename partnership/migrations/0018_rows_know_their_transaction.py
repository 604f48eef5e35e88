
import partnership.isolation.marks
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0017_authorities_and_services'),
    ]

    operations = [
        migrations.RunSQL(partnership.isolation.marks.FUNCTION, partnership.isolation.marks.DROP_FUNCTION),
        migrations.AddField(
            model_name='tombstone',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddIndex(
            model_name='tombstone',
            index=models.Index(fields=['partner', 'resource', 'changed_in', 'id'], name='tombstone_marks'),
        ),
    ]
