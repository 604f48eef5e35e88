"""Who is diverted and who is left out: protected counts by unit and trait."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("metrics", "0021_evidence"),
        ('partnership', '0031_practices_and_protected_reads'),
    ]

    operations = [
        migrations.CreateModel(
            name='UptakeResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(choices=[('all', 'All cases'), ('month', 'Month of the arrest'), ('district', 'District'), ('sex', 'Sex'), ('age', 'Age at the offence')], max_length=10)),
                ('group', models.CharField(blank=True, help_text="The month (2026-03), the district's number, the code of the sex or age band; empty: all.", max_length=10)),
                ('eligible', models.PositiveIntegerField()),
                ('offered', models.PositiveIntegerField(null=True)),
                ('agreed', models.PositiveIntegerField(null=True)),
                ('visited', models.PositiveIntegerField(null=True)),
                ('completed', models.PositiveIntegerField(null=True)),
                ('settled', models.PositiveIntegerField(help_text='Ended without a charge, of those agreed.', null=True)),
                ('share', models.FloatField(help_text='Agreed, of those eligible.', null=True)),
                ('share_lower', models.FloatField(null=True)),
                ('share_upper', models.FloatField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uptake_results', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'partner', 'by', 'group'), name='one_uptake_result', nulls_distinct=False), partnership.isolation.policies.Grant(name='metrics_uptakeresult.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_uptakeresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_uptakeresult.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_uptakeresult.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_uptakeresult.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_uptakeresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
