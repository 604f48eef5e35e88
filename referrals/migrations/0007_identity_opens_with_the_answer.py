from datetime import date

from django.db import migrations

import referrals.handover.covering

BANDS = {65: "65_over", 50: "50_64", 35: "35_49", 25: "25_34", 18: "18_24", 15: "15_17", 13: "13_14"}


def _band(born_on: date | None, on: date) -> str:
    if born_on is None:
        return "unknown"
    age = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return next((band for first, band in BANDS.items() if age >= first), "under_13")


def move(apps, schema_editor):
    """What a receiver needs to answer stands apart from who it is about: the text is encrypted anew for the place to which it moves."""
    Disclosure, Need = apps.get_model("referrals", "Disclosure"), apps.get_model("referrals", "Need")
    for disclosure in Disclosure.objects.select_related("referral").iterator(chunk_size=1000):
        on = disclosure.referral.sent_at or disclosure.referral.created_at
        Need.objects.create(
            referral_id=disclosure.referral_id,
            from_partner_id=disclosure.from_partner_id,
            to_partner_id=disclosure.to_partner_id,
            age_band=_band(disclosure.born_on, on.date()),
            sex=disclosure.sex,
            district_id=disclosure.district_id,
            language=disclosure.language,
            summary=disclosure.summary,
        )


# A table with checks to come can't be altered.
CHECK_NOW = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# Until now the receiver saw who it was from the moment of sending on.
CLOSE_UNANSWERED = """
UPDATE referrals_disclosure d SET open_days = '{}' FROM referrals_referral r
 WHERE r.id = d.referral_id AND r.state IN ('sent', 'acknowledged');
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_what_is_needed_to_answer")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.RemoveConstraint(model_name="disclosure", name="referrals_disclosure.open_days"),
        migrations.RemoveField(model_name="disclosure", name="district"),
        migrations.RemoveField(model_name="disclosure", name="language"),
        migrations.RemoveField(model_name="disclosure", name="sex"),
        migrations.RemoveField(model_name="disclosure", name="summary"),
        migrations.RunSQL(CLOSE_UNANSWERED, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=referrals.handover.covering.OpenWhile(
                name="referrals_disclosure.open_days",
                states=("waitlisted", "accepted", "enrolled", "completed", "ended_early"),
            ),
        ),
    ]
