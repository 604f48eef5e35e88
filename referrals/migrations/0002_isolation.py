"""Referrals: their two parties; the coordinator sees status and times, which hold no identity."""

from django.db import migrations

from partnership.isolation import policies as rls

TO = f"to_partner_id = {rls.PARTNER}"
COORDINATOR = f"{rls.ROLE} = 'coordinator'"
REFERRAL = f"({rls.SENDER} or ({TO} and sent_at is not null))"
DISCLOSURE = f"({rls.SENDER} or ({TO} and is_open))"
SENT = f"({rls.SENDER} or ({TO} and is_sent))"
CHANGE = f"({rls.SENDER} or ({TO} and from_state <> 'draft') or ({TO} and verb = 'send'))"

# What was disclosed is closed in the very statement that withdraws the consent, or declines or withdraws the referral,
# whoever does it. The functions run as their owner, because a party may not make a row invisible to itself; they can do
# nothing else, and only these triggers call them.
CLOSE_DISCLOSURES = """
CREATE FUNCTION close_disclosures_of_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE referrals_disclosure SET is_open = false
   WHERE referral_id IN (SELECT id FROM referrals_referral WHERE consent_id = NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION close_disclosure_of_referral() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE referrals_disclosure SET is_open = false WHERE referral_id = NEW.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION close_disclosures_of_consent(), close_disclosure_of_referral() FROM PUBLIC;
CREATE TRIGGER close_disclosures AFTER UPDATE OF withdrawn_at ON cases_consent FOR EACH ROW
  WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION close_disclosures_of_consent();
CREATE TRIGGER close_disclosure AFTER UPDATE OF state ON referrals_referral FOR EACH ROW
  WHEN (NEW.state IN ('declined', 'withdrawn')) EXECUTE FUNCTION close_disclosure_of_referral();
"""
DROP_CLOSE_DISCLOSURES = """
DROP TRIGGER close_disclosures ON cases_consent;
DROP TRIGGER close_disclosure ON referrals_referral;
DROP FUNCTION close_disclosures_of_consent(), close_disclosure_of_referral();
"""


def parties(table: str, sees: str) -> list:
    """Both parties read and change what they see; the sender's side makes the rows."""
    return [
        rls.enable(table),
        rls.policy(table, "parties_read", role="web", command="SELECT", using=sees),
        rls.policy(table, "parties_update", role="web", command="UPDATE", using=sees),
        rls.policy(table, "sender_inserts", role="web", command="INSERT", using=rls.SENDER),
    ]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial"), ("cases", "0003_isolation")]
    operations = [
        *parties("referrals_referral", REFERRAL),
        rls.policy(
            "referrals_referral", "coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and sent_at is not null"
        ),
        rls.policy(
            "referrals_referral", "discard_draft", role="web", command="DELETE", using=f"{rls.SENDER} and state = 'draft'"
        ),
        *parties("referrals_disclosure", DISCLOSURE),
        rls.policy("referrals_disclosure", "discard_draft", role="web", command="DELETE", using=f"{rls.SENDER} and not is_open"),
        *parties("referrals_diversionagreement", SENT),
        rls.policy("referrals_diversionagreement", "coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and is_sent"),
        rls.policy("referrals_diversionagreement", "discard_draft", role="web", command="DELETE", using=f"{rls.SENDER} and not is_sent"),
        *parties("referrals_condition", SENT),
        rls.policy("referrals_condition", "discard_draft", role="web", command="DELETE", using=f"{rls.SENDER} and not is_sent"),
        *parties("referrals_decision", rls.PARTY),
        # History and messages are written once, by either party.
        rls.enable("referrals_change"),
        rls.policy("referrals_change", "parties_read", role="web", command="SELECT", using=CHANGE),
        rls.policy("referrals_change", "parties_write", role="web", command="INSERT", using=f"{rls.PARTY} and by_partner_id = {rls.PARTNER}"),
        rls.policy("referrals_change", "coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and from_state <> 'draft'"),
        *rls.append_only("referrals_change"),
        rls.enable("referrals_message"),
        rls.policy("referrals_message", "parties_read", role="web", command="SELECT", using=rls.PARTY),
        rls.policy("referrals_message", "parties_write", role="web", command="INSERT", using=f"{rls.PARTY} and author_partner_id = {rls.PARTNER}"),
        *rls.append_only("referrals_message"),
        # Jobs read status and times for reminders, and report attended sessions on behalf of the NGO; no identity.
        migrations.RunSQL(
            [
                "GRANT SELECT, UPDATE ON referrals_referral TO portal_worker",
                "GRANT SELECT, INSERT ON referrals_change TO portal_worker",
                "GRANT SELECT ON referrals_diversionagreement TO portal_worker",
                "GRANT SELECT (id, diversion_id, from_partner_id, to_partner_id, kind, target, done, reported_on, is_sent),"
                " UPDATE (done, reported_on) ON referrals_condition TO portal_worker",
            ],
            migrations.RunSQL.noop,
        ),
        *[
            rls.policy(f"referrals_{table}", "jobs_read", role="worker", command="SELECT", using="true")
            for table in ["referral", "change", "diversionagreement", "condition"]
        ],
        rls.policy("referrals_referral", "jobs_update", role="worker", command="UPDATE", using=TO),
        rls.policy("referrals_change", "jobs_write", role="worker", command="INSERT", using=TO),
        rls.policy("referrals_condition", "jobs_update", role="worker", command="UPDATE", using=TO),
        migrations.RunSQL(CLOSE_DISCLOSURES, DROP_CLOSE_DISCLOSURES),
    ]
