"""Districts have a name in each language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0024_partitions'),
    ]

    operations = [
        migrations.AddField(
            model_name='district',
            name='name_en',
            field=models.CharField(blank=True, max_length=100, verbose_name='name in English'),
        ),
        migrations.AddField(
            model_name='district',
            name='name_fi',
            field=models.CharField(blank=True, max_length=100, verbose_name='name in Finnish'),
        ),
        migrations.AddField(
            model_name='district',
            name='name_sv',
            field=models.CharField(blank=True, max_length=100, verbose_name='name in Swedish'),
        ),
    ]
