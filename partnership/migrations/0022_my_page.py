"""Policies for the role of My page, and letters that go to people: `database_roles` must have made portal_person before."""

import partnership.isolation.encrypted_fields
import partnership.isolation.policies
from django.db import migrations, models

from partnership.isolation import person


# A process of before the upgrade still writes letters, and knows nothing of these columns.
AS_BEFORE = "ALTER TABLE partnership_letter ALTER channel SET DEFAULT 'email', ALTER sealed_address SET DEFAULT ''"


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0021_who_looked_and_why'),
    ]

    operations = [
        migrations.RunSQL(person.FUNCTIONS, person.DROP_FUNCTIONS),
        migrations.RemoveConstraint(
            model_name='letter',
            name='partnership_letter.web_sees',
        ),
        migrations.RemoveConstraint(
            model_name='letter',
            name='partnership_letter.see',
        ),
        migrations.RemoveConstraint(
            model_name='letter',
            name='partnership_letter.administer',
        ),
        migrations.AddField(
            model_name='letter',
            name='channel',
            field=models.CharField(choices=[('email', 'Email'), ('sms', 'Text message')], default='email', max_length=5),
        ),
        migrations.AddField(
            model_name='letter',
            name='sealed_address',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='id'),
        ),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='letter',
            name='address',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AlterField(
            model_name='letter',
            name='purpose',
            field=models.CharField(choices=[('invitation', 'Invitation'), ('account', 'Sign-in and account'), ('news', 'News of the portal'), ('reminder', 'Reminder of an appointment')], max_length=12),
        ),
        migrations.AlterField(
            model_name='recordchange',
            name='through',
            field=models.CharField(choices=[('page', 'on a page'), ('api', 'by a partner system'), ('job', 'by the portal itself'), ('my_page', 'by the person, on My page')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'purpose', 'channel', 'address', 'state', 'attempts', 'created_at', 'due_at', 'ended_at', 'last_error'), name='partnership_letter.web_sees', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_letter.see', role='web', using="((select portal_acting_administrator()) and purpose <> 'reminder' or partner_id = (select portal_acting_partner()) and ((select portal_acting_manager()) or purpose = 'reminder'))"),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='partnership_letter.administer', role='web', using="(select portal_acting_administrator()) and purpose <> 'reminder'"),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'name', 'phone', 'email', 'is_simulated'), name='partnership_partner.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_partner.person_reads', role='person', using='true'),
        ),
        migrations.AddConstraint(
            model_name='readlog',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'at', 'what', 'object_id', 'is_refused', 'purpose'), name='partnership_readlog.person_columns', privileges='SELECT', role='person'),
        ),
        migrations.AddConstraint(
            model_name='readlog',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_readlog.person_reads', role='person', using="(what in ('person', 'person_file') and object_id = any ((select portal_person_records())::bigint[]) or what = 'enrolment' and object_id = any ((select portal_person_enrolments())::bigint[]) or what = 'referral' and object_id = any ((select portal_person_referrals())::bigint[]) or what = 'diversion' and object_id = any ((select portal_person_diversions())::bigint[]))"),
        ),
    ]
