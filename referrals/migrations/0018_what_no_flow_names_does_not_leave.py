"""What no flow of an agreement names does not leave: days of referrals and policies ask it."""

import partnership.isolation.policies
from django.conf import settings
from django.db import migrations

from referrals.handover import covering


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0030_teams_follow_flows'),
        ('partnership', '0029_versions_of_agreements'),
        ('referrals', '0017_first_answers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(covering.COVERED_DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(covering.OPEN_DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(covering.ASK_REPORT, migrations.RunSQL.noop),
        migrations.RunSQL(covering.BY_VERSION, covering.DROP_BY_VERSION),
        migrations.RemoveConstraint(
            model_name='anchorexchange',
            name='referrals_anchorexchange.member_reads',
        ),
        migrations.RemoveConstraint(
            model_name='endreport',
            name='referrals_endreport.receiver_reads',
        ),
        migrations.RemoveConstraint(
            model_name='endreport',
            name='referrals_endreport.sender_writes',
        ),
        migrations.RemoveConstraint(
            model_name='firstappointment',
            name='referrals_firstappointment.parties_read',
        ),
        migrations.RemoveConstraint(
            model_name='mediationreport',
            name='referrals_mediationreport.receiver_reads',
        ),
        migrations.RemoveConstraint(
            model_name='mediationreport',
            name='referrals_mediationreport.sender_writes',
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='referrals_message.parties_read',
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='referrals_message.parties_write',
        ),
        migrations.RemoveConstraint(
            model_name='statement',
            name='referrals_statement.receiver_reads',
        ),
        migrations.RemoveConstraint(
            model_name='statement',
            name='referrals_statement.sender_writes',
        ),
        migrations.AddConstraint(
            model_name='anchorexchange',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_anchorexchange.member_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and ended_on is null and exists (\n select from cases_consent c where c.id = referrals_anchorexchange.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_anchorexchange.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'situation', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='endreport',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_endreport.receiver_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_endreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_endreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'outcome', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='endreport',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_endreport.sender_writes', role='web', using="from_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_endreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_endreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'outcome', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='firstappointment',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstappointment.parties_read', role='web', using="(to_partner_id = (select portal_acting_partner()) or (from_partner_id = (select portal_acting_partner()) and exists (\n select from referrals_referral r where r.id = referrals_firstappointment.referral_id and r.report_days @> portal_today()\n and portal_flow_days(r.to_partner_id, r.from_partner_id, 'attendance_counts', r.agreement_id) @> portal_today())))"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_mediationreport.receiver_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_mediationreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_mediationreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'outcome', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_mediationreport.sender_writes', role='web', using="from_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_mediationreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_mediationreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'outcome', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_message.parties_read', role='web', using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and (author_partner_id = (select portal_acting_partner()) or exists (\n select from referrals_referral r where r.id = referrals_message.referral_id and r.covered_days @> portal_today()\n and portal_flow_days(author_partner_id, case when author_partner_id = r.from_partner_id then r.to_partner_id else r.from_partner_id end, 'situation', r.agreement_id) @> portal_today()))))"),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_message.parties_write', role='web', using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and author_partner_id = (select portal_acting_partner()) and exists (\n select from referrals_referral r where r.id = referrals_message.referral_id and r.covered_days @> portal_today()\n and portal_flow_days(author_partner_id, case when author_partner_id = r.from_partner_id then r.to_partner_id else r.from_partner_id end, 'situation', r.agreement_id) @> portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_statement.receiver_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_statement.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_statement.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'attendance_counts', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_statement.sender_writes', role='web', using="from_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_statement.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_statement.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'attendance_counts', null) @> portal_today()"),
        ),
    ]
