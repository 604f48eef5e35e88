"""A programme says its name and description in each language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0008_contacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='programme',
            name='description_en',
            field=models.TextField(blank=True, verbose_name='description in English'),
        ),
        migrations.AddField(
            model_name='programme',
            name='description_fi',
            field=models.TextField(blank=True, verbose_name='description in Finnish'),
        ),
        migrations.AddField(
            model_name='programme',
            name='description_sv',
            field=models.TextField(blank=True, verbose_name='description in Swedish'),
        ),
        migrations.AddField(
            model_name='programme',
            name='name_en',
            field=models.CharField(blank=True, max_length=150, verbose_name='name in English'),
        ),
        migrations.AddField(
            model_name='programme',
            name='name_fi',
            field=models.CharField(blank=True, max_length=150, verbose_name='name in Finnish'),
        ),
        migrations.AddField(
            model_name='programme',
            name='name_sv',
            field=models.CharField(blank=True, max_length=150, verbose_name='name in Swedish'),
        ),
    ]
