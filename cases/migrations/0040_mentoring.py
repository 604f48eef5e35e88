"""Mentors, pairs and contacts; the database holds to places, checks and qualifications."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from cases.mentoring.holding import DROP_FUNCTIONS, FUNCTIONS, TRIGGER


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0039_placements"),
        ("partnership", "0037_mentoring"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mentor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='name')),
                ('kind', models.CharField(choices=[('peer', 'Peer, of own experience'), ('adult', 'Adult from working life'), ('officer', 'Police officer'), ('volunteer', 'Volunteer')], max_length=10, verbose_name='kind')),
                ('background_checked_on', models.DateField(blank=True, null=True, verbose_name='background checked on')),
                ('qualified_until', models.DateField(verbose_name='qualified until')),
                ('max_pairs', models.PositiveSmallIntegerField(default=2, verbose_name='pairs at once, at most')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('fi', 'Finnish'), ('sv', 'Swedish'), ('en', 'English'), ('se', 'Northern Sámi'), ('ar', 'Arabic'), ('et', 'Estonian'), ('fa', 'Persian'), ('ku', 'Kurdish'), ('ru', 'Russian'), ('so', 'Somali'), ('uk', 'Ukrainian')], max_length=10), default=list, size=None, verbose_name='languages')),
                ('from_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='from age')),
                ('to_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='to age')),
                ('ended_on', models.DateField(null=True, verbose_name='ended on')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'mentor',
            },
        ),
        migrations.CreateModel(
            name='MentorPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_every_days', models.PositiveSmallIntegerField(default=7, verbose_name='in touch every so many days')),
                ('guardian', models.CharField(blank=True, choices=[('agreed', 'The guardian agreed'), ('alone', 'The young person can decide alone'), ('barred', 'The young person does not let the guardian be told'), ('risk', 'The guardian is a danger'), ('none', 'There is no guardian in the country')], default='', max_length=10, verbose_name='guardian')),
                ('started_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='start')),
                ('ended_on', models.DateField(null=True, verbose_name='ended on')),
                ('end_reason', models.CharField(blank=True, choices=[('reached', 'Ended as agreed'), ('person', 'Person: did not want to go on'), ('mentor', 'Mentor: could not go on'), ('no_match', 'They did not suit each other'), ('safety', 'For somebody’s safety'), ('participation', 'The participation ended')], default='', max_length=20, verbose_name='reason for ending')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentor_pairs', to='cases.enrolment')),
                ('mentor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairs', to='cases.mentor')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'mentor pair',
            },
        ),
        migrations.CreateModel(
            name='MentorContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(default=django.utils.timezone.localdate, verbose_name='date')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('mode', models.CharField(choices=[('met', 'Met'), ('call', 'Call'), ('message', 'Message'), ('outing', 'Went somewhere together'), ('group', 'Group')], max_length=10, verbose_name='how')),
                ('topic', models.CharField(choices=[('substances', 'Substance use'), ('health', 'Health'), ('work', 'Work and study'), ('housing', 'Housing'), ('relationships', 'Relationships'), ('other', 'Other')], max_length=20, verbose_name='topic')),
                ('concern', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='concern')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pair', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='cases.mentorpair')),
            ],
            options={
                'verbose_name': 'contact of a mentor',
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGER, DROP_FUNCTIONS),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=models.CheckConstraint(condition=models.Q(('max_pairs__gte', 1), ('max_pairs__lte', 20)), name='mentor_has_pairs'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=models.CheckConstraint(condition=models.Q(('from_age', None), ('to_age', None), ('to_age__gte', models.F('from_age')), _connector='OR'), name='mentor_ages_in_order'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='mentor_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.isolation.policies.Grant(name='cases_mentor.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_mentor.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.isolation.triggers.Asked(columns=('max_pairs', 'ended_on'), function='portal_mentor_keeps_pairs', name='cases_mentor.keeps_pairs'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='cases_mentor.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.isolation.triggers.Fixed(columns=('ended_on',), name='cases_mentor.ended_once', when='old.ended_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='mentor',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_mentor.recorded', number='id', partners=('partner_id',), record='mentor'),
        ),
        migrations.AddIndex(
            model_name='mentorpair',
            index=models.Index(condition=models.Q(('ended_on', None)), fields=['mentor'], name='pairs_now'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('enrolment', 'partner'), name='one_mentor_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_every_days__gte', 1), ('agreed_every_days__lte', 90)), name='pair_meets_within_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='pair_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('end_reason', '')), models.Q(models.Q(('ended_on', None), _negated=True), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='ended_pair_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='mentor_pair_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_mentorpair.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='mentor', name='cases_mentorpair.own_mentor'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.policies.Grant(name='cases_mentorpair.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_mentorpair.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.triggers.Asked(columns=('mentor_id',), function='portal_pair_may_begin', name='cases_mentorpair.may_begin'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'enrolment_id', 'mentor_id', 'guardian', 'started_on'), name='cases_mentorpair.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.isolation.triggers.Fixed(columns=('ended_on', 'end_reason'), name='cases_mentorpair.ended_once', when='old.ended_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='mentorpair',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_mentorpair.recorded', number='id', partners=('partner_id',), record='mentor_pair'),
        ),
        migrations.AddIndex(
            model_name='mentorcontact',
            index=models.Index(fields=['pair', '-on', '-id'], name='mentor_contact_of'),
        ),
        migrations.AddConstraint(
            model_name='mentorcontact',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='pair', name='cases_mentorcontact.own_pair'),
        ),
        migrations.AddConstraint(
            model_name='mentorcontact',
            constraint=partnership.isolation.policies.Grant(name='cases_mentorcontact.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='mentorcontact',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_mentorcontact.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='mentorcontact',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_mentorcontact.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='mentorcontact',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_mentorcontact.recorded', number='id', partners=('partner_id',), record='mentor_contact'),
        ),
    ]
