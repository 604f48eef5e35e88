"""Sessions, plans, goals, steps, assessments, appointments, stays and reviews know when they last changed, and leave a tombstone."""

import django.db.models.functions.datetime
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.marks
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0040_mentoring"),
        ('partnership', '0033_more_practices'),
        ('programs', '0025_custody_and_families_among_the_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='assessment',
            name='cases_assessment.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='goal',
            name='cases_goal.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='note',
            name='cases_note.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='phasestay',
            name='cases_phasestay.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='plan',
            name='cases_plan.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='review',
            name='cases_review.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='session',
            name='cases_session.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='stay',
            name='cases_stay.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='cases_step.recorded',
        ),
        migrations.AddField(
            model_name='appointment',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='assessment',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='assessment',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='goal',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='goal',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='phasestay',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='phasestay',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='plan',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='plan',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='review',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='review',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='session',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='session',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='stay',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='stay',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='step',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddField(
            model_name='step',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='changed_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='appointment_sync'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='appointment_marks'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='assessment_sync'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='assessment_marks'),
        ),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='goal_sync'),
        ),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='goal_marks'),
        ),
        migrations.AddIndex(
            model_name='phasestay',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='phase_stay_sync'),
        ),
        migrations.AddIndex(
            model_name='phasestay',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='phase_stay_marks'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='plan_sync'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='plan_marks'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='review_sync'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='review_marks'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='session_sync'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='session_marks'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='stay_sync'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='stay_marks'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['partner', 'changed_at', 'id'], name='step_sync'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='step_marks'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.triggers.Touch(name='cases_appointment.touch'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.marks.Mark(name='cases_appointment.mark'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.triggers.Bury(name='cases_appointment.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.isolation.triggers.Touch(name='cases_assessment.touch'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.isolation.marks.Mark(name='cases_assessment.mark'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.isolation.triggers.Bury(name='cases_assessment.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_assessment.recorded', number='id', partners=('partner_id',), record='assessment'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=partnership.isolation.triggers.Touch(name='cases_goal.touch'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=partnership.isolation.marks.Mark(name='cases_goal.mark'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=partnership.isolation.triggers.Bury(name='cases_goal.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_goal.recorded', number='id', partners=('partner_id',), record='goal'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_note.recorded', number='id', partners=('partner_id',), record='note'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.triggers.Touch(name='cases_phasestay.touch'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.marks.Mark(name='cases_phasestay.mark'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.triggers.Bury(name='cases_phasestay.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_phasestay.recorded', number='id', partners=('partner_id',), record='phase_stay'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.triggers.Touch(name='cases_plan.touch'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.marks.Mark(name='cases_plan.mark'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.isolation.triggers.Bury(name='cases_plan.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_plan.recorded', number='id', partners=('partner_id',), record='plan'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.triggers.Touch(name='cases_review.touch'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.marks.Mark(name='cases_review.mark'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.triggers.Bury(name='cases_review.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_review.recorded', number='id', partners=('partner_id',), record='review'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.isolation.triggers.Touch(name='cases_session.touch'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.isolation.marks.Mark(name='cases_session.mark'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.isolation.triggers.Bury(name='cases_session.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_session.recorded', number='id', partners=('partner_id',), record='session'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.triggers.Touch(name='cases_stay.touch'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.marks.Mark(name='cases_stay.mark'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.triggers.Bury(name='cases_stay.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_stay.recorded', number='id', partners=('partner_id',), record='stay'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.triggers.Touch(name='cases_step.touch'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.marks.Mark(name='cases_step.mark'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.isolation.triggers.Bury(name='cases_step.bury', seen_by='partner_id'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('changed_in',), name='cases_step.recorded', number='goal_id', partners=('partner_id',), record='goal'),
        ),
    ]
