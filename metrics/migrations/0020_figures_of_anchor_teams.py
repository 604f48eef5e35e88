"""How soon anchor teams met, and whether first visits were kept: protected counts by who leads."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0019_changes_of_scores'),
        ('partnership', '0027_keys_of_systems_and_own_sign_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnchorResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('met_soon', models.PositiveIntegerField()),
                ('met_later', models.PositiveIntegerField()),
                ('not_met', models.PositiveIntegerField()),
                ('soon_rate', models.FloatField(null=True)),
                ('soon_lower', models.FloatField(null=True)),
                ('soon_upper', models.FloatField(null=True)),
                ('kept', models.PositiveIntegerField()),
                ('missed', models.PositiveIntegerField()),
                ('unknown', models.PositiveIntegerField()),
                ('kept_rate', models.FloatField(null=True)),
                ('kept_lower', models.FloatField(null=True)),
                ('kept_upper', models.FloatField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='anchor_results', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'partner'), name='one_anchor_result', nulls_distinct=False), partnership.isolation.policies.Grant(name='metrics_anchorresult.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_anchorresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_anchorresult.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_anchorresult.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_anchorresult.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_anchorresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
