import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


RELEASE_STAYS = """
-- What a coordinator says of a run is said once, and in their own name.
CREATE OR REPLACE FUNCTION metrics_release_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  releases boolean := NEW.released_at IS NOT NULL;
  publishes boolean := NEW.published_at IS NOT NULL;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.released_at IS NOT NULL AND (OLD.released_at, OLD.released_by_id) IS DISTINCT FROM (NEW.released_at, NEW.released_by_id)
       OR OLD.published_at IS NOT NULL AND (OLD.published_at, OLD.published_by_id, OLD.next_on)
          IS DISTINCT FROM (NEW.published_at, NEW.published_by_id, NEW.next_on)
       OR OLD.withdrawn_at IS NOT NULL AND (OLD.withdrawn_at, OLD.withdrawn_because)
          IS DISTINCT FROM (NEW.withdrawn_at, NEW.withdrawn_because) THEN
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0012_figures_hold_against_sql'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.web_columns',
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='metrics_run.release_stays',
        ),
        migrations.AddField(
            model_name='run',
            name='next_on',
            field=models.DateField(help_text='When the next results are to be published, as the public is told.', null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='withdrawn_because',
            field=models.CharField(blank=True, help_text='As the public reads it.', max_length=500),
        ),
        # Of what was withdrawn before, no reason is on record.
        migrations.RunSQL(
            "UPDATE metrics_run SET withdrawn_because = '–' WHERE withdrawn_at IS NOT NULL", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('withdrawn_because', ''), _negated=True), _connector='OR'), name='withdrawn_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.policies.Grant(columns=('released_at', 'released_by_id', 'published_at', 'published_by_id', 'next_on', 'withdrawn_at', 'withdrawn_because'), name='metrics_run.web_columns', privileges='UPDATE', role='web'),
        ),
        migrations.RunSQL(RELEASE_STAYS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='run',
            constraint=partnership.isolation.triggers.Asked(columns=('released_at', 'released_by_id', 'published_at', 'published_by_id', 'next_on', 'withdrawn_at', 'withdrawn_because'), function='metrics_release_stays', name='metrics_run.release_stays'),
        ),
    ]
