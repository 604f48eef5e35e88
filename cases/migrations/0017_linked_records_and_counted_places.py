"""Records of one human being point to the oldest; and open enrolments are counted off their programme's places."""

import cases.enrolments.places
import django.db.models.deletion
import partnership.isolation.pointers
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models

# Later on beds are counted, too.
COUNT = """
  PERFORM FROM public.programs_programme p WHERE p.id = ANY(changed) ORDER BY p.id FOR UPDATE;
  UPDATE public.programs_programme p SET places_taken = taken.n
    FROM (SELECT c.id, (SELECT count(*) FROM public.cases_enrolment e WHERE e.programme_id = c.id AND e.ended_on IS NULL) AS n
            FROM unnest(changed) AS c (id)) AS taken
   WHERE p.id = taken.id AND p.places_taken <> taken.n;"""
# Free places were typed: with those that are taken they are all that there are.
FIRST_COUNT = """
UPDATE programs_programme p SET places_taken = taken.n, places = p.places + taken.n
  FROM (SELECT programme_id, count(*) AS n FROM cases_enrolment WHERE ended_on IS NULL GROUP BY programme_id) AS taken
 WHERE p.id = taken.programme_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_rows_know_their_transaction'),
        ('partnership', '0016_agreements_let_open_cases_run'),
        ('programs', '0007_languages_exceptions_and_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(cases.enrolments.places.functions(COUNT), cases.enrolments.places.DROP_FUNCTIONS),
        migrations.RunSQL(FIRST_COUNT, "UPDATE programs_programme SET places = places_free"),
        migrations.RemoveConstraint(
            model_name='person',
            name='cases_person.web_columns',
        ),
        migrations.RemoveConstraint(
            model_name='person',
            name='cases_person.worker_columns',
        ),
        migrations.AddField(
            model_name='person',
            name='same_as',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='The oldest record of the same human being in this register: linked, never merged.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='linked', to='cases.person', verbose_name='linked with'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=cases.enrolments.places.CountPlaces(name='cases_enrolment.count_places'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('same_as', models.F('id')), _negated=True), name='person_linked_with_another'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='same_as', name='cases_person.own_same_as'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'sex', 'birth_year', 'district_id', 'died_on', 'erased_on', 'code_index', 'birth_index', 'source_key', 'spelling_hash', 'same_as_id', 'created_at', 'changed_at', 'changed_in', 'first_names', 'last_name', 'born_on', 'identity_code', 'phone', 'email'), name='cases_person.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'sex', 'birth_year', 'district_id', 'died_on', 'erased_on', 'code_index', 'birth_index', 'source_key', 'spelling_hash', 'same_as_id', 'created_at', 'changed_at', 'changed_in'), name='cases_person.worker_columns', privileges='SELECT', role='worker'),
        ),
    ]
