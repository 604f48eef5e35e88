"""Events with residents and their promises, surveys with waves and answers, campaigns with what was done."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
import programs.surveys.codes
import uuid
from django.db import migrations, models

from programs.surveys.answering import DROP_FUNCTIONS, FUNCTIONS


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0028_practices_in_use'),
        ('programs', '0018_fellowships_among_the_parts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('audience', models.CharField(choices=[('young_people', 'Young people'), ('parents', 'Parents and relatives'), ('residents', 'Residents'), ('people_who_use', 'People who use drugs'), ('professionals', 'Professionals')], max_length=20, verbose_name='for whom')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='begins on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('series', models.CharField(choices=[('young', 'Drug offences of under-18s'), ('drug', 'All drug offences')], default='young', help_text='Arrests of its districts that its page shows beside what was done.', max_length=10, verbose_name='series beside it')),
                ('districts', models.ManyToManyField(related_name='+', to='partnership.district', verbose_name='districts')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner')),
                ('partners', models.ManyToManyField(blank=True, related_name='+', to='partnership.partner', verbose_name='together with')),
                ('programme', models.ForeignKey(help_text='The programme that goes on behind it: its page says how its prevention plan is rated.', on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='programs.programme', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'campaign',
                'verbose_name_plural': 'campaigns',
                'ordering': ['-starts_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CommunityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('forum', 'Forum with residents'), ('focus_group', 'Focus group'), ('open_day', 'Open day'), ('joint_meeting', 'Joint meeting')], max_length=15, verbose_name='kind')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('place', models.CharField(max_length=200, verbose_name='place')),
                ('is_open', models.BooleanField(default=False, help_text='The public page says when and where it is.', verbose_name='open to everybody')),
                ('residents', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='adult residents')),
                ('young_people', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='young people')),
                ('parents', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='parents and relatives')),
                ('professionals', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='professionals')),
                ('officers', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='police officers')),
                ('minutes', models.TextField(blank=True, help_text='What was said and agreed. Never names of residents.', max_length=8000, verbose_name='minutes')),
                ('cancelled_why', models.CharField(blank=True, max_length=300, verbose_name='why it was cancelled')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('hosts', models.ManyToManyField(blank=True, related_name='+', to='partnership.partner', verbose_name='held together with')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ['-starts_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='EventPromise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(help_text='So that anybody can tell whether it was done.', max_length=300, verbose_name='what was promised')),
                ('due_on', models.DateField(verbose_name='by')),
                ('is_public', models.BooleanField(default=False, help_text='Residents read it on the public page. Only who promised can say so.', verbose_name='public')),
                ('state', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('not_kept', 'Not kept')], default='open', max_length=10, verbose_name='state')),
                ('closed_on', models.DateField(null=True, verbose_name='closed on')),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='programs.communityevent')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('promised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='who promised')),
            ],
            options={
                'verbose_name': 'promise',
                'verbose_name_plural': 'promises',
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_fi', models.CharField(max_length=150, verbose_name='title in Finnish')),
                ('title_sv', models.CharField(max_length=150, verbose_name='title in Swedish')),
                ('title_en', models.CharField(max_length=150, verbose_name='title in English')),
                ('asks_age', models.BooleanField(default=True, verbose_name='asks for the age')),
                ('is_in_use', models.BooleanField(default=False)),
                ('districts', models.ManyToManyField(blank=True, help_text='Asked for, and told apart where enough people answer. None chosen: not asked.', related_name='+', to='partnership.district', verbose_name='districts')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'survey',
                'verbose_name_plural': 'surveys',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='position')),
                ('kind', models.CharField(choices=[('single', 'One of several answers'), ('scale', 'From 1 to 5'), ('number', 'A number'), ('text', 'Own words')], max_length=10, verbose_name='kind')),
                ('text_fi', models.CharField(max_length=300, verbose_name='question in Finnish')),
                ('text_sv', models.CharField(max_length=300, verbose_name='question in Swedish')),
                ('text_en', models.CharField(max_length=300, verbose_name='question in English')),
                ('options_fi', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None, verbose_name='answers in Finnish')),
                ('options_sv', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None, verbose_name='answers in Swedish')),
                ('options_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None, verbose_name='answers in English')),
                ('counted', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='Of one of several: their numbers from the top, as 1,2 for the first two. Their share is the result.', size=None, verbose_name='answers counted together')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='programs.survey')),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CampaignAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('school_workshop', 'School workshop'), ('peer_event', 'Peer event'), ('street', 'On the street'), ('parents', 'Parents’ evening'), ('community', 'Community activity'), ('social_post', 'Post on social media'), ('media', 'Newspaper, radio, television')], max_length=20, verbose_name='kind')),
                ('what', models.CharField(help_text='For example: Workshop in grade 8, a video on TikTok.', max_length=150, verbose_name='what')),
                ('held_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='held on')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place or channel')),
                ('people', models.PositiveIntegerField(blank=True, null=True, verbose_name='people, counted')),
                ('impressions', models.PositiveIntegerField(blank=True, help_text='How often it was shown, as the channel says.', null=True, verbose_name='impressions')),
                ('engaged', models.PositiveIntegerField(blank=True, help_text='Comments, messages, calls that came of it.', null=True, verbose_name='answers')),
                ('cost', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='cost (€)')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='programs.campaign')),
                ('delivered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='who did it')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('survey', models.ForeignKey(blank=True, help_text='Its results are shown with the campaign.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.survey', verbose_name='survey before and after')),
            ],
            options={
                'verbose_name': 'action of a campaign',
                'ordering': ['-held_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='For example: Spring 2027, or: Before the workshop.', max_length=60, verbose_name='name')),
                ('opens_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='opens on')),
                ('closes_on', models.DateField(verbose_name='closes on')),
                ('method', models.CharField(choices=[('sample', 'A sample drawn by chance, each with a code'), ('panel', 'A panel, each with a code'), ('everyone', 'Everyone of a group'), ('open_link', 'Open link: whoever wants to')], max_length=10, verbose_name='who is asked')),
                ('population', models.PositiveIntegerField(blank=True, help_text='How many there are in all, where that is known: a large part of them narrows the margin of error.', null=True, verbose_name='people of whom they are')),
                ('design_effect', models.FloatField(default=1, help_text='By how much clusters or weights widen the variance; 1 for a simple sample.', verbose_name='design effect')),
                ('is_closed', models.BooleanField(default=False)),
                ('codes_issued', models.PositiveIntegerField(default=0)),
                ('published_on', models.DateField(null=True)),
                ('token', models.CharField(default=programs.surveys.codes.new_token, max_length=16, unique=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('survey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='programs.survey')),
            ],
            options={
                'verbose_name': 'wave',
                'verbose_name_plural': 'waves',
                'ordering': ['opens_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SurveyText',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='programs.question')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='programs.wave')),
            ],
            options={
                'verbose_name': 'words of an answer',
            },
        ),
        migrations.CreateModel(
            name='SurveyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(choices=[('option', 'share of an answer'), ('counted', 'share counted together'), ('mean', 'mean')], max_length=10)),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, help_text='Of a share: the answers that it holds together.', size=None)),
                ('age_band', models.CharField(blank=True, choices=[('under_18', 'under 18'), ('18_29', '18 to 29'), ('30_44', '30 to 44'), ('45_64', '45 to 64'), ('65', '65 or older')], max_length=10)),
                ('rest_of', models.CharField(blank=True, help_text='Others together, of districts or ages: groups too small to tell apart.', max_length=10)),
                ('answers', models.PositiveIntegerField()),
                ('value', models.FloatField()),
                ('lower', models.FloatField(null=True)),
                ('upper', models.FloatField(null=True)),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.question')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='programs.wave')),
            ],
            options={
                'verbose_name': 'result of a survey',
                'ordering': ['wave', 'question', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SurveyCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='programs.wave')),
            ],
            options={
                'verbose_name': 'code of a survey',
            },
        ),
        migrations.CreateModel(
            name='SurveyAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('age_band', models.CharField(blank=True, choices=[('under_18', 'under 18'), ('18_29', '18 to 29'), ('30_44', '30 to 44'), ('45_64', '45 to 64'), ('65', '65 or older')], max_length=10)),
                ('numbers', models.JSONField(default=dict)),
                ('given_on', models.DateField()),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='programs.wave')),
            ],
            options={
                'verbose_name': 'answer to a survey',
            },
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='campaign_days_in_order', violation_error_message='It ends before it begins.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(fields=('partner', 'name'), name='campaign_named_once'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='campaign_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='programme', name='programs_campaign.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Grant(name='programs_campaign.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_campaign.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_campaign.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_campaign.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Grant(name='programs_campaign.partners.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web', through='partners'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_campaign.partners.everybody_reads', role='web', through='partners', using='true'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_campaign.partners.write_insert', role='web', through='partners', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_campaign.partners.write_update', role='web', through='partners', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_campaign.partners.write_delete', role='web', through='partners', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Grant(name='programs_campaign.districts.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web', through='districts'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_campaign.districts.everybody_reads', role='web', through='districts', using='true'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_campaign.districts.write_insert', role='web', through='districts', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_campaign.districts.write_update', role='web', through='districts', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_campaign.districts.write_delete', role='web', through='districts', using='exists (select from programs_campaign c where c.id = campaign_id and c.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='programs_campaign.stays_its_partners', when='true'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_campaign.recorded', number='id', partners=(), record='campaign'),
        ),
        migrations.AddIndex(
            model_name='communityevent',
            index=models.Index(fields=['-starts_at', '-id'], name='community_events_by_day'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='community_event_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Grant(name='programs_communityevent.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_communityevent.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_communityevent.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_communityevent.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Grant(name='programs_communityevent.hosts.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web', through='hosts'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_communityevent.hosts.everybody_reads', role='web', through='hosts', using='true'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_communityevent.hosts.write_insert', role='web', through='hosts', using='exists (select from programs_communityevent e where e.id = communityevent_id and e.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_communityevent.hosts.write_update', role='web', through='hosts', using='exists (select from programs_communityevent e where e.id = communityevent_id and e.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_communityevent.hosts.write_delete', role='web', through='hosts', using='exists (select from programs_communityevent e where e.id = communityevent_id and e.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='programs_communityevent.stays_its_hosts', when='true'),
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_communityevent.recorded', number='id', partners=(), record='community_event'),
        ),
        migrations.AddIndex(
            model_name='eventpromise',
            index=models.Index(fields=['due_on', 'id'], name='promises_by_day'),
        ),
        migrations.AddIndex(
            model_name='eventpromise',
            index=models.Index(fields=['promised_by', 'state'], name='promises_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='closed_promise_says_how'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='event', name='programs_eventpromise.own_event'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.policies.Grant(name='programs_eventpromise.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_eventpromise.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_eventpromise.host_writes_down', role='web', using="partner_id = (select portal_acting_partner()) and state = 'open' and (not is_public or promised_by_id = (select portal_acting_partner()))"),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_eventpromise.promiser_closes', role='web', using='promised_by_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'event_id', 'promised_by_id', 'what', 'due_on'), name='programs_eventpromise.stays_as_promised', when='true'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.triggers.Fixed(columns=('state', 'closed_on', 'outcome'), name='programs_eventpromise.stays_closed', when="old.state <> 'open'"),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_eventpromise.promises_recorded', number='event_id', partners=('partner_id', 'promised_by_id'), record='community_event'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='survey_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Grant(name='programs_survey.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_survey.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_survey.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_survey.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Grant(name='programs_survey.districts.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web', through='districts'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_survey.districts.everybody_reads', role='web', through='districts', using='true'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_survey.districts.write_insert', role='web', through='districts', using='exists (select from programs_survey s where s.id = survey_id and not s.is_in_use and s.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_survey.districts.write_update', role='web', through='districts', using='exists (select from programs_survey s where s.id = survey_id and not s.is_in_use and s.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_survey.districts.write_delete', role='web', through='districts', using='exists (select from programs_survey s where s.id = survey_id and not s.is_in_use and s.partner_id = (select portal_acting_partner()))'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id',), name='programs_survey.stays_its_partners', when='true'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.isolation.triggers.Fixed(columns=('is_in_use', 'asks_age'), name='programs_survey.stays_in_use', when='old.is_in_use'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_survey.recorded', number='id', partners=(), record='survey'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'single'), _negated=True), models.Q(('counted__len__gte', 1), ('options_en__len', models.F('options_fi__len')), ('options_fi__len__range', (2, 10)), ('options_sv__len', models.F('options_fi__len'))), _connector='OR'), name='answers_in_each_language', violation_error_message='Give two to ten answers, as many in each language, and which are counted together.'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'scale'), _negated=True), models.Q(('options_en__len', 2), ('options_fi__len', 2), ('options_sv__len', 2)), _connector='OR'), name='scale_has_two_ends', violation_error_message='Of a scale, give what 1 and what 5 mean: two lines in each language.'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='question_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='survey', name='programs_question.own_survey'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.policies.Grant(name='programs_question.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_question.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_question.own_insert', role='web', using='partner_id = (select portal_acting_partner()) and exists (select from programs_survey s where s.id = survey_id and not s.is_in_use)'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_question.own_update', role='web', using='partner_id = (select portal_acting_partner()) and exists (select from programs_survey s where s.id = survey_id and not s.is_in_use)'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_question.own_delete', role='web', using='partner_id = (select portal_acting_partner()) and exists (select from programs_survey s where s.id = survey_id and not s.is_in_use)'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_question.questions_recorded', number='survey_id', partners=('partner_id',), record='survey'),
        ),
        migrations.AddIndex(
            model_name='campaignaction',
            index=models.Index(fields=['campaign', '-held_on'], name='actions_of_campaign'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['social_post', 'media']), ('people', None)), models.Q(models.Q(('kind__in', ['social_post', 'media']), _negated=True), ('impressions', None)), _connector='OR'), name='people_or_impressions', violation_error_message='Posts and media have impressions; everything else has people. They are never added up.'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=models.CheckConstraint(condition=models.Q(('cost', None), ('cost__gte', 0), _connector='OR'), name='action_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='campaign', name='programs_campaignaction.own_campaign'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='survey', name='programs_campaignaction.own_survey'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.policies.Grant(name='programs_campaignaction.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_campaignaction.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_campaignaction.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_campaignaction.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_campaignaction.own_delete', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'campaign_id'), name='programs_campaignaction.stays_its_campaigns', when='true'),
        ),
        migrations.AddConstraint(
            model_name='campaignaction',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_campaignaction.actions_recorded', number='campaign_id', partners=('partner_id',), record='campaign'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.UniqueConstraint(fields=('partner', 'survey', 'name'), name='wave_named_once'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on__gte', models.F('opens_on'))), name='wave_days_in_order', violation_error_message='It closes before it opens.'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('design_effect__range', (1, 20))), name='design_effect_is_likely', violation_error_message='A design effect is between 1 and 20.'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('population', None), ('population__gte', 2), _connector='OR'), name='wave_asks_of_several', violation_error_message='Of fewer than two people there is nothing to tell.'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='wave_of_partner'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='survey', name='programs_wave.own_survey'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.policies.Grant(name='programs_wave.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_wave.own_or_public', role='web', using='(partner_id = (select portal_acting_partner()) or published_on is not null)'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_wave.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='programs_wave.own_update', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'survey_id', 'token'), name='programs_wave.stays_its_surveys', when='true'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Fixed(columns=('opens_on', 'closes_on', 'is_closed'), name='programs_wave.stays_over', when='old.is_closed or old.closes_on < current_date'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Fixed(columns=('name', 'method', 'population', 'design_effect'), name='programs_wave.stays_as_published', when='old.published_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('token',), name='programs_wave.waves_recorded', number='survey_id', partners=('partner_id',), record='survey'),
        ),
        migrations.AddConstraint(
            model_name='surveytext',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='wave', name='programs_surveytext.own_wave'),
        ),
        migrations.AddConstraint(
            model_name='surveytext',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='question', name='programs_surveytext.own_question'),
        ),
        migrations.AddConstraint(
            model_name='surveytext',
            constraint=partnership.isolation.policies.Grant(name='programs_surveytext.web', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='surveytext',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_surveytext.own_texts', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='wave', name='programs_surveyfigure.own_wave'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='question', name='programs_surveyfigure.own_question'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.policies.Grant(name='programs_surveyfigure.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_surveyfigure.everybody_reads', role='web', using='true'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_surveyfigure.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='surveyfigure',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='programs_surveyfigure.own_delete', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=models.UniqueConstraint(fields=('partner', 'wave', 'digest'), name='survey_code_once'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='wave', name='programs_surveycode.own_wave'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=partnership.isolation.policies.Grant(name='programs_surveycode.web', privileges='INSERT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'wave_id'), name='programs_surveycode.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_surveycode.own_codes', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='surveycode',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_surveycode.own_insert', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddIndex(
            model_name='surveyanswer',
            index=models.Index(fields=['wave', 'given_on'], name='answers_of_wave'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.CheckConstraint(condition=models.Q(('age_band__in', ['', 'under_18', '18_29', '30_44', '45_64', '65'])), name='age_band_is_known'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='wave', name='programs_surveyanswer.own_wave'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'wave_id', 'district_id', 'age_band', 'numbers'), name='programs_surveyanswer.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='programs_surveyanswer.own_answers', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
