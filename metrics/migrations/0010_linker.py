"""The linker takes the place of hashes of whole names: triggers note for it whose records changed, and its pairs note whom they touch."""

import django.db.models.deletion
import partnership.isolation.encrypted_fields
import partnership.isolation.policies
from django.db import migrations, models

# As 0001 made them, without the name: table → who a changed row is about, and the columns that matter.
PERSON = "id", "code_index, birth_index, sex, birth_year, district_id, died_on"
ENROLMENT = (
    "person_id",
    "person_id, programme_id, started_on, ended_on, end_reason, measurement_consent, primary_drug, referral_kind",
)
ARREST = "person_id", "person_id, arrested_on, district_id, is_drug, offence_group, last_offence_on, last_drug_offence_on"
REFERRAL = "receiver_person_id", "receiver_person_id, enrolment_id, sent_at"
WATCHED = {"cases_person": PERSON, "cases_enrolment": ENROLMENT, "cases_arrest": ARREST, "referrals_referral": REFERRAL}
LINKED_BY = "first_names, last_name, born_on, identity_code, sex, code_pseudonym, birth_pseudonym"


def changed(columns: str) -> str:
    """The old and the new rows that differ in these columns."""
    old, new = (", ".join(f"{rows}.{column}" for column in columns.split(", ")) for rows in "on")
    where = f"FROM old_rows o JOIN new_rows n USING (id) WHERE ({old}) IS DISTINCT FROM ({new})"
    return f"(SELECT o.* {where} UNION ALL SELECT n.* {where}) AS changed"


def watch(table: str, who: str, columns: str) -> str:
    relinks = "true" if table == "cases_person" else "false"
    known = " WHERE receiver_person_id IS NOT NULL" if table == "referrals_referral" else ""

    def body(rows: str, linked_by: str) -> str:
        touched = f"INSERT INTO metrics_touched (person_id, relinks) SELECT {who}, {relinks} FROM {rows}{known};"
        unlinked = f" INSERT INTO metrics_unlinked (person_id) SELECT DISTINCT id FROM {linked_by};"
        return touched + (unlinked if table == "cases_person" else "")

    bodies = {
        "insert": body("new_rows", "new_rows"),
        "update": body(changed(columns), changed(LINKED_BY) if table == "cases_person" else ""),
        "delete": body("old_rows", "old_rows"),
    }
    return "".join(
        f"CREATE OR REPLACE FUNCTION metrics_touch_{table}_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {statements} RETURN NULL; END $$;"
        for verb, statements in bodies.items()
    )


# A pair that appears, goes or changes touches both people. The linker itself writes nothing but pairs.
PAIRS = """
CREATE FUNCTION metrics_touch_metrics_pair() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.metrics_touched (person_id, relinks)
  SELECT person_id, true FROM changed_rows UNION SELECT other_id, true FROM changed_rows;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION metrics_touch_metrics_pair() FROM PUBLIC;
CREATE TRIGGER metrics_touch_insert AFTER INSERT ON metrics_pair
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION metrics_touch_metrics_pair();
CREATE TRIGGER metrics_touch_delete AFTER DELETE ON metrics_pair
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION metrics_touch_metrics_pair();
"""
# The linker's first run compares everybody.
FIRST = "INSERT INTO metrics_unlinked (person_id) VALUES (0); INSERT INTO metrics_touched (person_id) VALUES (0)"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_read_by_the_linker'),
        ('metrics', '0009_refused_rows'),
        ('programs', '0005_sign_in_rows'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='linkquality',
            name='ambiguous',
        ),
        migrations.RemoveField(
            model_name='touched',
            name='name_pseudonym',
        ),
        migrations.AddField(
            model_name='linkquality',
            name='missed_links',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='linkquality',
            name='unsure',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='linkquality',
            name='unsure_links',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='link',
            name='how',
            field=models.CharField(choices=[('code', 'By personal identity code'), ('name', 'By name and date of birth'), ('unsure', 'Unsure: probably one of several people, and nobody can tell which'), ('nothing', 'Neither code nor date of birth')], max_length=10),
        ),
        migrations.CreateModel(
            name='NameCount',
            fields=[
                ('method', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('people', models.PositiveIntegerField()),
                ('counts', partnership.isolation.encrypted_fields.EncryptedBinaryField(owner='method')),
            ],
            options={
                'constraints': [partnership.isolation.policies.Grant(name='metrics_namecount.linker', privileges='SELECT, INSERT, DELETE', role='linker')],
            },
        ),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('other_id', models.BigIntegerField()),
                ('weight', models.FloatField()),
                ('by_code', models.BooleanField()),
                ('probability', models.FloatField()),
                ('method', models.CharField(max_length=10)),
            ],
            options={
                'indexes': [models.Index(fields=['other_id'], name='pair_other')],
                'constraints': [models.UniqueConstraint(fields=('person_id', 'other_id'), name='one_pair'), models.CheckConstraint(condition=models.Q(('person_id__lt', models.F('other_id'))), name='pair_in_order'), models.CheckConstraint(condition=models.Q(('probability__range', (0, 1))), name='pair_probability'), partnership.isolation.policies.Grant(name='metrics_pair.worker', privileges='SELECT', role='worker'), partnership.isolation.policies.Grant(name='metrics_pair.linker', privileges='SELECT, INSERT, DELETE', role='linker')],
            },
        ),
        migrations.CreateModel(
            name='Unlinked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
            ],
            options={
                'constraints': [partnership.isolation.policies.Grant(name='metrics_unlinked.web', privileges='INSERT', role='web'), partnership.isolation.policies.Grant(name='metrics_unlinked.worker', privileges='SELECT, INSERT', role='worker'), partnership.isolation.policies.Grant(name='metrics_unlinked.linker', privileges='SELECT, INSERT, DELETE', role='linker')],
            },
        ),
        migrations.CreateModel(
            name='LinkRange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offences', models.CharField(choices=[('any', 'Any offence'), ('drug', 'Drug offence')], max_length=10)),
                ('window_months', models.PositiveSmallIntegerField()),
                ('rate_sure', models.FloatField()),
                ('rate_expected', models.FloatField()),
                ('rate_all', models.FloatField()),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.programme')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='link_ranges', to='metrics.run')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'programme', 'offences', 'window_months'), name='one_link_range'), partnership.isolation.policies.Grant(name='metrics_linkrange.web', privileges='SELECT', role='web'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_linkrange.reads', role='web', using="(partner_id is null or partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'coordinator') and ((select portal_acting_role()) = 'coordinator' or run_id in (select id from metrics_run where released_at is not null))"), partnership.isolation.policies.Grant(name='metrics_linkrange.worker', privileges='SELECT, INSERT, DELETE', role='worker'), partnership.isolation.policies.Policy(command='SELECT', name='metrics_linkrange.jobs_read', role='worker', using='true'), partnership.isolation.policies.Policy(command='INSERT', name='metrics_linkrange.jobs_write', role='worker', using='true'), partnership.isolation.policies.Policy(command='DELETE', name='metrics_linkrange.jobs_forget', role='worker', using='exists (select from metrics_run r where r.id = run_id and r.released_at is null)')],
            },
        ),
        *[migrations.RunSQL(watch(table, *what), migrations.RunSQL.noop) for table, what in WATCHED.items()],
        migrations.RunSQL(PAIRS, "DROP FUNCTION metrics_touch_metrics_pair() CASCADE"),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
