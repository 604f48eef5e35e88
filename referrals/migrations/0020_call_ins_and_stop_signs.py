"""Call-ins with their offers, and stop signs on diversions."""

import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0032_protection_and_fellowships'),
        ('partnership', '0031_practices_and_protected_reads'),
        ('programs', '0018_fellowships_among_the_parts'),
        ('referrals', '0019_under_agreements_of_both'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('place', models.CharField(max_length=120, verbose_name='place')),
                ('speakers', models.CharField(blank=True, max_length=300, verbose_name='who speaks')),
                ('phase', models.CharField(choices=[('identify', 'Identify'), ('notify', 'Notify'), ('deliver', 'Deliver'), ('follow_up', 'Follow up')], default='identify', max_length=20, verbose_name='phase')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='service')),
            ],
            options={
                'verbose_name': 'call-in',
                'verbose_name_plural': 'call-ins',
            },
        ),
        migrations.CreateModel(
            name='Invitee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='invited on')),
                ('came', models.CharField(blank=True, choices=[('came', 'Came'), ('missed', 'Did not come')], default='', max_length=10, verbose_name='came')),
                ('suspended_until', models.DateField(blank=True, null=True, verbose_name='case rests until')),
                ('call_in', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitees', to='referrals.callin')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
            ],
            options={
                'verbose_name': 'invited person',
            },
        ),
        migrations.CreateModel(
            name='CallInOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offered_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='offered on')),
                ('answer', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('declined', 'Declined')], default='', max_length=10, verbose_name='answer')),
                ('answered_on', models.DateField(null=True, verbose_name='answered on')),
                ('call_in', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='referrals.callin')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme', verbose_name='programme')),
                ('referral', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='referrals.referral')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('invitee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='referrals.invitee')),
            ],
            options={
                'verbose_name': 'offer of a call-in',
            },
        ),
        migrations.CreateModel(
            name='StopSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raised_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='raised')),
                ('lifted_at', models.DateTimeField(null=True, verbose_name='taken down')),
                ('diversion', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='stop_signs', to='referrals.diversionagreement')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'stop sign',
            },
        ),
        migrations.AddIndex(
            model_name='callin',
            index=models.Index(fields=['from_partner', '-at', '-id'], name='call_in_unit'),
        ),
        migrations.AddIndex(
            model_name='callin',
            index=models.Index(fields=['to_partner', '-at', '-id'], name='call_in_service'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('from_partner', 'id'), name='call_in_by_unit'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('from_partner', 'to_partner', 'id'), name='call_in_by_parties'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.isolation.policies.Grant(name='referrals_callin.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_callin.parties_read', role='web', using='(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_callin.unit_plans', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='referrals_callin.unit_changes', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id'), name='referrals_callin.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='referrals_callin.recorded', number='id', partners=('from_partner_id', 'to_partner_id'), record='call_in'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=models.UniqueConstraint(fields=('call_in', 'person', 'partner'), name='invited_once'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=models.UniqueConstraint(fields=('partner', 'call_in', 'id'), name='invitee_by_call_in'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='referrals_invitee.own_person'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'from_partner_id'}, field='call_in', name='referrals_invitee.own_call_in'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=partnership.isolation.policies.Grant(name='referrals_invitee.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='referrals_invitee.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='invitee',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='referrals_invitee.recorded', number='id', partners=('partner_id',), record='invitee'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=models.UniqueConstraint(fields=('invitee', 'programme', 'from_partner', 'to_partner'), name='offered_once'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_on', None)), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_on', None), _negated=True)), _connector='OR'), name='offer_answered_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=models.CheckConstraint(condition=models.Q(('referral', None), ('answer', 'accepted'), _connector='OR'), name='referred_who_accepts'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='call_in', name='referrals_callinoffer.own_call_in'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id'}, field='referral', name='referrals_callinoffer.own_referral'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.pointers.SameOwner(by={'call_in_id': 'call_in_id', 'from_partner_id': 'partner_id'}, field='invitee', name='referrals_callinoffer.own_invitee'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.pointers.SameOwner(by={'to_partner_id': 'partner_id'}, field='programme', name='referrals_callinoffer.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.policies.Grant(name='referrals_callinoffer.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_callinoffer.parties_read', role='web', using='(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_callinoffer.unit_insert', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='referrals_callinoffer.unit_update', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callinoffer',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='referrals_callinoffer.unit_delete', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('diversion', 'from_partner', 'to_partner'), name='one_stop_sign_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_by', None), ('lifted_at', None)), models.Q(models.Q(('lifted_by', None), _negated=True), models.Q(('lifted_at', None), _negated=True)), _connector='OR'), name='somebody_lifted_the_sign'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='diversion', follows=True, name='referrals_stopsign.own_diversion'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Grant(name='referrals_stopsign.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='referrals_stopsign.parties_read', role='web', using='(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_stopsign.receiver_raises', role='web', using='to_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='referrals_stopsign.receiver_lifts', role='web', using='to_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='referrals_stopsign.signed_raised_by', only_narrows=True, role='web', using='raised_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='stopsign',
            constraint=partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id', 'diversion_id', 'raised_by_id', 'raised_at'), name='referrals_stopsign.fixed', when='true'),
        ),
    ]
