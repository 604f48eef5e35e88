"""Changes of records leave a line in the history."""

import partnership.audit_trail.history
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_rules'),
        ('partnership', '0003_history_and_deliveries'),
        ('programs', '0003_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='consent',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_consent.recorded', number='id', partners=('from_partner_id', 'to_partner_id'), record='consent'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('last_contact_on',), name='cases_enrolment.recorded', number='id', partners=('partner_id',), record='enrolment'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('code_index', 'name_birth_index', 'name_prefixes', 'code_pseudonym', 'name_pseudonym', 'source_key'), name='cases_person.recorded', number='id', partners=('partner_id',), record='person'),
        ),
    ]
