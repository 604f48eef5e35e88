"""Cards for My page, answers to appointments, and reminders; what the role of My page sees."""

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
        ('cases', '0021_openings_and_privacy_notices'),
        ('partnership', '0022_my_page'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('session', None)), fields=['starts_at'], name='appointment_ahead'),
        ),
        migrations.CreateModel(
            name='AppointmentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(help_text='To which time this is the answer: moved, the appointment has none.')),
                ('answer', models.CharField(choices=[('coming', 'Is coming'), ('move', 'Asks for another time')], max_length=10, verbose_name='answer')),
                ('answered_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish'), ('sv', 'Swedish')], default='en', max_length=5, verbose_name='language of the card')),
                ('valid_until', models.DateField(verbose_name='valid until')),
                ('proof_hash', partnership.isolation.encrypted_fields.WrittenOnlyField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='card ended at')),
                ('session_hash', partnership.isolation.encrypted_fields.WrittenOnlyField(blank=True, max_length=64)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'card for My page',
            },
        ),
        migrations.CreateModel(
            name='ContactWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('email', 'Email'), ('sms', 'Text message')], default='', max_length=5, verbose_name='reminders by')),
                ('address', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='where reminders go')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish'), ('sv', 'Swedish')], default='en', max_length=5, verbose_name='language of reminders')),
                ('never', models.BooleanField(default=False, verbose_name='do not contact')),
                ('not_guardian', models.BooleanField(default=False, verbose_name='do not tell the guardian')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'wish about contact',
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=20)),
                ('object_id', models.BigIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('letter', models.UUIDField(unique=True)),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='appointment_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'enrolment_id', 'starts_at', 'session_id'), name='cases_appointment.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_appointment.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'enrolment_id', 'starts_at', 'place', 'session_id'), name='cases_appointment.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_appointment.person_reads', role='person', using='enrolment_id = any ((select portal_person_enrolments())::bigint[])'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'from_partner_id', 'to_partner_id', 'person_id', 'scope', 'purpose', 'reports_back', 'expires_on', 'expires_event', 'event_on', 'signed_on', 'withdrawn_at', 'valid_days'), name='cases_consent.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_consent.person_reads', role='person', using='id = any ((select portal_person_consents())::bigint[])'),
        ),
        migrations.AddConstraint(
            model_name='subjectrequest',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'person_id', 'kind', 'received_on', 'due_on', 'outcome', 'answered_on'), name='cases_subjectrequest.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='subjectrequest',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_subjectrequest.person_reads', role='person', using='person_id = any ((select portal_person_records())::bigint[])'),
        ),
        migrations.AddField(
            model_name='appointmentanswer',
            name='appointment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answer', to='cases.appointment'),
        ),
        migrations.AddField(
            model_name='appointmentanswer',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='card',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='card made by'),
        ),
        migrations.AddField(
            model_name='card',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='card',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='cases.person'),
        ),
        migrations.AddField(
            model_name='contactwish',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='contactwish',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_wishes', to='cases.person'),
        ),
        migrations.AddField(
            model_name='contactwish',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminder',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='wish',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='cases.contactwish'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=models.UniqueConstraint(fields=('appointment', 'partner'), name='appointment_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='appointment', name='cases_appointmentanswer.own_appointment'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=partnership.isolation.policies.Grant(name='cases_appointmentanswer.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_appointmentanswer.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'appointment_id', 'starts_at', 'answer'), name='cases_appointmentanswer.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='appointmentanswer',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_appointmentanswer.person_reads', role='person', using='appointment_id in (select id from cases_appointment)'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['proof_hash'], name='card_proof'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['session_hash'], name='card_session'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('partner', 'person'), name='one_card_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_card.own_person'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Grant(name='cases_card.web', privileges='INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'person_id', 'language', 'valid_until', 'made_by_id', 'made_at', 'ended_at', 'seen_at'), name='cases_card.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Grant(columns=('ended_at',), name='cases_card.web_ends', privileges='UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_card.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_card.signed_made_by', only_narrows=True, role='web', using='made_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'person_id', 'language', 'valid_until', 'made_by_id', 'seen_at', 'ended_at'), name='cases_card.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_card.person_reads', role='person', using="(id = (select portal_person_card()) or (proof_hash = (select encode(sha256(convert_to(coalesce(current_setting('portal.proof', true), ''), 'UTF8')), 'hex')) and ended_at is null and valid_until >= portal_today()))"),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Grant(columns=('session_hash', 'seen_at'), name='cases_card.person_session', privileges='UPDATE', role='person'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='cases_card.person_keeps_session', role='person', using="(id = (select portal_person_card()) or (proof_hash = (select encode(sha256(convert_to(coalesce(current_setting('portal.proof', true), ''), 'UTF8')), 'hex')) and ended_at is null and valid_until >= portal_today()))"),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('id', 'partner_id', 'proof_hash', 'session_hash', 'seen_at'), name='cases_card.recorded', number='person_id', partners=('partner_id',), record='person'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=models.UniqueConstraint(fields=('partner', 'person'), name='one_contact_wish'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=models.CheckConstraint(condition=models.Q(('channel', ''), models.Q(('never', False), ('not_guardian', False)), _connector='OR'), name='reminded_only_who_may_be'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=models.CheckConstraint(condition=models.Q(('channel', ''), models.Q(('address', ''), _negated=True), _connector='OR'), name='reminded_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='wish_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_contactwish.own_person'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Grant(name='cases_contactwish.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_contactwish.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_contactwish.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'person_id', 'channel', 'address', 'language', 'recorded_by_id', 'never', 'not_guardian'), name='cases_contactwish.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_contactwish.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'person_id', 'channel'), name='cases_contactwish.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_contactwish.person_reads', role='person', using='person_id = any ((select portal_person_records())::bigint[])'),
        ),
        migrations.AddConstraint(
            model_name='contactwish',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('id', 'partner_id', 'recorded_at'), name='cases_contactwish.recorded', number='person_id', partners=('partner_id',), record='person'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('what', 'object_id', 'starts_at'), name='reminded_once'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='wish', name='cases_reminder.own_wish'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=partnership.isolation.policies.Grant(name='cases_reminder.web', privileges='SELECT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_reminder.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=partnership.isolation.policies.Grant(name='cases_reminder.worker', privileges='SELECT, INSERT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_reminder.remind', role='worker', using='true'),
        ),
    ]
