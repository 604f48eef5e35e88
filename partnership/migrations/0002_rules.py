"""Default deny: what the roles may do stands in the models (`Meta.constraints`), and nowhere else.

An installation from before has the functions that policies ask, and its tables' rules, from here.
"""

from importlib import import_module

from django.db import migrations

from partnership.isolation.operations import LayRules

ACTING = import_module("partnership.migrations.0001_squashed").ACTING

# The web role had been given every new table.
DENY = """
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM portal_web, portal_worker;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM portal_web, portal_worker;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM portal_web, portal_worker;
"""
# Tables of Django, allauth and django-oauth-toolkit have no model of ours: what they need is given here. A new version of
# theirs that brings a table needs a migration of ours like this one; the test of the catalogue says so.
GIVE = """
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailaddress, account_emailconfirmation, auth_group, auth_group_permissions,
  auth_permission, django_admin_log, django_content_type, django_session, mfa_authenticator, oauth2_provider_accesstoken,
  oauth2_provider_devicegrant, oauth2_provider_grant, oauth2_provider_idtoken, oauth2_provider_refreshtoken TO portal_web;
GRANT SELECT (id, expires), DELETE ON oauth2_provider_accesstoken TO portal_worker;
-- /readyz reads which migrations ran.
REVOKE ALL ON django_migrations FROM portal_web, portal_worker;
GRANT SELECT ON django_migrations TO portal_web, portal_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("partnership", "0001_squashed"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(ACTING, migrations.RunSQL.noop),
        migrations.RunSQL(DENY, migrations.RunSQL.noop),
        migrations.RunSQL(GIVE, migrations.RunSQL.noop),
        LayRules(),
    ]
