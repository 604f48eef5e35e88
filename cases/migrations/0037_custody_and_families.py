"""Releases from custody with their contacts; consents between relatives, family sessions and parenting groups."""

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

FORGET_FAMILY_SESSIONS = """
CREATE FUNCTION portal_forget_family_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Who erases a person does not see with whom they met: it goes all the same.
BEGIN
  DELETE FROM public.cases_familypresence p USING public.cases_session s, public.cases_enrolment e
   WHERE s.id = p.session_id AND e.id = s.enrolment_id AND e.person_id = NEW.id AND p.partner_id = NEW.partner_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_forget_family_sessions() FROM PUBLIC;
CREATE TRIGGER forget_family_sessions AFTER UPDATE OF erased_on ON cases_person FOR EACH ROW
WHEN (OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL) EXECUTE FUNCTION portal_forget_family_sessions();
"""
FORGET_NONE = "DROP TRIGGER forget_family_sessions ON cases_person; DROP FUNCTION portal_forget_family_sessions();"


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0036_stipends_of_a_grant"),
        ('partnership', '0033_more_practices'),
        ("programs", "0025_custody_and_families_among_the_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='method',
            field=models.CharField(choices=[('counselling', 'Counselling'), ('motivational_interviewing', 'Motivational interviewing'), ('cbt', 'Cognitive behavioural therapy'), ('group', 'Group'), ('family', 'Family session'), ('assessment', 'Assessment'), ('other', 'Other')], default='counselling', max_length=30, verbose_name='method'),
        ),
        migrations.AlterField(
            model_name='session',
            name='method',
            field=models.CharField(choices=[('counselling', 'Counselling'), ('motivational_interviewing', 'Motivational interviewing'), ('cbt', 'Cognitive behavioural therapy'), ('group', 'Group'), ('family', 'Family session'), ('assessment', 'Assessment'), ('other', 'Other')], default='counselling', max_length=30, verbose_name='method'),
        ),
        migrations.CreateModel(
            name='FamilySession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='date')),
                ('led_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'family session',
            },
        ),
        migrations.CreateModel(
            name='FamilyPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('led_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.session')),
                ('family_session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='cases.familysession')),
            ],
            options={
                'verbose_name': 'presence at a family session',
            },
        ),
        migrations.CreateModel(
            name='ParentingGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_open', models.BooleanField(default=True, verbose_name='goes on')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'parenting group',
            },
        ),
        migrations.CreateModel(
            name='GroupMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='date')),
                ('adults', models.PositiveSmallIntegerField(verbose_name='adults')),
                ('children', models.PositiveSmallIntegerField(default=0, verbose_name='children')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meetings', to='cases.parentinggroup')),
            ],
            options={
                'verbose_name': 'meeting of a parenting group',
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='planned day of release')),
                ('released_at', models.DateTimeField(default=None, null=True, verbose_name='released')),
                ('conditions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('supervision', 'Meets a supervisor'), ('residence', 'Lives at an agreed address'), ('sobriety', 'No alcohol or drugs'), ('tests', 'Tests for substances'), ('treatment', 'Takes part in treatment or a programme'), ('monitoring', 'Electronic monitoring'), ('area', 'Stays away from a place or person'), ('reporting', 'Reports to the police'), ('other', 'Another condition')], max_length=20), blank=True, default=list, size=None, verbose_name='licence conditions')),
                ('conditions_note', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='about the conditions')),
                ('naloxone', models.CharField(choices=[('unknown', 'Not known'), ('given', 'Given'), ('declined', 'Offered, not wanted'), ('not_offered', 'Not offered')], default='unknown', max_length=12, verbose_name='naloxone')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='releases', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('responsible', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible for the first contact')),
            ],
            options={
                'verbose_name': 'release',
                'verbose_name_plural': 'releases',
            },
        ),
        migrations.CreateModel(
            name='ReleaseContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('how', models.CharField(choices=[('visit', 'Visit'), ('gate', 'Picked up at the gate'), ('met', 'Met'), ('call', 'Phone'), ('video', 'Video')], max_length=10, verbose_name='how')),
                ('outcome', models.CharField(blank=True, choices=[('kept', 'In contact'), ('missed', 'No contact')], default='', max_length=10, verbose_name='how it went')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='cases.release')),
                ('responsible', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'contact around a release',
            },
        ),
        migrations.CreateModel(
            name='FamilyConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='agreed on')),
                ('how', models.CharField(choices=[('paper', 'On paper'), ('spoken', 'Spoken')], max_length=10, verbose_name='how')),
                ('withdrawn_on', models.DateField(default=None, null=True, verbose_name='withdrawn on')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.person')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='family_consents', to='cases.person')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent to a relative',
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_on', None)), fields=('partner', 'person', 'other'), name='agreed_to_a_relative_once'), models.CheckConstraint(condition=models.Q(('person', models.F('other')), _negated=True), name='a_relative_is_another'), models.CheckConstraint(condition=models.Q(('withdrawn_on', None), ('withdrawn_on__gte', models.F('agreed_on')), _connector='OR'), name='withdrawn_once_agreed'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_familyconsent.own_person'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='other', name='cases_familyconsent.own_other'), partnership.isolation.policies.Grant(name='cases_familyconsent.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'), partnership.isolation.policies.Policy(command='ALL', name='cases_familyconsent.own', role='web', using='partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='INSERT', name='cases_familyconsent.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'), partnership.isolation.triggers.Fixed(columns=('partner_id', 'person_id', 'other_id', 'agreed_on', 'how', 'recorded_by_id'), name='cases_familyconsent.fixed', when='true'), partnership.isolation.triggers.Fixed(columns=('withdrawn_on',), name='cases_familyconsent.withdrawn_once', when='old.withdrawn_on is not null'), partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_familyconsent.recorded', number='id', partners=('partner_id',), record='family_consent')],
            },
        ),
        migrations.AddIndex(
            model_name='familysession',
            index=models.Index(fields=['partner', 'led_by', '-held_on', '-id'], name='family_session_list'),
        ),
        migrations.AddConstraint(
            model_name='familysession',
            constraint=models.UniqueConstraint(fields=('partner', 'led_by', 'id'), name='family_session_by_leader'),
        ),
        migrations.AddConstraint(
            model_name='familysession',
            constraint=partnership.isolation.policies.Grant(name='cases_familysession.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='familysession',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_familysession.leader', role='web', using='partner_id = (select portal_acting_partner()) and led_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='familypresence',
            constraint=models.UniqueConstraint(fields=('session', 'partner'), name='of_one_family_session'),
        ),
        migrations.AddConstraint(
            model_name='familypresence',
            constraint=partnership.isolation.pointers.SameOwner(by={'led_by_id': 'led_by_id', 'partner_id': 'partner_id'}, field='family_session', name='cases_familypresence.own_family_session'),
        ),
        migrations.AddConstraint(
            model_name='familypresence',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='session', name='cases_familypresence.own_session'),
        ),
        migrations.AddConstraint(
            model_name='familypresence',
            constraint=partnership.isolation.policies.Grant(name='cases_familypresence.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='familypresence',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_familypresence.leader', role='web', using='partner_id = (select portal_acting_partner()) and led_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=models.UniqueConstraint(fields=('partner', 'programme', 'name'), name='parenting_group_once'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='parenting_group_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='programme', name='cases_parentinggroup.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=partnership.isolation.policies.Grant(name='cases_parentinggroup.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_parentinggroup.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'programme_id'), name='cases_parentinggroup.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='parentinggroup',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_parentinggroup.recorded', number='id', partners=('partner_id',), record='parenting_group'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=models.UniqueConstraint(fields=('group', 'held_on', 'partner'), name='one_meeting_a_day'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='group', name='cases_groupmeeting.own_group'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=partnership.isolation.policies.Grant(name='cases_groupmeeting.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_groupmeeting.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_groupmeeting.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='groupmeeting',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_groupmeeting.recorded', number='id', partners=('partner_id',), record='group_meeting'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(condition=models.Q(('released_at', None)), fields=['partner', 'planned_on', 'id'], name='release_coming'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['partner', '-released_at', '-id'], name='release_past'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('enrolment', 'partner'), name='one_release_ahead'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='release_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_release.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Grant(name='cases_release.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_release.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'enrolment_id', 'planned_on', 'released_at', 'conditions', 'naloxone'), name='cases_release.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_release.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Grant(name='cases_release.worker_imports', privileges='INSERT, UPDATE', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_release.import_insert', role='worker', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='cases_release.import_update', role='worker', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'enrolment_id'), name='cases_release.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_release.recorded', number='id', partners=('partner_id',), record='release'),
        ),
        migrations.AddIndex(
            model_name='releasecontact',
            index=models.Index(fields=['release', 'at', 'id'], name='release_contact_of'),
        ),
        migrations.AddIndex(
            model_name='releasecontact',
            index=models.Index(fields=['partner', 'at'], name='release_contact_at'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='release', name='cases_releasecontact.own_release'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.policies.Grant(name='cases_releasecontact.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_releasecontact.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'release_id', 'at', 'outcome'), name='cases_releasecontact.worker_columns', privileges='SELECT', role='worker'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='cases_releasecontact.jobs_read', role='worker', using='true'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_releasecontact.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'release_id', 'recorded_by_id'), name='cases_releasecontact.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='releasecontact',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_releasecontact.recorded', number='id', partners=('partner_id',), record='release_contact'),
        ),
        migrations.RunSQL(FORGET_FAMILY_SESSIONS, FORGET_NONE),
    ]
