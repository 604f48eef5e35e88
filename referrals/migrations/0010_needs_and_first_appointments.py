"""A referral says why a programme for others, what is needed to meet the person; accepting offers a first appointment."""

import django.db.models.deletion
import django.utils.timezone
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0019_webhooks_change_their_secret'),
        ('referrals', '0009_versions_follow_what_is_seen'),
    ]

    operations = [
        migrations.AddField(
            model_name='disclosure',
            name='never_contact',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='how or when not'),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='safe_contact',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='safe contact'),
        ),
        migrations.AddField(
            model_name='need',
            name='access',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='what helps the person to come'),
        ),
        migrations.AddField(
            model_name='need',
            name='needs_interpreter',
            field=models.BooleanField(default=False, verbose_name='needs an interpreter'),
        ),
        migrations.AddField(
            model_name='need',
            name='staff_risk',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='risk to staff'),
        ),
        migrations.AddField(
            model_name='need',
            name='unfit_reason',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', help_text='Why the person is sent to a programme for people of another age, district or language.', owner='from_partner', verbose_name='reason to go on'),
        ),
        migrations.CreateModel(
            name='FirstAppointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('outcome', models.CharField(blank=True, choices=[('kept', 'Came'), ('missed', 'Did not come')], max_length=10, verbose_name='outcome')),
                ('why_missed', models.CharField(blank=True, choices=[('person_unreachable', 'Person: could not be reached'), ('person_cancelled', 'Person: cancelled'), ('person_declined', 'Person: no longer wants the service'), ('person_ill', 'Person: ill or in hospital'), ('not_told', 'Sender: the person was not told of it'), ('receiver_moved', 'Receiver: cancelled or moved it'), ('no_access', 'Other: could not get there'), ('in_custody', 'Other: in custody'), ('not_known', 'Not known')], max_length=20, verbose_name='why not')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('referral', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='first_appointment', to='referrals.referral')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('referral', 'from_partner', 'to_partner'), name='first_appointment_once'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'missed'), models.Q(('why_missed', ''), _negated=True)), models.Q(models.Q(('outcome', 'missed'), _negated=True), ('why_missed', '')), _connector='OR'), name='missed_has_a_reason'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='referral', follows=True, name='referrals_firstappointment.own_referral'), partnership.isolation.policies.Grant(name='referrals_firstappointment.web', privileges='SELECT, INSERT, UPDATE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstappointment.parties_read', role='web', using='(to_partner_id = (select portal_acting_partner()) or (from_partner_id = (select portal_acting_partner()) and exists (\n select from referrals_referral r where r.id = referrals_firstappointment.referral_id and r.report_days @> portal_today())))'), partnership.isolation.policies.Policy(command='INSERT', name='referrals_firstappointment.receiver_inserts', role='web', using='to_partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='UPDATE', name='referrals_firstappointment.receiver_updates', role='web', using='to_partner_id = (select portal_acting_partner())')],
            },
        ),
    ]
