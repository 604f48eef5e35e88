"""Protection, fellowships and call-ins among the practices; who opened what is protected is theirs and the auditor's to know."""

import partnership.isolation.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0030_days_that_end'),
    ]

    operations = [
        migrations.AlterField(
            model_name='practiceinuse',
            name='practice',
            field=models.CharField(choices=[('contacts', 'Low-threshold contacts'), ('protection', 'Protection from trafficking'), ('anchor', 'Anchor team'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('call_ins', 'Call-ins')], max_length=20, verbose_name='practice'),
        ),
        migrations.AddConstraint(
            model_name='readlog',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_readlog.protected', only_narrows=True, role='web', using="left(what, 9) <> 'protected' or user_id = (select portal_acting_user()) or (select portal_acting_role()) = 'auditor'"),
        ),
    ]
