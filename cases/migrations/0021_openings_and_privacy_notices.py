"""Records that are opened with a reason, and what a partner says of its register."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_corrections_and_witnesses'),
        ('partnership', '0021_who_looked_and_why'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('controller', models.TextField(max_length=500, verbose_name='controller, with address, phone and email')),
                ('officer', models.TextField(max_length=500, verbose_name='data-protection officer, with phone and email')),
                ('purposes', models.TextField(max_length=1000, verbose_name='what the data is for')),
                ('legal_basis', models.TextField(max_length=1000, verbose_name='legal basis')),
                ('sources', models.TextField(max_length=1000, verbose_name='where the data comes from')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='privacy_notice', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'privacy notice',
                'constraints': [partnership.isolation.policies.Grant(name='cases_privacynotice.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='cases_privacynotice.everybody_reads', role='web', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='cases_privacynotice.write_insert', role='web', using='(partner_id = (select portal_acting_partner()) and (select portal_acting_manager()))'), partnership.isolation.policies.Policy(command='UPDATE', name='cases_privacynotice.write_update', role='web', using='(partner_id = (select portal_acting_partner()) and (select portal_acting_manager()))'), partnership.isolation.policies.Policy(command='DELETE', name='cases_privacynotice.write_delete', role='web', using='(partner_id = (select portal_acting_partner()) and (select portal_acting_manager()))'), partnership.isolation.policies.Policy(command='INSERT', name='cases_privacynotice.signed_changed_by', only_narrows=True, role='web', using='changed_by_id = (select portal_acting_user())'), partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_privacynotice.recorded', number='id', partners=('partner_id',), record='privacy_notice')],
            },
        ),
        migrations.CreateModel(
            name='RecordOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_number', models.BigIntegerField(verbose_name='person')),
                ('purpose', models.CharField(choices=[('casework', 'Work with the person'), ('referral', 'Referral or diversion'), ('quality', 'Oversight and quality'), ('request', 'Request of the person'), ('other', 'Something else')], max_length=10, verbose_name='what for')),
                ('words', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='why you need it')),
                ('opened_at', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), verbose_name='opened')),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'opened record',
                'indexes': [models.Index(fields=['user', '-opened_at'], name='opening_in_force'), models.Index(fields=['partner', '-id'], name='opening_own'), models.Index(condition=models.Q(('checked_at', None)), fields=['-id'], name='opening_to_check')],
                'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='opening_has_words'), models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='opening_has_a_purpose'), partnership.isolation.policies.Grant(name='cases_recordopening.web', privileges='SELECT, INSERT, UPDATE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='cases_recordopening.see', role='web', using="(partner_id = (select portal_acting_partner()) and (user_id = (select portal_acting_user()) or (select portal_acting_manager()) or (select portal_acting_role()) = 'case_manager'))"), partnership.isolation.policies.Policy(command='SELECT', name='cases_recordopening.audit', role='web', using="(select portal_acting_role()) = 'auditor'"), partnership.isolation.policies.Policy(command='INSERT', name='cases_recordopening.open_own', role='web', using='(partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user()) and opened_at = now() and checked_at is null and exists (select from cases_person p where p.id = person_number and p.partner_id = cases_recordopening.partner_id))'), partnership.isolation.policies.Policy(command='UPDATE', name='cases_recordopening.mark', role='web', using="(select portal_acting_role()) = 'auditor'"), partnership.isolation.triggers.Fixed(columns=('partner_id', 'user_id', 'person_number', 'purpose', 'words', 'opened_at'), name='cases_recordopening.fixed', when="current_user = 'portal_web'")],
            },
        ),
    ]
