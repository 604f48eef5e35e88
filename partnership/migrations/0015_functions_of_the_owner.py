"""What runs as owner is run by whom it is for: these were for triggers, and one for a policy of pages, and everybody could ask them."""

from django.db import migrations

NARROW = """
REVOKE ALL ON FUNCTION portal_agreed_now(bigint), portal_role_fits(bigint, text), portal_had_manager(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_had_manager(bigint), portal_agreed_now(bigint) TO portal_web;
"""
WIDE = "GRANT EXECUTE ON FUNCTION portal_agreed_now(bigint), portal_role_fits(bigint, text), portal_had_manager(bigint) TO PUBLIC"


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0014_key_check'),
    ]

    operations = [migrations.RunSQL(NARROW, WIDE)]
