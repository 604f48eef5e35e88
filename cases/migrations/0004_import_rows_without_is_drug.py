"""What makes a drug offence stands in the summary of arrests alone."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_history'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='importrow',
            name='is_drug',
        ),
    ]
