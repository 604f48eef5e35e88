
import partnership.audit_trail.history
import partnership.isolation.marks
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_days_of_a_consent'),
        ('partnership', '0018_rows_know_their_transaction'),
        ('programs', '0006_rows_know_their_transaction'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='enrolment',
            name='cases_enrolment.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='person',
            name='cases_person.web_columns',
        ),
        migrations.RemoveConstraint(
            model_name='person',
            name='cases_person.worker_columns',
        ),
        migrations.RemoveConstraint(
            model_name='person',
            name='cases_person.recorded',
        ),
        migrations.AddField(
            model_name='arrest',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='enrolment',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='person',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddIndex(
            model_name='arrest',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='arrest_marks'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='enrolment_marks'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['partner', 'changed_in', 'id'], name='person_marks'),
        ),
        migrations.AddConstraint(
            model_name='arrest',
            constraint=partnership.isolation.marks.Mark(name='cases_arrest.mark'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=partnership.isolation.marks.Mark(name='cases_enrolment.mark'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('last_contact_on', 'changed_in'), name='cases_enrolment.recorded', number='id', partners=('partner_id',), record='enrolment'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'sex', 'birth_year', 'district_id', 'died_on', 'erased_on', 'code_index', 'birth_index', 'source_key', 'spelling_hash', 'created_at', 'changed_at', 'changed_in', 'first_names', 'last_name', 'born_on', 'identity_code', 'phone', 'email'), name='cases_person.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'sex', 'birth_year', 'district_id', 'died_on', 'erased_on', 'code_index', 'birth_index', 'source_key', 'spelling_hash', 'created_at', 'changed_at', 'changed_in'), name='cases_person.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.marks.Mark(name='cases_person.mark'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('code_index', 'birth_index', 'code_pseudonym', 'birth_pseudonym', 'spelling_hash', 'source_key', 'changed_in'), name='cases_person.recorded', number='id', partners=('partner_id',), record='person'),
        ),
    ]
