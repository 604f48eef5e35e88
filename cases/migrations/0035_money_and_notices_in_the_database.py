"""Stipends within their rule, approved by a case manager and paid once; notices to the police as far as flows let them go."""

import datetime
import django.db.models.deletion
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from cases.fellowships.money import DROP_FUNCTION, FUNCTION

FORGET_FELLOWSHIPS = """
CREATE FUNCTION portal_forget_fellowships() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Of a person who is erased.
DECLARE
  theirs bigint[] := ARRAY (
    SELECT f.id FROM public.cases_fellowship f JOIN public.cases_enrolment e ON e.id = f.enrolment_id WHERE e.person_id = NEW.id);
BEGIN
  DELETE FROM public.cases_stipendapproval a USING public.cases_stipend s WHERE a.stipend_id = s.id AND s.fellowship_id = ANY (theirs);
  DELETE FROM public.cases_stipend WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_touchpoint WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_milestone WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_fellowship WHERE id = ANY (theirs);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_forget_fellowships() FROM PUBLIC;
CREATE TRIGGER forget_fellowships AFTER UPDATE OF erased_on ON cases_person FOR EACH ROW
WHEN (OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL) EXECUTE FUNCTION portal_forget_fellowships();
"""
FORGET_NONE = "DROP TRIGGER forget_fellowships ON cases_person; DROP FUNCTION portal_forget_fellowships();"


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0034_retention_reads_matters"),
        ('partnership', '0032_ended_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, DROP_FUNCTION),
        migrations.RunSQL(FORGET_FELLOWSHIPS, FORGET_NONE),
        migrations.AlterField(
            model_name='stipendapproval',
            name='stipend',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='approval', to='cases.stipend'),
        ),
        migrations.RemoveConstraint(
            model_name='policenotice',
            name='cases_policenotice.police_read',
        ),
        migrations.RemoveConstraint(
            model_name='policenotice',
            name='cases_policenotice.covered',
        ),
        migrations.RemoveConstraint(
            model_name='stipendapproval',
            name='cases_stipendapproval.web',
        ),
        migrations.RemoveConstraint(
            model_name='stipendapproval',
            name='cases_stipendapproval.own',
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('starts_at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='appointment_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=models.CheckConstraint(condition=models.Q(('at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='hearing_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_policenotice.police_read', role='web', using="to_partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'police_liaison' and exists (\n select from partnership_agreement a where a.id = cases_policenotice.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_policenotice.covered', only_narrows=True, role='web', using="exists (\n select from partnership_agreement a where a.id = cases_policenotice.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())\nand portal_flow_days(from_partner_id, to_partner_id, 'identity', null) @> portal_today()"),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_policenotice.under_agreement_of_both', only_narrows=True, role='web', using='exists (\n select from partnership_agreement_parties p where p.agreement_id = cases_policenotice.agreement_id and p.partner_id = cases_policenotice.from_partner_id)\nand exists (\n select from partnership_agreement_parties p where p.agreement_id = cases_policenotice.agreement_id and p.partner_id = cases_policenotice.to_partner_id)'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.triggers.Asked(columns=('amount',), function='portal_stipend_within_rule', name='cases_stipend.within_rule'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Grant(name='cases_stipendapproval.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_stipendapproval.own_read', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_stipendapproval.managed_insert', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'case_manager'"),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='cases_stipendapproval.managed_update', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'case_manager'"),
        ),
    ]
