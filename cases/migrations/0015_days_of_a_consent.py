from django.db import migrations, models

import partnership.audit_trail.history
import partnership.isolation.days
import partnership.isolation.policies
from partnership.isolation import days

# A consent is valid from its signing to its date, its event or its withdrawal. The database works it out whenever a consent is
# written, so that every policy, page and job asks the same days.
CONSENT_DAYS = """
CREATE FUNCTION portal_consent_days() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.valid_days := public.portal_days(
    NEW.signed_on,
    least(NEW.expires_on + 1, NEW.event_on, (NEW.withdrawn_at AT TIME ZONE 'Europe/Helsinki')::date)
  );
  RETURN NEW;
END $$;
CREATE TRIGGER consent_days BEFORE INSERT OR UPDATE ON cases_consent FOR EACH ROW EXECUTE FUNCTION portal_consent_days();
UPDATE cases_consent SET valid_days = valid_days;
"""
DROP_CONSENT_DAYS = "DROP TRIGGER consent_days ON cases_consent; DROP FUNCTION portal_consent_days();"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_feeds_found_by_token"),
        ("partnership", "0011_populations_can_be_taken_back"),
    ]

    operations = [
        migrations.RunSQL(days.FUNCTIONS, days.DROP_FUNCTIONS),
        migrations.AddField(
            model_name="consent",
            name="event_on",
            field=models.DateField(
                help_text="From that day on the consent is over, whatever its date says.",
                null=True,
                verbose_name="the event happened on",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="valid_days",
            field=partnership.isolation.days.DaysField(
                help_text="From its signing to its date, its event or its withdrawal: `portal_consent_days`."
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_on", None), models.Q(("expires_event", ""), _negated=True), _connector="OR"),
                name="consent_ends_by_its_own_event",
            ),
        ),
        migrations.RemoveConstraint(model_name="consent", name="cases_consent.recorded"),
        migrations.AddConstraint(
            model_name="consent",
            constraint=partnership.audit_trail.history.Recorded(
                about_person=True,
                leaves_out=["valid_days"],
                name="cases_consent.recorded",
                number="id",
                partners=["from_partner_id", "to_partner_id"],
                record="consent",
            ),
        ),
        migrations.RemoveConstraint(model_name="consent", name="cases_consent.receiver_withdraws"),
        migrations.AddConstraint(
            model_name="consent",
            constraint=partnership.isolation.policies.Policy(
                check="to_partner_id = (select portal_acting_partner()) and disclosed_at is not null and (withdrawn_at is not null or event_on <= portal_today())",
                command="UPDATE",
                name="cases_consent.receiver_ends",
                role="web",
                using="to_partner_id = (select portal_acting_partner()) and disclosed_at is not null",
            ),
        ),
        migrations.RunSQL(CONSENT_DAYS, DROP_CONSENT_DAYS),
    ]
