
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0018_rows_know_their_transaction'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='webhooksubscription',
            name='partnership_webhooksubscription.recorded',
        ),
        migrations.AddField(
            model_name='webhooksubscription',
            name='old_secret',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True),
        ),
        migrations.AddField(
            model_name='webhooksubscription',
            name='old_secret_until',
            field=models.DateTimeField(help_text='Until then messages are signed with the old secret, too.', null=True),
        ),
        migrations.AddConstraint(
            model_name='webhooksubscription',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('secret', 'old_secret'), name='partnership_webhooksubscription.recorded', number='id', partners=('partner_id',), record='webhook'),
        ),
    ]
