"""Tips from the public: rows that a function of the database alone writes."""

import django.db.models.deletion
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from programs.tips.receiving import DROP_FUNCTIONS, FUNCTIONS


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0033_more_practices"),
        ("programs", "0022_grants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Tip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('dealing', 'Drugs that are sold or passed on'), ('worry', 'I am worried about somebody'), ('place', 'A place that does not feel safe'), ('service', 'How a service or the police treated people'), ('other', 'Something else')], max_length=10, verbose_name='what it is about')),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='what they wrote')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('received_on', models.DateField(verbose_name='received')),
                ('read_on', models.DateField(null=True, verbose_name='first read')),
                ('answer', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='answer')),
                ('answered_on', models.DateField(null=True, verbose_name='answered')),
                ('removed_on', models.DateField(null=True, verbose_name='words taken out')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.district', verbose_name='district')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='to')),
                ('read_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'tip',
                'verbose_name_plural': 'tips',
                'indexes': [models.Index(fields=['partner', '-received_on', '-id'], name='tip_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('read_on', None), ('read_by', None)), models.Q(models.Q(('read_on', None), _negated=True), models.Q(('read_by', None), _negated=True)), _connector='OR'), name='tip_read_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('answered_on', None), ('answered_by', None)), models.Q(models.Q(('answered_on', None), _negated=True), models.Q(('answered_by', None), _negated=True)), _connector='OR'), name='tip_answered_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('removed_on', None), ('removed_by', None)), models.Q(models.Q(('removed_on', None), _negated=True), models.Q(('removed_by', None), _negated=True)), _connector='OR'), name='tip_removed_by_somebody'), partnership.isolation.policies.Grant(name='programs_tip.web', privileges='SELECT', role='web'), partnership.isolation.policies.Grant(columns=('text', 'read_on', 'read_by_id', 'answer', 'answered_on', 'answered_by_id', 'removed_on', 'removed_by_id'), name='programs_tip.web_answers', privileges='UPDATE', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='programs_tip.own_read', role='web', using='partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='UPDATE', name='programs_tip.own_answer', role='web', using='partner_id = (select portal_acting_partner())'), partnership.isolation.triggers.Fixed(columns=('text',), name='programs_tip.words_stay_or_go', when="new.text <> ''"), partnership.isolation.triggers.Fixed(columns=('read_on', 'read_by_id'), name='programs_tip.read_once', when='old.read_on is not null'), partnership.isolation.triggers.Fixed(columns=('answer', 'answered_on', 'answered_by_id'), name='programs_tip.answered_once', when='old.answered_on is not null or old.removed_on is not null'), partnership.isolation.triggers.Fixed(columns=('removed_on', 'removed_by_id'), name='programs_tip.removed_once', when='old.removed_on is not null'), partnership.isolation.triggers.Fixed(columns=('read_by_id',), name='programs_tip.read_in_own_name', when="current_user = 'portal_web' and new.read_by_id is distinct from portal_acting_user()"), partnership.isolation.triggers.Fixed(columns=('answered_by_id',), name='programs_tip.answered_in_own_name', when="current_user = 'portal_web' and new.answered_by_id is distinct from portal_acting_user()"), partnership.isolation.triggers.Fixed(columns=('removed_by_id',), name='programs_tip.removed_in_own_name', when="current_user = 'portal_web' and new.removed_by_id is distinct from portal_acting_user()"), partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'received_on', 'read_on'), name='programs_tip.worker_columns', privileges='SELECT', role='worker'), partnership.isolation.policies.Grant(name='programs_tip.worker_forgets', privileges='DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='programs_tip.jobs_see_days', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='programs_tip.jobs_forget', role='worker', using='received_on < portal_today() - 180')],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
