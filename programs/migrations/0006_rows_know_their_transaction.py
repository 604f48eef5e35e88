
import partnership.audit_trail.history
import partnership.isolation.marks
from django.db import migrations

# A programme is shown with its partner's name.
PARTNER_NAME = """
CREATE FUNCTION portal_touch_programmes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.programs_programme SET changed_at = clock_timestamp() WHERE partner_id = NEW.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_touch_programmes() FROM PUBLIC;
CREATE TRIGGER touch_programmes AFTER UPDATE OF name ON partnership_partner FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION portal_touch_programmes();
"""
DROP_PARTNER_NAME = "DROP TRIGGER touch_programmes ON partnership_partner; DROP FUNCTION portal_touch_programmes()"


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0018_rows_know_their_transaction'),
        ('programs', '0005_sign_in_rows'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='programme',
            name='programs_programme.recorded',
        ),
        migrations.AddField(
            model_name='programme',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=partnership.isolation.marks.Mark(name='programs_programme.mark'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('changed_in',), name='programs_programme.recorded', number='id', partners=(), record='programme'),
        ),
        migrations.RunSQL(PARTNER_NAME, DROP_PARTNER_NAME),
    ]
