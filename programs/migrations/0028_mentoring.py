"""A programme can use mentors."""

import django.contrib.postgres.fields
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("programs", "0027_employers"),
    ]

    operations = [
        migrations.AlterField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('custody', 'Support in custody and the way out'), ('families', 'Family sessions and parenting groups'), ('placements', 'Placements with employers'), ('mentoring', 'Mentors and pairs')], max_length=20), blank=True, default=programs.catalogue.models.usual_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
    ]
