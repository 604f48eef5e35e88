from django.db import migrations

from partnership.isolation.operations import LayRules


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_squashed"), ("partnership", "0002_rules")]
    operations = [LayRules()]
