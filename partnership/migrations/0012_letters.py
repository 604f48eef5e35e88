import django.db.models.deletion
import django.utils.timezone
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0011_populations_can_be_taken_back"),
    ]

    operations = [
        # Whose sender died: it stands in the next summary.
        migrations.RunSQL(
            "UPDATE partnership_notification SET mail = 'digest' WHERE mail = 'claimed'", migrations.RunSQL.noop
        ),
        migrations.RemoveField(
            model_name="notification",
            name="mail_claimed_at",
        ),
        migrations.AlterField(
            model_name="notification",
            name="mail",
            field=models.CharField(
                choices=[
                    ("not_wanted", "not wanted"),
                    ("waiting", "waiting"),
                    ("digest", "waits for the daily summary"),
                    ("sent", "written"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("invitation", "Invitation"),
                            ("account", "Sign-in and account"),
                            ("news", "News of the portal"),
                        ],
                        max_length=12,
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("subject", partnership.isolation.encrypted_fields.EncryptedTextField(owner="id")),
                ("text", partnership.isolation.encrypted_fields.EncryptedTextField(owner="id")),
                ("signature", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "not delivered"),
                            ("dropped", "no longer wanted"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.partner",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="notification",
            name="letter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notifications",
                to="partnership.letter",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])), fields=["state", "due_at"], name="letter_due"
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["-ended_at", "-id"], name="letter_failed"
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["ended_at"], name="letter_ended"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("partner__isnull", False)),
                fields=["partner", "-created_at"],
                name="letter_of_partner",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Grant(
                name="partnership_letter.web", privileges="INSERT", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Grant(
                columns=(
                    "id",
                    "partner_id",
                    "purpose",
                    "address",
                    "state",
                    "attempts",
                    "created_at",
                    "due_at",
                    "ended_at",
                    "last_error",
                ),
                name="partnership_letter.web_sees",
                privileges="SELECT",
                role="web",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Grant(
                columns=("state", "attempts", "due_at", "ended_at"),
                name="partnership_letter.web_sends",
                privileges="UPDATE",
                role="web",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT", name="partnership_letter.write", role="web", using="true"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT",
                name="partnership_letter.see",
                role="web",
                using="((select portal_acting_administrator()) or partner_id = (select portal_acting_partner()) and (select portal_acting_manager()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Policy(
                command="UPDATE",
                name="partnership_letter.administer",
                role="web",
                using="(select portal_acting_administrator())",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Grant(
                name="partnership_letter.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=partnership.isolation.policies.Policy(
                command="ALL", name="partnership_letter.send", role="worker", using="true"
            ),
        ),
    ]
