"""Programmes say which parts of casework they use: so far each used them all."""

import django.contrib.postgres.fields
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0009_names_in_each_language'),
    ]

    operations = [
        migrations.AddField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations')], max_length=20), blank=True, default=programs.catalogue.models.usual_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
    ]
