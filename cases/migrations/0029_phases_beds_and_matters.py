"""Phases, beds and legal matters; what is open in them ends with the participation, and a lawyer's notes go with their matter."""

import cases.enrolments.places
import django.contrib.postgres.constraints
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


END_WITH_ENROLMENT = """
CREATE FUNCTION portal_end_with_enrolment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Whoever ends a participation, on a page or by an import: the bed is free, and nobody is left in a phase.
BEGIN
  UPDATE public.cases_stay SET ended_on = greatest(NEW.ended_on, started_on),
         away = ARRAY (SELECT night FROM unnest(away) AS night WHERE night < greatest(NEW.ended_on, started_on) ORDER BY night)
   WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id AND ended_on IS NULL;
  UPDATE public.cases_phasestay SET ended_on = greatest(NEW.ended_on, started_on), result = 'ended'
   WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id AND ended_on IS NULL;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_end_with_enrolment() FROM PUBLIC;
CREATE TRIGGER end_with_enrolment AFTER UPDATE OF ended_on ON cases_enrolment FOR EACH ROW
WHEN (OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL) EXECUTE FUNCTION portal_end_with_enrolment();
"""
NOTHING_ENDS = "DROP TRIGGER end_with_enrolment ON cases_enrolment; DROP FUNCTION portal_end_with_enrolment();"

FORGET_NOTES = """
CREATE FUNCTION portal_forget_matter_notes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Who erases a person does not see what the lawyer noted: it goes all the same.
BEGIN
  DELETE FROM public.cases_matternote n WHERE n.matter_id = OLD.id;
  RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION portal_forget_matter_notes() FROM PUBLIC;
CREATE TRIGGER forget_matter_notes BEFORE DELETE ON cases_matter FOR EACH ROW EXECUTE FUNCTION portal_forget_matter_notes();
"""
FORGET_NO_NOTES = "DROP TRIGGER forget_matter_notes ON cases_matter; DROP FUNCTION portal_forget_matter_notes();"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0028_care_teams'),
        ('partnership', '0027_keys_of_systems_and_own_sign_in'),
        ('programs', '0014_beds_are_counted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(cases.enrolments.places.COUNT_BEDS, "DROP FUNCTION portal_count_beds();"),
        migrations.CreateModel(
            name='Bed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What your team calls it, for example 2 A.', max_length=40, verbose_name='bed')),
                ('room', models.CharField(blank=True, max_length=40, verbose_name='room')),
                ('for_whom', models.CharField(choices=[('anybody', 'Anybody'), ('women', 'Women'), ('men', 'Men'), ('minors', 'People under 18')], default='anybody', max_length=10, verbose_name='for whom')),
                ('opened_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='in use since')),
                ('closed_on', models.DateField(default=None, null=True, verbose_name='closed on')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'bed',
                'verbose_name_plural': 'beds',
            },
        ),
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='opened on')),
                ('offences', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('0601', 'Unlawful acts involving controlled drugs or precursors'), ('06011', 'Drugs for personal consumption'), ('060111', 'Possession, purchase or use of drugs for personal consumption'), ('060112', 'Cultivation or production of drugs for personal consumption'), ('06012', 'Drugs not for personal consumption'), ('060121', 'Trafficking of drugs'), ('060122', 'Manufacture of drugs'), ('060123', 'Cultivation of drugs'), ('060124', 'Diversion of precursors'), ('060129', 'Other acts with drugs not for personal consumption'), ('06019', 'Other acts with controlled drugs'), ('01', 'Acts leading to death'), ('02', 'Acts causing harm to the person'), ('03', 'Injurious acts of a sexual nature'), ('04', 'Acts against property involving violence'), ('05', 'Acts against property only'), ('07', 'Acts involving fraud, deception or corruption'), ('08', 'Acts against public order or authority'), ('09', 'Acts against public safety or national security'), ('10', 'Acts against the natural environment'), ('11', 'Other criminal acts')], max_length=6), size=None, verbose_name='offences')),
                ('section', models.CharField(blank=True, help_text='For example 50:2 a.', max_length=80, verbose_name='section of the Criminal Code')),
                ('stage', models.CharField(choices=[('inquiry', 'Pre-trial investigation'), ('charge_decision', 'Consideration of charges'), ('penal_order', 'Penal order'), ('district_court', 'District court'), ('appeal', 'Appeal'), ('enforcement', 'Enforcement')], default='inquiry', max_length=20, verbose_name='stage')),
                ('case_number', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='case number')),
                ('authority', models.CharField(blank=True, max_length=120, verbose_name='authority')),
                ('first_offence', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('unknown', 'Not known')], default='unknown', max_length=10, verbose_name='first offence')),
                ('first_known', models.CharField(blank=True, choices=[('record', 'From the criminal record'), ('told', 'The person told it'), ('authority', 'The authority told it')], default='', max_length=10, verbose_name='how that is known')),
                ('next_on', models.DateField(blank=True, help_text='A time limit, for example.', null=True, verbose_name='next date')),
                ('closed_on', models.DateField(default=None, null=True, verbose_name='closed on')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matters', to='cases.enrolment')),
                ('lawyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lawyer')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'legal matter',
                'verbose_name_plural': 'legal matters',
            },
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('kind', models.CharField(choices=[('questioning', 'Questioning'), ('preparation', 'Preparatory hearing'), ('main', 'Main hearing'), ('appeal', 'Appeal hearing'), ('other', 'Another hearing')], max_length=12, verbose_name='kind')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('attendance', models.CharField(blank=True, choices=[('came', 'Came'), ('missed', 'Did not come'), ('cancelled', 'Cancelled')], default='', max_length=10, verbose_name='attendance')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='cases.matter')),
            ],
            options={
                'verbose_name': 'hearing',
                'verbose_name_plural': 'hearings',
            },
        ),
        migrations.CreateModel(
            name='Disposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('decided_by', models.CharField(choices=[('police', 'Police'), ('prosecutor', 'Prosecutor'), ('court', 'Court')], max_length=10, verbose_name='decided by')),
                ('sanction', models.CharField(choices=[('petty_fine', 'Petty fine'), ('fine', 'Fine'), ('conditional', 'Conditional imprisonment'), ('community_service', 'Community service'), ('monitoring', 'Monitoring sentence'), ('unconditional', 'Unconditional imprisonment'), ('combination', 'Combination sentence'), ('juvenile', 'Juvenile punishment'), ('waived', 'Punishment waived'), ('not_charged', 'Charge not brought'), ('dismissed', 'Charge dismissed'), ('lapsed', 'Lapsed')], max_length=20, verbose_name='decision')),
                ('length_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='length in days')),
                ('treatment_weighed', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('unknown', 'Not known')], default='unknown', max_length=10, verbose_name='treatment counted in it')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disposals', to='cases.matter')),
            ],
            options={
                'verbose_name': 'decision in a matter',
            },
        ),
        migrations.CreateModel(
            name='MatterNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='note')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='cases.matter')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'note of a lawyer',
            },
        ),
        migrations.CreateModel(
            name='Phase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='order')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('min_days', models.PositiveSmallIntegerField(default=0, help_text='Nobody moves on before.', verbose_name='at least so many days')),
                ('sessions_a_week', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='meetings a week')),
                ('review_days', models.PositiveSmallIntegerField(blank=True, help_text='Who is past it, is due for a review.', null=True, verbose_name='days between reviews')),
                ('asks', models.TextField(blank=True, max_length=1000, verbose_name='what it asks')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'phase',
                'verbose_name_plural': 'phases',
            },
        ),
        migrations.CreateModel(
            name='PhaseStay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_on', models.DateField(verbose_name='since')),
                ('ended_on', models.DateField(default=None, null=True, verbose_name='until')),
                ('result', models.CharField(blank=True, choices=[('advanced', 'Moved on'), ('back', 'Moved back'), ('completed', 'Completed all phases'), ('ended', 'The participation ended')], default='', max_length=10, verbose_name='result')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phase_stays', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cases.phase', verbose_name='phase')),
            ],
            options={
                'verbose_name': 'time in a phase',
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('kind', models.CharField(choices=[('incentive', 'Incentive'), ('sanction', 'Sanction'), ('adjustment', 'Change of treatment')], max_length=10, verbose_name='kind')),
                ('what', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='what')),
                ('why', partnership.isolation.encrypted_fields.EncryptedTextField(verbose_name='what for')),
                ('decided_by', models.CharField(choices=[('court', 'The court'), ('team', 'The team together'), ('us', 'Our organisation')], max_length=5, verbose_name='decided by')),
                ('hours_after', models.PositiveSmallIntegerField(blank=True, help_text='From what the person did to the response.', null=True, verbose_name='hours after it happened')),
                ('removed_on', models.DateField(default=None, null=True)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='responses', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'response',
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='held on')),
                ('is_hearing', models.BooleanField(default=False, verbose_name='a hearing in court')),
                ('present', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('person', 'The person'), ('judge', 'Judge'), ('prosecutor', 'Prosecutor'), ('defence', 'Defence'), ('probation', 'Probation service'), ('treatment', 'Treatment'), ('family', 'Family')], max_length=10), default=list, size=None, verbose_name='present')),
                ('decision', models.CharField(choices=[('advance', 'Move on to the next phase'), ('hold', 'Stay in this phase'), ('back', 'Move back a phase')], max_length=10, verbose_name='decision')),
                ('note', partnership.isolation.encrypted_fields.EncryptedTextField(blank=True, default='', verbose_name='note for the court')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='next review on')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.phase', verbose_name='phase')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'review',
            },
        ),
        migrations.CreateModel(
            name='Situation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(choices=[('entry', 'When they came'), ('exit', 'When they left')], max_length=5, verbose_name='when')),
                ('on', models.DateField(verbose_name='date')),
                ('work', models.CharField(choices=[('work', 'At work'), ('study', 'Studying'), ('training', 'Work training or rehabilitative work'), ('seeking', 'Looking for work'), ('not', 'Not able to work, or retired'), ('unknown', 'Not known')], max_length=10, verbose_name='work and study')),
                ('housing', models.CharField(choices=[('own', 'A home of their own'), ('others', 'With family or friends'), ('supported', 'Supported housing'), ('institution', 'Hospital, prison or another institution'), ('none', 'No home'), ('unknown', 'Not known')], max_length=12, verbose_name='housing')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='situations', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
            ],
            options={
                'verbose_name': 'work and housing',
            },
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('out_because', models.CharField(blank=True, choices=[('repair', 'Repair or cleaning'), ('staff', 'Not enough staff'), ('other', 'Another reason')], default='', max_length=10, verbose_name='why it is out of service')),
                ('started_on', models.DateField(verbose_name='first night')),
                ('ended_on', models.DateField(default=None, null=True, verbose_name='left on')),
                ('expected_until', models.DateField(blank=True, default=None, null=True, verbose_name='expected until')),
                ('away', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None, verbose_name='nights away')),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cases.bed', verbose_name='bed')),
                ('enrolment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stays', to='cases.enrolment')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.programme')),
            ],
            options={
                'verbose_name': 'stay',
                'verbose_name_plural': 'stays',
            },
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('programme', 'name', 'partner'), name='bed_has_a_name_of_its_own'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on', None), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='bed_closes_after_it_opened'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.UniqueConstraint(fields=('partner', 'programme', 'id'), name='bed_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='programme', name='cases_bed.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=partnership.isolation.policies.Grant(name='cases_bed.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_bed.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'programme_id'), name='cases_bed.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=cases.enrolments.places.CountPlaces(function='portal_count_beds', name='cases_bed.count_places'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_bed.recorded', number='id', partners=('partner_id',), record='bed'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('closed_on', None)), fields=['partner', 'next_on', 'id'], name='matter_open'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['enrolment', 'id'], name='matter_of'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on', None), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='matter_closes_after_it_opened'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('first_offence', 'unknown'), models.Q(('first_known', ''), _negated=True), _connector='OR'), name='first_offence_is_known_somehow'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='matter_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_matter.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=partnership.isolation.policies.Grant(name='cases_matter.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_matter.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_matter.recorded', number='id', partners=('partner_id',), record='matter'),
        ),
        migrations.AddIndex(
            model_name='hearing',
            index=models.Index(fields=['matter', 'at'], name='hearing_of'),
        ),
        migrations.AddIndex(
            model_name='hearing',
            index=models.Index(fields=['partner', 'at'], name='hearing_day'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='matter', name='cases_hearing.own_matter'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=partnership.isolation.policies.Grant(name='cases_hearing.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_hearing.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_hearing.recorded', number='id', partners=('partner_id',), record='hearing'),
        ),
        migrations.AddIndex(
            model_name='disposal',
            index=models.Index(fields=['matter', 'on'], name='disposal_of'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.CheckConstraint(condition=models.Q(('length_days', None), ('sanction__in', ['conditional', 'community_service', 'monitoring', 'unconditional', 'combination']), _connector='OR'), name='length_of_what_has_one'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='matter', name='cases_disposal.own_matter'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=partnership.isolation.policies.Grant(name='cases_disposal.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_disposal.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_disposal.recorded', number='id', partners=('partner_id',), record='disposal'),
        ),
        migrations.AddIndex(
            model_name='matternote',
            index=models.Index(fields=['matter', '-id'], name='matter_note_of'),
        ),
        migrations.AddConstraint(
            model_name='matternote',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='matter', name='cases_matternote.own_matter'),
        ),
        migrations.AddConstraint(
            model_name='matternote',
            constraint=partnership.isolation.policies.Grant(name='cases_matternote.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='matternote',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_matternote.author', role='web', using='partner_id = (select portal_acting_partner()) and author_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='matternote',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_matternote.lawyer_writes', only_narrows=True, role='web', using='exists (select from cases_matter m where m.id = matter_id and m.lawyer_id = (select portal_acting_user()))'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.UniqueConstraint(fields=('programme', 'number', 'partner'), name='one_phase_a_number'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='phases_count_from_one'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.CheckConstraint(condition=models.Q(('review_days', None), ('review_days__gte', 1), _connector='OR'), name='review_days_are_days'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=models.UniqueConstraint(fields=('partner', 'id'), name='phase_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='programme', name='cases_phase.own_programme'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=partnership.isolation.policies.Grant(name='cases_phase.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_phase.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='phase',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='cases_phase.recorded', number='id', partners=('partner_id',), record='phase'),
        ),
        migrations.AddIndex(
            model_name='phasestay',
            index=models.Index(fields=['enrolment', 'started_on', 'id'], name='phase_stay_of'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('partner_id'), models.F('partner_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('enrolment_id'), models.F('enrolment_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('started_on'), models.F('ended_on'), function='daterange'), '&&')], name='in_one_phase_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='phase_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('result', '')), models.Q(models.Q(('ended_on', None), _negated=True), models.Q(('result', ''), _negated=True)), _connector='OR'), name='ended_phase_has_a_result'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_phasestay.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='phase', name='cases_phasestay.own_phase'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.policies.Grant(name='cases_phasestay.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_phasestay.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='phasestay',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_phasestay.recorded', number='id', partners=('partner_id',), record='phase_stay'),
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(fields=['enrolment', '-on', '-id'], name='response_of'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'sanction'), _negated=True), models.Q(('decided_by', 'us'), _negated=True), _connector='OR'), name='sanctions_are_not_ours_alone'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_response.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=partnership.isolation.policies.Grant(name='cases_response.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_response.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_response.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_response.recorded', number='id', partners=('partner_id',), record='response'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['enrolment', '-held_on', '-id'], name='review_of'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('next_on', None), ('next_on__gt', models.F('held_on')), _connector='OR'), name='next_review_is_later'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_review.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='phase', name='cases_review.own_phase'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.policies.Grant(name='cases_review.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_review.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='cases_review.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_review.recorded', number='id', partners=('partner_id',), record='review'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=models.UniqueConstraint(fields=('enrolment', 'moment', 'partner'), name='one_situation_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_situation.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=partnership.isolation.policies.Grant(name='cases_situation.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_situation.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='situation',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_situation.recorded', number='id', partners=('partner_id',), record='situation'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['programme', 'started_on'], name='stay_of_programme'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['enrolment', 'started_on'], name='stay_of'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('partner_id'), models.F('partner_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('bed_id'), models.F('bed_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('started_on'), models.F('ended_on'), function='daterange'), '&&')], name='one_in_a_bed'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('enrolment__isnull', False)), expressions=[(models.Func(models.F('partner_id'), models.F('partner_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('enrolment_id'), models.F('enrolment_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('started_on'), models.F('ended_on'), function='daterange'), '&&')], name='in_one_bed_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('enrolment__isnull', False), ('out_because', '')), models.Q(models.Q(('enrolment__isnull', False), _negated=True), models.Q(('out_because', ''), _negated=True)), _connector='OR'), name='stay_of_somebody_or_why'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='stay_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Func(models.F('started_on'), models.F('away'), arg_joiner=' <= ALL (', output_field=models.BooleanField(), template='(%(expressions)s))'), name='away_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Func(models.F('ended_on'), models.F('away'), arg_joiner=' > ALL (', output_field=models.BooleanField(), template='(%(expressions)s))'), name='away_before_it_ended'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='enrolment', name='cases_stay.own_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id', 'programme_id': 'programme_id'}, field='bed', name='cases_stay.own_bed'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.policies.Grant(name='cases_stay.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.policies.Policy(command='ALL', name='cases_stay.own', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'programme_id', 'bed_id', 'enrolment_id', 'started_on'), name='cases_stay.fixed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=cases.enrolments.places.CountPlaces(function='portal_count_beds', name='cases_stay.count_places'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_stay.recorded', number='id', partners=('partner_id',), record='stay'),
        ),
        migrations.RunSQL(cases.enrolments.places.functions(), migrations.RunSQL.noop),
        migrations.RunSQL(END_WITH_ENROLMENT, NOTHING_ENDS),
        migrations.RunSQL(FORGET_NOTES, FORGET_NO_NOTES),
    ]
