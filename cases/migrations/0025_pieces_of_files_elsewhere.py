from django.db import migrations, models

import partnership.isolation.encrypted_fields


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_my_page_is_not_opened_unseen'),
    ]

    operations = [
        migrations.AddField(
            model_name='importchunk',
            name='name',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AlterField(
            model_name='importchunk',
            name='data',
            field=partnership.isolation.encrypted_fields.EncryptedBinaryField(default=b''),
        ),
    ]
