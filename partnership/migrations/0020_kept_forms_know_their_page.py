from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partnership", "0019_webhooks_change_their_secret")]

    operations = [
        migrations.AddField(
            model_name="keptform",
            name="page",
            field=models.CharField(
                default="", help_text="Where it is filled in; empty where that is not known.", max_length=200
            ),
        ),
    ]
