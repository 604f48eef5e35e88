"""Who reads and writes what, in the database itself."""

from django.db import migrations

from partnership.isolation import policies as rls

SHARED = [
    "partnership_district",
    "partnership_districtpopulation",
    "partnership_partner",
    "partnership_partner_districts",
    "partnership_membership",
    "partnership_agreement",
    "partnership_agreement_parties",
]


class Migration(migrations.Migration):
    dependencies = [("partnership", "0001_initial")]
    operations = [
        migrations.RunSQL(f"GRANT SELECT ON {', '.join(SHARED)} TO portal_worker", migrations.RunSQL.noop),
        migrations.RunSQL(
            "GRANT SELECT (id, email, full_name, email_choice, language, is_active) ON partnership_user TO portal_worker",
            migrations.RunSQL.noop,
        ),
        # The outbox: pages write events and never read them; jobs read them and mark them as relayed.
        rls.enable("partnership_outboxevent"),
        rls.policy("partnership_outboxevent", "announce", role="web", command="INSERT", using="true"),
        rls.policy("partnership_outboxevent", "relay", role="worker", using="true"),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON partnership_outboxevent TO portal_worker", migrations.RunSQL.noop
        ),
        # Notifications: the user's own, for the partner for which the user acts.
        rls.enable("partnership_notification"),
        rls.policy("partnership_notification", "own", role="web", using=f"{rls.OWN} and user_id = {rls.USER}"),
        rls.policy("partnership_notification", "deliver", role="worker", using="true"),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON partnership_notification TO portal_worker", migrations.RunSQL.noop
        ),
        # The log of reads: each partner its own, the auditor all; nobody changes it.
        rls.enable("partnership_readlog"),
        rls.policy("partnership_readlog", "write_own", role="web", command="INSERT", using=f"{rls.OWN} and user_id = {rls.USER}"),
        rls.policy("partnership_readlog", "read_own", role="web", command="SELECT", using=rls.OWN),
        rls.policy("partnership_readlog", "audit", role="web", command="SELECT", using=f"{rls.ROLE} = 'auditor'"),
        *rls.append_only("partnership_readlog"),
    ]
