"""Jobs carry events to their handlers; administrators of the service see where that failed, and send it again."""

from django.db import migrations

from partnership.isolation import policies as rls

TABLE = "partnership_eventdelivery"


class Migration(migrations.Migration):
    dependencies = [("partnership", "0010_event_deliveries")]
    operations = [
        rls.enable(TABLE),
        rls.policy(TABLE, "relay", role="worker", using="true"),
        migrations.RunSQL(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO portal_worker", migrations.RunSQL.noop),
        # Of what waits a page shows nothing, but what it sends again must be its own to see.
        rls.policy(TABLE, "administer_read", role="web", command="SELECT", using=rls.STAFF),
        rls.policy(TABLE, "administer", role="web", command="UPDATE", using=rls.STAFF),
        rls.no_grant(TABLE, "web", "INSERT, UPDATE, DELETE, TRUNCATE"),
        migrations.RunSQL(f"GRANT UPDATE (failed_at, attempts, available_at) ON {TABLE} TO portal_web", migrations.RunSQL.noop),
    ]
