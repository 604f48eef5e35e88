"""What persons say in their requests stands apart from the rows that the auditor sees, and is the partner's own."""

import django.db.models.deletion
from django.db import migrations, models

import partnership.isolation.encrypted_fields
from partnership.isolation import policies as rls


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_encrypted_chunks")]
    operations = [
        migrations.CreateModel(
            name="RequestWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="in the person's words")),
                ("answer", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="answer, with reasons")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="cases.subjectrequest"
                    ),
                ),
            ],
        ),
        # The ciphertexts move as they are.
        migrations.RunSQL(
            "INSERT INTO cases_requestwords (partner_id, request_id, note, answer)"
            " SELECT partner_id, id, note, answer FROM cases_subjectrequest;"
            # Foreign keys of the moved rows are checked now: a table with checks left to do can't be altered.
            "SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        *rls.owned("cases_requestwords"),
        migrations.RemoveField(model_name="subjectrequest", name="note"),
        migrations.RemoveField(model_name="subjectrequest", name="answer"),
    ]
