"""Tips from the public are among the practices."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0032_grants_among_the_practices"),
    ]

    operations = [
        migrations.AlterField(
            model_name='practiceinuse',
            name='practice',
            field=models.CharField(choices=[('contacts', 'Low-threshold contacts'), ('protection', 'Protection from trafficking'), ('anchor', 'Anchor team'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('call_ins', 'Call-ins'), ('tips', 'Tips from the public')], max_length=20, verbose_name='practice'),
        ),
    ]
