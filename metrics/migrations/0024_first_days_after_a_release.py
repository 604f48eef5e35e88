"""First days after a release."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("metrics", "0023_gaps_by_district"),
        ('partnership', '0033_more_practices'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReleaseResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('in_a_day', models.PositiveIntegerField()),
                ('in_three_days', models.PositiveIntegerField()),
                ('in_a_fortnight', models.PositiveIntegerField()),
                ('not_by_then', models.PositiveIntegerField()),
                ('day_rate', models.FloatField(null=True)),
                ('day_lower', models.FloatField(null=True)),
                ('day_upper', models.FloatField(null=True)),
                ('three_days_rate', models.FloatField(null=True)),
                ('three_days_lower', models.FloatField(null=True)),
                ('three_days_upper', models.FloatField(null=True)),
                ('fortnight_rate', models.FloatField(null=True)),
                ('fortnight_lower', models.FloatField(null=True)),
                ('fortnight_upper', models.FloatField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='release_results', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'partner'), name='one_release_result', nulls_distinct=False), partnership.isolation.policies.Grant(name='metrics_releaseresult.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_releaseresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_releaseresult.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_releaseresult.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_releaseresult.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_releaseresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
