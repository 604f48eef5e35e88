"""Who sees which result: partnership-wide ones everybody, a partner's own ones that partner, all of them the coordinator.

Jobs write results once: they change none, and delete none of a published run.
"""

from django.db import migrations

from partnership.isolation import policies as rls

COORDINATOR = f"{rls.ROLE} = 'coordinator'"
OF_PARTNER = f"(partner_id is null or {rls.OWN} or {COORDINATOR})"
SEEN = {
    "metrics_recidivismresult": OF_PARTNER,
    "metrics_survivalresult": OF_PARTNER,
    "metrics_careresult": OF_PARTNER,
    "metrics_comparisonresult": OF_PARTNER,
    "metrics_referralresult": f"((from_partner_id is null and to_partner_id is null) or {rls.PARTY} or {COORDINATOR})",
    "metrics_linkquality": f"({rls.OWN} or {rls.ROLE} in ('coordinator', 'auditor'))",
    "metrics_arresttrendresult": "true",
    "metrics_trendchange": "true",
    "metrics_feedquality": "true",
}
UNPUBLISHED = "exists (select from metrics_run r where r.id = run_id and r.published_at is null)"


def result(table: str, sees: str) -> list:
    return [
        rls.enable(table),
        rls.policy(table, "reads", role="web", command="SELECT", using=sees),
        rls.no_grant(table, "web", "INSERT, UPDATE, DELETE, TRUNCATE"),
        rls.no_grant(table, "worker"),
        migrations.RunSQL(f"GRANT SELECT, INSERT, DELETE ON {table} TO portal_worker", migrations.RunSQL.noop),
        rls.policy(table, "jobs_read", role="worker", command="SELECT", using="true"),
        rls.policy(table, "jobs_write", role="worker", command="INSERT", using="true"),
        rls.policy(table, "jobs_forget", role="worker", command="DELETE", using=UNPUBLISHED),
    ]


class Migration(migrations.Migration):
    dependencies = [("metrics", "0006_results")]
    operations = [
        *[operation for table, sees in SEEN.items() for operation in result(table, sees)],
        # Runs: everybody sees them and may ask for one; a coordinator publishes one.
        rls.enable("metrics_run"),
        rls.policy("metrics_run", "reads", role="web", command="SELECT", using="true"),
        rls.policy("metrics_run", "asks", role="web", command="INSERT", using="state = 'requested'"),
        migrations.RunSQL("GRANT UPDATE (published_at, published_by_id) ON metrics_run TO portal_web", migrations.RunSQL.noop),
        rls.policy("metrics_run", "publishes", role="web", command="UPDATE", using=f"{COORDINATOR} and state = 'done'"),
        rls.policy("metrics_run", "jobs_read", role="worker", command="SELECT", using="true"),
        rls.policy("metrics_run", "jobs_ask", role="worker", command="INSERT", using="true"),
        rls.policy("metrics_run", "jobs_update", role="worker", command="UPDATE", using="published_at is null", check="true"),
        rls.policy("metrics_run", "jobs_forget", role="worker", command="DELETE", using="published_at is null"),
        # Cohorts: a partner's own, and the coordinator's that are shared. Interventions: everybody's to see.
        rls.enable("metrics_cohort"),
        rls.policy("metrics_cohort", "reads", role="web", command="SELECT", using=f"({rls.OWN} or is_partnership_wide)"),
        *[rls.policy("metrics_cohort", verb.lower(), role="web", command=verb, using=rls.OWN) for verb in ("INSERT", "UPDATE", "DELETE")],
        *[
            operation
            for table in ("metrics_intervention", "metrics_intervention_districts", "metrics_intervention_comparison_districts")
            for operation in (
                rls.enable(table),
                rls.policy(table, "reads", role="web", command="SELECT", using="true"),
                *[rls.policy(table, verb.lower(), role="web", command=verb, using=COORDINATOR) for verb in ("INSERT", "UPDATE", "DELETE")],
                rls.policy(table, "jobs_read", role="worker", command="SELECT", using="true"),
            )
        ],
        rls.policy("metrics_cohort", "jobs_read", role="worker", command="SELECT", using="true"),
        migrations.RunSQL(
            "GRANT SELECT ON metrics_cohort, metrics_intervention, metrics_intervention_districts,"
            " metrics_intervention_comparison_districts TO portal_worker;"
            "GRANT DELETE ON metrics_run TO portal_worker",
            migrations.RunSQL.noop,
        ),
    ]
