import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import oauth2_provider.generators
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models

import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.members.models

# Nobody but the owner makes anything. What the roles may do with a table stands in its model.
SCHEMA = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_web, portal_worker;
"""
# Whom policies ask: `acting.enter` sets it for the rest of a transaction. Unset, it matches nothing.
ACTING = """
CREATE OR REPLACE FUNCTION portal_acting_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('portal.partner', true), '')::bigint;
CREATE OR REPLACE FUNCTION portal_acting_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('portal.role', true);
CREATE OR REPLACE FUNCTION portal_acting_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('portal.user', true), '')::bigint;
"""
TOUCH = """
CREATE FUNCTION portal_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END $$;
"""


class Migration(migrations.Migration):
    # An installation that ran these has run this.
    replaces = [
        ("partnership", "0001_initial"),
        ("partnership", "0002_isolation"),
        ("partnership", "0003_api"),
        ("partnership", "0004_api_isolation"),
        ("partnership", "0005_personal"),
        ("partnership", "0006_personal_isolation"),
        ("partnership", "0007_district_position"),
        ("partnership", "0008_reading"),
        ("partnership", "0009_reading_isolation"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(SCHEMA, migrations.RunSQL.noop),
        migrations.RunSQL(ACTING, "DROP FUNCTION portal_acting_partner(), portal_acting_role(), portal_acting_user()"),
        migrations.RunSQL(TOUCH, "DROP FUNCTION portal_touch()"),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                ("full_name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "email_choice",
                    models.CharField(
                        choices=[("instant", "At once"), ("daily", "Once a day"), ("none", "Never")],
                        default="instant",
                        max_length=10,
                        verbose_name="e-mail about news",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fi", "Finnish"), ("sv", "Swedish")],
                        default="en",
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_user.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_user.groups.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="groups",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_user.user_permissions.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="user_permissions",
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "email", "full_name", "email_choice", "language", "is_active"),
                        name="partnership_user.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                ],
            },
            managers=[
                ("objects", partnership.members.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="partnership.district",
                        verbose_name="part of",
                    ),
                ),
                (
                    "latitude",
                    models.FloatField(
                        blank=True, help_text="Of its middle, in degrees (WGS 84).", null=True, verbose_name="latitude"
                    ),
                ),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
            ],
            options={
                "verbose_name": "district",
                "verbose_name_plural": "districts",
                "ordering": ["name"],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_district.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_district.worker", privileges="SELECT", role="worker"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("payload", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("available_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("relayed_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("relayed_at", None)), fields=["available_at", "id"], name="outbox_waiting"
                    )
                ],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_outboxevent.web", privileges="INSERT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT", name="partnership_outboxevent.announce", role="web", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_outboxevent.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_outboxevent.relay", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ngo", "NGO"),
                            ("police", "Police unit"),
                            ("coordination", "Coordination office"),
                            ("court", "Court or prosecutor"),
                            ("school", "School"),
                            ("health", "Health service"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "is_simulated",
                    models.BooleanField(
                        default=False, help_text="Made by the demo; its pages say so.", verbose_name="simulated"
                    ),
                ),
                (
                    "districts",
                    models.ManyToManyField(
                        blank=True, related_name="partners", to="partnership.district", verbose_name="districts"
                    ),
                ),
            ],
            options={
                "verbose_name": "partner",
                "verbose_name_plural": "partners",
                "ordering": ["name"],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_partner.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_partner.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_partner.districts.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="districts",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_partner.districts.worker",
                        privileges="SELECT",
                        role="worker",
                        through="districts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DistrictPopulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("residents", models.PositiveIntegerField(verbose_name="residents")),
                ("residents_under_18", models.PositiveIntegerField(verbose_name="residents under 18")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="populations",
                        to="partnership.district",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("district", "year"), name="one_population_per_year"),
                    models.CheckConstraint(
                        condition=models.Q(("residents_under_18__lte", models.F("residents"))),
                        name="under_18_are_residents",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_districtpopulation.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_districtpopulation.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("not_wanted", "not wanted"),
                            ("waiting", "waiting"),
                            ("digest", "waits for the daily summary"),
                            ("claimed", "being sent"),
                            ("sent", "sent"),
                        ],
                        max_length=12,
                    ),
                ),
                ("mail_claimed_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to="partnership.outboxevent",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="partnership.partner",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["user", "partner", "-id"], name="notification_list"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["user", "partner"], name="notification_unread"
                    ),
                    models.Index(
                        condition=models.Q(("mail__in", ["sent", "not_wanted"]), _negated=True),
                        fields=["mail", "id"],
                        name="notification_mail_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "user", "partner"), name="told_once"),
                    partnership.isolation.policies.Grant(
                        name="partnership_notification.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_notification.mine",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_notification.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_notification.deliver", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("caseworker", "Caseworker"),
                            ("case_manager", "Case manager"),
                            ("police_liaison", "Police liaison"),
                            ("police_data_officer", "Police data officer"),
                            ("coordinator", "Coordinator"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("is_manager", models.BooleanField(default=False, verbose_name="manages the partner's members")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="partnership.partner",
                    ),
                ),
                (
                    "toured_at",
                    models.DateTimeField(help_text="When the guide of the first visit was put away.", null=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "partner"), name="one_membership_per_partner"),
                    partnership.isolation.policies.Grant(
                        name="partnership_membership.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_membership.worker", privileges="SELECT", role="worker"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("caseworker", "Caseworker"),
                            ("case_manager", "Case manager"),
                            ("police_liaison", "Police liaison"),
                            ("police_data_officer", "Police data officer"),
                            ("coordinator", "Coordinator"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("is_manager", models.BooleanField(default=False, verbose_name="manages the partner's members")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="partnership.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                        fields=("partner", "email"),
                        name="one_open_invitation_per_address",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_invitation.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                ("purposes", models.TextField(help_text="What the data may be used for.", verbose_name="purposes")),
                (
                    "data_categories",
                    models.TextField(help_text="Which data may be disclosed.", verbose_name="data categories"),
                ),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent of the person (GDPR 6(1)(a), 9(2)(a))"),
                            ("public_task", "Task in the public interest (GDPR 6(1)(e), 9(2)(h))"),
                            ("legal_obligation", "Legal obligation (GDPR 6(1)(c))"),
                        ],
                        default="consent",
                        max_length=30,
                        verbose_name="legal basis",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, help_text="Empty: until further notice.", null=True, verbose_name="valid to"
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended early on")),
                (
                    "days_to_acknowledge",
                    models.PositiveSmallIntegerField(default=2, verbose_name="days to acknowledge a referral"),
                ),
                (
                    "days_to_accept",
                    models.PositiveSmallIntegerField(default=7, verbose_name="days to accept or decline a referral"),
                ),
                (
                    "parties",
                    models.ManyToManyField(related_name="agreements", to="partnership.partner", verbose_name="parties"),
                ),
            ],
            options={
                "verbose_name": "agreement",
                "verbose_name_plural": "agreements",
                "ordering": ["title"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="agreement_ends_after_start",
                        violation_error_message="The last day comes before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days_to_accept__gte", models.F("days_to_acknowledge"))),
                        name="acknowledge_before_accept",
                        violation_error_message="A referral is acknowledged before it is accepted: allow at least as many days to accept.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_agreement.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_agreement.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_agreement.parties.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="parties",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_agreement.parties.worker",
                        privileges="SELECT",
                        role="worker",
                        through="parties",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                        verbose_name="what it may do",
                    ),
                ),
                ("requests_per_minute", models.PositiveIntegerField(default=600, verbose_name="requests a minute")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_client",
                        to="partnership.membership",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_clients",
                        to="partnership.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "API client",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("partner", "name"),
                        name="client_name_per_partner",
                        violation_error_message="You have a client with this name already.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_apiclient.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("what", models.CharField(max_length=30, verbose_name="what was read")),
                ("object_id", models.BigIntegerField(verbose_name="number")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="records")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=40)),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.apiclient",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["partner", "-id"], name="readlog_partner"),
                    models.Index(fields=["what", "object_id", "-id"], name="readlog_object"),
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="readlog_day"),
                ],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_readlog.web", privileges="SELECT, INSERT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="partnership_readlog.write_own",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_readlog.read_own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_readlog.audit",
                        role="web",
                        using="(select portal_acting_role()) = 'auditor'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_readlog.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="partnership_readlog.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "client_id",
                    models.CharField(
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_id,
                        max_length=255,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                (
                    "redirect_uris",
                    models.TextField(
                        blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed Post Logout URIs list, space separated",
                        verbose_name="post logout redirect URIs",
                    ),
                ),
                (
                    "client_type",
                    models.CharField(
                        choices=[("confidential", "Confidential"), ("public", "Public")],
                        max_length=32,
                        verbose_name="client type",
                    ),
                ),
                (
                    "authorization_grant_type",
                    models.CharField(
                        choices=[
                            ("authorization-code", "Authorization code"),
                            ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                            ("implicit", "Implicit"),
                            ("password", "Resource owner password-based"),
                            ("client-credentials", "Client credentials"),
                            ("openid-hybrid", "OpenID connect hybrid"),
                        ],
                        max_length=44,
                        verbose_name="authorization grant type",
                    ),
                ),
                (
                    "client_secret",
                    oauth2_provider.models.ClientSecretField(
                        blank=True,
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_secret,
                        help_text="Client secret for authentication",
                        max_length=255,
                        verbose_name="client secret",
                    ),
                ),
                ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "algorithm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No OIDC support"),
                            ("RS256", "RSA with SHA-2 256"),
                            ("HS256", "HMAC with SHA-2 256"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="algorithm",
                    ),
                ),
                (
                    "allowed_origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed origins list to enable CORS, space separated",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "registration_source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("dcr", "Dynamic Client Registration"),
                            ("cimd", "Client ID Metadata Document"),
                        ],
                        default="manual",
                        help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                        max_length=32,
                        verbose_name="registration source",
                    ),
                ),
                (
                    "cimd_expires_at",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="When the cached Client ID Metadata Document should be re-fetched",
                        null=True,
                        verbose_name="CIMD expires at",
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "api_client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to="partnership.apiclient",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_credential.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True)),
                ("location", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "user", "key"), name="answered_once"),
                    partnership.isolation.policies.Grant(
                        name="partnership_idempotentanswer.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_idempotentanswer.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_idempotentanswer.worker", privileges="DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_idempotentanswer.forget", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "created_at"),
                        name="partnership_idempotentanswer.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["partner", "resource", "changed_at", "id"], name="tombstone_sync")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_tombstone.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_tombstone.read_own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_tombstone.worker", privileges="DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_tombstone.forget", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "changed_at"),
                        name="partnership_tombstone.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=None, verbose_name="events"
                    ),
                ),
                ("secret", partnership.isolation.encrypted_fields.EncryptedTextField()),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "ordering": ["id"],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="partnership_webhooksubscription.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_webhooksubscription.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_webhooksubscription.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="partnership_webhooksubscription.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("payload", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("dead", "Given up")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status_code", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        help_text="Empty: a test.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.outboxevent",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="partnership.webhooksubscription",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["due_at", "id"], name="webhook_due"),
                    models.Index(fields=["subscription", "-id"], name="webhook_log"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "event"), name="delivered_once_an_event"),
                    partnership.isolation.policies.Grant(
                        name="partnership_webhookdelivery.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_webhookdelivery.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_webhookdelivery.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_webhookdelivery.deliver", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
                ("shown_from", models.DateField(verbose_name="shown from")),
                ("shown_until", models.DateField(verbose_name="shown until")),
                ("announced_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "verbose_name": "announcement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shown_until__gte", models.F("shown_from"))),
                        name="announcement_ends_after_start",
                        violation_error_message="The last day comes before the first.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_announcement.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_announcement.read",
                        role="web",
                        using="(select portal_acting_partner()) is not null",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="partnership_announcement.announce",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="partnership_announcement.change",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'coordinator'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="partnership_announcement.take_back",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'coordinator'",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(help_text="Where the form is sent to.", max_length=200)),
                (
                    "content",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        help_text="Pairs of field and value, as JSON."
                    ),
                ),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kept_at"], name="kept_since")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "partner", "path"), name="kept_once_a_form"),
                    partnership.isolation.policies.Grant(
                        name="partnership_keptform.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_keptform.mine",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_keptform.worker", privileges="DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_keptform.forget", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "kept_at"),
                        name="partnership_keptform.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(help_text="Name of the list's address.", max_length=40)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(max_length=1000)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "partner", "page", "name"), name="one_view_per_name"),
                    partnership.isolation.policies.Grant(
                        name="partnership_savedview.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="partnership_savedview.mine",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("records", models.PositiveIntegerField(default=0)),
                ("at_night", models.PositiveIntegerField(default=0, help_text="Reads between 22 and 5 o'clock.")),
                ("exports", models.PositiveIntegerField(default=0)),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("many", "Three times as much as on their other days"),
                                ("night", "At night, unlike on their other days"),
                                ("export", "Took whole lists as files"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("summed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("reasons", []), _negated=True),
                        fields=["-day", "-id"],
                        name="unusual_reading",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "partner", "day"), name="one_read_day"),
                    partnership.isolation.policies.Grant(
                        name="partnership_readday.web", privileges="SELECT, UPDATE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_readday.read_own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="partnership_readday.audit",
                        role="web",
                        using="(select portal_acting_role()) = 'auditor'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="partnership_readday.mark",
                        role="web",
                        using="(select portal_acting_role()) = 'auditor'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="partnership_readday.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="partnership_readday.sum_up", role="worker", using="true"
                    ),
                ],
            },
        ),
    ]
