"""Entries can be taken back and have a history; a spoken consent has a witness."""

import django.db.models.deletion
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


from partnership.audit_trail.history import FUNCTION


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_what_a_consent_covers'),
        ('partnership', '0019_webhooks_change_their_secret'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='assessment',
            name='assessed_once_a_day',
        ),
        migrations.RemoveConstraint(
            model_name='session',
            name='cases_session.worker_columns',
        ),
        migrations.AddField(
            model_name='assessment',
            name='taken_back_at',
            field=models.DateTimeField(null=True, verbose_name='taken back'),
        ),
        migrations.AddField(
            model_name='assessment',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by'),
        ),
        migrations.AddField(
            model_name='assessment',
            name='taken_back_why',
            field=models.CharField(blank=True, choices=[('wrong_person', 'Recorded for the wrong person'), ('twice', 'Recorded twice'), ('not_so', 'It was not so'), ('other', 'Another mistake')], default='', max_length=20, verbose_name='why it was taken back'),
        ),
        migrations.AddField(
            model_name='consent',
            name='witness',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', help_text='Who heard the person consent, besides you. A colleague, a guardian or an interpreter.', owner='from_partner', verbose_name='witness'),
        ),
        migrations.AddField(
            model_name='goal',
            name='taken_back_at',
            field=models.DateTimeField(null=True, verbose_name='taken back'),
        ),
        migrations.AddField(
            model_name='goal',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by'),
        ),
        migrations.AddField(
            model_name='goal',
            name='taken_back_why',
            field=models.CharField(blank=True, choices=[('wrong_person', 'Recorded for the wrong person'), ('twice', 'Recorded twice'), ('not_so', 'It was not so'), ('other', 'Another mistake')], default='', max_length=20, verbose_name='why it was taken back'),
        ),
        migrations.AddField(
            model_name='note',
            name='taken_back_at',
            field=models.DateTimeField(null=True, verbose_name='taken back'),
        ),
        migrations.AddField(
            model_name='note',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by'),
        ),
        migrations.AddField(
            model_name='note',
            name='taken_back_why',
            field=models.CharField(blank=True, choices=[('wrong_person', 'Recorded for the wrong person'), ('twice', 'Recorded twice'), ('not_so', 'It was not so'), ('other', 'Another mistake')], default='', max_length=20, verbose_name='why it was taken back'),
        ),
        migrations.AddField(
            model_name='session',
            name='taken_back_at',
            field=models.DateTimeField(null=True, verbose_name='taken back'),
        ),
        migrations.AddField(
            model_name='session',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by'),
        ),
        migrations.AddField(
            model_name='session',
            name='taken_back_why',
            field=models.CharField(blank=True, choices=[('wrong_person', 'Recorded for the wrong person'), ('twice', 'Recorded twice'), ('not_so', 'It was not so'), ('other', 'Another mistake')], default='', max_length=20, verbose_name='why it was taken back'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('method', 'group')), fields=['partner', 'held_on'], name='session_of_group'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at', None)), fields=('enrolment', 'instrument', 'held_on', 'partner'), name='assessed_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None), ('taken_back_why', '')), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_why', ''), _negated=True)), _connector='OR'), name='assessment_taken_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_assessment.recorded', number='id', partners=('partner_id',), record='assessment'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None), ('taken_back_why', '')), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_why', ''), _negated=True)), _connector='OR'), name='goal_taken_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_goal.recorded', number='id', partners=('partner_id',), record='goal'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None), ('taken_back_why', '')), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_why', ''), _negated=True)), _connector='OR'), name='note_taken_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_note.recorded', number='id', partners=('partner_id',), record='note'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'enrolment_id', 'held_on', 'attendance', 'taken_back_at'), name='cases_session.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None), ('taken_back_why', '')), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_why', ''), _negated=True)), _connector='OR'), name='session_taken_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_session.recorded', number='id', partners=('partner_id',), record='session'),
        ),
        # What erasing deletes takes its history's content along.
        migrations.RunSQL(FUNCTION.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION', 1), migrations.RunSQL.noop),
    ]
