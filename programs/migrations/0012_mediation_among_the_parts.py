"""A programme can use mediation; those there are say so when they do."""

import django.contrib.postgres.fields
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0011_places_and_opening_hours'),
    ]

    operations = [
        migrations.AlterField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations'), ('mediation', 'Mediation')], max_length=20), blank=True, default=programs.catalogue.models.all_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
    ]
