"""Moments are those of our time; My page of a sender shows what flows let it know; a stop sign is taken down once, in one's own name."""

import datetime
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0035_money_and_notices_in_the_database"),
        ('partnership', '0032_ended_once'),
        ('programs', '0021_what_colours_keep'),
        ("referrals", "0022_names_go_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='firstappointment',
            name='referrals_firstappointment.person_reads',
        ),
        migrations.RemoveConstraint(
            model_name='referral',
            name='referrals_referral.person_columns',
        ),
        migrations.RemoveConstraint(
            model_name='stopsign',
            name='referrals_stopsign.receiver_lifts',
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.CheckConstraint(condition=models.Q(('at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='call_in_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('starts_at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='first_appointment_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstappointment.person_reads', role='person', using="referral_id = any ((select portal_person_referrals())::bigint[]) and (referral_id in (\n select r.id from referrals_referral r where r.receiver_person_id = any ((select portal_person_records())::bigint[])) or exists (\n select from referrals_referral r where r.id = referrals_firstappointment.referral_id and r.report_days @> portal_today()\n and portal_flow_days(r.to_partner_id, r.from_partner_id, 'attendance_counts', r.agreement_id) @> portal_today()))"),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'from_partner_id', 'to_partner_id', 'state', 'person_id', 'receiver_person_id', 'consent_id', 'expected_on', 'sent_at', 'closed_at', 'report_days', 'agreement_id'), name='referrals_referral.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Policy(check='to_partner_id = (select portal_acting_partner()) and (lifted_by_id is null or lifted_by_id = (select portal_acting_user()))', command='UPDATE', name='referrals_stopsign.receiver_lifts', role='web', using='to_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.triggers.Fixed(columns=('lifted_by_id', 'lifted_at'), name='referrals_stopsign.lifted_once', when='old.lifted_at is not null'),
        ),
    ]
