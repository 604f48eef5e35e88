"""Mentoring is among the practices."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0036_placements_among_the_practices"),
    ]

    operations = [
        migrations.AlterField(
            model_name='practiceinuse',
            name='practice',
            field=models.CharField(choices=[('contacts', 'Low-threshold contacts'), ('protection', 'Protection from trafficking'), ('anchor', 'Anchor team'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('call_ins', 'Call-ins'), ('grants', 'Grants and cost'), ('tips', 'Tips from the public'), ('custody', 'Support in custody and the way out'), ('families', 'Family sessions and parenting groups'), ('placements', 'Placements with employers'), ('mentoring', 'Mentors and pairs')], max_length=20, verbose_name='practice'),
        ),
    ]
