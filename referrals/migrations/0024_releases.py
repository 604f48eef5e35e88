"""What a prison says of a release, and what it learns; referrals of prisons."""

import django.contrib.postgres.fields
import django.db.models.deletion
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0033_more_practices'),
        ("referrals", "0023_of_our_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='referral',
            name='kind',
            field=models.CharField(choices=[('arrest_diversion', 'Arrest diversion'), ('social_contact', 'Social contact'), ('court', 'Court or prosecutor referral'), ('ngo_to_ngo', 'NGO to NGO'), ('self', 'Self-referral'), ('school_or_guardian', 'School or guardian (under 18)'), ('prison', 'Prison or probation referral')], max_length=30, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='FirstContactTold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='first contact')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('referral', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='first_contact', to='referrals.referral')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'first contact that was told',
                'constraints': [models.UniqueConstraint(fields=('referral', 'from_partner', 'to_partner'), name='first_contact_once'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='referral', follows=True, name='referrals_firstcontacttold.own_referral'), partnership.isolation.policies.Grant(name='referrals_firstcontacttold.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_firstcontacttold.parties_read', role='web', using="(to_partner_id = (select portal_acting_partner()) or (from_partner_id = (select portal_acting_partner()) and exists (\n select from referrals_referral r where r.id = referrals_firstcontacttold.referral_id and r.report_days @> portal_today()\n and portal_flow_days(r.to_partner_id, r.from_partner_id, 'attendance_counts', r.agreement_id) @> portal_today())))"), partnership.isolation.policies.Grant(name='referrals_firstcontacttold.worker', privileges='SELECT, INSERT, UPDATE, DELETE', role='worker'), partnership.isolation.policies.Policy(command='ALL', name='referrals_firstcontacttold.jobs_tell', role='worker', using='to_partner_id = (select portal_acting_partner())')],
            },
        ),
        migrations.CreateModel(
            name='ReleaseNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_on', models.DateField(verbose_name='planned day of release')),
                ('conditions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('supervision', 'Meets a supervisor'), ('residence', 'Lives at an agreed address'), ('sobriety', 'No alcohol or drugs'), ('tests', 'Tests for substances'), ('treatment', 'Takes part in treatment or a programme'), ('monitoring', 'Electronic monitoring'), ('area', 'Stays away from a place or person'), ('reporting', 'Reports to the police'), ('other', 'Another condition')], max_length=20), blank=True, default=list, size=None, verbose_name='licence conditions')),
                ('conditions_note', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', owner='from_partner', verbose_name='about the conditions')),
                ('released_at', models.DateTimeField(default=None, null=True, verbose_name='released')),
                ('naloxone', models.CharField(choices=[('unknown', 'Not known'), ('given', 'Given'), ('declined', 'Offered, not wanted'), ('not_offered', 'Not offered')], default='unknown', max_length=12, verbose_name='naloxone')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('referral', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='release_notice', to='referrals.referral')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice of a release',
                'verbose_name_plural': 'notices of releases',
                'indexes': [models.Index(fields=['from_partner', 'planned_on', 'id'], name='release_notice_sent')],
                'constraints': [models.UniqueConstraint(fields=('referral', 'from_partner', 'to_partner'), name='release_notice_once'), partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='referral', follows=True, name='referrals_releasenotice.own_referral'), partnership.isolation.policies.Grant(name='referrals_releasenotice.web', privileges='SELECT, INSERT, UPDATE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_releasenotice.parties_read', role='web', using='(from_partner_id = (select portal_acting_partner()) or (to_partner_id = (select portal_acting_partner()) and referral_id in (select n.referral_id from referrals_need n)))'), partnership.isolation.policies.Policy(command='INSERT', name='referrals_releasenotice.sender_inserts', role='web', using='from_partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='UPDATE', name='referrals_releasenotice.sender_updates', role='web', using='from_partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Grant(columns=('id', 'referral_id', 'planned_on', 'conditions', 'released_at', 'naloxone'), name='referrals_releasenotice.worker_columns', privileges='SELECT', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='referrals_releasenotice.jobs_read', role='worker', using='true'), partnership.isolation.triggers.Fixed(columns=('referral_id', 'from_partner_id', 'written_by_id'), name='referrals_releasenotice.fixed', when='true'), partnership.isolation.policies.Policy(command='INSERT', name='referrals_releasenotice.signed_written_by', only_narrows=True, role='web', using='written_by_id = (select portal_acting_user())'), partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='referrals_releasenotice.recorded', number='id', partners=('from_partner_id',), record='release_notice')],
            },
        ),
    ]
