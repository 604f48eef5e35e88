"""Protection of possible victims of trafficking, which goes with an erased person and keeps reminders away; fellowships and stipends."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.encrypted_fields
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


FORGET_PROTECTED = """
CREATE FUNCTION portal_forget_protected() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Who erases a person does not see what is protected: it goes all the same.
BEGIN
  DELETE FROM public.cases_policenotice WHERE person_id = NEW.id AND from_partner_id = NEW.partner_id;
  DELETE FROM public.cases_protectedreferral WHERE person_id = NEW.id AND partner_id = NEW.partner_id;
  DELETE FROM public.cases_screen WHERE person_id = NEW.id AND partner_id = NEW.partner_id;
  DELETE FROM public.cases_safecontact WHERE person_id = NEW.id AND partner_id = NEW.partner_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_forget_protected() FROM PUBLIC;
CREATE TRIGGER forget_protected AFTER UPDATE OF erased_on ON cases_person FOR EACH ROW
WHEN (OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL) EXECUTE FUNCTION portal_forget_protected();
"""
FORGET_NOTHING = "DROP TRIGGER forget_protected ON cases_person; DROP FUNCTION portal_forget_protected();"

KEEP_CONTACT_SAFE = """
CREATE FUNCTION portal_keep_contact_safe() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Whoever agrees reminders with somebody who has a safe contact, by any of their records: they must not be contacted. Why, it does not say.
BEGIN
  IF EXISTS (
    SELECT FROM public.cases_safecontact s
      JOIN public.cases_person theirs ON theirs.id = s.person_id
      JOIN public.cases_person asked ON asked.id = NEW.person_id
     WHERE s.partner_id = NEW.partner_id
       AND coalesce(theirs.same_as_id, theirs.id) = coalesce(asked.same_as_id, asked.id))
  THEN NEW.channel := ''; NEW.address := ''; NEW.never := true; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_keep_contact_safe() FROM PUBLIC;
CREATE TRIGGER keep_contact_safe BEFORE INSERT OR UPDATE OF channel, address, never ON cases_contactwish FOR EACH ROW
EXECUTE FUNCTION portal_keep_contact_safe();
"""
KEEP_NONE_SAFE = "DROP TRIGGER keep_contact_safe ON cases_contactwish; DROP FUNCTION portal_keep_contact_safe();"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0031_consents_that_stay'),
        ('partnership', '0031_practices_and_protected_reads'),
        ('programs', '0018_fellowships_among_the_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Fellowship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='start')),
                ('months', models.PositiveSmallIntegerField(verbose_name='months')),
            ],
            options={
                'verbose_name': 'fellowship',
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.CharField(choices=[('substances', 'Substance use'), ('health', 'Health'), ('work', 'Work and study'), ('housing', 'Housing'), ('relationships', 'Relationships'), ('other', 'Other')], max_length=20, verbose_name='area')),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='milestone')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('reached_on', models.DateField(null=True, verbose_name='reached on')),
            ],
            options={
                'verbose_name': 'milestone',
            },
        ),
        migrations.CreateModel(
            name='PoliceNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('police_may_know', models.BooleanField(default=True)),
                ('first_names', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='first names')),
                ('last_name', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, owner='from_partner', verbose_name='last name')),
                ('born_on', partnership.isolation.encrypted_fields.EncryptedDateField(blank=True, owner='from_partner', verbose_name='date of birth')),
                ('referred_on', models.DateField(verbose_name='referred on')),
                ('told_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='told')),
            ],
            options={
                'verbose_name': 'notice to the police of a protected referral',
            },
        ),
        migrations.CreateModel(
            name='ProtectedReferral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('referral', 'Referral with consent'), ('consultation', 'Consultation without a name')], max_length=20, verbose_name='kind')),
                ('is_child', models.BooleanField(verbose_name='under 18, or may be')),
                ('form', models.CharField(blank=True, choices=[('sexual', 'Sexual exploitation'), ('labour', 'Forced work'), ('criminality', 'Forced crime'), ('begging', 'Forced begging'), ('marriage', 'Forced marriage'), ('other', 'Something else, or not clear')], max_length=20, verbose_name='what they may be made to do')),
                ('consented_on', models.DateField(null=True, verbose_name='the person agreed on')),
                ('consented_how', models.CharField(blank=True, choices=[('paper', 'On paper'), ('screen', 'On the screen'), ('verbal', 'Spoken, with a witness')], max_length=10, verbose_name='how they agreed')),
                ('withdrawn_on', models.DateField(null=True, verbose_name='taken back on')),
                ('police_may_know', models.BooleanField(default=False, verbose_name='the police may know')),
                ('welfare_notice_on', models.DateField(null=True, verbose_name='child welfare notice made on')),
                ('representative', models.CharField(blank=True, choices=[('asked', 'A representative was asked for'), ('appointed', 'A representative was appointed'), ('guardian', 'The guardian speaks for the child, and is no danger')], max_length=20, verbose_name='representative')),
                ('sent_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='asked on')),
                ('answer', models.CharField(blank=True, choices=[('accepted', 'Taken into the assistance system'), ('advice', 'Advice given'), ('more_asked', 'More was asked'), ('not_accepted', 'Not taken in')], default='', max_length=20, verbose_name='answer')),
                ('answered_on', models.DateField(null=True, verbose_name='answered on')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'protected referral',
            },
        ),
        migrations.CreateModel(
            name='ProtectionGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'named for protection',
            },
        ),
        migrations.CreateModel(
            name='SafeContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', partnership.isolation.encrypted_fields.EncryptedTextField(help_text='For example: “Only at the day centre, in person.”', verbose_name='how')),
                ('when', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='when')),
                ('never', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', help_text='For example: “Never call. Never leave a message.”', verbose_name='never')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'safe contact',
            },
        ),
        migrations.CreateModel(
            name='Screen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(default=django.utils.timezone.localdate, verbose_name='date')),
                ('answers', partnership.isolation.encrypted_fields.EncryptedJSONField(blank=True, default=dict, verbose_name='answers')),
                ('has_yes', models.BooleanField()),
                ('danger_now', models.BooleanField(verbose_name='in danger now')),
                ('is_child', models.BooleanField(verbose_name='under 18, or may be')),
                ('form', models.CharField(blank=True, choices=[('sexual', 'Sexual exploitation'), ('labour', 'Forced work'), ('criminality', 'Forced crime'), ('begging', 'Forced begging'), ('marriage', 'Forced marriage'), ('other', 'Something else, or not clear')], max_length=20, verbose_name='what they may be made to do')),
                ('decision', models.CharField(choices=[('none', 'Nothing for now'), ('ask_more', 'Ask more'), ('consult', 'Ask the assistance system, without a name'), ('refer', 'Refer, if the person agrees')], max_length=20, verbose_name='what next')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'protected record',
            },
        ),
        migrations.CreateModel(
            name='Stipend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.PositiveSmallIntegerField(verbose_name='month of the fellowship')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=8, verbose_name='euros')),
                ('paid_from', models.CharField(blank=True, help_text='The grant or account.', max_length=120, verbose_name='paid from')),
                ('asked_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='asked on')),
            ],
            options={
                'verbose_name': 'stipend',
            },
        ),
        migrations.CreateModel(
            name='StipendApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approved_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='approved on')),
                ('paid_on', models.DateField(null=True, verbose_name='paid on')),
            ],
            options={
                'verbose_name': 'approval of a stipend',
            },
        ),
        migrations.CreateModel(
            name='StipendRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_month', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='from month')),
                ('cap', models.DecimalField(decimal_places=2, max_digits=8, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='at most, in euros a month')),
                ('milestones_needed', models.PositiveSmallIntegerField(default=0, verbose_name='milestones reached by then')),
            ],
            options={
                'verbose_name': 'rule of stipends',
            },
        ),
        migrations.CreateModel(
            name='Touchpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(default=django.utils.timezone.localdate, verbose_name='date')),
                ('kind', models.CharField(choices=[('met', 'Met'), ('call', 'Call'), ('message', 'Message'), ('outing', 'Went somewhere together'), ('group', 'Group')], max_length=10, verbose_name='kind')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
            ],
            options={
                'verbose_name': 'touchpoint',
            },
        ),
        migrations.RemoveConstraint(
            model_name='recordopening',
            name='cases_recordopening.see',
        ),
        migrations.RemoveConstraint(
            model_name='recordopening',
            name='cases_recordopening.open_own',
        ),
        migrations.RemoveConstraint(
            model_name='recordopening',
            name='cases_recordopening.fixed',
        ),
        migrations.AddField(
            model_name='recordopening',
            name='protected_number',
            field=models.BigIntegerField(null=True, verbose_name='protected record'),
        ),
        migrations.AlterField(
            model_name='recordopening',
            name='person_number',
            field=models.BigIntegerField(null=True, verbose_name='person'),
        ),
        migrations.AddConstraint(
            model_name='recordopening',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person_number', None), ('protected_number__isnull', False)), models.Q(('person_number__isnull', False), ('protected_number', None)), _connector='OR'), name='opening_of_one_record'),
        ),
        migrations.AddConstraint(
            model_name='recordopening',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_recordopening.see', role='web', using="(partner_id = (select portal_acting_partner()) and (user_id = (select portal_acting_user()) or protected_number is null and ((select portal_acting_manager()) or (select portal_acting_role()) = 'case_manager') or exists (select from cases_screen s where s.id = protected_number)))"),
        ),
        migrations.AddConstraint(
            model_name='recordopening',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_recordopening.open_own', role='web', using='(partner_id = (select portal_acting_partner()) and user_id = (select portal_acting_user()) and opened_at = now() and checked_at is null and (exists (select from cases_person p where p.id = person_number and p.partner_id = cases_recordopening.partner_id) or exists (select from cases_screen s where s.id = protected_number)))'),
        ),
        migrations.AddConstraint(
            model_name='recordopening',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'user_id', 'person_number', 'protected_number', 'purpose', 'words', 'opened_at'), name='cases_recordopening.fixed', when="current_user = 'portal_web'"),
        ),
        migrations.AddField(
            model_name='fellowship',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fellowships', to='cases.enrolment'),
        ),
        migrations.AddField(
            model_name='fellowship',
            name='mentor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='mentor'),
        ),
        migrations.AddField(
            model_name='fellowship',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='fellowship',
            name='second_mentor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='second mentor'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='milestone',
            name='fellowship',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='cases.fellowship'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agreement'),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='from_partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person'),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='to_partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner', verbose_name='police unit'),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='told_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='protectedreferral',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='protectedreferral',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person'),
        ),
        migrations.AddField(
            model_name='protectedreferral',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policenotice',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='cases.protectedreferral'),
        ),
        migrations.AddField(
            model_name='protectiongrant',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='protectiongrant',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='protectiongrant',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.membership', verbose_name='member'),
        ),
        migrations.AddField(
            model_name='protectiongrant',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='protectiongrant',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='safecontact',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='safecontact',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person'),
        ),
        migrations.AddField(
            model_name='safecontact',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='screen',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='screen',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person'),
        ),
        migrations.AddField(
            model_name='screen',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='protectedreferral',
            name='screen',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='referrals', to='cases.screen'),
        ),
        migrations.AddField(
            model_name='stipend',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stipend',
            name='fellowship',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stipends', to='cases.fellowship'),
        ),
        migrations.AddField(
            model_name='stipend',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='stipendapproval',
            name='approved_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stipendapproval',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stipendapproval',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='stipendapproval',
            name='stipend',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='approval', to='cases.stipend'),
        ),
        migrations.AddField(
            model_name='stipendrule',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='stipendrule',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='touchpoint',
            name='fellowship',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='touchpoints', to='cases.fellowship'),
        ),
        migrations.AddField(
            model_name='touchpoint',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='touchpoint',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=models.UniqueConstraint(fields=('enrolment', 'partner'), name='one_fellowship_a_participation'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=models.CheckConstraint(condition=models.Q(('months__gte', 1), ('months__lte', 36)), name='fellowship_lasts_months'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=models.CheckConstraint(condition=models.Q(('second_mentor', None), models.Q(('second_mentor', models.F('mentor')), _negated=True), _connector='OR'), name='mentors_are_two_people'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='fellowship_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=models.UniqueConstraint(fields=('partner', 'person', 'id'), name='screen_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=models.UniqueConstraint(fields=('partner', 'person', 'police_may_know', 'id'), name='protected_referral_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=models.UniqueConstraint(fields=('partner', 'asked_by', 'id'), name='stipend_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_fellowship.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=partnership.isolation.policies.Grant(name='cases_fellowship.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_fellowship.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='fellowship',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_fellowship.recorded', number='id', partners=('partner_id',), record='fellowship'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(fields=['fellowship', 'due_on', 'id'], name='milestone_of'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reached_on', None), ('confirmed_by', None)), models.Q(models.Q(('reached_on', None), _negated=True), models.Q(('confirmed_by', None), _negated=True)), _connector='OR'), name='somebody_confirmed_it'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='fellowship', name='cases_milestone.own_fellowship'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=partnership.isolation.policies.Grant(name='cases_milestone.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_milestone.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_milestone.recorded', number='id', partners=('partner_id',), record='milestone'),
        ),
        migrations.AddIndex(
            model_name='policenotice',
            index=models.Index(fields=['to_partner', '-id'], name='police_notice_received'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=models.UniqueConstraint(fields=('referral', 'to_partner', 'from_partner'), name='police_told_once'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=models.CheckConstraint(condition=models.Q(('police_may_know', True)), name='told_by_the_persons_will'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id'}, field='person', name='cases_policenotice.own_person'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.pointers.SameOwner(by={'from_partner_id': 'partner_id', 'person_id': 'person_id', 'police_may_know': 'police_may_know'}, field='referral', name='cases_policenotice.own_referral'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Grant(name='cases_policenotice.web', privileges='SELECT, INSERT, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_policenotice.named', role='web', using="from_partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) in ('caseworker', 'case_manager', 'professional') and exists (select from cases_protectiongrant g\n where g.partner_id = (select portal_acting_partner()) and g.user_id = (select portal_acting_user()) and g.ended_at is null))"),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_policenotice.police_read', role='web', using="to_partner_id = (select portal_acting_partner()) and (select portal_acting_role()) = 'police_liaison' and exists (\n select from partnership_agreement a where a.id = cases_policenotice.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_policenotice.covered', only_narrows=True, role='web', using="exists (\n select from partnership_agreement a where a.id = cases_policenotice.agreement_id and a.valid_from <= portal_today()\n    and coalesce(a.valid_to, 'infinity') >= portal_today() and coalesce(a.ended_on, 'infinity') > portal_today())"),
        ),
        migrations.AddConstraint(
            model_name='policenotice',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_policenotice.signed_told_by', only_narrows=True, role='web', using='told_by_id = (select portal_acting_user())'),
        ),
        migrations.AddIndex(
            model_name='protectiongrant',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['user', 'partner'], name='named_now'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('membership', 'partner'), name='named_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_by', None), ('ended_at', None)), models.Q(models.Q(('ended_by', None), _negated=True), models.Q(('ended_at', None), _negated=True)), _connector='OR'), name='somebody_ended_the_naming'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='membership', name='cases_protectiongrant.own_membership'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Grant(name='cases_protectiongrant.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_protectiongrant.own_read', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_protectiongrant.audit', role='web', using="(select portal_acting_role()) = 'auditor'"),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_protectiongrant.manager_names', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_manager()) and exists (select from partnership_membership m where m.id = membership_id and m.user_id = cases_protectiongrant.user_id and m.role in ('caseworker', 'case_manager', 'professional'))"),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='cases_protectiongrant.manager_ends', role='web', using='partner_id = (select portal_acting_partner()) and (select portal_acting_manager())'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_protectiongrant.signed_given_by', only_narrows=True, role='web', using='given_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'membership_id', 'user_id', 'given_by_id', 'given_at'), name='cases_protectiongrant.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.isolation.triggers.Fixed(columns=('ended_by_id', 'ended_at'), name='cases_protectiongrant.ended_once', when='old.ended_at is not null'),
        ),
        migrations.AddConstraint(
            model_name='protectiongrant',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_protectiongrant.recorded', number='id', partners=('partner_id',), record='protection_grant'),
        ),
        migrations.AddConstraint(
            model_name='safecontact',
            constraint=models.UniqueConstraint(fields=('person', 'partner'), name='one_safe_contact'),
        ),
        migrations.AddConstraint(
            model_name='safecontact',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_safecontact.own_person'),
        ),
        migrations.AddConstraint(
            model_name='safecontact',
            constraint=partnership.isolation.policies.Grant(name='cases_safecontact.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='safecontact',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_safecontact.named', role='web', using="partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) in ('caseworker', 'case_manager', 'professional') and exists (select from cases_protectiongrant g\n where g.partner_id = (select portal_acting_partner()) and g.user_id = (select portal_acting_user()) and g.ended_at is null))"),
        ),
        migrations.AddConstraint(
            model_name='safecontact',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_safecontact.signed_written_by', only_narrows=True, role='web', using='written_by_id = (select portal_acting_user())'),
        ),
        migrations.AddIndex(
            model_name='screen',
            index=models.Index(fields=['partner', '-id'], name='screen_own'),
        ),
        migrations.AddIndex(
            model_name='screen',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person'], name='screen_of'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('danger_now', False), ('has_yes', False)), models.Q(('decision', 'none'), _negated=True), _connector='OR'), name='a_yes_is_not_left_alone'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'refer'), _negated=True), ('person__isnull', False), _connector='OR'), name='nobody_is_not_referred'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_screen.own_person'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=partnership.isolation.policies.Grant(name='cases_screen.web', privileges='SELECT, INSERT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_screen.named', role='web', using="partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) in ('caseworker', 'case_manager', 'professional') and exists (select from cases_protectiongrant g\n where g.partner_id = (select portal_acting_partner()) and g.user_id = (select portal_acting_user()) and g.ended_at is null))"),
        ),
        migrations.AddConstraint(
            model_name='screen',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_screen.signed_written_by', only_narrows=True, role='web', using='written_by_id = (select portal_acting_user())'),
        ),
        migrations.AddIndex(
            model_name='protectedreferral',
            index=models.Index(fields=['partner', '-id'], name='protected_referral_own'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consented_how', ''), ('consented_on', None), ('kind', 'consultation'), ('person', None), ('police_may_know', False), ('representative', ''), ('screen', None), ('welfare_notice_on', None), ('withdrawn_on', None)), models.Q(('consented_on__isnull', False), ('kind', 'referral'), ('person__isnull', False), ('screen__isnull', False), models.Q(('consented_how', ''), _negated=True)), _connector='OR'), name='without_consent_nobody_is_named'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'consultation'), ('is_child', False), models.Q(('welfare_notice_on__isnull', False), models.Q(('representative', ''), _negated=True)), _connector='OR'), name='a_child_has_a_notice_and_somebody_who_speaks'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_on', None), ('police_may_know', False), _connector='OR'), name='taken_back_from_the_police_too'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_on', None)), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_on', None), _negated=True)), _connector='OR'), name='answered_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_protectedreferral.own_person'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id', 'person_id': 'person_id'}, field='screen', name='cases_protectedreferral.own_screen'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.policies.Grant(name='cases_protectedreferral.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_protectedreferral.named', role='web', using="partner_id = (select portal_acting_partner()) and ((select portal_acting_role()) in ('caseworker', 'case_manager', 'professional') and exists (select from cases_protectiongrant g\n where g.partner_id = (select portal_acting_partner()) and g.user_id = (select portal_acting_user()) and g.ended_at is null))"),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_protectedreferral.signed_written_by', only_narrows=True, role='web', using='written_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'kind', 'screen_id', 'person_id', 'is_child', 'form', 'consented_on', 'consented_how', 'welfare_notice_on', 'representative', 'sent_on', 'written_by_id', 'written_at'), name='cases_protectedreferral.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='protectedreferral',
            constraint=partnership.isolation.triggers.Fixed(columns=('withdrawn_on', 'police_may_know'), name='cases_protectedreferral.taken_back_once', when='old.withdrawn_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=models.UniqueConstraint(fields=('fellowship', 'month', 'partner'), name='one_stipend_a_month'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('month__gte', 1)), name='stipend_is_money_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='fellowship', name='cases_stipend.own_fellowship'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.policies.Grant(name='cases_stipend.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_stipend.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_stipend.signed_asked_by', only_narrows=True, role='web', using='asked_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'fellowship_id', 'month', 'amount', 'paid_from', 'asked_by_id', 'asked_on'), name='cases_stipend.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='stipend',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_stipend.recorded', number='id', partners=('partner_id',), record='stipend'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=models.UniqueConstraint(fields=('stipend', 'partner'), name='approved_once'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', models.F('asked_by')), _negated=True), name='approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=models.CheckConstraint(condition=models.Q(('paid_on', None), ('paid_on__gte', models.F('approved_on')), _connector='OR'), name='paid_once_approved'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.pointers.SameOwner(by={'asked_by_id': 'asked_by_id', 'partner_id': 'partner_id'}, field='stipend', name='cases_stipendapproval.own_stipend'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Grant(name='cases_stipendapproval.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_stipendapproval.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_stipendapproval.signed_approved_by', only_narrows=True, role='web', using='approved_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'stipend_id', 'asked_by_id', 'approved_by_id', 'approved_on'), name='cases_stipendapproval.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.isolation.triggers.Fixed(columns=('paid_on',), name='cases_stipendapproval.paid_once', when='old.paid_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='stipendapproval',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_stipendapproval.recorded', number='id', partners=('partner_id',), record='stipend_approval'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=models.UniqueConstraint(fields=('programme', 'from_month', 'partner'), name='one_rule_a_month'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=models.CheckConstraint(condition=models.Q(('cap__gt', 0), ('from_month__gte', 1)), name='rule_pays_from_a_month'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='programme', name='cases_stipendrule.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=partnership.isolation.policies.Grant(name='cases_stipendrule.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_stipendrule.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stipendrule',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_stipendrule.recorded', number='id', partners=('partner_id',), record='stipend_rule'),
        ),
        migrations.AddIndex(
            model_name='touchpoint',
            index=models.Index(fields=['fellowship', '-on', '-id'], name='touchpoint_of'),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='fellowship', name='cases_touchpoint.own_fellowship'),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=partnership.isolation.policies.Grant(name='cases_touchpoint.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_touchpoint.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_touchpoint.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='touchpoint',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_touchpoint.recorded', number='id', partners=('partner_id',), record='touchpoint'),
        ),
        migrations.RunSQL(FORGET_PROTECTED, FORGET_NOTHING),
        migrations.RunSQL(KEEP_CONTACT_SAFE, KEEP_NONE_SAFE),
    ]
