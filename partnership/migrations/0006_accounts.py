"""Sessions of a generation can be ended; secrets of second factors are encrypted."""

import re

from django.db import migrations, models

from partnership.isolation import encryption

IN_THE_CLEAR = re.compile(r"[A-Z2-7]+=*|[0-9a-f]+")
"""The secret of an authenticator app, or the seed of recovery codes, as the library makes them."""


def encrypt_second_factors(apps, schema_editor):
    for authenticator in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        for name in ("secret", "seed"):
            secret = authenticator.data.get(name, "")
            if IN_THE_CLEAR.fullmatch(secret):
                authenticator.data[name] = encryption.encrypt(secret)
        authenticator.save()


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0005_sign_in_rows"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        # Deleting an address looks for confirmations of it, which are signed links and leave no row.
        migrations.RunSQL(
            "ALTER TABLE account_emailconfirmation ENABLE ROW LEVEL SECURITY;"
            " CREATE POLICY none_there ON account_emailconfirmation TO portal_web USING (false);"
            " GRANT SELECT, DELETE ON account_emailconfirmation TO portal_web",
            "REVOKE SELECT, DELETE ON account_emailconfirmation FROM portal_web;"
            " DROP POLICY none_there ON account_emailconfirmation;"
            " ALTER TABLE account_emailconfirmation DISABLE ROW LEVEL SECURITY",
        ),
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(default=0, help_text="Counted up, it ends all sessions of before."),
        ),
        migrations.RunPython(encrypt_second_factors, migrations.RunPython.noop),
    ]
