"""Assessments keep the points of their items and a day to look again; goals have steps, a plan and a result."""

import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0025_pieces_of_files_elsewhere'),
        ('partnership', '0023_reads_of_who_has_the_record'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_on', models.DateField(verbose_name='agreed with the person on')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='review on')),
                ('approved_at', models.DateTimeField(default=None, null=True, verbose_name='approved at')),
                ('reported_on', models.DateField(default=None, null=True, verbose_name='end report of')),
                ('summary', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='summary')),
            ],
            options={
                'verbose_name': 'plan',
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField(db_column='step', verbose_name='step')),
                ('whose', models.CharField(choices=[('person', 'The person'), ('us', 'Our team'), ('other', 'Somebody else')], max_length=10, verbose_name='who does it')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'step',
            },
        ),
        migrations.RemoveConstraint(
            model_name='assessment',
            name='score_within_the_instrument',
        ),
        migrations.AddField(
            model_name='assessment',
            name='answers',
            field=partnership.isolation.encrypted_fields.EncryptedJSONField(blank=True, default=dict, verbose_name='answers'),
        ),
        migrations.AddField(
            model_name='assessment',
            name='review_on',
            field=models.DateField(blank=True, null=True, verbose_name='look again on'),
        ),
        migrations.AddField(
            model_name='goal',
            name='result',
            field=models.CharField(blank=True, choices=[('achieved', 'Achieved'), ('partly', 'Partly achieved'), ('not', 'Not achieved')], default='', max_length=10, verbose_name='result'),
        ),
        migrations.AddField(
            model_name='goal',
            name='result_why',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='why'),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='instrument',
            field=models.CharField(choices=[('holistic', 'Whole situation'), ('audit', 'AUDIT'), ('dudit', 'DUDIT'), ('sds', 'SDS'), ('who5', 'WHO-5'), ('phq9', 'PHQ-9'), ('gad7', 'GAD-7'), ('europasi', 'EuropASI')], max_length=10, verbose_name='instrument'),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='score',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='score'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('review_on__isnull', False)), fields=['partner', 'review_on'], name='assessment_review'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('instrument', 'audit'), ('score__lte', 40)), models.Q(('instrument', 'dudit'), ('score__lte', 44)), models.Q(('instrument', 'sds'), ('score__lte', 15)), models.Q(('instrument', 'who5'), ('score__lte', 100)), models.Q(('instrument', 'phq9'), ('score__lte', 27)), models.Q(('instrument', 'gad7'), ('score__lte', 21)), models.Q(('instrument__in', ['holistic', 'europasi']), ('score', None)), _connector='OR'), name='score_within_the_instrument'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('review_on', None), ('review_on__gt', models.F('held_on')), _connector='OR'), name='reviewed_after_it_was_held'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'enrolment_id', 'instrument', 'score', 'held_on', 'taken_back_at'), name='cases_assessment.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_assessment.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(('result', ''), models.Q(('reached_on__isnull', False), ('result', 'achieved')), models.Q(('reached_on', None), ('result__in', ['partly', 'not'])), _connector='OR'), name='goal_result_fits_its_day'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='goal_by_owner'),
        ),
        migrations.AddField(
            model_name='plan',
            name='agreed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by'),
        ),
        migrations.AddField(
            model_name='plan',
            name='approved_by',
            field=models.ForeignKey(default=None, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='plan',
            name='enrolment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='plan', to='cases.enrolment'),
        ),
        migrations.AddField(
            model_name='plan',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='plan',
            name='reported_by',
            field=models.ForeignKey(default=None, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='end report by'),
        ),
        migrations.AddField(
            model_name='step',
            name='goal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='cases.goal'),
        ),
        migrations.AddField(
            model_name='step',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(fields=['partner', 'review_on'], name='plan_review'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('enrolment', 'partner'), name='one_plan_an_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('approved_at', None)), models.Q(models.Q(('approved_by', None), _negated=True), models.Q(('approved_at', None), _negated=True)), _connector='OR'), name='somebody_approved_the_plan'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reported_by', None), ('reported_on', None)), models.Q(models.Q(('reported_by', None), _negated=True), models.Q(('reported_on', None), _negated=True)), _connector='OR'), name='somebody_reported_the_end'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_plan.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.policies.Grant(name='cases_plan.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_plan.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_plan.signed_agreed_by', only_narrows=True, role='web', using='agreed_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_plan.recorded', number='id', partners=('partner_id',), record='plan'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['goal', 'id'], name='step_list'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='goal', name='cases_step.own_goal'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.policies.Grant(name='cases_step.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_step.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_step.recorded', number='goal_id', partners=('partner_id',), record='goal'),
        ),
    ]
