"""How scores of participants changed: protected counts by programme and instrument."""

import django.db.models.deletion
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0018_links_of_the_register'),
        ('partnership', '0023_reads_of_who_has_the_record'),
        ('programs', '0010_programmes_say_what_they_use'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScoreChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('instrument', models.CharField(choices=[('holistic', 'Whole situation'), ('audit', 'AUDIT'), ('dudit', 'DUDIT'), ('sds', 'SDS'), ('who5', 'WHO-5'), ('phq9', 'PHQ-9'), ('gad7', 'GAD-7'), ('europasi', 'EuropASI')], max_length=10)),
                ('better', models.PositiveIntegerField()),
                ('same', models.PositiveIntegerField()),
                ('worse', models.PositiveIntegerField()),
                ('assessed_once', models.PositiveIntegerField()),
                ('not_assessed', models.PositiveIntegerField()),
                ('better_rate', models.FloatField(null=True)),
                ('better_lower', models.FloatField(null=True)),
                ('better_upper', models.FloatField(null=True)),
                ('change', models.FloatField(null=True)),
                ('change_lower', models.FloatField(null=True)),
                ('change_upper', models.FloatField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.programme')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='score_changes', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'partner', 'programme', 'instrument'), name='one_score_change', nulls_distinct=False), partnership.isolation.policies.Grant(name='metrics_scorechange.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_scorechange.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_scorechange.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_scorechange.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_scorechange.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_scorechange.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
    ]
