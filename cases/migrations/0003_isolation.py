"""People, cases and arrests: each partner its own.

The worker reads dates, codes and pseudonyms of all partners, because the metrics job joins them; it has no privilege to
read an encrypted column, a note or a goal. It writes only for the partner that it has entered: imports.
"""

from django.db import migrations

from partnership.isolation import policies as rls

OWNED = [
    "cases_person",
    "cases_enrolment",
    "cases_session",
    "cases_goal",
    "cases_note",
    "cases_arrest",
    "cases_offence",
    "cases_feed",
    "cases_dataimport",
    "cases_importchunk",
    "cases_importproblem",
    "cases_importrow",
    "cases_importmapping",
]
MEASURED = ["cases_person", "cases_enrolment", "cases_session", "cases_arrest", "cases_offence", "cases_feed"]
IMPORTED = ["cases_person", "cases_enrolment", "cases_arrest", "cases_offence", "cases_feed"]
IMPORTING = ["cases_dataimport", "cases_importchunk", "cases_importproblem", "cases_importrow"]
PERSON_WITHOUT_NAMES = (
    "id, partner_id, sex, birth_year, district_id, died_on, code_index, name_birth_index, code_pseudonym,"
    " name_pseudonym, source_key, created_at, changed_at"
)


def grant(privileges: str, tables: list[str]) -> migrations.RunSQL:
    return migrations.RunSQL(f"GRANT {privileges} ON {', '.join(tables)} TO portal_worker", migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial"), ("partnership", "0002_isolation")]
    operations = [
        *[operation for table in OWNED for operation in rls.owned(table)],
        # Jobs
        grant(f"SELECT ({PERSON_WITHOUT_NAMES})", ["cases_person"]),
        grant("SELECT (id, partner_id, enrolment_id, held_on, attendance)", ["cases_session"]),
        grant("SELECT", ["cases_enrolment", "cases_arrest", "cases_offence", "cases_feed"]),
        *[rls.policy(table, "jobs_read", role="worker", command="SELECT", using="true") for table in MEASURED],
        grant("INSERT, UPDATE", IMPORTED),
        grant("DELETE", ["cases_arrest", "cases_offence"]),
        *[rls.policy(table, "import_insert", role="worker", command="INSERT", using=rls.OWN) for table in IMPORTED],
        *[rls.policy(table, "import_update", role="worker", command="UPDATE", using=rls.OWN) for table in IMPORTED],
        *[
            rls.policy(table, "import_delete", role="worker", command="DELETE", using=rls.OWN)
            for table in ["cases_arrest", "cases_offence"]
        ],
        grant("SELECT, INSERT, UPDATE, DELETE", IMPORTING),
        *[rls.policy(table, "import_own", role="worker", using=rls.OWN) for table in IMPORTING],
        # Finding imports whose worker died needs their number and state, of all partners.
        rls.policy("cases_dataimport", "jobs_read", role="worker", command="SELECT", using="true"),
        # A consent: the discloser's, and the receiver's to see once the referral under it was sent. Either may withdraw it
        # for the person.
        rls.enable("cases_consent"),
        rls.policy("cases_consent", "discloser", role="web", using=rls.SENDER),
        rls.policy(
            "cases_consent",
            "receiver_reads",
            role="web",
            command="SELECT",
            using=f"to_partner_id = {rls.PARTNER} and disclosed_at is not null",
        ),
        rls.policy(
            "cases_consent",
            "receiver_withdraws",
            role="web",
            command="UPDATE",
            using=f"to_partner_id = {rls.PARTNER} and disclosed_at is not null",
            check=f"to_partner_id = {rls.PARTNER} and disclosed_at is not null and withdrawn_at is not null",
        ),
    ]
