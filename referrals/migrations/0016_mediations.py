"""Mediations, and what authorities are told of them by consent."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0028_care_teams'),
        ('partnership', '0027_keys_of_systems_and_own_sign_in'),
        ('referrals', '0015_a_note_for_the_court'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mediation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('harmed', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name='who was harmed')),
                ('offered_on', models.DateField(verbose_name='offered on')),
                ('person_answer', models.CharField(blank=True, choices=[('agrees', 'Agrees to mediate'), ('declines', 'Declines')], default='', max_length=10, verbose_name="the person's answer")),
                ('harmed_answer', models.CharField(blank=True, choices=[('agrees', 'Agrees to mediate'), ('declines', 'Declines')], default='', max_length=10, verbose_name='answer of whoever was harmed')),
                ('held_on', models.DateField(default=None, null=True, verbose_name='held on')),
                ('result', models.CharField(blank=True, choices=[('agreement', 'Agreement'), ('no_agreement', 'No agreement'), ('broken_off', 'Broken off')], default='', max_length=20, verbose_name='how it went')),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('apology', 'Apology'), ('compensation', 'Compensation'), ('work', 'Work done for them'), ('conduct', 'How to behave towards each other'), ('other', 'Something else was agreed')], max_length=20), blank=True, default=list, size=None, verbose_name='what was agreed')),
                ('keep_by', models.DateField(default=None, null=True, verbose_name='to be kept by')),
                ('kept', models.CharField(blank=True, choices=[('yes', 'Kept'), ('partly', 'Partly kept'), ('no', 'Not kept')], default='', max_length=10, verbose_name='agreement kept')),
                ('kept_on', models.DateField(default=None, null=True, verbose_name='checked on')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mediations', to='cases.enrolment')),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
            ],
            options={
                'verbose_name': 'mediation',
                'verbose_name_plural': 'mediations',
            },
        ),
        migrations.CreateModel(
            name='MediationReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_names', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='first names')),
                ('last_name', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='last name')),
                ('born_on', partnership.isolation.encrypted_fields.EncryptedDateField(blank=True, owner='from_partner', verbose_name='date of birth')),
                ('number', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='case number')),
                ('held_on', models.DateField(null=True, verbose_name='held on')),
                ('result', models.CharField(blank=True, choices=[('agreement', 'Agreement'), ('no_agreement', 'No agreement'), ('broken_off', 'Broken off')], max_length=20, verbose_name='how it went')),
                ('kept', models.CharField(blank=True, choices=[('yes', 'Kept'), ('partly', 'Partly kept'), ('no', 'Not kept')], max_length=10, verbose_name='agreement kept')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agreement')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.consent')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('mediation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='referrals.mediation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='to')),
            ],
            options={
                'verbose_name': 'report of a mediation',
            },
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.UniqueConstraint(fields=('partner', 'person', 'id'), name='mediation_by_person'),
        ),
        migrations.AddIndex(
            model_name='mediation',
            index=models.Index(fields=['partner', '-offered_on', '-id'], name='mediation_list'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', ''), ('held_on', None)), models.Q(models.Q(('result', ''), _negated=True), models.Q(('held_on', None), _negated=True)), _connector='OR'), name='mediation_held_with_a_result'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(('held_on', None), models.Q(('harmed_answer', 'agrees'), ('person_answer', 'agrees')), _connector='OR'), name='mediation_held_where_both_agree'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(('held_on', None), ('held_on__gte', models.F('offered_on')), _connector='OR'), name='mediation_held_after_the_offer'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', 'agreement'), ('terms__len__gte', 1)), models.Q(models.Q(('result', 'agreement'), _negated=True), models.Q(('terms__len__gte', 1), _negated=True)), _connector='OR'), name='an_agreement_has_terms'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', 'agreement'), ('keep_by__isnull', False)), models.Q(models.Q(('result', 'agreement'), _negated=True), models.Q(('keep_by__isnull', False), _negated=True)), _connector='OR'), name='an_agreement_is_kept_by_a_day'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kept', ''), ('kept_on', None)), models.Q(models.Q(('kept', ''), _negated=True), models.Q(('kept_on', None), _negated=True)), _connector='OR'), name='mediation_checked_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=models.CheckConstraint(condition=models.Q(('kept', ''), ('result', 'agreement'), _connector='OR'), name='only_an_agreement_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='referrals_mediation.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='referrals_mediation.own_person'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.policies.Grant(name='referrals_mediation.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='referrals_mediation.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'enrolment_id', 'person_id', 'offered_on', 'offered_by_id'), name='referrals_mediation.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.triggers.Fixed(columns=('held_on', 'result', 'terms'), name='referrals_mediation.held_once', when='old.held_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_mediation.signed_offered_by', only_narrows=True, role='web', using='offered_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='referrals_mediation.recorded', number='id', partners=('partner_id',), record='mediation'),
        ),
        migrations.AddIndex(
            model_name='mediationreport',
            index=models.Index(fields=['to_partner', '-sent_at', '-id'], name='mediation_report_received'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='person', name='referrals_mediationreport.own_person'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id', 'person_id': 'person_id'}, field='mediation', name='referrals_mediationreport.own_mediation'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'person_id': 'person_id', 'to_partner_id': 'to_partner_id'}, field='consent', name='referrals_mediationreport.own_consent'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Grant(name='referrals_mediationreport.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_mediationreport.sender_reads', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_mediationreport.receiver_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_mediationreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_mediationreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_mediationreport.sender_writes', role='web', using="from_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_mediationreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_mediationreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='referrals_mediationreport.sender_erases', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id', 'mediation_id', 'person_id', 'consent_id', 'agreement_id', 'held_on', 'result', 'kept', 'signed_by_id', 'sent_at'), name='referrals_mediationreport.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_mediationreport.signed_signed_by', only_narrows=True, role='web', using='signed_by_id = (select portal_acting_user())'),
        ),
    ]
