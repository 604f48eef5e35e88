"""A draft that is discarded is gone for its sender, who alone saw it."""

from django.db import migrations

from partnership.isolation import policies as rls


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_api"), ("partnership", "0004_api_isolation")]
    operations = [
        *rls.bury("referrals_referral", "from_partner_id"),
        *rls.bury("referrals_diversionagreement", "from_partner_id"),
    ]
