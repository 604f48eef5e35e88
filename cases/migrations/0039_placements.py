"""Placements with employers."""

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
        ("cases", "0038_purposes_of_flows"),
        ("partnership", "0036_placements_among_the_practices"),
        ("programs", "0027_employers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offered_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='offered on')),
                ('agreed_on', models.DateField(default=None, null=True, verbose_name='agreed with the employer on')),
                ('started_on', models.DateField(default=None, null=True, verbose_name='first day at work')),
                ('seen_on', models.DateField(default=None, null=True, verbose_name='last confirmed at work on')),
                ('ended_on', models.DateField(default=None, null=True, verbose_name='ended on')),
                ('end_reason', models.CharField(blank=True, choices=[('as_agreed', 'Ended as agreed'), ('hired', 'Hired, here or elsewhere'), ('person_left', 'Person: left'), ('person_absent', 'Person: did not come'), ('employer_ended', 'Employer: ended it'), ('no_place', 'Employer: no place after all'), ('consent_withdrawn', 'Person: took the consent back'), ('lost', 'Not known: contact was lost'), ('other', 'Other')], default='', max_length=20, verbose_name='reason of the end')),
                ('consent_on', models.DateField(default=None, null=True, verbose_name='agreed to be named on')),
                ('consent_how', models.CharField(blank=True, choices=[('paper', 'On paper'), ('spoken', 'Spoken')], default='', max_length=10, verbose_name='how')),
                ('tells', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', 'Name'), ('phone', 'Phone'), ('email', 'Email'), ('times', 'When they can work'), ('skills', 'What they can do'), ('needs', 'What they need at work'), ('helper', 'Who helps them, with the name of the organisation')], max_length=10), blank=True, default=list, size=None, verbose_name='what the employer may be told')),
                ('consent_withdrawn_on', models.DateField(default=None, null=True, verbose_name='consent withdrawn on')),
                ('times', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='when they can work')),
                ('skills', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='what they can do')),
                ('needs', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='what they need at work')),
                ('state', models.GeneratedField(db_persist=True, expression=models.Case(models.When(ended_on__isnull=False, then=models.Value('ended')), models.When(started_on__isnull=False, then=models.Value('started')), models.When(agreed_on__isnull=False, then=models.Value('agreed')), default=models.Value('offered')), output_field=models.CharField(choices=[('offered', 'Offered'), ('agreed', 'Agreed'), ('started', 'At work'), ('ended', 'Ended')], max_length=10, verbose_name='state'))),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='cases.enrolment')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.workoffer', verbose_name='offer')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('responsible', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible')),
            ],
            options={
                'verbose_name': 'placement with an employer',
                'verbose_name_plural': 'placements with employers',
                'indexes': [models.Index(fields=['partner', '-offered_on', '-id'], name='placement_list'), models.Index(fields=['enrolment'], name='placement_of')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('enrolment', 'offer', 'partner'), name='placed_once_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('consent_on', None), ('consent_how', '')), models.Q(models.Q(('consent_on', None), _negated=True), models.Q(('consent_how', ''), _negated=True)), _connector='OR'), models.Q(models.Q(('consent_on', None), ('tells', [])), models.Q(models.Q(('consent_on', None), _negated=True), models.Q(('tells', []), _negated=True)), _connector='OR')), name='consent_says_how_and_what'), models.CheckConstraint(condition=models.Q(('tells', []), models.Q(('tells__contained_by', ['name', 'phone', 'email', 'times', 'skills', 'needs', 'helper']), ('tells__contains', ['name'])), _connector='OR'), name='employer_is_told_these_alone'), models.CheckConstraint(condition=models.Q(('agreed_on', None), models.Q(('agreed_on__gte', models.F('consent_on')), ('consent_on__isnull', False)), _connector='OR'), name='employer_agrees_after_the_consent'), models.CheckConstraint(condition=models.Q(('consent_withdrawn_on', None), models.Q(('consent_on__isnull', False), ('consent_withdrawn_on__gte', models.F('consent_on')), models.Q(('agreed_on', None), ('agreed_on__lte', models.F('consent_withdrawn_on')), _connector='OR'), models.Q(('started_on', None), ('started_on__lte', models.F('consent_withdrawn_on')), _connector='OR')), _connector='OR'), name='nothing_goes_on_without_consent'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_on', None), ('agreed_on__gte', models.F('offered_on')), _connector='OR'), models.Q(('started_on', None), models.Q(('agreed_on__isnull', False), ('started_on__gte', models.F('agreed_on'))), _connector='OR'), models.Q(('ended_on', None), ('ended_on__gte', models.F('offered_on')), _connector='OR'), models.Q(('ended_on', None), ('started_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR')), name='placement_days_in_order'), models.CheckConstraint(condition=models.Q(('seen_on', None), models.Q(('seen_on__gte', models.F('started_on')), ('started_on__isnull', False), models.Q(('ended_on', None), ('seen_on__lte', models.F('ended_on')), _connector='OR')), _connector='OR'), name='seen_while_at_work'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('end_reason', '')), models.Q(models.Q(('ended_on', None), _negated=True), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='ended_placement_has_a_reason'), models.UniqueConstraint(fields=('partner', 'id'), name='placement_by_owner'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_placement.own_enrolment'), partnership.isolation.policies.Grant(name='cases_placement.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'), partnership.isolation.policies.Policy(command='ALL', name='cases_placement.own', role='web', using='partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='INSERT', name='cases_placement.offer_seen', only_narrows=True, role='web', using='exists (select from programs_workoffer o where o.id = offer_id)'), partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'enrolment_id', 'started_on', 'seen_on', 'ended_on', 'end_reason'), name='cases_placement.worker_columns', privileges='SELECT', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='cases_placement.jobs_read', role='worker', using='true'), partnership.isolation.triggers.Fixed(columns=('partner_id', 'enrolment_id', 'offer_id'), name='cases_placement.fixed', when='true'), partnership.isolation.triggers.Fixed(columns=('consent_on', 'consent_how', 'tells', 'consent_withdrawn_on'), name='cases_placement.stays_withdrawn', when='old.consent_withdrawn_on is not null'), partnership.audit_trail.history.Recorded(about_person=True, leaves_out=('state',), name='cases_placement.recorded', number='id', partners=('partner_id',), record='placement')],
            },
        ),
    ]
