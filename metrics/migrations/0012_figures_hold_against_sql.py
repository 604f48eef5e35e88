"""What SQL in a page's or a job's connection could still do to figures: choose a run's noise, take a release back, count another
partner's people, read what others select."""

import hashlib
import json

import partnership.audit_trail.history
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from partnership.isolation.encryption import fingerprint

RELEASE_STAYS = """
-- What a coordinator says of a run is said once, and in their own name.
CREATE FUNCTION metrics_release_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  releases boolean := NEW.released_at IS NOT NULL;
  publishes boolean := NEW.published_at IS NOT NULL;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.released_at IS NOT NULL AND (OLD.released_at, OLD.released_by_id) IS DISTINCT FROM (NEW.released_at, NEW.released_by_id)
       OR OLD.published_at IS NOT NULL AND (OLD.published_at, OLD.published_by_id) IS DISTINCT FROM (NEW.published_at, NEW.published_by_id)
       OR OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at THEN
      RAISE EXCEPTION 'A release stays as it is.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    releases := releases AND OLD.released_at IS NULL;
    publishes := publishes AND OLD.published_at IS NULL;
  END IF;
  IF releases AND NEW.released_by_id IS DISTINCT FROM public.portal_acting_user()
     OR publishes AND NEW.published_by_id IS DISTINCT FROM public.portal_acting_user() THEN
    RAISE EXCEPTION 'Who releases and publishes says so in their own name.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION metrics_release_stays() FROM PUBLIC;
"""


def hide_selections(apps, schema_editor):
    """Everybody sees runs, but not what other partners' cohorts select: a keyed hash tells whether it is still the same."""
    partners = dict(apps.get_model("metrics", "Cohort").objects.values_list("pk", "partner_id"))
    for run in apps.get_model("metrics", "Run").objects.filter(parameters__has_key="cohorts"):
        run.parameters["cohorts"] = {
            number: fingerprint(
                partners.get(int(number), 0), hashlib.sha256(json.dumps(selection, sort_keys=True).encode()).hexdigest()
            )
            for number, selection in run.parameters["cohorts"].items()
            if isinstance(selection, dict)
        }
        run.save(update_fields=["parameters"])


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0011_cohorts_wait_for_nothing'),
        ('partnership', '0011_populations_can_be_taken_back'),
        ('programs', '0005_sign_in_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(RELEASE_STAYS, "DROP FUNCTION metrics_release_stays()"),
        migrations.RemoveConstraint(
            model_name='cohort',
            name='metrics_cohort.insert',
        ),
        migrations.RemoveConstraint(
            model_name='cohort',
            name='metrics_cohort.update',
        ),
        migrations.RemoveConstraint(
            model_name='cohortpermit',
            name='metrics_cohortpermit.reads',
        ),
        migrations.RemoveConstraint(
            model_name='cohortpermit',
            name='metrics_cohortpermit.recorded_permit',
        ),
        migrations.RemoveConstraint(
            model_name='cohortuse',
            name='metrics_cohortuse.web',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.jobs_ask',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.jobs_update',
        ),
        migrations.AlterField(
            model_name='run',
            name='parameters',
            field=models.JSONField(default=dict, help_text='as_of: no feed counts beyond that day. cohorts: a keyed hash of what each selected.'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='metrics_cohort.insert', role='web', using="partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) = 'coordinator' or (not is_partnership_wide and selection -> 'partners' = jsonb_build_array(partner_id)))"),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Policy(check="partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) = 'coordinator' or (not is_partnership_wide and selection -> 'partners' = jsonb_build_array(partner_id)))", command='UPDATE', name='metrics_cohort.update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='metrics_cohort.signed_created_by', only_narrows=True, role='web', using='created_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='metrics_cohortpermit.reads', role='web', using="(select portal_acting_role()) = 'auditor'"),
        ),
        migrations.AddConstraint(
            model_name='cohortpermit',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('digest',), name='metrics_cohortpermit.recorded_permit', number='cohort_id', partners=(), record='cohort'),
        ),
        migrations.AddConstraint(
            model_name='cohortuse',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'quarter', 'programme_id'), name='metrics_cohortuse.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.triggers.Asked(columns=('released_at', 'released_by_id', 'published_at', 'published_by_id', 'withdrawn_at'), function='metrics_release_stays', name='metrics_run.release_stays'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='metrics_run.jobs_ask', role='worker', using='released_at is null'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='metrics_run.jobs_update', role='worker', using='released_at is null'),
        ),
        migrations.RunPython(hide_selections, migrations.RunPython.noop),
    ]
