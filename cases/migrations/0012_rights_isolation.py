"""Requests of persons are each partner's own, the auditor sees them all; a job counts who is past retention, without a name."""

from django.db import migrations

from partnership.isolation import policies as rls

REQUEST, COUNT = "cases_subjectrequest", "cases_retentioncount"
AUDITS = f"{rls.ROLE} = 'auditor'"


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_rights"), ("partnership", "0009_reading_isolation")]
    operations = [
        *rls.owned(REQUEST),
        rls.policy(REQUEST, "audit", role="web", command="SELECT", using=AUDITS),
        rls.enable(COUNT),
        rls.policy(COUNT, "read_own", role="web", command="SELECT", using=rls.OWN),
        rls.policy(COUNT, "audit", role="web", command="SELECT", using=AUDITS),
        rls.no_grant(COUNT, "web", "INSERT, UPDATE, DELETE, TRUNCATE"),
        rls.policy(COUNT, "count", role="worker", using="true"),
        migrations.RunSQL(
            [
                f"GRANT SELECT, INSERT, UPDATE ON {COUNT} TO portal_worker",
                "GRANT SELECT (erased_on) ON cases_person TO portal_worker",
            ],
            migrations.RunSQL.noop,
        ),
    ]
