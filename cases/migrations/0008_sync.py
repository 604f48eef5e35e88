"""What a synchronising client needs of people, enrolments and arrests: when each changed, and which are gone."""

from django.db import migrations

from partnership.isolation import policies as rls


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_api"), ("partnership", "0004_api_isolation")]
    operations = [
        rls.touch("cases_enrolment"),
        rls.touch("cases_arrest"),
        *[bury for table in ("person", "enrolment", "arrest") for bury in rls.bury(f"cases_{table}")],
    ]
