"""Programmes say their languages, and whether they take exceptions; places are said once, and the free ones are counted off."""

import django.contrib.postgres.fields
import django.db.models.functions.comparison
from django.db import migrations, models

import partnership.audit_trail.history

# What was typed as free: with those that are taken, `cases` makes it all.
ALL_PLACES = "UPDATE programs_programme SET places = places_free WHERE places_free IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("programs", "0006_rows_know_their_transaction")]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2),
                blank=True,
                default=list,
                help_text="None chosen: any, with an interpreter where needed.",
                size=None,
                verbose_name="languages",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="takes_exceptions",
            field=models.BooleanField(
                default=False,
                help_text="Somebody of another age, district or language can come for a reason that is given.",
                verbose_name="takes exceptions",
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="places",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="In all, taken and free. Empty: not counted.", null=True, verbose_name="places"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="places_taken",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="Open enrolments: a trigger counts them (`CountPlaces`)."
            ),
        ),
        migrations.RemoveConstraint(model_name="programme", name="programs_programme.recorded"),
        migrations.RunSQL(ALL_PLACES, "UPDATE programs_programme SET places_free = places"),
        migrations.RemoveField(model_name="programme", name="places_free"),
        migrations.AddField(
            model_name="programme",
            name="places_free",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        places__isnull=False,
                        then=django.db.models.functions.comparison.Greatest(
                            models.F("places") - models.F("places_taken"), 0
                        ),
                    )
                ),
                output_field=models.PositiveIntegerField(null=True, verbose_name="free places"),
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=partnership.audit_trail.history.Recorded(
                about_person=False,
                leaves_out=["changed_in", "places_taken", "places_free"],
                name="programs_programme.recorded",
                number="id",
                partners=(),
                record="programme",
            ),
        ),
    ]
