"""Figures rest on protected counts; outcomes belong to releases; cohorts are chosen by calendar year."""

import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


RESULTS = (
    "recidivismresult", "survivalresult", "careresult", "comparisonresult", "arresttrendresult", "trendchange", "referralresult",
    "feedquality", "linkquality",
)  # fmt: skip
# What was computed before gave small counts away (docs/decisions/0027-protected-counts.md): only what is public stays, as far as it
# was shown. The next run computes everything anew.
FORGET = (
    "".join(
        f"DELETE FROM metrics_{table} WHERE run_id IN (SELECT id FROM metrics_run WHERE published_at IS NULL);" for table in RESULTS
    )
    + """
    UPDATE metrics_run SET again_id = NULL;
    DELETE FROM metrics_run WHERE published_at IS NULL;
    DELETE FROM metrics_recidivismresult WHERE eligible IS NULL OR rearrested IS NULL;
    DELETE FROM metrics_referralresult WHERE sent IS NULL;
    DELETE FROM metrics_arresttrendresult WHERE arrests IS NULL;
    UPDATE metrics_cohort
       SET selection = (selection - 'started_from' - 'started_to') || jsonb_strip_nulls(jsonb_build_object(
               'first_year', left(selection->>'started_from', 4)::int, 'last_year', left(selection->>'started_to', 4)::int))
     WHERE selection ?| array['started_from', 'started_to'];
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    """
)
PUBLISHED = """
    UPDATE metrics_run
       SET released_at = published_at, released_by_id = published_by_id, quarter = to_char(requested_at, 'YYYY"-Q"Q'),
           key_name = 'run ' || id;
    UPDATE metrics_referralresult SET is_protected = true WHERE from_partner_id IS NULL AND to_partner_id IS NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0003_history'),
        ('partnership', '0010_refused_reads'),
        ('programs', '0005_sign_in_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='CohortPermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='CohortUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.CharField(max_length=10)),
                ('digest', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='arresttrendresult',
            name='metrics_arresttrendresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='careresult',
            name='metrics_careresult.reads',
        ),
        migrations.RemoveConstraint(
            model_name='careresult',
            name='metrics_careresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='cohort',
            name='metrics_cohort.reads',
        ),
        migrations.RemoveConstraint(
            model_name='comparisonresult',
            name='metrics_comparisonresult.reads',
        ),
        migrations.RemoveConstraint(
            model_name='comparisonresult',
            name='metrics_comparisonresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='feedquality',
            name='metrics_feedquality.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='linkquality',
            name='metrics_linkquality.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='recidivismresult',
            name='withheld_is_nowhere',
        ),
        migrations.RemoveConstraint(
            model_name='recidivismresult',
            name='metrics_recidivismresult.reads',
        ),
        migrations.RemoveConstraint(
            model_name='recidivismresult',
            name='metrics_recidivismresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='referralresult',
            name='one_referral_result',
        ),
        migrations.RemoveConstraint(
            model_name='referralresult',
            name='no_small_sent_count_stored',
        ),
        migrations.RemoveConstraint(
            model_name='referralresult',
            name='metrics_referralresult.reads',
        ),
        migrations.RemoveConstraint(
            model_name='referralresult',
            name='metrics_referralresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='only_done_runs_published',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.web_columns',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.jobs_update',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='survivalresult',
            name='metrics_survivalresult.reads',
        ),
        migrations.RemoveConstraint(
            model_name='survivalresult',
            name='metrics_survivalresult.jobs_forget',
        ),
        migrations.RemoveConstraint(
            model_name='trendchange',
            name='metrics_trendchange.jobs_forget',
        ),
        migrations.RemoveField(
            model_name='recidivismresult',
            name='mean_rearrests',
        ),
        migrations.RemoveField(
            model_name='survivalresult',
            name='participants',
        ),
        migrations.AddField(
            model_name='careresult',
            name='arrests_each',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='cohort',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('people', 'Two traits at once are shown from 600 people on'), ('auditor', 'Six cohorts of a programme have figures this quarter: the auditor decides on more')], editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='referralresult',
            name='is_protected',
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='run',
            name='key_name',
            field=models.CharField(default='', help_text='A name of the secret that its noise follows from.', max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='run',
            name='quarter',
            field=models.CharField(default='', help_text='The release that it is of or would be of; its noise follows from it.', max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='run',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='released_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='run',
            name='withdrawn_at',
            field=models.DateTimeField(help_text='Published, and taken back.', null=True),
        ),
        migrations.RunSQL(PUBLISHED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='careresult',
            name='person_years',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='recidivismresult',
            name='eligible',
            field=models.PositiveIntegerField(),
        ),
        migrations.AlterField(
            model_name='recidivismresult',
            name='rearrested',
            field=models.PositiveIntegerField(),
        ),
        migrations.AlterField(
            model_name='recidivismresult',
            name='withheld',
            field=models.CharField(blank=True, choices=[('', 'Shown'), ('few_people', 'Not shown: fewer than 30 people followed'), ('nobody', 'Nobody has been followed for this long yet')], max_length=20),
        ),
        migrations.AlterField(
            model_name='referralresult',
            name='sent',
            field=models.PositiveIntegerField(),
        ),
        migrations.AddConstraint(
            model_name='arresttrendresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_arresttrendresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='careresult',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_careresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"),
        ),
        migrations.AddConstraint(
            model_name='careresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_careresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohort.reads', role='web', using="(partner_id = (select portal_acting_partner()) or is_partnership_wide or (select portal_acting_role()) = 'auditor')"),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Grant(columns=('waits_for',), name='metrics_cohort.worker_columns', privileges='UPDATE', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='metrics_cohort.jobs_judge', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='comparisonresult',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_comparisonresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"),
        ),
        migrations.AddConstraint(
            model_name='comparisonresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_comparisonresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='feedquality',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_feedquality.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='linkquality',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_linkquality.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='recidivismresult',
            constraint=models.CheckConstraint(condition=models.Q(('withheld', ''), ('rate', None), _connector='OR'), name='withheld_is_nowhere'),
        ),
        migrations.AddConstraint(
            model_name='recidivismresult',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_recidivismresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"),
        ),
        migrations.AddConstraint(
            model_name='recidivismresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_recidivismresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='referralresult',
            constraint=models.UniqueConstraint(fields=('run', 'from_partner', 'to_partner', 'is_protected'), name='one_referral_result', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='referralresult',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_referralresult.reads', role='web', using="(is_protected or (from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) or (select portal_acting_role()) = 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='referralresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_referralresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('released_at', None), ('state', 'done'), _connector='OR'), name='only_done_runs_released'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('released_at__isnull', False), _connector='OR'), name='only_releases_published'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', False)), fields=('quarter', 'key_name'), name='one_release_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Grant(columns=('released_at', 'released_by_id', 'published_at', 'published_by_id', 'withdrawn_at'), name='metrics_run.web_columns', privileges='UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Policy(check='true', command='UPDATE', name='metrics_run.jobs_update', role='worker', using='released_at is null'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_run.jobs_forget', role='worker', using='released_at is null'),
        ),
        migrations.AddConstraint(
            model_name='survivalresult',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_survivalresult.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"),
        ),
        migrations.AddConstraint(
            model_name='survivalresult',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_survivalresult.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddConstraint(
            model_name='trendchange',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='metrics_trendchange.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)'),
        ),
        migrations.AddField(
            model_name='cohortpermit',
            name='cohort',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='permits', to='metrics.cohort'),
        ),
        migrations.AddField(
            model_name='cohortpermit',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cohortuse',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.programme'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=models.UniqueConstraint(fields=('cohort', 'digest'), name='cohort_permit_once'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Grant(name='metrics_cohortpermit.web', privileges='SELECT, INSERT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohortpermit.reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='metrics_cohortpermit.allows', role='web', using="(select portal_acting_role()) = 'auditor' and user_id = (select portal_acting_user())"),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Grant(name='metrics_cohortpermit.worker', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohortpermit.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='metrics_cohortpermit.recorded_permit', number='cohort_id', partners=(), record='cohort'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=models.UniqueConstraint(fields=('quarter', 'programme', 'digest'), name='cohort_use_once'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Grant(name='metrics_cohortuse.worker', privileges='SELECT, INSERT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohortuse.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='metrics_cohortuse.jobs_write', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Grant(name='metrics_cohortuse.web', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohortuse.reads', role='web', using='true'),
        ),
    ]
