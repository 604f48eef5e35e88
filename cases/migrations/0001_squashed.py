import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.isolation.triggers


class Migration(migrations.Migration):
    # An installation that ran these has run this.
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_initial"),
        ("cases", "0003_isolation"),
        ("cases", "0004_offences_beside_arrests"),
        ("cases", "0005_overdose_counts"),
        ("cases", "0006_person_without_code"),
        ("cases", "0007_api"),
        ("cases", "0008_sync"),
        ("cases", "0009_work"),
        ("cases", "0010_work_isolation"),
        ("cases", "0011_rights"),
        ("cases", "0012_rights_isolation"),
        ("cases", "0013_encrypted_chunks"),
        ("cases", "0014_request_words"),
    ]

    initial = True

    dependencies = [
        ("partnership", "0001_squashed"),
        ("programs", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrests", "Arrests"),
                            ("participants", "Participants"),
                            ("populations", "Populations"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Columns to choose"),
                            ("checking", "Being checked"),
                            ("checked", "Ready to confirm"),
                            ("loading", "Being loaded"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("discarded", "Discarded"),
                        ],
                        default="uploaded",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("encoding", models.CharField(blank=True, max_length=12)),
                ("delimiter", models.CharField(blank=True, help_text="Empty: a spreadsheet (XLSX).", max_length=1)),
                ("columns", models.JSONField(default=list, help_text="Headings of the file, in order.")),
                ("mapping", models.JSONField(default=dict, help_text="Field → heading.")),
                ("codes", models.JSONField(default=dict, help_text="Local offence code → ICCS code.")),
                (
                    "unmapped_codes",
                    models.JSONField(default=dict, help_text="Local offence code without a mapping → rows."),
                ),
                ("complete_through", models.DateField(blank=True, null=True, verbose_name="complete through")),
                (
                    "district_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="districts covered"
                    ),
                ),
                ("rows_total", models.PositiveIntegerField(default=0)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("rows_bad", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("corrected", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "loads_if_clean",
                    models.BooleanField(default=False, help_text="Without confirmation, when every row is right."),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["partner", "-id"], name="import_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_dataimport.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_dataimport.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_dataimport.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_dataimport.import_own",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_dataimport.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("complete_through", models.DateField(verbose_name="complete through")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feeds", to="partnership.district"
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
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "district"), name="one_feed_per_district"),
                    partnership.isolation.policies.Grant(
                        name="cases_feed.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_feed.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(name="cases_feed.worker", privileges="SELECT", role="worker"),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_feed.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_feed.worker_imports", privileges="INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_feed.import_insert",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_feed.import_update",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("data", partnership.isolation.encrypted_fields.EncryptedBinaryField()),
                (
                    "data_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="cases.dataimport"
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
                "constraints": [
                    models.UniqueConstraint(fields=("data_import", "number"), name="chunk_once"),
                    partnership.isolation.policies.Grant(
                        name="cases_importchunk.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importchunk.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_importchunk.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importchunk.import_own",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrests", "Arrests"),
                            ("participants", "Participants"),
                            ("populations", "Populations"),
                        ],
                        max_length=20,
                    ),
                ),
                ("mapping", models.JSONField(default=dict)),
                ("codes", models.JSONField(default=dict)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "kind"), name="one_mapping_per_kind"),
                    partnership.isolation.policies.Grant(
                        name="cases_importmapping.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importmapping.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                ("column", models.CharField(blank=True, max_length=100, verbose_name="column")),
                ("reason", models.CharField(max_length=60, verbose_name="reason")),
                (
                    "values",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        help_text="The row as it stands in the file: a JSON list."
                    ),
                ),
                (
                    "data_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="cases.dataimport"
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
                "indexes": [models.Index(fields=["data_import", "row", "id"], name="import_problem_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_importproblem.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importproblem.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_importproblem.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importproblem.import_own",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=60)),
                (
                    "head_hash",
                    models.CharField(help_text="Hash of what all rows of one arrest have in common.", max_length=32),
                ),
                ("row_hash", models.CharField(max_length=32)),
                ("happened_on", models.DateField()),
                ("other_on", models.DateField(null=True)),
                ("code", models.CharField(max_length=20)),
                ("local_code", models.CharField(max_length=60)),
                ("is_drug", models.BooleanField()),
                ("age", models.PositiveSmallIntegerField(null=True)),
                ("consents", models.BooleanField()),
                ("person_key", models.CharField(max_length=64)),
                ("first_names", models.TextField()),
                ("last_name", models.TextField()),
                ("born_on", models.TextField()),
                ("identity_code", models.TextField()),
                ("sex", models.CharField(max_length=10)),
                ("birth_year", models.PositiveSmallIntegerField(null=True)),
                ("code_index", models.CharField(max_length=32)),
                ("name_birth_index", models.CharField(max_length=32)),
                (
                    "name_prefixes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                ("code_pseudonym", models.CharField(max_length=64)),
                ("name_pseudonym", models.CharField(max_length=64)),
                (
                    "data_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checked_rows", to="cases.dataimport"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnership.district",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                ("residents", models.PositiveIntegerField(null=True)),
                ("residents_under_18", models.PositiveIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["data_import", "key"], name="import_row_key"),
                    models.Index(fields=["data_import", "person_key"], name="import_row_person"),
                ],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_importrow.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importrow.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_importrow.worker", privileges="SELECT, INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_importrow.import_own",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("phone", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="phone")),
                ("email", partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, verbose_name="e-mail")),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")],
                        default="unknown",
                        max_length=10,
                        verbose_name="sex",
                    ),
                ),
                ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year of birth")),
                ("died_on", models.DateField(blank=True, null=True, verbose_name="died on")),
                ("code_index", models.CharField(blank=True, max_length=32)),
                ("name_birth_index", models.CharField(blank=True, max_length=32)),
                (
                    "name_prefixes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("code_pseudonym", models.CharField(blank=True, max_length=64)),
                ("name_pseudonym", models.CharField(blank=True, max_length=64)),
                (
                    "source_key",
                    models.CharField(blank=True, help_text="Hash of the partner system's own number.", max_length=64),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.district",
                        verbose_name="home district",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                ("erased_on", models.DateField(blank=True, null=True, verbose_name="erased on")),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "indexes": [
                    models.Index(fields=["partner", "-changed_at", "-id"], name="person_list"),
                    models.Index(fields=["partner", "name_birth_index"], name="person_name_birth"),
                    django.contrib.postgres.indexes.GinIndex(fields=["name_prefixes"], name="person_name_prefixes"),
                    models.Index(
                        condition=models.Q(("code_pseudonym", ""), _negated=True),
                        fields=["code_pseudonym"],
                        name="person_code_pseudonym",
                    ),
                    models.Index(
                        condition=models.Q(("name_pseudonym", ""), _negated=True),
                        fields=["name_pseudonym"],
                        name="person_name_pseudonym",
                    ),
                    models.Index(
                        condition=models.Q(("code_pseudonym", "")),
                        fields=["name_pseudonym"],
                        name="person_without_code",
                    ),
                    models.Index(fields=["partner", "id"], name="person_by_id"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code_index", ""), _negated=True),
                        fields=("partner", "code_index"),
                        name="one_person_per_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_key", ""), _negated=True),
                        fields=("partner", "source_key"),
                        name="one_person_per_source_key",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_person.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_person.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        columns=(
                            "id",
                            "partner_id",
                            "sex",
                            "birth_year",
                            "district_id",
                            "died_on",
                            "code_index",
                            "name_birth_index",
                            "code_pseudonym",
                            "name_pseudonym",
                            "source_key",
                            "created_at",
                            "changed_at",
                            "erased_on",
                        ),
                        name="cases_person.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_person.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_person.worker_imports", privileges="INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_person.import_insert",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_person.import_update",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.triggers.Bury(name="cases_person.bury", seen_by="partner_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Arrest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("arrest_number", models.CharField(max_length=60, verbose_name="arrest number")),
                ("arrested_on", models.DateField(verbose_name="arrested on")),
                ("is_drug", models.BooleanField(verbose_name="drug offence")),
                ("age_at_offence", models.PositiveSmallIntegerField(null=True, verbose_name="age at the offence")),
                ("content_hash", models.CharField(max_length=32)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.district",
                        verbose_name="district",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="arrests", to="cases.person"
                    ),
                ),
                ("last_drug_offence_on", models.DateField(null=True)),
                ("last_offence_on", models.DateField(null=True)),
                (
                    "offence_group",
                    models.CharField(
                        choices=[
                            ("personal", "Drugs for personal use"),
                            ("supply", "Other drug offences"),
                            ("other", "Other offences"),
                        ],
                        default="other",
                        max_length=10,
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        help_text="A trigger keeps it.",
                    ),
                ),
            ],
            options={
                "verbose_name": "arrest",
                "indexes": [
                    models.Index(fields=["person", "arrested_on"], name="arrest_person"),
                    models.Index(fields=["district", "arrested_on"], name="arrest_trend"),
                    models.Index(fields=["partner", "id"], name="arrest_by_id"),
                    models.Index(fields=["partner", "changed_at", "id"], name="arrest_sync"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "arrest_number"), name="one_arrest_per_number"),
                    partnership.isolation.policies.Grant(
                        name="cases_arrest.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_arrest.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_arrest.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_arrest.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_arrest.worker_imports", privileges="INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_arrest.import_insert",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_arrest.import_update",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="cases_arrest.import_delete",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.triggers.Touch(name="cases_arrest.touch"),
                    partnership.isolation.triggers.Bury(name="cases_arrest.bury", seen_by="partner_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("identity", "Name, date of birth, identity code, contact"),
                            ("identity_and_situation", "The same, and a summary of the situation"),
                        ],
                        default="identity_and_situation",
                        max_length=30,
                        verbose_name="what may be disclosed",
                    ),
                ),
                ("purpose", models.CharField(max_length=200, verbose_name="purpose")),
                (
                    "reports_back",
                    models.BooleanField(
                        default=True,
                        help_text="Counts and dates only: what is said in treatment stays with the NGO.",
                        verbose_name="the receiver may report attendance and outcome back",
                    ),
                ),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("expires_event", models.CharField(blank=True, max_length=200, verbose_name="or until this event")),
                ("signed_on", models.DateField(verbose_name="signed on")),
                (
                    "signed_how",
                    models.CharField(
                        choices=[
                            ("paper", "On paper"),
                            ("screen", "On the screen"),
                            ("verbal", "Spoken, with a witness"),
                        ],
                        max_length=10,
                        verbose_name="signed how",
                    ),
                ),
                ("told_right_to_withdraw", models.BooleanField(verbose_name="the right to withdraw was explained")),
                (
                    "guardian_name",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, verbose_name="guardian who consented"
                    ),
                ),
                (
                    "guardian_missing_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="why a guardian's consent is missing"),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                (
                    "disclosed_at",
                    models.DateTimeField(
                        help_text="When the referral under it was sent: from then on the receiver sees it.", null=True
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="cases.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on__isnull", False),
                            models.Q(("expires_event", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="consent_ends",
                        violation_error_message="Say until when the consent is valid: a date or an event.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None), ("expires_on__gte", models.F("signed_on")), _connector="OR"
                        ),
                        name="consent_ends_after_signing",
                        violation_error_message="The consent ends before it was signed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("told_right_to_withdraw", True)),
                        name="right_to_withdraw_told",
                        violation_error_message="A consent is valid only when the right to withdraw was explained.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_consent.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_consent.discloser",
                        role="web",
                        using="from_partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="cases_consent.receiver_reads",
                        role="web",
                        using="to_partner_id = (select portal_acting_partner()) and disclosed_at is not null",
                    ),
                    partnership.isolation.policies.Policy(
                        check="to_partner_id = (select portal_acting_partner()) and disclosed_at is not null and withdrawn_at is not null",
                        command="UPDATE",
                        name="cases_consent.receiver_withdraws",
                        role="web",
                        using="to_partner_id = (select portal_acting_partner()) and disclosed_at is not null",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_on", models.DateField(verbose_name="started on")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended on")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Completed"),
                            ("person_left", "Person: left before the end"),
                            ("person_unreachable", "Person: could not be reached"),
                            ("provider_ended", "Provider: ended the participation"),
                            ("moved", "Other: moved away"),
                            ("imprisoned", "Other: imprisoned"),
                            ("died", "Other: died"),
                        ],
                        max_length=20,
                        verbose_name="reason for ending",
                    ),
                ),
                ("referral_kind", models.CharField(blank=True, max_length=30)),
                ("last_contact_on", models.DateField(null=True, verbose_name="last contact")),
                (
                    "measurement_consent",
                    models.BooleanField(
                        default=True,
                        help_text="By pseudonym only. Without it the person is in no figure.",
                        verbose_name="consents to be counted in the partnership's statistics",
                    ),
                ),
                ("measurement_consent_ended_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="programs.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="cases.person"
                    ),
                ),
                (
                    "primary_drug",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("opioids", "Opioids"),
                            ("cocaine", "Cocaine"),
                            ("stimulants", "Stimulants other than cocaine"),
                            ("sedatives", "Hypnotics and sedatives"),
                            ("hallucinogens", "Hallucinogens"),
                            ("inhalants", "Volatile inhalants"),
                            ("cannabis", "Cannabis"),
                            ("other", "Other substances"),
                        ],
                        max_length=20,
                        verbose_name="primary drug",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        help_text="A trigger keeps it.",
                    ),
                ),
            ],
            options={
                "verbose_name": "enrolment",
                "verbose_name_plural": "enrolments",
                "indexes": [
                    models.Index(fields=["programme", "started_on"], name="enrolment_cohort"),
                    models.Index(
                        condition=models.Q(("ended_on", None)),
                        fields=["partner", "last_contact_on", "id"],
                        name="enrolment_open",
                    ),
                    models.Index(fields=["partner", "id"], name="enrolment_by_id"),
                    models.Index(fields=["partner", "changed_at", "id"], name="enrolment_sync"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="enrolment_ends_after_start",
                        violation_error_message="The end comes before the start.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on", None), ("end_reason", "")),
                            models.Q(
                                models.Q(("ended_on", None), _negated=True), models.Q(("end_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="ended_enrolment_has_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("person", "programme"),
                        name="enrolled_once_at_a_time",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_enrolment.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_enrolment.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_enrolment.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_enrolment.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_enrolment.worker_imports", privileges="INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_enrolment.import_insert",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_enrolment.import_update",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.triggers.Touch(name="cases_enrolment.touch"),
                    partnership.isolation.triggers.Bury(name="cases_enrolment.bury", seen_by="partner_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "area",
                    models.CharField(
                        choices=[
                            ("substances", "Substance use"),
                            ("health", "Health"),
                            ("work", "Work and study"),
                            ("housing", "Housing"),
                            ("relationships", "Relationships"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                        verbose_name="area",
                    ),
                ),
                ("text", partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name="goal")),
                ("reached_on", models.DateField(blank=True, null=True, verbose_name="reached on")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="goals", to="cases.enrolment"
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
                "verbose_name": "goal",
                "indexes": [models.Index(fields=["enrolment", "id"], name="goal_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_goal.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_goal.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name="note")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="cases.enrolment"
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
                "verbose_name": "note",
                "indexes": [models.Index(fields=["enrolment", "-id"], name="note_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_note.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_note.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("iccs", models.CharField(max_length=6, verbose_name="ICCS code")),
                ("local_code", models.CharField(blank=True, max_length=60, verbose_name="local code")),
                ("offence_on", models.DateField(null=True, verbose_name="offence on")),
                (
                    "arrest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offences", to="cases.arrest"
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
                "indexes": [models.Index(fields=["arrest"], name="offence_arrest")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_offence.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_offence.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_offence.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_offence.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_offence.worker_imports", privileges="INSERT, UPDATE, DELETE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_offence.import_insert",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_offence.import_update",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="cases_offence.import_delete",
                        role="worker",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="date")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("counselling", "Counselling"),
                            ("motivational_interviewing", "Motivational interviewing"),
                            ("cbt", "Cognitive behavioural therapy"),
                            ("group", "Group"),
                            ("assessment", "Assessment"),
                            ("other", "Other"),
                        ],
                        default="counselling",
                        max_length=30,
                        verbose_name="method",
                    ),
                ),
                (
                    "attendance",
                    models.CharField(
                        choices=[
                            ("attended", "Attended"),
                            ("missed", "Did not come"),
                            ("cancelled", "Cancelled in time"),
                        ],
                        default="attended",
                        max_length=10,
                        verbose_name="attendance",
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="cases.enrolment"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "indexes": [models.Index(fields=["enrolment", "-held_on", "-id"], name="session_list")],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_session.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_session.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "partner_id", "enrolment_id", "held_on", "attendance"),
                        name="cases_session.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_session.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverdoseCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="Its first day.", verbose_name="month")),
                ("fatal", models.PositiveIntegerField(verbose_name="fatal")),
                ("non_fatal", models.PositiveIntegerField(verbose_name="not fatal")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.district",
                        verbose_name="district",
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
                "verbose_name": "overdoses of a month",
                "indexes": [models.Index(fields=["partner", "-month", "-id"], name="overdose_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "district", "month"), name="overdoses_once_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="overdose_month_is_its_first_day"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_overdosecount.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_overdosecount.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_overdosecount.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_overdosecount.jobs_read", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("media_type", models.CharField(max_length=30)),
                ("content", partnership.isolation.encrypted_fields.EncryptedBinaryField()),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="paper", to="cases.consent"
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
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_consentpaper.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_consentpaper.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("minutes", models.PositiveSmallIntegerField(default=60, verbose_name="minutes")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("counselling", "Counselling"),
                            ("motivational_interviewing", "Motivational interviewing"),
                            ("cbt", "Cognitive behavioural therapy"),
                            ("group", "Group"),
                            ("assessment", "Assessment"),
                            ("other", "Other"),
                        ],
                        default="counselling",
                        max_length=30,
                        verbose_name="method",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appointments", to="cases.enrolment"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="with",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointment",
                        to="cases.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "indexes": [
                    models.Index(fields=["partner", "starts_at", "id"], name="appointment_day"),
                    models.Index(fields=["enrolment", "starts_at"], name="appointment_of"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 5), ("minutes__lte", 1440)), name="appointment_has_a_length"
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_appointment.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_appointment.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "instrument",
                    models.CharField(
                        choices=[
                            ("audit", "AUDIT"),
                            ("dudit", "DUDIT"),
                            ("sds", "SDS"),
                            ("who5", "WHO-5"),
                            ("phq9", "PHQ-9"),
                            ("gad7", "GAD-7"),
                        ],
                        max_length=10,
                        verbose_name="instrument",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(verbose_name="score")),
                ("held_on", models.DateField(verbose_name="date")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assessments", to="cases.enrolment"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment",
                "indexes": [models.Index(fields=["enrolment", "instrument", "held_on"], name="assessment_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "instrument", "held_on"), name="assessed_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("instrument", "audit"), ("score__lte", 40)),
                            models.Q(("instrument", "dudit"), ("score__lte", 44)),
                            models.Q(("instrument", "sds"), ("score__lte", 15)),
                            models.Q(("instrument", "who5"), ("score__lte", 100)),
                            models.Q(("instrument", "phq9"), ("score__lte", 27)),
                            models.Q(("instrument", "gad7"), ("score__lte", 21)),
                            _connector="OR",
                        ),
                        name="score_within_the_instrument",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_assessment.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_assessment.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    models.UniqueConstraint(fields=("user", "partner"), name="one_calendar_feed"),
                    partnership.isolation.policies.Grant(
                        name="cases_calendarfeed.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="cases_calendarfeed.find", role="web", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="cases_calendarfeed.make",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="cases_calendarfeed.renew",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="DELETE",
                        name="cases_calendarfeed.drop_mine",
                        role="web",
                        using="partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name="what")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="by")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "created_by",
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
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="cases.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "task",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["partner", "assigned_to", "due_on", "id"],
                        name="task_to_do",
                    ),
                    models.Index(fields=["person", "-id"], name="task_of"),
                ],
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_task.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_task.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("overdue", models.PositiveIntegerField()),
                ("counted_on", models.DateField()),
                (
                    "partner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partnership.partner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_retentioncount.web", privileges="SELECT", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="cases_retentioncount.read_own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="cases_retentioncount.audit",
                        role="web",
                        using="(select portal_acting_role()) = 'auditor'",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_retentioncount.worker", privileges="SELECT, INSERT, UPDATE", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL", name="cases_retentioncount.count", role="worker", using="true"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "See the data (article 15)"),
                            ("rectification", "Have it corrected (article 16)"),
                            ("erasure", "Have it erased (article 17)"),
                            ("restriction", "Have its use restricted (article 18)"),
                            ("objection", "Object to its use (article 21)"),
                        ],
                        max_length=20,
                        verbose_name="what is asked for",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received on")),
                ("due_on", models.DateField(verbose_name="answer by")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Open"),
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="answered on")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="cases.person"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "indexes": [
                    models.Index(fields=["partner", "due_on", "id"], name="request_own"),
                    models.Index(fields=["due_on", "id"], name="request_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("answered_on", None)),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True), models.Q(("answered_on", None), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="answered_request_has_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_on", None), ("answered_on__gte", models.F("received_on")), _connector="OR"
                        ),
                        name="request_answered_after_it_came",
                    ),
                    partnership.isolation.policies.Grant(
                        name="cases_subjectrequest.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_subjectrequest.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="cases_subjectrequest.audit",
                        role="web",
                        using="(select portal_acting_role()) = 'auditor'",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, verbose_name="in the person's words"
                    ),
                ),
                (
                    "answer",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, verbose_name="answer, with reasons"
                    ),
                ),
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
            options={
                "constraints": [
                    partnership.isolation.policies.Grant(
                        name="cases_requestwords.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="cases_requestwords.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                ],
            },
        ),
    ]
