"""Jobs read no import of another partner that waits for somebody's choice: it holds the file's first rows."""

import partnership.isolation.policies
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_read_by_the_linker'),
        ('partnership', '0015_functions_of_the_owner'),
        ('programs', '0005_sign_in_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='dataimport',
            name='cases_dataimport.jobs_read',
        ),
        migrations.AddConstraint(
            model_name='dataimport',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_dataimport.jobs_read', role='worker', using="state in ('checking', 'loading', 'done', 'taking_back')"),
        ),
    ]
