"""Where a programme has beds, they are its places."""

import django.contrib.postgres.fields
import django.db.models.expressions
import django.db.models.functions.comparison
import partnership.audit_trail.history
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0027_keys_of_systems_and_own_sign_in'),
        ('programs', '0013_training'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='programme',
            name='programs_programme.recorded',
        ),
        migrations.AddField(
            model_name='programme',
            name='beds',
            field=models.PositiveIntegerField(default=None, editable=False, help_text='Beds in service, counted by a trigger; null: it has none.', null=True),
        ),
        migrations.AlterField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters')], max_length=20), blank=True, default=programs.catalogue.models.usual_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
        migrations.RemoveField(model_name='programme', name='places_free'),
        migrations.AddField(
            model_name='programme',
            name='places_free',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(beds__isnull=False, then=django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(models.F('beds'), '-', models.F('places_taken')), 0)), models.When(places__isnull=False, then=django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(models.F('places'), '-', models.F('places_taken')), 0))), output_field=models.PositiveIntegerField(null=True, verbose_name='free places')),
        ),
        migrations.AlterField(
            model_name='programme',
            name='places_taken',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='Open enrolments, or people in its beds where it has some: a trigger counts them (`CountPlaces`).'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('changed_in', 'beds', 'places_taken', 'places_free'), name='programs_programme.recorded', number='id', partners=(), record='programme'),
        ),
    ]
