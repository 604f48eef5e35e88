"""Changes of records leave a line in the history."""

import partnership.audit_trail.history
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0003_history_and_deliveries'),
        ('programs', '0002_rules'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='programme',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_programme.recorded', number='id', partners=(), record='programme'),
        ),
    ]
