"""Consent papers, appointments, tasks and assessments are each partner's own; no job reads them."""

from django.db import migrations

from partnership.isolation import policies as rls

TABLES = ["cases_consentpaper", "cases_appointment", "cases_task", "cases_assessment"]
FEED = "cases_calendarfeed"
MINE = f"{rls.OWN} and user_id = {rls.USER}"


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_work")]
    operations = [
        *[operation for table in TABLES for operation in rls.owned(table)],
        # A calendar programme comes without a sign-in: the hash of its token says for whom. The row holds nothing else.
        rls.enable(FEED),
        rls.policy(FEED, "find", role="web", command="SELECT", using="true"),
        rls.policy(FEED, "make", role="web", command="INSERT", using=MINE),
        rls.policy(FEED, "renew", role="web", command="UPDATE", using=MINE),
        rls.policy(FEED, "drop_mine", role="web", command="DELETE", using=MINE),
    ]
