"""Jobs sum up the log of reads; the auditor sees all of it and says what was looked at, a partner its own."""

from django.db import migrations

from partnership.isolation import policies as rls

TABLE = "partnership_readday"
AUDITS = f"{rls.ROLE} = 'auditor'"


class Migration(migrations.Migration):
    dependencies = [("partnership", "0008_reading")]
    operations = [
        rls.enable(TABLE),
        rls.policy(TABLE, "read_own", role="web", command="SELECT", using=rls.OWN),
        rls.policy(TABLE, "audit", role="web", command="SELECT", using=AUDITS),
        rls.policy(TABLE, "mark", role="web", command="UPDATE", using=AUDITS),
        rls.no_grant(TABLE, "web", "INSERT, DELETE, TRUNCATE"),
        rls.policy(TABLE, "sum_up", role="worker", using="true"),
        rls.policy("partnership_readlog", "sum_up", role="worker", command="SELECT", using="true"),
        migrations.RunSQL(
            [
                f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO portal_worker",
                "GRANT SELECT ON partnership_readlog TO portal_worker",
            ],
            migrations.RunSQL.noop,
        ),
    ]
