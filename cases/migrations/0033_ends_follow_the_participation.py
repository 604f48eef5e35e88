"""Beds and phases follow a corrected end of a participation, and come back with an end that is taken back."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("cases.migrations.0029_phases_beds_and_matters")

FOLLOW_ENROLMENT = """
CREATE FUNCTION portal_end_with_enrolment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Whoever ends a participation, corrects its end or takes it back, on a page or by an import: bed and phase follow. No bed is
-- given back that was closed, or that something else came into since.
BEGIN
  IF NEW.ended_on IS NULL THEN
    UPDATE public.cases_stay s SET ended_on = NULL, ended_with_enrolment = false
     WHERE s.enrolment_id = NEW.id AND s.partner_id = NEW.partner_id AND s.ended_with_enrolment
       AND NOT EXISTS (SELECT FROM public.cases_bed b WHERE b.id = s.bed_id AND b.closed_on IS NOT NULL)
       AND NOT EXISTS (SELECT FROM public.cases_stay o WHERE o.bed_id = s.bed_id AND o.partner_id = s.partner_id AND o.id <> s.id
                          AND daterange(o.started_on, o.ended_on) && daterange(s.started_on, NULL));
    UPDATE public.cases_stay SET ended_with_enrolment = false
     WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id AND ended_with_enrolment;
    UPDATE public.cases_phasestay SET ended_on = NULL, result = ''
     WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id AND result = 'ended'
       AND id = (SELECT max(id) FROM public.cases_phasestay WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id);
  ELSE
    UPDATE public.cases_stay s SET ended_on = greatest(NEW.ended_on, s.started_on),
           ended_with_enrolment = s.ended_on IS NULL OR s.ended_with_enrolment,
           away = ARRAY (SELECT night FROM unnest(s.away) AS night WHERE night < greatest(NEW.ended_on, s.started_on) ORDER BY night)
     WHERE s.enrolment_id = NEW.id AND s.partner_id = NEW.partner_id
       AND (s.ended_on IS NULL OR s.ended_on > greatest(NEW.ended_on, s.started_on)
            OR s.ended_with_enrolment AND s.ended_on < NEW.ended_on
               AND NOT EXISTS (SELECT FROM public.cases_stay o WHERE o.bed_id = s.bed_id AND o.partner_id = s.partner_id
                                  AND o.id <> s.id AND daterange(o.started_on, o.ended_on) && daterange(s.started_on, NEW.ended_on)));
    UPDATE public.cases_phasestay SET ended_on = greatest(NEW.ended_on, started_on), result = 'ended'
     WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id
       AND (ended_on IS NULL OR result = 'ended'
            AND id = (SELECT max(id) FROM public.cases_phasestay WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id));
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_end_with_enrolment() FROM PUBLIC;
CREATE TRIGGER end_with_enrolment AFTER UPDATE OF ended_on ON cases_enrolment FOR EACH ROW
WHEN (OLD.ended_on IS DISTINCT FROM NEW.ended_on) EXECUTE FUNCTION portal_end_with_enrolment();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_protection_and_fellowships")]

    operations = [
        migrations.AddField(
            model_name="stay",
            name="ended_with_enrolment",
            field=models.BooleanField(default=False, verbose_name="ended with the participation"),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_with_enrolment", False), ("ended_on__isnull", False), _connector="OR"),
                name="what_ended_with_it_has_ended",
            ),
        ),
        migrations.RunSQL(
            BEFORE.NOTHING_ENDS + FOLLOW_ENROLMENT, BEFORE.NOTHING_ENDS + BEFORE.END_WITH_ENROLMENT
        ),
    ]
