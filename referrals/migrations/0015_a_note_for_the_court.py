"""A statement may have a note for the court, by the person's consent; only erasing changes it."""

import partnership.isolation.encrypted_fields
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_phases_beds_and_matters'),
        ('partnership', '0027_keys_of_systems_and_own_sign_in'),
        ('referrals', '0014_anchor_teams'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='statement',
            name='note',
            field=partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='note for the court'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=partnership.isolation.triggers.Fixed(columns=('note',), name='referrals_statement.note_fixed', when="new.note <> ''"),
        ),
    ]
