"""What a user keeps is that user's alone, at that partner; everybody reads announcements, a coordinator writes them."""

from django.db import migrations

from partnership.isolation import policies as rls

MINE = f"{rls.OWN} and user_id = {rls.USER}"
COORDINATES = f"{rls.OWN} and {rls.ROLE} = 'coordinator'"
ANNOUNCEMENT = "partnership_announcement"


class Migration(migrations.Migration):
    dependencies = [("partnership", "0005_personal")]
    operations = [
        rls.enable("partnership_keptform"),
        rls.policy("partnership_keptform", "mine", role="web", using=MINE),
        rls.policy("partnership_keptform", "forget", role="worker", using="true"),
        rls.enable("partnership_savedview"),
        rls.policy("partnership_savedview", "mine", role="web", using=MINE),
        rls.enable(ANNOUNCEMENT),
        rls.policy(ANNOUNCEMENT, "read", role="web", command="SELECT", using=f"{rls.PARTNER} is not null"),
        rls.policy(ANNOUNCEMENT, "announce", role="web", command="INSERT", using=COORDINATES),
        rls.policy(ANNOUNCEMENT, "change", role="web", command="UPDATE", using=COORDINATES),
        rls.policy(ANNOUNCEMENT, "take_back", role="web", command="DELETE", using=COORDINATES),
        migrations.RunSQL(
            "GRANT SELECT (id, kept_at), DELETE ON partnership_keptform TO portal_worker", migrations.RunSQL.noop
        ),
    ]
