import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import partnership.isolation.policies

# Triggers note whose data changed, in the transaction of the change: table → what a changed row says of its person, and the
# columns that matter. What concerns a person's own record asks for a new link too.
PERSON = "id, name_pseudonym, true", "code_pseudonym, name_pseudonym, sex, birth_year, district_id, died_on"
ENROLMENT = (
    "person_id, ''",
    "person_id, programme_id, started_on, ended_on, end_reason, measurement_consent, primary_drug, referral_kind",
)
ARREST = (
    "person_id, ''",
    # The follow-up keeps the district of the newest arrest before the start: one that is corrected touches its person too.
    "person_id, arrested_on, district_id, is_drug, offence_group, last_offence_on, last_drug_offence_on",
)
# A referral concerns the enrolment that it led to, and so the receiver's person.
REFERRAL = "receiver_person_id, ''", "receiver_person_id, enrolment_id, sent_at"
WATCHED = {"cases_person": PERSON, "cases_enrolment": ENROLMENT, "cases_arrest": ARREST, "referrals_referral": REFERRAL}


def watch(table: str, who: str, columns: str) -> str:
    name = f"metrics_touch_{table}"
    into = "(person_id, name_pseudonym, relinks)" if table == "cases_person" else "(person_id, name_pseudonym)"
    note = f"INSERT INTO metrics_touched {into} SELECT {who} FROM"
    known = " WHERE receiver_person_id IS NOT NULL" if table == "referrals_referral" else ""
    old, new = (", ".join(f"{rows}.{column}" for column in columns.split(", ")) for rows in "on")
    where = f"FROM old_rows o JOIN new_rows n USING (id) WHERE ({old}) IS DISTINCT FROM ({new})"
    changed = f"(SELECT o.* {where} UNION ALL SELECT n.* {where}) AS changed"
    return f"""
    CREATE FUNCTION {name}_insert() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} new_rows{known}; RETURN NULL; END $$;
    CREATE FUNCTION {name}_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} {changed}{known}; RETURN NULL; END $$;
    CREATE FUNCTION {name}_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} old_rows{known}; RETURN NULL; END $$;
    CREATE TRIGGER metrics_touch_insert AFTER INSERT ON {table}
      REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_insert();
    CREATE TRIGGER metrics_touch_update AFTER UPDATE ON {table}
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_update();
    CREATE TRIGGER metrics_touch_delete AFTER DELETE ON {table}
      REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_delete();
    """


def unwatch(table: str) -> str:
    return "".join(
        f"DROP TRIGGER metrics_touch_{verb} ON {table}; DROP FUNCTION metrics_touch_{table}_{verb}();"
        for verb in ("insert", "update", "delete")
    )


# A rebuild fills tables without any index and makes the four indexes at one time: millions of rows go in quicker without
# indexes, and several workers that fill a primary key at one time wait for each other. Only an owner may make indexes and
# ANALYZE; the functions can do nothing else. PostgreSQL 15 has no privilege for it.
# The statistics target: means of a few columns are enough.
INDEXES = {
    "metrics_link_pkey": "CREATE UNIQUE INDEX metrics_link_pkey ON metrics_link (person_id)",
    "link_key": "CREATE INDEX link_key ON metrics_link (key)",
    "metrics_followup_pkey": "CREATE UNIQUE INDEX metrics_followup_pkey ON metrics_followup (enrolment_id)",
    "follow_up_key": "CREATE INDEX follow_up_key ON metrics_followup (key)",
}
CASES = " ".join(f"WHEN '{name}' THEN {statement};" for name, statement in INDEXES.items())
REBUILD = f"""
CREATE FUNCTION metrics_rebuild_begins() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  TRUNCATE metrics_link, metrics_followup;
  ALTER TABLE metrics_link DROP CONSTRAINT IF EXISTS metrics_link_pkey;
  ALTER TABLE metrics_followup DROP CONSTRAINT IF EXISTS metrics_followup_pkey;
  DROP INDEX IF EXISTS {", ".join(INDEXES)};
END $$;
CREATE FUNCTION metrics_rebuild_links() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET default_statistics_target = 20 AS $$
BEGIN ANALYZE metrics_link; END $$;
CREATE FUNCTION metrics_rebuild_index(which text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '256MB' AS $$
BEGIN CASE which {CASES} END CASE; END $$;
CREATE FUNCTION metrics_rebuild_ends() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET default_statistics_target = 20 AS $$
BEGIN
  ALTER TABLE metrics_link ADD CONSTRAINT metrics_link_pkey PRIMARY KEY USING INDEX metrics_link_pkey;
  ALTER TABLE metrics_followup ADD CONSTRAINT metrics_followup_pkey PRIMARY KEY USING INDEX metrics_followup_pkey;
  ANALYZE metrics_followup;
END $$;
"""
FUNCTIONS = "metrics_rebuild_begins(), metrics_rebuild_links(), metrics_rebuild_index(text), metrics_rebuild_ends()"
REBUILD += f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO portal_worker;"


class Migration(migrations.Migration):
    # An installation that ran these has run this.
    replaces = [
        ("metrics", "0001_initial"),
        ("metrics", "0002_initial"),
        ("metrics", "0003_isolation"),
        ("metrics", "0004_follow_up"),
        ("metrics", "0005_touched"),
        ("metrics", "0006_results"),
        ("metrics", "0007_results_isolation"),
        ("metrics", "0008_rebuild"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_squashed"),
        ("referrals", "0001_squashed"),
        ("partnership", "0001_squashed"),
        ("programs", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("running", "Being computed"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("superseded", "Stopped: newer data arrived"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("definition", models.CharField(max_length=20)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("data_cut_off", models.DateField(null=True)),
                ("enrolments_in", models.PositiveIntegerField(default=0)),
                ("arrests_in", models.PositiveIntegerField(default=0)),
                ("results_out", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                (
                    "again",
                    models.ForeignKey(
                        help_text="The run that this one repeats.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="metrics.run",
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(
                        default=dict, help_text="as_of: no feed counts beyond that day. cohorts: the selection of each."
                    ),
                ),
                ("people_touched", models.PositiveIntegerField(default=0)),
                (
                    "poor_feeds",
                    models.JSONField(
                        default=list, help_text="[[district's id, name], …]: figures that rest on these feeds say so."
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=30)),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")), fields=("state",), name="one_requested_run"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("published_at", None), ("state", "done"), _connector="OR"),
                        name="only_done_runs_published",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_run.web", privileges="SELECT, INSERT", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("published_at", "published_by_id"),
                        name="metrics_run.web_columns",
                        privileges="UPDATE",
                        role="web",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_run.reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_run.asks", role="web", using="state = 'requested'"
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="metrics_run.publishes",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator' and state = 'done'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_run.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_run.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_run.jobs_ask", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        check="true",
                        command="UPDATE",
                        name="metrics_run.jobs_update",
                        role="worker",
                        using="published_at is null",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE", name="metrics_run.jobs_forget", role="worker", using="published_at is null"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrestTrendResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("personal", "Drugs for personal use"),
                            ("supply", "Other drug offences"),
                            ("other", "Other offences"),
                            ("all", "All arrests"),
                            ("drug", "All drug offences"),
                            ("juvenile_drug", "Drug offences of under-18s"),
                            ("overdoses", "Overdoses"),
                            ("fatal_overdoses", "Fatal overdoses"),
                        ],
                        max_length=15,
                    ),
                ),
                ("arrests", models.PositiveIntegerField(null=True)),
                ("rate_per_100k", models.FloatField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.district"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="trends", to="metrics.run"
                    ),
                ),
                (
                    "adjusted",
                    models.FloatField(help_text="Per 100,000, without its season; from the whole series.", null=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "district", "group", "month"), name="one_trend_result"),
                    models.CheckConstraint(
                        condition=models.Q(("arrests__in", [1, 2, 3, 4]), _negated=True),
                        name="no_small_arrest_count_stored",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_arresttrendresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_arresttrendresult.reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_arresttrendresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_arresttrendresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_arresttrendresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_arresttrendresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("name_pseudonym", models.CharField(max_length=64)),
                ("relinks", models.BooleanField(db_default=False)),
            ],
            options={
                "constraints": [
                    partnership.isolation.policies.Grant(name="metrics_touched.web", privileges="INSERT", role="web"),
                    partnership.isolation.policies.Grant(
                        name="metrics_touched.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "enrolment",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.enrolment",
                    ),
                ),
                ("partner_id", models.BigIntegerField()),
                ("programme_id", models.BigIntegerField()),
                ("key", models.UUIDField()),
                ("rank", models.SmallIntegerField()),
                ("index_date", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("end_reason", models.CharField(max_length=20)),
                ("referral_kind", models.CharField(max_length=30)),
                ("primary_drug", models.CharField(max_length=20)),
                ("referred_on", models.DateField(null=True)),
                ("district_id", models.BigIntegerField(null=True)),
                ("sex", models.CharField(max_length=10)),
                ("birth_year", models.SmallIntegerField(null=True)),
                ("died_on", models.DateField(null=True)),
                ("prior_arrests", models.SmallIntegerField()),
                ("prior_drug_arrests", models.SmallIntegerField()),
                ("prior_on", models.DateField(null=True)),
                ("prior_district_id", models.BigIntegerField(null=True)),
                (
                    "prior_group",
                    models.CharField(
                        choices=[
                            ("personal", "Drugs for personal use"),
                            ("supply", "Other drug offences"),
                            ("other", "Other offences"),
                        ],
                        max_length=10,
                    ),
                ),
                ("any_on", models.DateField(null=True)),
                ("drug_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("any_total", models.SmallIntegerField()),
                ("drug_total", models.SmallIntegerField()),
                ("any_6", models.SmallIntegerField()),
                ("any_12", models.SmallIntegerField()),
                ("any_24", models.SmallIntegerField()),
                ("any_36", models.SmallIntegerField()),
                ("drug_6", models.SmallIntegerField()),
                ("drug_12", models.SmallIntegerField()),
                ("drug_24", models.SmallIntegerField()),
                ("drug_36", models.SmallIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["key"], name="follow_up_key")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="metrics_followup.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.person",
                    ),
                ),
                ("key", models.UUIDField(null=True)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("code", "By personal identity code"),
                            ("name", "By name, date of birth and sex"),
                            ("ambiguous", "Ambiguous: several people share name, date of birth and sex"),
                            ("nothing", "Neither code nor name with date of birth"),
                        ],
                        max_length=10,
                    ),
                ),
                ("district_id", models.BigIntegerField(null=True)),
                ("sex", models.CharField(max_length=10)),
                ("birth_year", models.SmallIntegerField(null=True)),
                ("died_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["key"], name="link_key")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="metrics_link.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Cohort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("selection", models.JSONField(default=dict)),
                ("is_shared", models.BooleanField(default=True, verbose_name="shared")),
                ("is_partnership_wide", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "verbose_name": "cohort",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("archived_at", None)),
                        fields=("partner", "name"),
                        name="cohort_name_per_partner",
                        violation_error_message="There is a cohort with this name already.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_cohort.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_cohort.reads",
                        role="web",
                        using="(partner_id = (select portal_acting_partner()) or is_partnership_wide)",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="metrics_cohort.insert",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="metrics_cohort.update",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_cohort.delete",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_cohort.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_cohort.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecidivismResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "offences",
                    models.CharField(choices=[("any", "Any offence"), ("drug", "Drug offence")], max_length=10),
                ),
                ("window_months", models.PositiveSmallIntegerField()),
                ("eligible", models.PositiveIntegerField(null=True)),
                ("rearrested", models.PositiveIntegerField(null=True)),
                ("rate", models.FloatField(null=True)),
                ("rate_lower", models.FloatField(null=True)),
                ("rate_upper", models.FloatField(null=True)),
                (
                    "withheld",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Published"),
                            ("small_count", "Withheld: a count of 1 to 4"),
                            ("few_people", "Withheld: fewer than 10 people observed"),
                            ("secondary", "Withheld: a small count would follow from it"),
                            ("nobody", "Nobody has been observed for this long yet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.programme",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="metrics.run"
                    ),
                ),
                ("mean_rearrests", models.FloatField(null=True)),
                ("programmes", models.PositiveSmallIntegerField(default=1)),
                (
                    "cohort",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.cohort"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rearrested__in", [1, 2, 3, 4]), _negated=True),
                        name="no_small_rearrested_count_stored",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withheld", ""), models.Q(("rate", None), ("rearrested", None)), _connector="OR"
                        ),
                        name="withheld_is_nowhere",
                    ),
                    models.UniqueConstraint(
                        fields=("run", "partner", "programme", "cohort", "offences", "window_months"),
                        name="one_recidivism_result",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("eligible__in", [1, 2, 3, 4]), _negated=True),
                        name="no_small_eligible_count_stored",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_recidivismresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_recidivismresult.reads",
                        role="web",
                        using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator')",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_recidivismresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_recidivismresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_recidivismresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_recidivismresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("participants", models.PositiveIntegerField(null=True)),
                ("person_years", models.FloatField(null=True)),
                ("any_per_person_year", models.FloatField(null=True)),
                ("drug_per_person_year", models.FloatField(null=True)),
                ("ended", models.PositiveIntegerField(null=True)),
                ("completed_rate", models.FloatField(null=True)),
                ("completed_lower", models.FloatField(null=True)),
                ("completed_upper", models.FloatField(null=True)),
                ("retained_90_rate", models.FloatField(null=True)),
                ("days_to_service_median", models.FloatField(null=True)),
                ("days_to_service_upper_quartile", models.FloatField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.programme",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="metrics.run"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.cohort"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "partner", "programme", "cohort"), name="one_care_result", nulls_distinct=False
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_careresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_careresult.reads",
                        role="web",
                        using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator')",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_careresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_careresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_careresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_careresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComparisonResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("not_enrolled", "Referred and eligible, but not enrolled"),
                            ("matched", "People arrested who never enrolled, weighted to be like the participants"),
                            ("baseline", "The programme's own first year"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "offences",
                    models.CharField(choices=[("any", "Any offence"), ("drug", "Drug offence")], max_length=10),
                ),
                ("window_months", models.PositiveSmallIntegerField()),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Estimated"),
                            ("few_participants", "Fewer than 60 participants with the whole window observed"),
                            ("few_comparisons", "Too few comparison people who are like the participants"),
                            ("no_overlap", "Participants and comparison people have too little in common"),
                            (
                                "unbalanced",
                                "After weighting the groups still differ: a standardised difference of 0.1 or more",
                            ),
                            ("no_estimate", "The regression gives no estimate: a trait separates the groups"),
                            ("small_count", "A count would be small enough to recognise somebody"),
                        ],
                        max_length=20,
                    ),
                ),
                ("participants", models.PositiveIntegerField(help_text="Rounded to fives.", null=True)),
                ("comparisons", models.PositiveIntegerField(help_text="Rounded to fives.", null=True)),
                (
                    "effective",
                    models.FloatField(
                        help_text="Comparison people, counted by how much their weights tell.", null=True
                    ),
                ),
                ("rate", models.FloatField(null=True)),
                ("comparison_rate", models.FloatField(null=True)),
                ("difference", models.FloatField(null=True)),
                ("difference_lower", models.FloatField(null=True)),
                ("difference_upper", models.FloatField(null=True)),
                ("reduction", models.FloatField(null=True)),
                ("reduction_lower", models.FloatField(null=True)),
                ("reduction_upper", models.FloatField(null=True)),
                ("hazard_ratio", models.FloatField(null=True)),
                ("hazard_lower", models.FloatField(null=True)),
                ("hazard_upper", models.FloatField(null=True)),
                ("proportional_p", models.FloatField(null=True)),
                ("log_rank_p", models.FloatField(null=True)),
                (
                    "balance",
                    models.JSONField(
                        default=list, help_text="[[covariate, participants, comparison, before, after], …]"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.programme"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comparisons", to="metrics.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "programme", "group", "offences", "window_months"), name="one_comparison_result"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refusal", ""), models.Q(("rate", None), ("reduction", None)), _connector="OR"
                        ),
                        name="refused_is_nowhere",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_comparisonresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_comparisonresult.reads",
                        role="web",
                        using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator')",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_comparisonresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_comparisonresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_comparisonresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_comparisonresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedQuality",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("complete_through", models.DateField()),
                ("days_late", models.PositiveIntegerField()),
                ("missing_months", models.JSONField(default=list)),
                ("sudden_drops", models.JSONField(default=list)),
                ("uncoded_share", models.FloatField(null=True)),
                ("problems", models.JSONField(default=list, help_text="late, missing_months, sudden_drops, uncoded")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.district"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feeds", to="metrics.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "partner", "district"), name="one_feed_quality"),
                    partnership.isolation.policies.Grant(
                        name="metrics_feedquality.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_feedquality.reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_feedquality.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_feedquality.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_feedquality.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_feedquality.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Intervention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True, verbose_name="name")),
                ("started_on", models.DateField(verbose_name="started on")),
                (
                    "series",
                    models.CharField(
                        choices=[
                            ("drug", "All drug offences"),
                            ("personal", "Drugs for personal use"),
                            ("supply", "Other drug offences"),
                            ("juvenile_drug", "Drug offences of under-18s"),
                            ("all", "All arrests"),
                            ("overdoses", "Overdoses"),
                        ],
                        default="drug",
                        max_length=20,
                        verbose_name="what it is meant to change",
                    ),
                ),
                (
                    "comparison_districts",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="partnership.district", verbose_name="comparison districts"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "districts",
                    models.ManyToManyField(related_name="+", to="partnership.district", verbose_name="pilot districts"),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="programs.programme",
                        verbose_name="programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "intervention",
                "ordering": ["-started_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("started_on__gte", "2000-01-01")), name="intervention_is_recent"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_intervention.reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="metrics_intervention.insert",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="metrics_intervention.update",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_intervention.delete",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_intervention.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.districts.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="districts",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_intervention.districts.reads",
                        role="web",
                        through="districts",
                        using="true",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="metrics_intervention.districts.insert",
                        role="web",
                        through="districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="metrics_intervention.districts.update",
                        role="web",
                        through="districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_intervention.districts.delete",
                        role="web",
                        through="districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.districts.worker",
                        privileges="SELECT",
                        role="worker",
                        through="districts",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_intervention.districts.jobs_read",
                        role="worker",
                        through="districts",
                        using="true",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.comparison_districts.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="comparison_districts",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_intervention.comparison_districts.reads",
                        role="web",
                        through="comparison_districts",
                        using="true",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="metrics_intervention.comparison_districts.insert",
                        role="web",
                        through="comparison_districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="metrics_intervention.comparison_districts.update",
                        role="web",
                        through="comparison_districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_intervention.comparison_districts.delete",
                        role="web",
                        through="comparison_districts",
                        using="(select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_intervention.comparison_districts.worker",
                        privileges="SELECT",
                        role="worker",
                        through="comparison_districts",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_intervention.comparison_districts.jobs_read",
                        role="worker",
                        through="comparison_districts",
                        using="true",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkQuality",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by_code", models.PositiveIntegerField(null=True)),
                ("by_name", models.PositiveIntegerField(null=True)),
                ("ambiguous", models.PositiveIntegerField(null=True)),
                ("nothing", models.PositiveIntegerField(null=True)),
                ("people", models.PositiveIntegerField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="metrics.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "partner"), name="one_link_quality"),
                    partnership.isolation.policies.Grant(
                        name="metrics_linkquality.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_linkquality.reads",
                        role="web",
                        using="(partner_id = (select portal_acting_partner()) or (select portal_acting_role()) in ('coordinator', 'auditor'))",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_linkquality.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_linkquality.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_linkquality.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_linkquality.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent", models.PositiveIntegerField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("acknowledged_days", models.FloatField(null=True)),
                ("answered_days", models.FloatField(null=True)),
                ("started_days", models.FloatField(null=True)),
                ("on_time_rate", models.FloatField(help_text="Answered within the agreement's promise.", null=True)),
                (
                    "from_partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referral_results", to="metrics.run"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "from_partner", "to_partner"), name="one_referral_result", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent__in", [1, 2, 3, 4]), _negated=True), name="no_small_sent_count_stored"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_referralresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_referralresult.reads",
                        role="web",
                        using="((from_partner_id is null and to_partner_id is null) or (from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) or (select portal_acting_role()) = 'coordinator')",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_referralresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_referralresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_referralresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_referralresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurvivalResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "offences",
                    models.CharField(choices=[("any", "Any offence"), ("drug", "Drug offence")], max_length=10),
                ),
                ("participants", models.PositiveIntegerField()),
                ("points", models.JSONField(default=list)),
                (
                    "cohort",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.cohort"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.programme",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="metrics.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "partner", "programme", "cohort", "offences"),
                        name="one_survival_result",
                        nulls_distinct=False,
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_survivalresult.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="metrics_survivalresult.reads",
                        role="web",
                        using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator')",
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_survivalresult.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_survivalresult.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_survivalresult.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_survivalresult.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrendChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("five_years", "Last twelve months against those five years earlier"),
                            ("level", "Change at the start (interrupted time series)"),
                            ("slope", "Change of the yearly trend since the start (interrupted time series)"),
                            ("difference", "Against comparison districts (difference in differences)"),
                            (
                                "drift",
                                "Yearly drift against comparison districts before the start: parallel when near none",
                            ),
                        ],
                        max_length=12,
                    ),
                ),
                ("group", models.CharField(max_length=15)),
                ("change", models.FloatField(null=True)),
                ("lower", models.FloatField(null=True)),
                ("upper", models.FloatField(null=True)),
                ("p", models.FloatField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=60)),
                ("family", models.CharField(blank=True, max_length=20)),
                (
                    "lines",
                    models.JSONField(
                        default=list, help_text="[[month, rate, fitted, expected, comparison rate], …] per 100,000"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.district",
                    ),
                ),
                (
                    "intervention",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="metrics.intervention",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="metrics.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "kind", "district", "intervention", "group"),
                        name="one_trend_change",
                        nulls_distinct=False,
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_trendchange.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_trendchange.reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="metrics_trendchange.worker", privileges="SELECT, INSERT, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="metrics_trendchange.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="metrics_trendchange.jobs_write", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="metrics_trendchange.jobs_forget",
                        role="worker",
                        using="exists (select from metrics_run r where r.id = run_id and r.published_at is null)",
                    ),
                ],
            },
        ),
        # Derived rows, written by the million: no log of them is kept, and a crash of the database empties them, which
        # follow_up.refresh() sees and mends.
        migrations.RunSQL(
            "ALTER TABLE metrics_link SET UNLOGGED; ALTER TABLE metrics_followup SET UNLOGGED", migrations.RunSQL.noop
        ),
        *[migrations.RunSQL(watch(table, *what), unwatch(table)) for table, what in WATCHED.items()],
        migrations.RunSQL(REBUILD, f"DROP FUNCTION {FUNCTIONS}"),
        # The first refresh is a rebuild.
        migrations.RunSQL(
            "INSERT INTO metrics_touched (person_id, name_pseudonym) VALUES (0, '')", migrations.RunSQL.noop
        ),
    ]
