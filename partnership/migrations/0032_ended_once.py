"""An agreement ends once, managers decide in their own name, and one version of an agreement counts on a day."""

import partnership.isolation.policies
import partnership.isolation.triggers
from django.db import migrations

from partnership.agreements import approving


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0031_practices_and_protected_reads'),
    ]

    operations = [
        # Policies of My page ask it.
        migrations.RunSQL(
            "GRANT EXECUTE ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) TO portal_person",
            "REVOKE EXECUTE ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) FROM portal_person",
        ),
        migrations.RunSQL(approving.MOVES, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='approvalstep',
            name='partnership_approvalstep.managers_decide',
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=partnership.isolation.triggers.Fixed(columns=('ended_on', 'open_cases_run'), name='partnership_agreement.ended_once', when="current_user = 'portal_web' and old.ended_on is not null"),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=partnership.isolation.policies.Policy(check="partner_id = (select portal_acting_partner()) and (select portal_acting_manager()) and (decision = '' or decided_by_id = (select portal_acting_user()))", command='UPDATE', name='partnership_approvalstep.managers_decide', role='web', using='partner_id = (select portal_acting_partner()) and (select portal_acting_manager()) and asked_at is not null'),
        ),
    ]
