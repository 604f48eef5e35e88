"""The log of reads says whom it showed and what for; a client has a default purpose, an account one language, the auditor questions."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


CALLER = """
-- Who calls with a token, for whoever knows it: its scope; client, membership, partner and user as `api.auth.KNOWN` lists them.
DROP FUNCTION portal_caller(text);
CREATE FUNCTION portal_caller(checksum text) RETURNS TABLE (
  scope text, client_id bigint, client_partner_id bigint, client_name varchar, client_scopes varchar[], requests_per_minute integer,
  default_purpose varchar, membership_id bigint, membership_user_id bigint, membership_partner_id bigint, role varchar,
  is_manager boolean, partner_id bigint, partner_name varchar, partner_kind varchar,
  user_id bigint, email varchar, full_name varchar, language varchar
) LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.scope, c.id, c.partner_id, c.name, c.scopes, c.requests_per_minute, c.default_purpose,
         m.id, m.user_id, m.partner_id, m.role, m.is_manager, p.id, p.name, p.kind, u.id, u.email, u.full_name, u.language
    FROM public.oauth2_provider_accesstoken t
    JOIN public.partnership_credential k ON k.id = t.application_id
    JOIN public.partnership_apiclient c ON c.id = k.api_client_id
    JOIN public.partnership_membership m ON m.id = c.membership_id
    JOIN public.partnership_partner p ON p.id = c.partner_id
    JOIN public.partnership_user u ON u.id = m.user_id
   WHERE t.token_checksum = checksum AND t.expires > now() AND (k.expires_at IS NULL OR k.expires_at > now())
     AND c.revoked_at IS NULL AND m.is_active AND p.is_active AND u.is_active
$$;
REVOKE ALL ON FUNCTION portal_caller(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_caller(text) TO portal_web;
"""

OF_BEFORE = """
-- What the log said of before: whose page it was.
UPDATE partnership_readlog SET people = ARRAY[object_id]
 WHERE object_id > 0 AND what IN ('person', 'person_file', 'api persons');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0020_kept_forms_know_their_page'),
    ]

    operations = [
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_number', models.BigIntegerField(verbose_name='person')),
                ('from_day', models.DateField(verbose_name='from')),
                ('to_day', models.DateField(blank=True, null=True, verbose_name='to')),
                ('question', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='what is asked')),
                ('answer', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='what was found')),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('looked_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'inquiry',
            },
        ),
        migrations.RemoveConstraint(
            model_name='readlog',
            name='partnership_readlog.worker',
        ),
        migrations.AddField(
            model_name='apiclient',
            name='default_purpose',
            field=models.CharField(choices=[('casework', 'Work with the person'), ('referral', 'Referral or diversion'), ('quality', 'Oversight and quality'), ('request', 'Request of the person')], default='casework', help_text='Stands in the log of reads where a request does not say it (header Read-Purpose).', max_length=10, verbose_name='reads for'),
        ),
        migrations.AddField(
            model_name='readlog',
            name='people',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, null=True, size=None),
        ),
        migrations.AddField(
            model_name='readlog',
            name='purpose',
            field=models.CharField(blank=True, choices=[('casework', 'Work with the person'), ('referral', 'Referral or diversion'), ('quality', 'Oversight and quality'), ('request', 'Request of the person'), ('other', 'Something else')], default='', max_length=10, verbose_name='what for'),
        ),
        migrations.AddField(
            model_name='readlog',
            name='words',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='in their words'),
        ),
        migrations.AddField(
            model_name='user',
            name='is_language_chosen',
            field=models.BooleanField(db_default=False, default=False, help_text="Until it is, the browser's is taken at the next sign-in."),
        ),
        migrations.AddIndex(
            model_name='readlog',
            index=django.contrib.postgres.indexes.GinIndex(fields=['people'], name='readlog_people'),
        ),
        migrations.AddIndex(
            model_name='readlog',
            index=models.Index(condition=models.Q(('people', None)), fields=['-id'], name='readlog_unnamed'),
        ),
        migrations.AddConstraint(
            model_name='readlog',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'user_id', 'at', 'what', 'count'), name='partnership_readlog.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='partner',
            field=models.ForeignKey(help_text="The auditors' office.", on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(fields=['partner', '-id'], name='inquiry_list'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('to_day', None), ('to_day__gte', models.F('from_day')), _connector='OR'), name='inquiry_days_in_order', violation_error_message='The last day comes before the first.'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_by', None), ('closed_at', None)), models.Q(models.Q(('closed_by', None), _negated=True), models.Q(('closed_at', None), _negated=True)), _connector='OR'), name='somebody_closed_the_inquiry'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=partnership.isolation.policies.Grant(name='partnership_inquiry.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='partnership_inquiry.auditors', role='web', using="(partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'auditor')"),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_inquiry.signed_opened_by', only_narrows=True, role='web', using='opened_by_id = (select portal_acting_user())'),
        ),
        migrations.RunSQL(CALLER, migrations.RunSQL.noop),
        migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop),
    ]
