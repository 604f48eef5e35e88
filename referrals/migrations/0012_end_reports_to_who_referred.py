"""End reports go to who referred somebody: counts of goals, and scores by consent."""

import django.db.models.deletion
import django.utils.timezone
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0026_items_of_assessments_and_plans'),
        ('partnership', '0023_reads_of_who_has_the_record'),
        ('referrals', '0011_my_page'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EndReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('achieved', models.PositiveSmallIntegerField(verbose_name='goals achieved')),
                ('partly', models.PositiveSmallIntegerField(verbose_name='goals partly achieved')),
                ('not_achieved', models.PositiveSmallIntegerField(verbose_name='goals not achieved')),
                ('scores', partnership.isolation.encrypted_fields.EncryptedJSONField(blank=True, default=dict, owner='from_partner', verbose_name='scores')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agreement')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.consent')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.enrolment')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='end_reports', to='referrals.referral')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='to')),
            ],
            options={
                'verbose_name': 'end report',
                'verbose_name_plural': 'end reports',
                'indexes': [models.Index(fields=['referral', '-id'], name='end_report_of')],
                'constraints': [partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='person', name='referrals_endreport.own_person'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='enrolment', name='referrals_endreport.own_enrolment'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'person_id': 'person_id', 'to_partner_id': 'to_partner_id'}, field='consent', name='referrals_endreport.own_consent'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'to_partner_id', 'to_partner_id': 'from_partner_id'}, field='referral', name='referrals_endreport.own_referral'), partnership.isolation.policies.Grant(name='referrals_endreport.web', privileges='SELECT, INSERT, UPDATE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_endreport.sender_reads', role='web', using='from_partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_endreport.receiver_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_endreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_endreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"), partnership.isolation.policies.Policy(command='INSERT', name='referrals_endreport.sender_writes', role='web', using="from_partner_id = (select portal_acting_partner()) and exists (\n select from cases_consent c where c.id = referrals_endreport.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = referrals_endreport.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"), partnership.isolation.policies.Policy(command='UPDATE', name='referrals_endreport.sender_erases', role='web', using='from_partner_id = (select portal_acting_partner())'), partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id', 'referral_id', 'person_id', 'enrolment_id', 'consent_id', 'agreement_id', 'achieved', 'partly', 'not_achieved', 'signed_by_id', 'sent_at'), name='referrals_endreport.fixed', when='true'), partnership.isolation.policies.Policy(command='INSERT', name='referrals_endreport.signed_signed_by', only_narrows=True, role='web', using='signed_by_id = (select portal_acting_user())')],
            },
        ),
    ]
