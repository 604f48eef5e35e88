"""Care teams: members by consent, and what each shares with the lead; a consent withdrawn takes it along."""

import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

FORGET = """
CREATE FUNCTION portal_forget_shared() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- A consent that is withdrawn takes what was shared under it along, whoever withdraws it and by whatever way.
BEGIN
  DELETE FROM public.cases_teamitem i USING public.cases_teammember m WHERE m.id = i.member_id AND m.consent_id = NEW.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_forget_shared() FROM PUBLIC;
CREATE TRIGGER forget_shared AFTER UPDATE OF withdrawn_at, event_on ON cases_consent FOR EACH ROW
WHEN (NEW.withdrawn_at IS NOT NULL OR NEW.event_on IS NOT NULL) EXECUTE FUNCTION portal_forget_shared();
"""
FORGET_NOTHING = "DROP TRIGGER forget_shared ON cases_consent; DROP FUNCTION portal_forget_shared()"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0027_references_go_with_records'),
        ('partnership', '0023_reads_of_who_has_the_record'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('treatment', 'Treatment'), ('health', 'Health'), ('housing', 'Housing'), ('work', 'Work and study'), ('family', 'Family'), ('social', 'Social work'), ('peer', 'Peer support')], max_length=20, verbose_name='part')),
                ('first_names', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='first names')),
                ('last_name', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='last name')),
                ('since', models.DateField(default=django.utils.timezone.localdate, verbose_name='since')),
                ('ended_on', models.DateField(default=None, null=True, verbose_name='ended on')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agreement')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.consent')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team_members', to='cases.enrolment')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='partner')),
            ],
            options={
                'verbose_name': 'member of a care team',
                'verbose_name_plural': 'members of care teams',
            },
        ),
        migrations.CreateModel(
            name='TeamItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('goal', 'Goal'), ('step', 'Step'), ('appointment', 'Appointment'), ('task', 'Task'), ('message', 'Message')], max_length=20, verbose_name='kind')),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField(owner='from_partner', verbose_name='text')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('done_on', models.DateField(default=None, null=True, verbose_name='done on')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('from_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('to_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='cases.teammember')),
            ],
            options={
                'verbose_name': 'shared in a care team',
            },
        ),
        migrations.AddIndex(
            model_name='teammember',
            index=models.Index(fields=['enrolment', 'id'], name='team_of'),
        ),
        migrations.AddIndex(
            model_name='teammember',
            index=models.Index(condition=models.Q(('ended_on', None)), fields=['to_partner', '-id'], name='team_member_at'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('enrolment', 'to_partner', 'from_partner'), name='once_in_a_team_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=models.UniqueConstraint(fields=('from_partner', 'to_partner', 'id'), name='team_member_by_parties'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='person', name='cases_teammember.own_person'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='enrolment', name='cases_teammember.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'person_id': 'person_id', 'to_partner_id': 'to_partner_id'}, field='consent', name='cases_teammember.own_consent'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.policies.Grant(name='cases_teammember.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.policies.Policy(check='from_partner_id = (select portal_acting_partner())', command='ALL', name='cases_teammember.lead', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_teammember.member_reads', role='web', using="to_partner_id = (select portal_acting_partner()) and ended_on is null and exists (\n select from cases_consent c where c.id = cases_teammember.consent_id and c.valid_days @> portal_today())\nand exists (\n select from partnership_agreement a where a.id = cases_teammember.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id', 'enrolment_id', 'person_id', 'consent_id', 'agreement_id', 'part', 'since', 'added_by_id'), name='cases_teammember.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_teammember.signed_added_by', only_narrows=True, role='web', using='added_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_teammember.recorded', number='id', partners=('from_partner_id', 'to_partner_id'), record='team_member'),
        ),
        migrations.AddIndex(
            model_name='teamitem',
            index=models.Index(fields=['member', '-id'], name='team_item_list'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'from_partner_id', 'to_partner_id': 'to_partner_id'}, field='member', follows=True, name='cases_teamitem.own_member'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Grant(name='cases_teamitem.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_teamitem.parties_read', role='web', using='(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and exists (select from cases_teammember m where m.id = cases_teamitem.member_id)'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_teamitem.parties_write', role='web', using='author_partner_id = (select portal_acting_partner()) and (from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and exists (select from cases_teammember m where m.id = cases_teamitem.member_id)'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='cases_teamitem.parties_mark', role='web', using='(from_partner_id = (select portal_acting_partner()) or to_partner_id = (select portal_acting_partner())) and exists (select from cases_teammember m where m.id = cases_teamitem.member_id)'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Policy(command='DELETE', name='cases_teamitem.lead_removes', role='web', using='from_partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.triggers.Fixed(columns=('from_partner_id', 'to_partner_id', 'member_id', 'kind', 'text', 'due_on', 'author_partner_id', 'author_id', 'written_at'), name='cases_teamitem.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='teamitem',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_teamitem.signed_author', only_narrows=True, role='web', using='author_id = (select portal_acting_user())'),
        ),
        migrations.RunSQL(FORGET, FORGET_NOTHING),
    ]
