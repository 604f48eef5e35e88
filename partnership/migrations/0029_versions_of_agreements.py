"""Agreements have versions, with what may flow and who approved it. What is agreed today becomes a first version that lets leave what
left until now, so that nothing changes before somebody narrows it; its free text stays as what the version is about."""

import django.db.models.deletion
import django.utils.timezone
import partnership.agreements.approving
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from partnership.agreements import approving, flows

FILL = """
INSERT INTO partnership_agreementversion
  (agreement_id, number, state, round, summary, valid_from, valid_to, assessed_by, in_force_since)
SELECT id, 1, 'in_force', 1, concat_ws(E'\\n', nullif(purposes, ''), nullif(data_categories, '')), valid_from, valid_to, '', now()
  FROM partnership_agreement;
INSERT INTO partnership_dataflow (version_id, from_kind, to_kind, purpose, category)
SELECT v.id, '', '', c.purpose, c.category
  FROM partnership_agreementversion v
 CROSS JOIN (VALUES ('diversion', 'identity'), ('diversion', 'contact'), ('diversion', 'situation'),
                    ('follow_up', 'attendance_counts'), ('follow_up', 'outcome'), ('follow_up', 'decision'),
                    ('follow_up', 'disposal')) AS c (purpose, category)
 ORDER BY v.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0028_practices_in_use'),
    ]

    operations = [
        migrations.AlterField(
            model_name='agreement',
            name='valid_from',
            field=models.DateField(blank=True, help_text='Of its first version in force.', null=True, verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='valid_to',
            field=models.DateField(blank=True, help_text='Of its latest version in force.', null=True, verbose_name='valid to'),
        ),
        migrations.CreateModel(
            name='AgreementVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('asked', 'Waiting for approval'), ('refused', 'Refused'), ('in_force', 'Approved')], default='draft', max_length=10, verbose_name='state')),
                ('round', models.PositiveSmallIntegerField(default=1, help_text='Of approval: a version that was returned is asked for anew.')),
                ('summary', models.TextField(blank=True, default='', verbose_name='what it is about')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, help_text='Empty: until further notice.', null=True, verbose_name='valid to')),
                ('assessed_on', models.DateField(blank=True, null=True, verbose_name='impact assessment made on')),
                ('assessed_by', models.CharField(blank=True, default='', max_length=120, verbose_name='impact assessment made by')),
                ('in_force_since', models.DateTimeField(default=None, help_text='When it was approved. A trigger says so.', null=True)),
                ('superseded_on', models.DateField(default=None, help_text='From which day on the next version counts. A trigger says so.', null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='partnership.agreement')),
            ],
            options={
                'verbose_name': 'version of an agreement',
                'verbose_name_plural': 'versions of agreements',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='AgreementFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('document', 'Document'), ('assessment', 'Impact assessment')], max_length=10, verbose_name='kind')),
                ('sha256', models.CharField(max_length=64)),
                ('content', partnership.isolation.encrypted_fields.EncryptedBinaryField(owner='version')),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='partnership.agreementversion')),
            ],
            options={
                'verbose_name': 'file of an agreement',
                'ordering': ['kind'],
            },
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('position', models.PositiveSmallIntegerField(default=1, help_text='Steps of one number are asked at one time, the next when all have approved.', verbose_name='order')),
                ('what', models.CharField(choices=[('legal', 'Legal review'), ('data_protection', 'Data protection'), ('command', 'Command of the police'), ('board', 'Board of the organisation'), ('signature', 'Signature')], max_length=20, verbose_name='what')),
                ('days', models.PositiveSmallIntegerField(default=14, verbose_name='days to answer')),
                ('asked_at', models.DateTimeField(default=None, null=True, verbose_name='asked')),
                ('due_at', models.DateTimeField(default=None, null=True, verbose_name='answer due')),
                ('decision', models.CharField(blank=True, choices=[('approved', 'Approved'), ('returned', 'Returned for changes'), ('refused', 'Refused')], default='', max_length=10, verbose_name='decision')),
                ('decided_at', models.DateTimeField(default=None, null=True, verbose_name='decided')),
                ('words', models.TextField(blank=True, default='', verbose_name='words')),
                ('decided_by', models.ForeignKey(default=None, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='organisation')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='partnership.agreementversion')),
            ],
            options={
                'verbose_name': 'step of approval',
                'verbose_name_plural': 'steps of approval',
                'ordering': ['round', 'position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DataFlow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_kind', models.CharField(blank=True, choices=[('ngo', 'NGO'), ('police', 'Police unit'), ('coordination', 'Coordination office'), ('prosecutor', "Prosecutor's office"), ('court', 'Court'), ('prison', 'Prison and probation service'), ('social', 'Social services'), ('youth', 'Youth services'), ('school', 'School'), ('health', 'Health service')], default='', max_length=20, verbose_name='from')),
                ('to_kind', models.CharField(blank=True, choices=[('ngo', 'NGO'), ('police', 'Police unit'), ('coordination', 'Coordination office'), ('prosecutor', "Prosecutor's office"), ('court', 'Court'), ('prison', 'Prison and probation service'), ('social', 'Social services'), ('youth', 'Youth services'), ('school', 'School'), ('health', 'Health service')], default='', max_length=20, verbose_name='to')),
                ('purpose', models.CharField(choices=[('diversion', 'Diversion and referral'), ('follow_up', 'Follow-up'), ('statistics', 'Statistics'), ('protection', 'Protection of somebody')], max_length=20, verbose_name='purpose')),
                ('category', models.CharField(choices=[('identity', 'Who it is'), ('contact', 'How to reach the person'), ('situation', 'The situation, and messages about it'), ('attendance_counts', 'Attendance in counts and dates'), ('outcome', 'How it ended'), ('decision', 'Decision of the police'), ('disposal', 'Decision of a prosecutor or court')], max_length=20, verbose_name='data')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flows', to='partnership.agreementversion')),
            ],
            options={
                'verbose_name': 'data flow',
                'verbose_name_plural': 'data flows',
                'ordering': ['from_kind', 'to_kind', 'id'],
            },
        ),
        migrations.RunSQL(approving.FUNCTIONS, approving.DROP_FUNCTIONS),
        migrations.RunSQL(flows.FUNCTIONS, flows.DROP_FUNCTIONS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='agreement',
            name='data_categories',
        ),
        migrations.RemoveField(
            model_name='agreement',
            name='purposes',
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='agreement_version_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'asked'])), fields=('agreement',), name='one_open_agreement_version'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='agreement_version_ends_after_start', violation_error_message='The last day comes before the first.'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assessed_on', None), ('assessed_by', '')), models.Q(models.Q(('assessed_on', None), _negated=True), models.Q(('assessed_by', ''), _negated=True)), _connector='OR'), name='assessed_by_somebody_on_a_day', violation_error_message='Say both: who made the impact assessment, and when.'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_force'), ('in_force_since__isnull', False)), models.Q(models.Q(('state', 'in_force'), _negated=True), models.Q(('in_force_since__isnull', False), _negated=True)), _connector='OR'), name='agreement_version_in_force_since'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.policies.Grant(name='partnership_agreementversion.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_agreementversion.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_agreementversion.drafted', role='web', using="(select portal_acting_role()) = 'coordinator' and state = 'draft'"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.policies.Policy(check="(select portal_acting_role()) = 'coordinator'", command='UPDATE', name='partnership_agreementversion.worked_on', role='web', using="(select portal_acting_role()) = 'coordinator' and state in ('draft', 'asked')"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='partnership_agreementversion.thrown_away', role='web', using="(select portal_acting_role()) = 'coordinator' and state = 'draft'"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.triggers.Fixed(columns=('agreement_id', 'number', 'round', 'in_force_since', 'superseded_on'), name='partnership_agreementversion.fixed', when="current_user = 'portal_web'"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.isolation.triggers.Fixed(columns=('summary', 'valid_from', 'valid_to', 'assessed_on', 'assessed_by'), name='partnership_agreementversion.fixed_when_asked', when="old.state <> 'draft'"),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.agreements.approving.OnState(name='partnership_agreementversion.moves'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_agreementversion.recorded', number='agreement_id', partners=(), record='agreement'),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=models.UniqueConstraint(fields=('version', 'kind'), name='one_agreement_file_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=partnership.isolation.policies.Grant(name='partnership_agreementfile.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_agreementfile.parties_read', role='web', using="((select portal_acting_role()) = 'coordinator' or (select portal_acting_role()) = 'auditor' or exists (select from partnership_agreementversion v join partnership_agreement_parties p on p.agreement_id = v.agreement_id where v.id = version_id and p.partner_id = (select portal_acting_partner())))"),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_agreementfile.drafted', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='partnership_agreementfile.taken_out', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
        migrations.AddConstraint(
            model_name='agreementfile',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_agreementfile.signed_added_by', only_narrows=True, role='web', using='added_by_id = (select portal_acting_user())'),
        ),
        migrations.AddIndex(
            model_name='approvalstep',
            index=models.Index(condition=models.Q(('asked_at__isnull', False), ('decision', '')), fields=['partner', 'due_at'], name='approval_waits'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.UniqueConstraint(fields=('version', 'round', 'partner', 'what'), name='approval_step_once'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', ''), ('decided_at', None)), models.Q(models.Q(('decision', ''), _negated=True), models.Q(('decided_at', None), _negated=True)), _connector='OR'), name='approval_decided_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('due_at', None)), models.Q(models.Q(('asked_at', None), _negated=True), models.Q(('due_at', None), _negated=True)), _connector='OR'), name='approval_asked_until_a_day'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.CheckConstraint(condition=models.Q(('decision', ''), ('asked_at__isnull', False), _connector='OR'), name='approval_asked_before'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision__in', ['returned', 'refused']), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='approval_refused_with_words'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 1), ('position__gte', 1)), name='approval_takes_days'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Grant(name='partnership_approvalstep.web_decides', privileges='UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Grant(name='partnership_approvalstep.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_approvalstep.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_approvalstep.drafted', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='partnership_approvalstep.taken_out', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='partnership_approvalstep.managers_decide', role='web', using='partner_id = (select portal_acting_partner()) and (select portal_acting_manager()) and asked_at is not null'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.triggers.Fixed(columns=('version_id', 'round', 'position', 'partner_id', 'what', 'days', 'asked_at', 'due_at'), name='partnership_approvalstep.planned', when="current_user = 'portal_web'"),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.triggers.Fixed(columns=('decision', 'decided_at', 'decided_by_id', 'words'), name='partnership_approvalstep.decided_once', when="old.decision <> ''"),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.agreements.approving.OnDecision(name='partnership_approvalstep.decided'),
        ),
        migrations.AddConstraint(
            model_name='dataflow',
            constraint=models.UniqueConstraint(fields=('version', 'from_kind', 'to_kind', 'purpose', 'category'), name='data_flow_named_once'),
        ),
        migrations.AddConstraint(
            model_name='dataflow',
            constraint=partnership.isolation.policies.Grant(name='partnership_dataflow.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='dataflow',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_dataflow.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='dataflow',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_dataflow.drafted', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
        migrations.AddConstraint(
            model_name='dataflow',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='partnership_dataflow.taken_out', role='web', using="(select portal_acting_role()) = 'coordinator' and exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"),
        ),
    ]
