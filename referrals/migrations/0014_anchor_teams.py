"""Anchor teams: seats, cases, and the sheet that members see by consent."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0028_care_teams"),
        ("partnership", "0027_keys_of_systems_and_own_sign_in"),
        ("referrals", "0013_references_go_with_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnchorCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("police", "Police"),
                            ("social", "Social services"),
                            ("school", "School"),
                            ("family", "Family"),
                            ("self", "The young person"),
                        ],
                        max_length=10,
                        verbose_name="from whom",
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("crime", "Crime"),
                                ("substances", "Drugs or alcohol"),
                                ("radicalisation", "Violent radicalisation"),
                                ("other_need", "Another need for support"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="reasons",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received on")),
                (
                    "is_under_15",
                    models.BooleanField(help_text="On the day on which it was received.", verbose_name="under 15"),
                ),
                (
                    "screening",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken", "Taken"),
                            ("not_taken", "Not taken"),
                            ("already_client", "Is a client of social services already"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="screening",
                    ),
                ),
                ("screened_on", models.DateField(default=None, null=True, verbose_name="screened on")),
                (
                    "guardian_name",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, default="", verbose_name="guardian"
                    ),
                ),
                (
                    "guardian_told",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No")],
                        default="",
                        max_length=5,
                        verbose_name="guardian told",
                    ),
                ),
                (
                    "guardian_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("able_alone", "The young person is able to decide alone"),
                            ("barred", "The young person does not want it"),
                            ("risk", "The guardian is the risk"),
                            ("unaccompanied", "There is no guardian here"),
                            ("not_reached", "Not reached yet"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="why not",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("guided", "Guided to a service"),
                            ("no_need", "No need for more"),
                            ("declined", "The young person declined"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
                ("closed_on", models.DateField(default=None, null=True, verbose_name="closed on")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="lead",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"),
                ),
            ],
            options={
                "verbose_name": "anchor case",
                "verbose_name_plural": "anchor cases",
            },
        ),
        migrations.CreateModel(
            name="AnchorMeeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="held on")),
                (
                    "present",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("young_person", "The young person"),
                                ("guardian", "Guardian"),
                                ("police", "Police"),
                                ("social", "Social work"),
                                ("health", "Health"),
                                ("youth", "Youth work"),
                                ("school", "School"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="present",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="referrals.anchorcase"
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
                "verbose_name": "meeting of an anchor team",
            },
        ),
        migrations.CreateModel(
            name="AnchorSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "profession",
                    models.CharField(
                        choices=[
                            ("police", "Police"),
                            ("social", "Social work"),
                            ("health", "Health"),
                            ("youth", "Youth work"),
                        ],
                        max_length=10,
                        verbose_name="profession",
                    ),
                ),
                ("ended_on", models.DateField(default=None, null=True, verbose_name="ended on")),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        default=None,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "seat in an anchor team",
            },
        ),
        migrations.CreateModel(
            name="AnchorExchange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "alone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("able_alone", "The young person is able to decide alone"),
                            ("barred", "The young person does not want it"),
                            ("risk", "The guardian is the risk"),
                            ("unaccompanied", "There is no guardian here"),
                            ("not_reached", "Not reached yet"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="no guardian decides, because",
                    ),
                ),
                (
                    "first_names",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, owner="from_partner", verbose_name="first names"
                    ),
                ),
                (
                    "last_name",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        blank=True, owner="from_partner", verbose_name="last name"
                    ),
                ),
                ("since", models.DateField(default=django.utils.timezone.localdate, verbose_name="since")),
                ("ended_on", models.DateField(default=None, null=True, verbose_name="ended on")),
                (
                    "agreed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.agreement"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exchanges", to="referrals.anchorcase"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.consent"
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referrals.anchorseat"
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange in an anchor case",
            },
        ),
        migrations.CreateModel(
            name="AnchorStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    partnership.isolation.encrypted_fields.EncryptedTextField(
                        owner="from_partner", verbose_name="step"
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="by")),
                ("done_on", models.DateField(default=None, null=True, verbose_name="done on")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="referrals.anchorcase"
                    ),
                ),
                (
                    "from_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="referrals.anchormeeting"
                    ),
                ),
                (
                    "to_partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partner",
                        verbose_name="who does it",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreed step",
            },
        ),
        migrations.CreateModel(
            name="AnchorTeam",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "set_up_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "anchor team",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="AnchorCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("months", models.PositiveSmallIntegerField(verbose_name="months after")),
                ("look_on", models.DateField(verbose_name="look again on")),
                ("looked_on", models.DateField(default=None, null=True, verbose_name="looked on")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("well", "Goes well"),
                            ("concern", "There is a new concern"),
                            ("not_reached", "Could not be reached"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="what was seen",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="referrals.anchorcase"
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
                "verbose_name": "look again at an anchor case",
                "indexes": [
                    models.Index(
                        condition=models.Q(("looked_on", None)), fields=["partner", "look_on"], name="anchor_look_again"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "months", "partner"), name="look_again_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", ""), ("looked_on", None)),
                            models.Q(
                                models.Q(("result", ""), _negated=True), models.Q(("looked_on", None), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="looked_and_saw_something",
                    ),
                    partnership.isolation.pointers.SameOwner(
                        by={"partner_id": "partner_id"}, field="case", name="referrals_anchorcheck.own_case"
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_anchorcheck.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="referrals_anchorcheck.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.audit_trail.history.Recorded(
                        about_person=True,
                        leaves_out=(),
                        name="referrals_anchorcheck.recorded",
                        number="case_id",
                        partners=("partner_id",),
                        record="anchor_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnchorGuidance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("referral", "Referral"),
                            ("child_welfare", "Child welfare"),
                            ("youth_centre", "Youth work"),
                            ("health", "Health service"),
                            ("substances", "Service for drugs or alcohol"),
                            ("mediation", "Mediation"),
                            ("other", "Another service"),
                        ],
                        max_length=20,
                        verbose_name="to what",
                    ),
                ),
                ("guided_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="guided on")),
                (
                    "visit",
                    models.CharField(
                        blank=True,
                        choices=[("kept", "Came"), ("missed", "Did not come")],
                        default="",
                        max_length=10,
                        verbose_name="first visit",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guidances", to="referrals.anchorcase"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnership.partner"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "guidance in an anchor case",
                "indexes": [models.Index(fields=["case", "id"], name="anchor_guidance_list")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "referral"), ("referral__isnull", False)),
                            models.Q(
                                models.Q(("kind", "referral"), _negated=True),
                                models.Q(("referral__isnull", False), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="guided_by_a_referral",
                    ),
                    models.UniqueConstraint(fields=("case", "referral", "partner"), name="guided_once_by_a_referral"),
                    partnership.isolation.pointers.SameOwner(
                        by={"partner_id": "partner_id"}, field="case", name="referrals_anchorguidance.own_case"
                    ),
                    partnership.isolation.pointers.SameOwner(
                        by={"partner_id": "from_partner_id"},
                        field="referral",
                        name="referrals_anchorguidance.own_referral",
                    ),
                    partnership.isolation.policies.Grant(
                        name="referrals_anchorguidance.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="ALL",
                        name="referrals_anchorguidance.own",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT",
                        name="referrals_anchorguidance.members_read",
                        role="web",
                        using="exists (select from referrals_anchorexchange e where e.case_id = referrals_anchorguidance.case_id and e.to_partner_id = (select portal_acting_partner()))",
                    ),
                    partnership.isolation.policies.Grant(
                        columns=("id", "case_id", "referral_id", "visit"),
                        name="referrals_anchorguidance.worker_columns",
                        privileges="SELECT",
                        role="worker",
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="referrals_anchorguidance.jobs_read", role="worker", using="true"
                    ),
                    partnership.audit_trail.history.Recorded(
                        about_person=True,
                        leaves_out=(),
                        name="referrals_anchorguidance.recorded",
                        number="case_id",
                        partners=("partner_id",),
                        record="anchor_case",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="anchorcase",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.anchorseat",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="anchorseat",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="referrals.anchorteam"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=models.UniqueConstraint(fields=("partner", "case", "id"), name="anchor_meeting_by_case"),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)),
                fields=("case", "to_partner", "from_partner"),
                name="one_exchange_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on", None), ("screening__in", ["", "taken"])),
                fields=("person", "partner"),
                name="one_open_anchor_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.UniqueConstraint(fields=("partner", "id"), name="anchor_case_by_lead"),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=models.UniqueConstraint(fields=("partner", "name"), name="anchor_team_named_once"),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=models.UniqueConstraint(fields=("partner", "id"), name="anchor_team_by_owner"),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)), fields=("team", "to_partner"), name="one_seat_in_an_anchor_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=models.UniqueConstraint(fields=("to_partner", "id"), name="anchor_seat_by_member"),
        ),
        migrations.AddIndex(
            model_name="anchormeeting",
            index=models.Index(fields=["case", "held_on"], name="anchor_meeting_list"),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("present__len__gte", 1)), name="somebody_was_at_the_meeting"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"partner_id": "partner_id"}, field="case", name="referrals_anchormeeting.own_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchormeeting.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Policy(
                command="ALL",
                name="referrals_anchormeeting.own",
                role="web",
                using="partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT",
                name="referrals_anchormeeting.members_read",
                role="web",
                using="exists (select from referrals_anchorexchange e where e.case_id = referrals_anchormeeting.case_id and e.to_partner_id = (select portal_acting_partner()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Grant(
                columns=("id", "case_id", "held_on"),
                name="referrals_anchormeeting.worker_columns",
                privileges="SELECT",
                role="worker",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT", name="referrals_anchormeeting.jobs_read", role="worker", using="true"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchormeeting.signed_recorded_by",
                only_narrows=True,
                role="web",
                using="recorded_by_id = (select portal_acting_user())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchormeeting",
            constraint=partnership.audit_trail.history.Recorded(
                about_person=True,
                leaves_out=(),
                name="referrals_anchormeeting.recorded",
                number="case_id",
                partners=("partner_id",),
                record="anchor_case",
            ),
        ),
        migrations.AddIndex(
            model_name="anchorexchange",
            index=models.Index(fields=["case", "to_partner"], name="anchor_exchange_of"),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"from_partner_id": "partner_id"}, field="case", name="referrals_anchorexchange.own_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"from_partner_id": "partner_id"}, field="person", name="referrals_anchorexchange.own_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"to_partner_id": "to_partner_id"}, field="seat", name="referrals_anchorexchange.own_seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"from_partner_id": "from_partner_id", "person_id": "person_id", "to_partner_id": "to_partner_id"},
                field="consent",
                name="referrals_anchorexchange.own_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchorexchange.web", privileges="SELECT, INSERT, UPDATE", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.policies.Policy(
                command="ALL",
                name="referrals_anchorexchange.lead",
                role="web",
                using="from_partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT",
                name="referrals_anchorexchange.member_reads",
                role="web",
                using="to_partner_id = (select portal_acting_partner()) and ended_on is null and exists (\n select from cases_consent c where c.id = referrals_anchorexchange.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_anchorexchange.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.triggers.Fixed(
                columns=(
                    "from_partner_id",
                    "to_partner_id",
                    "case_id",
                    "person_id",
                    "seat_id",
                    "consent_id",
                    "agreement_id",
                    "alone",
                    "since",
                    "agreed_by_id",
                ),
                name="referrals_anchorexchange.fixed",
                when="true",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchorexchange.signed_agreed_by",
                only_narrows=True,
                role="web",
                using="agreed_by_id = (select portal_acting_user())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorexchange",
            constraint=partnership.audit_trail.history.Recorded(
                about_person=True,
                leaves_out=(),
                name="referrals_anchorexchange.recorded",
                number="id",
                partners=("from_partner_id", "to_partner_id"),
                record="anchor_exchange",
            ),
        ),
        migrations.AddIndex(
            model_name="anchorcase",
            index=models.Index(fields=["partner", "-received_on", "-id"], name="anchor_case_list"),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("screening", ""), ("screened_on", None)),
                    models.Q(
                        models.Q(("screening", ""), _negated=True), models.Q(("screened_on", None), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="anchor_case_screened_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("closed_on", None)),
                    models.Q(models.Q(("outcome", ""), _negated=True), models.Q(("closed_on", None), _negated=True)),
                    _connector="OR",
                ),
                name="anchor_case_ended_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_on", None), ("screening", "taken"), _connector="OR"),
                name="only_taken_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guardian_told", "no"), models.Q(("guardian_why", ""), _negated=True)),
                    models.Q(models.Q(("guardian_told", "no"), _negated=True), ("guardian_why", "")),
                    _connector="OR",
                ),
                name="guardian_not_told_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons__len__gte", 1)), name="anchor_case_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"partner_id": "partner_id"}, field="person", name="referrals_anchorcase.own_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"partner_id": "to_partner_id"}, field="seat", name="referrals_anchorcase.own_seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchorcase.web", privileges="SELECT, INSERT, UPDATE", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Policy(
                command="ALL",
                name="referrals_anchorcase.lead",
                role="web",
                using="partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT",
                name="referrals_anchorcase.members_read",
                role="web",
                using="exists (select from referrals_anchorexchange e where e.case_id = referrals_anchorcase.id and e.to_partner_id = (select portal_acting_partner()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Grant(
                columns=("id", "partner_id", "person_id", "received_on", "screening", "closed_on"),
                name="referrals_anchorcase.worker_columns",
                privileges="SELECT",
                role="worker",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT", name="referrals_anchorcase.jobs_read", role="worker", using="true"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("partner_id", "seat_id", "person_id", "received_on", "is_under_15", "opened_by_id"),
                name="referrals_anchorcase.fixed",
                when="true",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("screening", "screened_on"),
                name="referrals_anchorcase.screened_once",
                when="old.screening <> ''",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("outcome", "closed_on"),
                name="referrals_anchorcase.closed_once",
                when="old.closed_on is not null",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchorcase.signed_opened_by",
                only_narrows=True,
                role="web",
                using="opened_by_id = (select portal_acting_user())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorcase",
            constraint=partnership.audit_trail.history.Recorded(
                about_person=True,
                leaves_out=(),
                name="referrals_anchorcase.recorded",
                number="id",
                partners=("partner_id",),
                record="anchor_case",
            ),
        ),
        migrations.AddIndex(
            model_name="anchorstep",
            index=models.Index(fields=["case", "id"], name="anchor_step_list"),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"from_partner_id": "partner_id"}, field="case", name="referrals_anchorstep.own_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"case_id": "case_id", "from_partner_id": "partner_id"},
                field="meeting",
                name="referrals_anchorstep.own_meeting",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchorstep.web", privileges="SELECT, INSERT, UPDATE, DELETE", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.policies.Policy(
                command="ALL",
                name="referrals_anchorstep.lead",
                role="web",
                using="from_partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT",
                name="referrals_anchorstep.members_read",
                role="web",
                using="exists (select from referrals_anchorexchange e where e.case_id = referrals_anchorstep.case_id and e.to_partner_id = (select portal_acting_partner()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.policies.Policy(
                command="UPDATE",
                name="referrals_anchorstep.who_does_it_marks",
                role="web",
                using="to_partner_id = (select portal_acting_partner()) and exists (select from referrals_anchorexchange e where e.case_id = referrals_anchorstep.case_id and e.to_partner_id = (select portal_acting_partner()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorstep",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("from_partner_id", "to_partner_id", "case_id", "meeting_id", "text", "due_on"),
                name="referrals_anchorstep.fixed",
                when="true",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchorteam.web", privileges="SELECT, INSERT", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT", name="referrals_anchorteam.everybody_reads", role="web", using="true"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchorteam.unit_sets_up",
                role="web",
                using="partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorteam",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchorteam.signed_set_up_by",
                only_narrows=True,
                role="web",
                using="set_up_by_id = (select portal_acting_user())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.pointers.SameOwner(
                by={"from_partner_id": "partner_id"}, field="team", name="referrals_anchorseat.own_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.policies.Grant(
                name="referrals_anchorseat.web", privileges="SELECT, INSERT, UPDATE", role="web"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.policies.Policy(
                command="SELECT", name="referrals_anchorseat.everybody_reads", role="web", using="true"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.policies.Policy(
                command="INSERT",
                name="referrals_anchorseat.unit_offers",
                role="web",
                using="from_partner_id = (select portal_acting_partner())",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.policies.Policy(
                command="UPDATE",
                name="referrals_anchorseat.parties_update",
                role="web",
                using="(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("from_partner_id", "to_partner_id", "team_id", "profession"),
                name="referrals_anchorseat.fixed",
                when="true",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("user_id",),
                name="referrals_anchorseat.members",
                when="current_user = 'portal_web' and old.to_partner_id is distinct from portal_acting_partner()",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorseat",
            constraint=partnership.isolation.triggers.Fixed(
                columns=("ended_on",),
                name="referrals_anchorseat.units",
                when="current_user = 'portal_web' and old.from_partner_id is distinct from portal_acting_partner()",
            ),
        ),
    ]
