"""A referral to a programme for others says why."""

import partnership.isolation.encrypted_fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0007_identity_opens_with_the_answer'),
    ]

    operations = [
        migrations.AddField(
            model_name='need',
            name='unfit_reason',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', help_text='Why the person is sent to a programme for people of another age, district or language.', owner='from_partner', verbose_name='reason to go on'),
        ),
    ]
