"""What the API remembers is each partner's own; tokens are the web role's, which signs callers in; webhooks go out by jobs."""

from django.db import migrations

from partnership.isolation import policies as rls

TOKENS = "oauth2_provider_accesstoken"
TOUCH = """
CREATE FUNCTION portal_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0003_api"), ("oauth2_provider", "0022_refreshtoken_token_family_index")]
    operations = [
        migrations.RunSQL(TOUCH, "DROP FUNCTION portal_touch()"),
        *rls.owned("partnership_idempotentanswer"),
        rls.policy("partnership_idempotentanswer", "forget", role="worker", using="true"),
        rls.enable("partnership_tombstone"),
        rls.policy("partnership_tombstone", "read_own", role="web", command="SELECT", using=rls.OWN),
        rls.policy("partnership_tombstone", "forget", role="worker", using="true"),
        rls.no_grant("partnership_tombstone", "web", "INSERT, UPDATE, DELETE, TRUNCATE"),
        *rls.owned("partnership_webhooksubscription"),
        *rls.owned("partnership_webhookdelivery"),
        rls.policy("partnership_webhooksubscription", "deliver", role="worker", command="SELECT", using="true"),
        rls.policy("partnership_webhookdelivery", "deliver", role="worker", using="true"),
        migrations.RunSQL(
            [
                "GRANT SELECT ON partnership_webhooksubscription TO portal_worker",
                "GRANT SELECT, INSERT, UPDATE ON partnership_webhookdelivery TO portal_worker",
                "GRANT SELECT (id, created_at), DELETE ON partnership_idempotentanswer TO portal_worker",
                "GRANT SELECT (id, changed_at), DELETE ON partnership_tombstone TO portal_worker",
                f"GRANT SELECT (id, expires), DELETE ON {TOKENS} TO portal_worker",
                "GRANT INSERT, UPDATE ON partnership_districtpopulation TO portal_worker",
            ],
            migrations.RunSQL.noop,
        ),
    ]
