"""What a synchronising client needs of programmes: when each changed, and which are gone."""

from django.db import migrations

from partnership.isolation import policies as rls


class Migration(migrations.Migration):
    dependencies = [("programs", "0003_changed_at"), ("partnership", "0004_api_isolation")]
    operations = [rls.touch("programs_programme"), *rls.bury("programs_programme", "ALL")]
