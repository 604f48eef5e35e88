
import django.utils.timezone
import partnership.isolation.marks
import referrals.handover.versions
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_rows_know_their_transaction'),
        ('partnership', '0018_rows_know_their_transaction'),
        ('programs', '0006_rows_know_their_transaction'),
        ('referrals', '0008_who_decides'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='diversionagreement',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AddField(
            model_name='referral',
            name='changed_in',
            field=partnership.isolation.marks.TransactionField(),
        ),
        migrations.AlterField(
            model_name='diversionagreement',
            name='changed_at',
            field=models.DateTimeField(default=django.utils.timezone.now, help_text='A trigger keeps it.'),
        ),
        migrations.AddIndex(
            model_name='diversionagreement',
            index=models.Index(fields=['from_partner', 'changed_in', 'id'], name='diversion_from_marks'),
        ),
        migrations.AddIndex(
            model_name='diversionagreement',
            index=models.Index(fields=['to_partner', 'changed_in', 'id'], name='diversion_to_marks'),
        ),
        migrations.AddIndex(
            model_name='diversionagreement',
            index=models.Index(condition=models.Q(('authority__isnull', False)), fields=['authority', 'changed_in', 'id'], name='diversion_authority_marks'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['to_partner', 'changed_in', 'id'], name='referral_to_marks'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['from_partner', 'changed_in', 'id'], name='referral_from_marks'),
        ),
        migrations.AddConstraint(
            model_name='diversionagreement',
            constraint=partnership.isolation.triggers.Touch(name='referrals_diversionagreement.touch'),
        ),
        migrations.AddConstraint(
            model_name='diversionagreement',
            constraint=partnership.isolation.marks.Mark(name='referrals_diversionagreement.mark'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=partnership.isolation.marks.Mark(name='referrals_referral.mark'),
        ),
        migrations.RunSQL(referrals.handover.versions.FUNCTIONS, referrals.handover.versions.DROP_FUNCTIONS),
    ]
