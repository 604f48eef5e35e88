"""Where people find no place: protected counts by district."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("metrics", "0022_who_is_diverted"),
        ("partnership", "0033_more_practices"),
    ]

    operations = [
        migrations.CreateModel(
            name='GapResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent', models.PositiveIntegerField()),
                ('no_place', models.PositiveIntegerField(null=True)),
                ('waiting', models.PositiveIntegerField(null=True)),
                ('share', models.FloatField(null=True)),
                ('share_lower', models.FloatField(null=True)),
                ('share_upper', models.FloatField(null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.district')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gap_results', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'district'), name='one_gap_result'), partnership.isolation.policies.Grant(name='metrics_gapresult.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_gapresult.reads', role='web', using="true and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_gapresult.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_gapresult.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_gapresult.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_gapresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
