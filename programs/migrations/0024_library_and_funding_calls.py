"""The library with versions that stay, funding calls and joint applications; lesson plans point at a version."""

import datetime
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


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0031_practices_and_protected_reads'),
        ("programs", "0023_tips"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('leads', 'Would lead'), ('joins', 'Would join')], max_length=10, verbose_name='what you would do')),
                ('brings', models.CharField(blank=True, help_text='Places, people, experience, own share.', max_length=300, verbose_name='what you bring')),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'interest in a call',
                'ordering': ['-part', 'said_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='FundingCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('funder', models.CharField(max_length=150, verbose_name='funder')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('link', models.URLField(help_text='The funder’s own page: what it says holds.', max_length=500, verbose_name='link')),
                ('opens_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='opens on')),
                ('closes_on', models.DateField(blank=True, help_text='The last day. Empty: it takes applications all the time.', null=True, verbose_name='closes on')),
                ('least_eur', models.PositiveIntegerField(blank=True, null=True, verbose_name='least amount, euros')),
                ('most_eur', models.PositiveIntegerField(blank=True, null=True, verbose_name='largest amount, euros')),
                ('may_apply', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ngo', 'NGO'), ('police', 'Police unit'), ('coordination', 'Coordination office'), ('prosecutor', "Prosecutor's office"), ('court', 'Court'), ('prison', 'Prison and probation service'), ('social', 'Social services'), ('youth', 'Youth services'), ('school', 'School'), ('health', 'Health service')], max_length=20), help_text='Of those in this partnership; others may join as the funder says.', size=None, verbose_name='who may apply')),
                ('themes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('prevention', 'Prevention among young people'), ('families', 'Families'), ('low_threshold', 'Harm reduction, low threshold'), ('treatment', 'Treatment and rehabilitation'), ('justice', 'Diversion, courts, prison'), ('reintegration', 'Housing, work and study'), ('neighbourhoods', 'Neighbourhoods and safety'), ('training', 'Training and cooperation'), ('research', 'Research and evaluation')], max_length=20), size=None, verbose_name='themes')),
                ('about', models.TextField(blank=True, help_text='What it pays for, own share, how long, in your words.', max_length=2000, verbose_name='in short')),
                ('withdrawn_why', models.CharField(blank=True, max_length=300, verbose_name='why it was withdrawn')),
            ],
            options={
                'verbose_name': 'funding call',
                'verbose_name_plural': 'funding calls',
            },
        ),
        migrations.CreateModel(
            name='JointApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=150, verbose_name='what it would be called')),
                ('plan', models.TextField(help_text='For whom, where, how long, who does what.', max_length=4000, verbose_name='what you would do')),
                ('amount_eur', models.PositiveIntegerField(blank=True, null=True, verbose_name='amount that you ask for, euros')),
                ('joins', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='who joins')),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('dropped_why', models.CharField(blank=True, max_length=300, verbose_name='why it was dropped')),
            ],
            options={
                'verbose_name': 'joint application',
                'verbose_name_plural': 'joint applications',
            },
        ),
        migrations.CreateModel(
            name='LibraryVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('new_since', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'visit of the library',
            },
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('guideline', 'Guideline'), ('material', 'Leaflet or other material'), ('lesson', 'Lesson'), ('video', 'Video or on-line training'), ('template', 'Template'), ('good_practice', 'Good practice')], max_length=15, verbose_name='kind')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('about', models.TextField(help_text='What it is for, and how it is used. Never names of clients.', max_length=2000, verbose_name='what it is')),
                ('audiences', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('police', 'Police officers'), ('workers', 'Those who work with clients'), ('teachers', 'Teachers'), ('volunteers', 'Volunteers and peers'), ('parents', 'Parents and relatives'), ('young_people', 'Young people'), ('people_who_use', 'People who use drugs'), ('residents', 'Residents'), ('decision_makers', 'Decision makers and funders')], max_length=20), size=None, verbose_name='for whom')),
                ('language', models.CharField(choices=[('fi', 'Finnish'), ('sv', 'Swedish'), ('en', 'English'), ('se', 'Northern Sámi'), ('ar', 'Arabic'), ('et', 'Estonian'), ('fa', 'Persian'), ('ku', 'Kurdish'), ('ru', 'Russian'), ('so', 'Somali'), ('uk', 'Ukrainian')], max_length=5, verbose_name='language')),
                ('licence', models.CharField(choices=[('CC0-1.0', 'CC0 1.0'), ('CC-BY-4.0', 'CC BY 4.0'), ('CC-BY-SA-4.0', 'CC BY-SA 4.0'), ('CC-BY-NC-4.0', 'CC BY-NC 4.0'), ('CC-BY-NC-SA-4.0', 'CC BY-NC-SA 4.0'), ('CC-BY-ND-4.0', 'CC BY-ND 4.0'), ('CC-BY-NC-ND-4.0', 'CC BY-NC-ND 4.0'), ('CC-BY-NC-SA-3.0-IGO', 'CC BY-NC-SA 3.0 IGO'), ('reserved', 'All rights reserved')], max_length=20, verbose_name='licence')),
                ('evidence', models.CharField(choices=[('harmful', 'Does harm'), ('no_effect', 'Does not work'), ('unknown', 'Not known'), ('promising', 'Promising'), ('works', 'Works')], default='unknown', help_text='Of what it is used for, as the source below rates it.', max_length=10, verbose_name='what is known of its effect')),
                ('evidence_source', models.CharField(blank=True, help_text='Needed unless it is not known.', max_length=300, verbose_name='where that can be read')),
                ('is_public', models.BooleanField(default=False, help_text='Anybody reads it at Materials, without signing in.', verbose_name='public')),
                ('latest_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='published')),
                ('withdrawn_why', models.CharField(blank=True, max_length=300, verbose_name='why it was withdrawn')),
            ],
            options={
                'verbose_name': 'resource',
                'verbose_name_plural': 'resources',
            },
        ),
        migrations.CreateModel(
            name='ResourceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', partnership.isolation.encrypted_fields.EncryptedBinaryField(default=b'')),
                ('name', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'verbose_name': 'file of a resource',
            },
        ),
        migrations.CreateModel(
            name='ResourceUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
            ],
            options={
                'verbose_name': 'use of a resource',
            },
        ),
        migrations.CreateModel(
            name='ResourceVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('published_on', models.DateField(default=django.utils.timezone.localdate, help_text='The day that the material itself bears.', verbose_name='dated')),
                ('changes', models.CharField(blank=True, max_length=300, verbose_name='what is new in it')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('media_type', models.CharField(blank=True, max_length=60)),
                ('size', models.PositiveIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('checked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'version of a resource',
                'ordering': ['-number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='lessonplan',
            name='programs_lessonplan.own_insert',
        ),
        migrations.RemoveConstraint(
            model_name='lessonplan',
            name='programs_lessonplan.own_update',
        ),
        migrations.AddField(
            model_name='callinterest',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='fundingcall',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='told by'),
        ),
        migrations.AddField(
            model_name='callinterest',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='programs.fundingcall'),
        ),
        migrations.AddField(
            model_name='jointapplication',
            name='begun_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='jointapplication',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='programs.fundingcall'),
        ),
        migrations.AddField(
            model_name='jointapplication',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='libraryvisit',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='libraryvisit',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='resource',
            name='part_of',
            field=models.ForeignKey(blank=True, help_text='The programme that it belongs to. A lesson always belongs to one: by itself it changes nothing.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='programs.programme', verbose_name='part of'),
        ),
        migrations.AddField(
            model_name='resource',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='resourcefile',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='resourceuse',
            name='owner_partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='resourceuse',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='resourceuse',
            name='resource',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='programs.resource'),
        ),
        migrations.AddField(
            model_name='resourceversion',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='resourceversion',
            name='checked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by'),
        ),
        migrations.AddField(
            model_name='resourceversion',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='resourceversion',
            name='resource',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='programs.resource'),
        ),
        migrations.AddField(
            model_name='resourcefile',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='programs.resourceversion'),
        ),
        migrations.AddField(
            model_name='resource',
            name='latest',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.resourceversion'),
        ),
        migrations.AddField(
            model_name='lessonplan',
            name='resource_version',
            field=models.ForeignKey(blank=True, help_text='This very version: whoever gives the lesson has the same, also when a newer one is out.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.resourceversion', verbose_name='material from the library'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.UniqueConstraint(fields=('resource', 'id'), name='version_of_resource'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='version_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='resource_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='lessonplan',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_lessonplan.own_insert', role='web', using='partner_id = (select portal_acting_partner()) and (resource_version_id is null or exists (\n select from programs_resourceversion v where v.id = resource_version_id))'),
        ),
        migrations.AddConstraint(
            model_name='lessonplan',
            constraint=partnership.isolation.policies.Policy(check='partner_id = (select portal_acting_partner()) and (resource_version_id is null or exists (\n select from programs_resourceversion v where v.id = resource_version_id))', command='UPDATE', name='programs_lessonplan.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddIndex(
            model_name='fundingcall',
            index=models.Index(fields=['closes_on', 'id'], name='funding_calls_by_day'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.UniqueConstraint(fields=('partner', 'funder', 'title'), name='funding_call_told_once', violation_error_message='You have told of this call already.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on', None), ('closes_on__gte', models.F('opens_on')), _connector='OR'), name='call_opens_before_it_closes', violation_error_message='It closes before it opens.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on', None), ('closes_on__lt', datetime.date(2200, 1, 1)), _connector='OR'), name='call_closes_on_a_day_that_counts', violation_error_message='Choose a day before the year 2200.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('least_eur', None), ('most_eur', None), ('least_eur__lte', models.F('most_eur')), _connector='OR'), name='call_amounts_in_order', violation_error_message='The least amount is above the largest.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('link__startswith', 'https://'), ('link__startswith', 'http://'), _connector='OR'), name='call_links_to_the_web', violation_error_message='Give an address that begins with https://.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('may_apply', []), _negated=True), name='somebody_may_apply'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.CheckConstraint(condition=models.Q(('themes', []), _negated=True), name='call_has_a_theme'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='funding_call_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.isolation.policies.Grant(name='programs_fundingcall.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_fundingcall.partners_read', role='web', using='(select portal_acting_partner()) is not null'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_fundingcall.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_fundingcall.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='programs_fundingcall.stays_its_partners', when='true'),
        ),
        migrations.AddConstraint(
            model_name='fundingcall',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_fundingcall.recorded', number='id', partners=(), record='funding_call'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=models.UniqueConstraint(fields=('call', 'partner'), name='one_interest_a_partner'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.policies.Grant(name='programs_callinterest.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_callinterest.partners_read', role='web', using='(select portal_acting_partner()) is not null'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_callinterest.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_callinterest.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_callinterest.own_delete', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'call_id'), name='programs_callinterest.stays_of_its_call', when='true'),
        ),
        migrations.AddConstraint(
            model_name='callinterest',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_callinterest.recorded', number='call_id', partners=(), record='funding_call'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_why', '')), fields=('call', 'partner'), name='one_application_a_lead'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='application_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.policies.Grant(name='programs_jointapplication.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_jointapplication.those_who_apply_read', role='web', using='(partner_id = (select portal_acting_partner()) or (select portal_acting_partner()) = any (joins))'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_jointapplication.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_jointapplication.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_jointapplication.signed_begun_by', only_narrows=True, role='web', using='begun_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'call_id', 'begun_by_id', 'begun_at'), name='programs_jointapplication.stays_of_its_lead', when='true'),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.isolation.triggers.Fixed(columns=('title', 'plan', 'amount_eur', 'joins', 'dropped_why'), name='programs_jointapplication.stays_dropped', when="old.dropped_why <> ''"),
        ),
        migrations.AddConstraint(
            model_name='jointapplication',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_jointapplication.recorded', number='id', partners=('partner_id',), record='joint_application'),
        ),
        migrations.AddConstraint(
            model_name='libraryvisit',
            constraint=models.UniqueConstraint(fields=('user', 'partner'), name='one_library_visit'),
        ),
        migrations.AddConstraint(
            model_name='libraryvisit',
            constraint=partnership.isolation.policies.Grant(name='programs_libraryvisit.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='libraryvisit',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='programs_libraryvisit.mine', role='web', using='partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=models.UniqueConstraint(fields=('resource', 'partner', 'month'), name='use_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='use_in_a_month'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=partnership.isolation.pointers.SameOwner(by={'owner_partner_id': 'partner_id'}, field='resource', name='programs_resourceuse.own_resource'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=partnership.isolation.policies.Grant(name='programs_resourceuse.web', privileges='SELECT, INSERT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resourceuse.parties_read', role='web', using='(partner_id = (select portal_acting_partner()) or owner_partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='resourceuse',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_resourceuse.own_insert', role='web', using="partner_id = (select portal_acting_partner()) and exists (select from programs_resource r where r.id = resource_id and r.withdrawn_why = '' and r.latest_id is not null)"),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.UniqueConstraint(fields=('resource', 'number', 'partner'), name='resource_version_once'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.UniqueConstraint(condition=models.Q(('checked_by', None)), fields=('resource', 'partner'), name='one_unchecked_version'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('link', ''), ('size__gt', 0)), models.Q(models.Q(('link', ''), _negated=True), ('size', 0)), _connector='OR'), name='version_is_file_or_link'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.CheckConstraint(condition=models.Q(('link', ''), ('link__startswith', 'https://'), ('link__startswith', 'http://'), _connector='OR'), name='version_links_to_the_web'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.CheckConstraint(condition=models.Q(('checked_by', None), models.Q(('checked_by', models.F('added_by')), _negated=True), _connector='OR'), name='version_checked_by_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_by', None), ('checked_at', None)), models.Q(models.Q(('checked_by', None), _negated=True), models.Q(('checked_at', None), _negated=True)), _connector='OR'), name='version_checked_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='resource', name='programs_resourceversion.own_resource'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Grant(name='programs_resourceversion.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Grant(columns=('checked_by_id', 'checked_at'), name='programs_resourceversion.web_columns', privileges='UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resourceversion.own_read', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resourceversion.partners_read', role='web', using="(select portal_acting_partner()) is not null and checked_by_id is not null and exists (select from programs_resource r where r.id = resource_id and r.withdrawn_why = '')"),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resourceversion.public_reads', role='web', using="checked_by_id is not null and exists (select from programs_resource r where r.id = resource_id and r.withdrawn_why = '' and r.is_public)"),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_resourceversion.own_insert', role='web', using='partner_id = (select portal_acting_partner()) and checked_by_id is null'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(check='partner_id = (select portal_acting_partner()) and checked_by_id = (select portal_acting_user())', command='UPDATE', name='programs_resourceversion.own_check', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_resourceversion.own_draft_goes', role='web', using='partner_id = (select portal_acting_partner()) and checked_by_id is null'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_resourceversion.signed_added_by', only_narrows=True, role='web', using='added_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.isolation.triggers.Fixed(columns=('checked_by_id', 'checked_at'), name='programs_resourceversion.stays_checked', when='old.checked_by_id is not null'),
        ),
        migrations.AddConstraint(
            model_name='resourceversion',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('sha256',), name='programs_resourceversion.recorded', number='resource_id', partners=('partner_id',), record='resource'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=models.UniqueConstraint(fields=('version', 'partner'), name='one_file_a_version'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='version', name='programs_resourcefile.own_version'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=partnership.isolation.policies.Grant(name='programs_resourcefile.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resourcefile.seen_with_it', role='web', using='exists (select from programs_resourceversion v where v.id = version_id)'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_resourcefile.own_insert', role='web', using='partner_id = (select portal_acting_partner()) and exists (select from programs_resourceversion v where v.id = version_id and v.checked_by_id is null)'),
        ),
        migrations.AddConstraint(
            model_name='resourcefile',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_resourcefile.own_delete', role='web', using='partner_id = (select portal_acting_partner()) and exists (select from programs_resourceversion v where v.id = version_id and v.checked_by_id is null)'),
        ),
        migrations.AddIndex(
            model_name='resource',
            index=models.Index(fields=['-latest_at', '-id'], name='resources_newest'),
        ),
        migrations.AddIndex(
            model_name='resource',
            index=models.Index(fields=['title', 'id'], name='resources_by_title'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.UniqueConstraint(fields=('partner', 'title', 'language'), name='resource_titled_once', violation_error_message='You have a resource of this title in this language already.'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(('audiences', []), _negated=True), name='resource_is_for_somebody'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'lesson'), _negated=True), ('part_of__isnull', False), _connector='OR'), name='lesson_part_of_programme', violation_error_message='Say of which programme the lesson is a part.'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(('evidence', 'unknown'), models.Q(('evidence_source', ''), _negated=True), _connector='OR'), name='evidence_has_a_source', violation_error_message='Say where the evidence can be read.'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='part_of', name='programs_resource.own_part_of'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.pointers.SameOwner(by={'id': 'resource_id'}, field='latest', name='programs_resource.own_latest'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.policies.Grant(name='programs_resource.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resource.partners_read', role='web', using='(partner_id = (select portal_acting_partner()) or (select portal_acting_partner()) is not null and latest_id is not null)'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_resource.public_reads', role='web', using="is_public and latest_id is not null and withdrawn_why = ''"),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_resource.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_resource.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='programs_resource.stays_its_partners', when='true'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('latest_id', 'latest_at'), name='programs_resource.recorded', number='id', partners=('partner_id',), record='resource'),
        ),
    ]
