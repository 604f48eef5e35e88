"""References by which partners' systems know records, each system its own."""

import django.db.models.deletion
import django.utils.timezone
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
from django.db import migrations, models

from partnership.api import references
from partnership.isolation import context


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0025_names_in_each_language'),
    ]

    operations = [
        migrations.RunSQL(context.CLIENT, "DROP FUNCTION portal_acting_client()"),
        migrations.CreateModel(
            name='ExternalReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=20)),
                ('object_id', models.BigIntegerField()),
                ('reference', partnership.isolation.encrypted_fields.EncryptedTextField()),
                ('reference_index', models.CharField(max_length=64)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.apiclient')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
            ],
            options={
                'indexes': [models.Index(fields=['record', 'object_id'], name='reference_of_record')],
                'constraints': [models.UniqueConstraint(fields=('client', 'record', 'reference_index', 'partner'), name='one_record_per_reference'), models.UniqueConstraint(fields=('client', 'record', 'object_id', 'partner'), name='one_reference_per_record'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='client', name='partnership_externalreference.own_client'), partnership.isolation.policies.Grant(name='partnership_externalreference.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'), partnership.isolation.policies.Policy(command='ALL', name='partnership_externalreference.own_system', role='web', using='partner_id = (select portal_acting_partner()) and client_id = (select portal_acting_client())')],
            },
        ),
        migrations.RunSQL(references.FUNCTIONS, "DROP FUNCTION portal_forget_references(text, bigint[]), portal_end_references()"),
    ]
