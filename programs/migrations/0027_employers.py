"""Employers and what they offer; placements among the parts of a programme."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0036_placements_among_the_practices"),
        ("programs", "0026_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('custody', 'Support in custody and the way out'), ('families', 'Family sessions and parenting groups'), ('placements', 'Placements with employers')], max_length=20), blank=True, default=programs.catalogue.models.usual_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
        migrations.CreateModel(
            name='Employer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='employer')),
                ('contact', partnership.isolation.encrypted_fields.EncryptedTextField(help_text='Name and number of whoever there knows of the partnership.', verbose_name='who to call')),
                ('is_active', models.BooleanField(default=True, verbose_name='works with the partnership')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='kept by')),
            ],
            options={
                'verbose_name': 'employer',
                'verbose_name_plural': 'employers',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='WorkOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('work_trial', 'Work trial'), ('apprenticeship', 'Apprenticeship'), ('job', 'Job')], max_length=20, verbose_name='kind')),
                ('work', models.CharField(help_text='For example: storage, kitchen, cleaning.', max_length=120, verbose_name='work')),
                ('hours_a_week', models.PositiveSmallIntegerField(verbose_name='hours a week')),
                ('asks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('driving_licence', 'Driving licence'), ('safety_card', 'Occupational safety card'), ('hygiene_passport', 'Hygiene passport'), ('qualification', 'Vocational qualification'), ('experience', 'Experience in the field'), ('finnish', 'Finnish at work'), ('swedish', 'Swedish at work'), ('shifts', 'Evenings, nights or weekends'), ('record_extract', 'Extract from the criminal record'), ('drug_test', 'Drug test')], max_length=20), blank=True, default=list, size=None, verbose_name='what it takes')),
                ('more', models.CharField(blank=True, help_text='What else it takes, who guides. Name nobody who works there.', max_length=300, verbose_name='more about it')),
                ('places', models.PositiveSmallIntegerField(default=1, verbose_name='places')),
                ('is_open', models.BooleanField(default=True, verbose_name='takes somebody now')),
                ('checked_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='asked the employer on')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('employer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='programs.employer', verbose_name='employer')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='kept by')),
            ],
            options={
                'verbose_name': 'offer of work',
                'verbose_name_plural': 'offers of work',
            },
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=models.UniqueConstraint(fields=('partner', 'name'), name='employer_once_a_partner'),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='employer_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.isolation.policies.Grant(name='programs_employer.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_employer.find_work_read', role='web', using="(select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_employer.own_insert', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_employer.own_update', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_employer.own_delete', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_employer.recorded', number='id', partners=('partner_id',), record='employer'),
        ),
        migrations.AddIndex(
            model_name='workoffer',
            index=models.Index(fields=['-checked_on', '-id'], name='work_offer_list'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=models.CheckConstraint(condition=models.Q(('hours_a_week__gte', 1), ('hours_a_week__lte', 60)), name='work_has_hours', violation_error_message='Between 1 and 60 hours a week.'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=models.CheckConstraint(condition=models.Q(('places__gte', 1)), name='work_has_a_place', violation_error_message='At least one place.'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='work_offer_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='employer', name='programs_workoffer.own_employer'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.policies.Grant(name='programs_workoffer.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_workoffer.find_work_read', role='web', using="(select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_workoffer.own_insert', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_workoffer.own_update', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_workoffer.own_delete', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) in ('caseworker', 'case_manager', 'coordinator')"),
        ),
        migrations.AddConstraint(
            model_name='workoffer',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_workoffer.recorded', number='id', partners=('partner_id',), record='work_offer'),
        ),
    ]
