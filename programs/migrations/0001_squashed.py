import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import partnership.isolation.policies
import partnership.isolation.triggers


class Migration(migrations.Migration):
    # An installation that ran these has run this.
    replaces = [
        ("programs", "0001_initial"),
        ("programs", "0002_isolation"),
        ("programs", "0003_changed_at"),
        ("programs", "0004_sync"),
    ]

    initial = True

    dependencies = [
        ("partnership", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("diversion", "Diversion"),
                            ("rehabilitation", "Rehabilitation"),
                            ("harm_reduction", "Harm reduction"),
                            ("peer_support", "Peer support"),
                            ("mentoring", "Mentoring"),
                            ("youth", "Youth early intervention"),
                            ("awareness", "Awareness"),
                            ("legal_aid", "Legal aid"),
                            ("vocational", "Vocational training"),
                            ("community", "Community activities"),
                            ("drug_court", "Drug court"),
                            ("therapeutic_community", "Therapeutic community"),
                            ("halfway_house", "Halfway house"),
                        ],
                        max_length=30,
                        verbose_name="kind",
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True, help_text="What happens, for whom, how long.", verbose_name="description"
                    ),
                ),
                (
                    "accepts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("arrest_diversion", "Arrest diversion"),
                                ("social_contact", "Social contact"),
                                ("court", "Court or prosecutor referral"),
                                ("ngo_to_ngo", "NGO to NGO"),
                                ("self", "Self-referral"),
                                ("school_or_guardian", "School or guardian (under 18)"),
                            ],
                            max_length=30,
                        ),
                        default=list,
                        size=None,
                        verbose_name="kinds of referral it takes",
                    ),
                ),
                ("age_from", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="youngest age")),
                ("age_to", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="oldest age")),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("assessment_first", "Assessment first"),
                            ("waiting_list", "Waiting list"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="takes referrals now",
                    ),
                ),
                (
                    "places_free",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Empty: not counted.", null=True, verbose_name="free places"
                    ),
                ),
                (
                    "expected_on",
                    models.DateField(
                        blank=True, help_text="For a waiting list.", null=True, verbose_name="place expected on"
                    ),
                ),
                (
                    "capacity_changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="capacity as of"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                (
                    "districts",
                    models.ManyToManyField(
                        blank=True, related_name="programmes", to="partnership.district", verbose_name="districts"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programmes",
                        to="partnership.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, help_text="A trigger keeps it."),
                ),
            ],
            options={
                "verbose_name": "programme",
                "verbose_name_plural": "programmes",
                "ordering": ["name", "id"],
                "indexes": [models.Index(fields=["name", "id"], name="programme_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "name"), name="programme_name_per_partner"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("age_from", None), ("age_to", None), ("age_from__lte", models.F("age_to")), _connector="OR"
                        ),
                        name="programme_ages_in_order",
                        violation_error_message="The youngest age is above the oldest.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", "waiting_list"), _negated=True),
                            ("expected_on__isnull", False),
                            _connector="OR",
                        ),
                        name="waiting_list_has_a_date",
                        violation_error_message="For a waiting list, say when a place is expected.",
                    ),
                    partnership.isolation.policies.Grant(
                        name="programs_programme.web", privileges="SELECT, INSERT, UPDATE", role="web"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="programs_programme.everybody_reads", role="web", using="true"
                    ),
                    partnership.isolation.policies.Policy(
                        command="INSERT",
                        name="programs_programme.own_insert",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Policy(
                        command="UPDATE",
                        name="programs_programme.own_update",
                        role="web",
                        using="partner_id = (select portal_acting_partner())",
                    ),
                    partnership.isolation.policies.Grant(
                        name="programs_programme.worker", privileges="SELECT", role="worker"
                    ),
                    partnership.isolation.policies.Policy(
                        command="SELECT", name="programs_programme.jobs_read", role="worker", using="true"
                    ),
                    partnership.isolation.policies.Grant(
                        name="programs_programme.districts.web",
                        privileges="SELECT, INSERT, UPDATE, DELETE",
                        role="web",
                        through="districts",
                    ),
                    partnership.isolation.policies.Grant(
                        name="programs_programme.districts.worker",
                        privileges="SELECT",
                        role="worker",
                        through="districts",
                    ),
                    partnership.isolation.triggers.Touch(name="programs_programme.touch"),
                    partnership.isolation.triggers.Bury(name="programs_programme.bury", seen_by=""),
                ],
            },
        ),
    ]
