"""Changes of records leave a line in the history."""

import partnership.audit_trail.history
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0002_rules'),
        ('partnership', '0003_history_and_deliveries'),
        ('programs', '0003_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='metrics_cohort.recorded', number='id', partners=('partner_id',), record='cohort'),
        ),
        migrations.AddConstraint(
            model_name='intervention',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='metrics_intervention.recorded', number='id', partners=(), record='intervention'),
        ),
    ]
