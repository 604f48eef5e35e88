"""A member of a care team sees what the agreement lets leave, and nothing else."""

import partnership.isolation.policies
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_phases_beds_and_matters'),
        ('partnership', '0029_versions_of_agreements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='teammember',
            name='cases_teammember.member_reads',
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_teammember.member_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and ended_on is null and exists (\n select from cases_consent c where c.id = cases_teammember.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = cases_teammember.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()\nand portal_flow_days(from_partner_id, to_partner_id, 'situation', null) @> portal_today()"),
        ),
    ]
