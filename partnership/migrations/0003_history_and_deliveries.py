"""The history of changes, written by triggers; and one delivery per event and handler."""

from partnership.audit_trail.history import FUNCTION
from partnership.isolation.context import FUNCTIONS as CONTEXT
from partnership.isolation.operations import HARDEN
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0002_rules'),
    ]

    operations = [
        migrations.RunSQL(CONTEXT, migrations.RunSQL.noop),
        migrations.RunSQL(HARDEN, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTION, 'DROP FUNCTION portal_record_change()'),
        migrations.CreateModel(
            name='EventDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('handler', models.CharField(max_length=100)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('available_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('done_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='RecordChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=30)),
                ('object_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('through', models.CharField(choices=[('page', 'on a page'), ('api', 'by a partner system'), ('job', 'by the portal itself')], max_length=10)),
                ('action', models.CharField(blank=True, max_length=60)),
                ('kind', models.CharField(choices=[('created', 'Added'), ('changed', 'Changed'), ('deleted', 'Deleted')], max_length=10)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveIndex(
            model_name='outboxevent',
            name='outbox_waiting',
        ),
        migrations.RemoveField(
            model_name='outboxevent',
            name='attempts',
        ),
        migrations.RemoveField(
            model_name='outboxevent',
            name='available_at',
        ),
        migrations.RemoveField(
            model_name='outboxevent',
            name='last_error',
        ),
        migrations.AddField(
            model_name='apiclient',
            name='secret_changed_at',
            field=models.DateTimeField(help_text='When a secret was made anew, or an old one ended.', null=True, blank=True),
        ),
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(condition=models.Q(('relayed_at', None)), fields=['id'], name='outbox_not_relayed'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_agreement.recorded', number='id', partners=(), record='agreement'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_agreement.parties.recorded', number='agreement_id', partners=(), record='agreement', through='parties'),
        ),
        migrations.AddConstraint(
            model_name='apiclient',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_apiclient.recorded', number='id', partners=('partner_id',), record='client'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('token_hash',), name='partnership_invitation.recorded', number='id', partners=('partner_id',), record='invitation'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('toured_at',), name='partnership_membership.recorded', number='id', partners=('partner_id',), record='member'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_partner.recorded', number='id', partners=(), record='partner'),
        ),
        migrations.AddConstraint(
            model_name='webhooksubscription',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('secret',), name='partnership_webhooksubscription.recorded', number='id', partners=('partner_id',), record='webhook'),
        ),
        migrations.AddField(
            model_name='eventdelivery',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='partnership.outboxevent'),
        ),
        migrations.CreateModel(
            name='RecordChangeContent',
            fields=[
                ('change', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='content', serialize=False, to='partnership.recordchange')),
                ('record', models.CharField(max_length=30)),
                ('object_id', models.BigIntegerField()),
                ('is_about_person', models.BooleanField()),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='recordchange',
            name='acting_for',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='recordchange',
            name='client',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.apiclient'),
        ),
        migrations.AddField(
            model_name='recordchange',
            name='other_partner',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='recordchange',
            name='partner',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='recordchange',
            name='user',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='eventdelivery',
            index=models.Index(condition=models.Q(('done_at', None), ('failed_at', None)), fields=['available_at', 'id'], name='delivery_waiting'),
        ),
        migrations.AddIndex(
            model_name='eventdelivery',
            index=models.Index(condition=models.Q(('failed_at__isnull', False)), fields=['-id'], name='delivery_failed'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=models.UniqueConstraint(fields=('event', 'handler'), name='one_delivery_a_handler'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), ('failed_at', None), _connector='OR'), name='delivery_is_not_done_and_failed'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Grant(name='partnership_eventdelivery.worker', privileges='SELECT, INSERT, UPDATE', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='partnership_eventdelivery.relay', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Grant(name='partnership_eventdelivery.web', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Grant(columns=('failed_at', 'attempts', 'available_at'), name='partnership_eventdelivery.web_columns', privileges='UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_eventdelivery.administer_read', role='web', using='(select exists (select from partnership_user where id = (select portal_acting_user()) and is_staff and is_active))'),
        ),
        migrations.AddConstraint(
            model_name='eventdelivery',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='partnership_eventdelivery.administer', role='web', using='(select exists (select from partnership_user where id = (select portal_acting_user()) and is_staff and is_active))'),
        ),
        migrations.AddField(
            model_name='recordchangecontent',
            name='other_partner',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='recordchangecontent',
            name='partner',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnership.partner'),
        ),
        migrations.AddIndex(
            model_name='recordchange',
            index=models.Index(fields=['record', 'object_id', '-id'], name='record_history'),
        ),
        migrations.AddConstraint(
            model_name='recordchange',
            constraint=partnership.isolation.policies.Grant(name='partnership_recordchange.web', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='recordchange',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_recordchange.read_own', role='web', using='(partner_id is null or partner_id = (select portal_acting_partner()) or other_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='recordchange',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_recordchange.audit', role='web', using="(select portal_acting_role()) = 'auditor'"),
        ),
        migrations.AddIndex(
            model_name='recordchangecontent',
            index=models.Index(fields=['record', 'object_id'], name='record_history_content'),
        ),
        migrations.AddConstraint(
            model_name='recordchangecontent',
            constraint=partnership.isolation.policies.Grant(name='partnership_recordchangecontent.web', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='recordchangecontent',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_recordchangecontent.read_own', role='web', using='(partner_id is null or partner_id = (select portal_acting_partner()) or other_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='recordchangecontent',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_recordchangecontent.audit', role='web', using="(select portal_acting_role()) = 'auditor' and not is_about_person"),
        ),
    ]
