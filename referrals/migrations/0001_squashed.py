import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.isolation.triggers

# What was disclosed is closed in the very statement that withdraws the consent, or declines or withdraws the referral,
# whoever does it. The functions run as their owner, because a party may not make a row invisible to itself; they can do
# nothing else, and only these triggers call them.
CLOSE_DISCLOSURES = """
CREATE FUNCTION close_disclosures_of_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE referrals_disclosure SET is_open = false
   WHERE referral_id IN (SELECT id FROM referrals_referral WHERE consent_id = NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION close_disclosure_of_referral() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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


class Migration(migrations.Migration):
    # An installation that ran these has run this.
    replaces = [
        ("referrals", "0001_initial"),
        ("referrals", "0002_isolation"),
        ("referrals", "0003_disclosure_district"),
        ("referrals", "0004_api"),
        ("referrals", "0005_sync"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_squashed"),
        ("partnership", "0001_squashed"),
        ("programs", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrest_diversion", "Arrest diversion"),
                            ("social_contact", "Social contact"),
                            ("court", "Court or prosecutor referral"),
                            ("ngo_to_ngo", "NGO to NGO"),
                            ("self", "Self-referral"),
                            ("school_or_guardian", "School or guardian (under 18)"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("acknowledged", "Acknowledged"),
                            ("waitlisted", "On the waiting list"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("enrolled", "Enrolled"),
                            ("completed", "Completed"),
                            ("ended_early", "Ended early"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_urgent", models.BooleanField(default=False, verbose_name="urgent")),
                ("reason_code", models.CharField(blank=True, max_length=30, verbose_name="reason")),
                ("expected_on", models.DateField(null=True, verbose_name="place expected on")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("enrolled_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("due_acknowledge_at", models.DateTimeField(null=True)),
                ("due_accept_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last change")),
                (
                    "agreement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.agreement",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="cases.consent",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="cases.enrolment",
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="from",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="cases.person"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "receiver_person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
                    ),
                ),
                (
                    "referred_on_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referred_on",
                        to="referrals.referral",
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "referral",
                "verbose_name_plural": "referrals",
                "indexes": [
                    models.Index(fields=["to_partner", "-changed_at", "-id"], name="referral_incoming"),
                    models.Index(fields=["from_partner", "-changed_at", "-id"], name="referral_outgoing"),
                    models.Index(fields=["to_partner", "state", "-changed_at", "-id"], name="referral_incoming_state"),
                    models.Index(
                        fields=["from_partner", "state", "-changed_at", "-id"], name="referral_outgoing_state"
                    ),
                    models.Index(fields=["-changed_at", "-id"], name="referral_newest"),
                    models.Index(
                        condition=models.Q(("state__in", ["sent", "acknowledged"])),
                        fields=["due_acknowledge_at"],
                        name="referral_clock",
                    ),
                    models.Index(fields=["to_partner", "id"], name="referral_to_by_id"),
                    models.Index(fields=["from_partner", "id"], name="referral_from_by_id"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "self"), ("from_partner", models.F("to_partner"))),
                            models.Q(
                                models.Q(("kind", "self"), _negated=True),
                                models.Q(("from_partner", models.F("to_partner")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_self_referrals_stay_inside",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"), ("sent_at__isnull", False), ("state", "withdrawn"), _connector="OR"
                        ),
                        name="sent_referral_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["declined", "ended_early", "withdrawn"]), _negated=True),
                            models.Q(("reason_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="ending_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["enrolled", "completed"]), _negated=True),
                            ("enrolment__isnull", False),
                            _connector="OR",
                        ),
                        name="enrolled_has_an_enrolment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waitlisted"), _negated=True),
                            ("expected_on__isnull", False),
                            _connector="OR",
                        ),
                        name="waitlisted_has_a_date",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_referral.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_referral.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and sent_at is not null))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_referral.parties_update",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and sent_at is not null))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_referral.sender_inserts",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="referrals_referral.discard_draft",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner()) and state = 'draft'",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_referral.coordinator",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator' and sent_at is not null",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_referral.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="referrals_referral.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_referral.worker_update", privileges="UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_referral.jobs_update",
                        role="worker",
                        using="to_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.triggers.Bury(name="referrals_referral.bury", seen_by="from_partner_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiversionAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deadline", models.DateField(verbose_name="deadline")),
                ("breached_on", models.DateField(null=True, verbose_name="breach reported")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Open"),
                            ("completed", "Conditions met"),
                            ("partly", "Conditions partly met"),
                            ("not_completed", "Conditions not met"),
                            ("withdrawn", "Diversion withdrawn"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("outcome_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not decided yet"),
                            ("no_further_action", "No further action"),
                            ("charge_dropped", "Charge dropped"),
                            ("charge_reduced", "Charge reduced"),
                            ("returned_to_prosecutor", "Returned to the prosecutor"),
                        ],
                        default="",
                        max_length=30,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_sent", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="diversion", to="referrals.referral"
                    ),
                ),
            ],
            options={
                "verbose_name": "diversion",
                "indexes": [
                    models.Index(fields=["from_partner", "deadline", "id"], name="diversion_unit"),
                    models.Index(fields=["to_partner", "deadline", "id"], name="diversion_ngo"),
                    models.Index(fields=["deadline", "id"], name="diversion_deadline"),
                    models.Index(fields=["from_partner", "id"], name="diversion_from_by_id"),
                    models.Index(fields=["to_partner", "id"], name="diversion_to_by_id"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("outcome_at", None)),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True), models.Q(("outcome_at", None), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="outcome_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", ""), ("decided_at", None)),
                            models.Q(
                                models.Q(("decision", ""), _negated=True), models.Q(("decided_at", None), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision", ""), models.Q(("outcome", ""), _negated=True), _connector="OR"),
                        name="decided_after_outcome",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_diversionagreement.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_diversionagreement.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_sent))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_diversionagreement.parties_update",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_sent))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_diversionagreement.sender_inserts",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="referrals_diversionagreement.discard_draft",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner()) and not is_sent",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_diversionagreement.coordinator",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator' and is_sent",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_diversionagreement.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="referrals_diversionagreement.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.triggers.Bury(
                        name="referrals_diversionagreement.bury", seen_by="from_partner_id"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reasons", partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name="reasons")),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "diversion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decision_note",
                        to="referrals.diversionagreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="referrals_decision.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_decision.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_decision.parties_update",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_decision.sender_inserts",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name="message")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "author_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="messages", to="referrals.referral"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "id"], name="message_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="referrals_message.web", privileges="SELECT, INSERT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_message.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_message.parties_write",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and author_partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_open", models.BooleanField(default=False)),
                (
                    "first_names",
                    partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="first names"),
                ),
                (
                    "last_name",
                    partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="last name"),
                ),
                (
                    "born_on",
                    partnership.isolation.encrypted_fields.EncryptedDateField(blank=True, verbose_name="date of birth"),
                ),
                (
                    "identity_code",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, verbose_name="personal identity code"
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")],
                        default="unknown",
                        max_length=10,
                        verbose_name="sex",
                    ),
                ),
                ("phone", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="phone")),
                ("email", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="e-mail")),
                ("language", models.CharField(blank=True, max_length=40, verbose_name="language")),
                (
                    "summary",
                    partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="situation"),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="disclosure", to="referrals.referral"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.district",
                        verbose_name="home district",
                    ),
                ),
            ],
            options={
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="referrals_disclosure.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_disclosure.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_open))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_disclosure.parties_update",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_open))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_disclosure.sender_inserts",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="referrals_disclosure.discard_draft",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner()) and not is_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=20)),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("acknowledged", "Acknowledged"),
                            ("waitlisted", "On the waiting list"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("enrolled", "Enrolled"),
                            ("completed", "Completed"),
                            ("ended_early", "Ended early"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("acknowledged", "Acknowledged"),
                            ("waitlisted", "On the waiting list"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("enrolled", "Enrolled"),
                            ("completed", "Completed"),
                            ("ended_early", "Ended early"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=30)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="changes", to="referrals.referral"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "id"], name="change_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="referrals_change.web", privileges="SELECT, INSERT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_change.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and from_state <> 'draft') or (to_partner_id = (select portal_acting_partner()) and verb = 'send'))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_change.parties_write",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and by_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_change.coordinator",
                        role="web",
                        using="(select portal_acting_role()) = 'coordinator' and from_state <> 'draft'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_change.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="referrals_change.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_change.worker_insert", privileges="INSERT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_change.jobs_write",
                        role="worker",
                        using="to_partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sessions", "Attend sessions"),
                            ("assessment", "Come to an assessment"),
                            ("restitution", "Make good the damage"),
                            ("stay_clear", "Stay clear of an area"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                        verbose_name="condition",
                    ),
                ),
                (
                    "detail",
                    partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="detail"),
                ),
                ("target", models.PositiveSmallIntegerField(default=1, verbose_name="how many")),
                ("done", models.PositiveSmallIntegerField(default=0, verbose_name="done")),
                ("reported_on", models.DateField(null=True, verbose_name="last reported")),
                ("is_sent", models.BooleanField(default=False)),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "diversion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditions",
                        to="referrals.diversionagreement",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("target__gte", 1)), name="condition_asks_for_something"),
                    partnership.isolation.policies.Grant(
                        name="referrals_condition.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_condition.parties_read",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_sent))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_condition.parties_update",
                        role="web",
                        using="(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and is_sent))",
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="referrals_condition.sender_inserts",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="referrals_condition.discard_draft",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner()) and not is_sent",
                    ),
                    partnership.isolation.policies.Grant(
                        columns=(
                            "id",
                            "diversion_id",
                            "from_partner_id",
                            "to_partner_id",
                            "kind",
                            "target",
                            "done",
                            "reported_on",
                            "is_sent",
                        ),
                        name="referrals_condition.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="referrals_condition.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("done", "reported_on"),
                        name="referrals_condition.worker_update",
                        privileges="UPDATE",
                        role="worker",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="referrals_condition.jobs_update",
                        role="worker",
                        using="to_partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CLOSE_DISCLOSURES, DROP_CLOSE_DISCLOSURES),
    ]
