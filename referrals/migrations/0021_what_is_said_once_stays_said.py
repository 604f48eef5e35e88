"""What was said once stays said; a seat is taken by a member of its organisation; steps of a meeting have a history."""

import partnership.audit_trail.history
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_phases_beds_and_matters'),
        ('partnership', '0028_practices_in_use'),
        ('referrals', '0020_call_ins_and_stop_signs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='anchorcheck',
            constraint=partnership.isolation.triggers.Fixed(columns=('result', 'looked_on'), name='referrals_anchorcheck.looked_once', when='old.looked_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='anchorseat',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_anchorseat.member_sits', only_narrows=True, role='web', using='(user_id is null or exists (\n select from partnership_membership m where m.user_id = referrals_anchorseat.user_id and m.partner_id = to_partner_id))'),
        ),
        migrations.AddConstraint(
            model_name='anchorseat',
            constraint=partnership.isolation.policies.Policy(check='to_partner_id <> (select portal_acting_partner()) or (user_id is null or exists (\n select from partnership_membership m where m.user_id = referrals_anchorseat.user_id and m.partner_id = to_partner_id))', command='UPDATE', name='referrals_anchorseat.member_is_seated', only_narrows=True, role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='anchorstep',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='referrals_anchorstep.recorded', number='case_id', partners=('from_partner_id',), record='anchor_case'),
        ),
        migrations.AddConstraint(
            model_name='mediation',
            constraint=partnership.isolation.triggers.Fixed(columns=('kept', 'kept_on'), name='referrals_mediation.kept_once', when="old.kept <> ''"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.triggers.Fixed(columns=('first_names',), name='referrals_mediationreport.first_names_goes_only', when="new.first_names <> ''"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.triggers.Fixed(columns=('last_name',), name='referrals_mediationreport.last_name_goes_only', when="new.last_name <> ''"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.triggers.Fixed(columns=('born_on',), name='referrals_mediationreport.born_on_goes_only', when="new.born_on <> ''"),
        ),
        migrations.AddConstraint(
            model_name='mediationreport',
            constraint=partnership.isolation.triggers.Fixed(columns=('number',), name='referrals_mediationreport.number_goes_only', when="new.number <> ''"),
        ),
    ]
