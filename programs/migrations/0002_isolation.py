"""Programmes are for everybody to see; only their partner changes them. Jobs read them."""

from django.db import migrations

from partnership.isolation import policies as rls


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial"), ("partnership", "0002_isolation")]
    operations = [
        rls.enable("programs_programme"),
        rls.policy("programs_programme", "everybody_reads", role="web", command="SELECT", using="true"),
        rls.policy("programs_programme", "own_insert", role="web", command="INSERT", using=rls.OWN),
        rls.policy("programs_programme", "own_update", role="web", command="UPDATE", using=rls.OWN),
        rls.policy("programs_programme", "jobs_read", role="worker", command="SELECT", using="true"),
        migrations.RunSQL(
            "GRANT SELECT ON programs_programme, programs_programme_districts TO portal_worker", migrations.RunSQL.noop
        ),
    ]
