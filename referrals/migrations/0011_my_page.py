"""What the role of My page sees of what was handed over."""

import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0022_my_page'),
        ('partnership', '0022_my_page'),
        ('programs', '0007_languages_exceptions_and_places'),
        ('referrals', '0010_needs_and_first_appointments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='firstappointment',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['starts_at'], name='first_appointment_ahead'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'diversion_id', 'from_partner_id', 'kind', 'detail', 'target', 'done'), name='referrals_condition.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_condition.person_reads', role='person', using='diversion_id = any ((select portal_person_diversions())::bigint[])'),
        ),
        migrations.AddConstraint(
            model_name='diversionagreement',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'referral_id', 'from_partner_id', 'deadline', 'outcome', 'decision', 'is_sent', 'open_days'), name='referrals_diversionagreement.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='diversionagreement',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_diversionagreement.person_reads', role='person', using='id = any ((select portal_person_diversions())::bigint[])'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'referral_id', 'to_partner_id', 'starts_at', 'outcome'), name='referrals_firstappointment.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstappointment.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'referral_id', 'to_partner_id', 'starts_at', 'place', 'outcome'), name='referrals_firstappointment.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstappointment.person_reads', role='person', using='referral_id = any ((select portal_person_referrals())::bigint[]) and exists (\n select from referrals_referral r where r.id = referrals_firstappointment.referral_id\n and (r.receiver_person_id = any ((select portal_person_records())::bigint[]) or r.report_days @> portal_today()))'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'from_partner_id', 'to_partner_id', 'state', 'person_id', 'receiver_person_id', 'consent_id', 'expected_on', 'sent_at', 'closed_at', 'report_days'), name='referrals_referral.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_referral.person_reads', role='person', using='id = any ((select portal_person_referrals())::bigint[])'),
        ),
    ]
