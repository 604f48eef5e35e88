"""Whether people who were placed with an employer were still there."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0024_first_days_after_a_release'),
        ("partnership", "0036_placements_among_the_practices"),
    ]

    operations = [
        migrations.CreateModel(
            name='PlacementResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('months', models.PositiveSmallIntegerField()),
                ('there', models.PositiveIntegerField()),
                ('as_agreed', models.PositiveIntegerField()),
                ('early', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('share', models.FloatField(null=True)),
                ('share_lower', models.FloatField(null=True)),
                ('share_upper', models.FloatField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placement_results', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'partner', 'months'), name='one_placement_result', nulls_distinct=False), partnership.isolation.policies.Grant(name='metrics_placementresult.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_placementresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_placementresult.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_placementresult.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_placementresult.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_placementresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
