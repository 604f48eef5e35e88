"""Results are suppressed aggregates, for everybody to read; only jobs write them. Pages can ask for a run."""

from django.db import migrations

from partnership.isolation import policies as rls

RESULTS = ["metrics_recidivismresult", "metrics_arresttrendresult"]


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_initial"), ("partnership", "0002_isolation")]
    operations = [
        *[rls.no_grant(table, "web", "INSERT, UPDATE, DELETE, TRUNCATE") for table in RESULTS],
        rls.no_grant("metrics_run", "web", "UPDATE, DELETE, TRUNCATE"),
        migrations.RunSQL(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON metrics_run, {', '.join(RESULTS)} TO portal_worker",
            migrations.RunSQL.noop,
        ),
    ]
