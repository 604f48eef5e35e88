"""A calendar feed is found by whoever knows its token, and seen by nobody else."""

import partnership.isolation.policies
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_jobs_read_imports_under_way_or_done'),
        ('partnership', '0015_functions_of_the_owner'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='calendarfeed',
            name='cases_calendarfeed.find',
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_calendarfeed.find', role='web', using="(partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user()) or token_hash = current_setting('portal.feed', true))"),
        ),
    ]
