"""What may leave from whom to whom. The one answer is the database's, `portal_flow_days`: actions ask it here, policies ask it there."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.translation import gettext as _

from partnership.agreements.models import DataFlow
from partnership.isolation.days import TODAY
from partnership.isolation.errors import RuleError
from partnership.isolation.policies import Policy
from partnership.members.models import Partner

Category = DataFlow.Category

CASEWORK = (DataFlow.Purpose.DIVERSION, DataFlow.Purpose.FOLLOW_UP)
"""For what a person's data leaves where a referral, a report, a statement or a care team needs it."""
PROTECTION = (DataFlow.Purpose.PROTECTION,)
"""For what a notice leaves by which somebody is protected. A flow for statistics lets nothing go that names anybody."""
ANCHOR = (*CASEWORK, *PROTECTION)
"""For what the case of an Anchor team is shared, which helps a young person and protects one."""

_DAYS = """
RETURNS datemultirange LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN from_partner = to_partner THEN public.portal_days(NULL, NULL) ELSE coalesce((
    SELECT range_agg(
             public.portal_days(
               a.valid_from, CASE WHEN a.open_cases_run AND a.id = under THEN NULL ELSE least(a.valid_to + 1, a.ended_on) END)
             * public.portal_days(v.valid_from, v.superseded_on))
      FROM public.partnership_agreement a
      JOIN public.partnership_agreementversion v ON v.agreement_id = a.id AND v.state = 'in_force'
      JOIN public.partnership_dataflow f ON f.version_id = v.id AND f.category = of_category AND f.purpose = ANY ({purposes})
     WHERE a.valid_from IS NOT NULL
       AND f.from_kind IN ('', (SELECT p.kind FROM public.partnership_partner p WHERE p.id = from_partner))
       AND f.to_kind IN ('', (SELECT p.kind FROM public.partnership_partner p WHERE p.id = to_partner))
       AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                    WHERE p.agreement_id = a.id AND p.partner_id = from_partner)
       AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                    WHERE p.agreement_id = a.id AND p.partner_id = to_partner)), '{{}}') END
$$;
"""


def _array(purposes: Iterable[str]) -> str:
    return f"'{{{','.join(str(purpose) for purpose in purposes)}}}'::text[]"


FUNCTIONS = f"""
-- The days on which one kind of data may leave from one partner to another for casework: those of agreements between them on which a
-- version in force names it for that purpose. Under an agreement that lets open cases run to their end, what was sent under it goes
-- on. Within one's own house all days.
CREATE OR REPLACE FUNCTION portal_flow_days(from_partner bigint, to_partner bigint, of_category text, under bigint DEFAULT NULL)
{_DAYS.format(purposes=_array(CASEWORK))}
-- The same for the purposes that are asked for.
CREATE OR REPLACE FUNCTION portal_purpose_days(
  from_partner bigint, to_partner bigint, of_category text, under bigint, for_purposes text[])
{_DAYS.format(purposes="for_purposes")}
REVOKE ALL ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION portal_purpose_days(bigint, bigint, text, bigint, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) TO portal_web, portal_worker;
GRANT EXECUTE ON FUNCTION portal_purpose_days(bigint, bigint, text, bigint, text[]) TO portal_web, portal_worker;
"""
DROP_FUNCTIONS = """
DROP FUNCTION portal_flow_days(bigint, bigint, text, bigint);
DROP FUNCTION portal_purpose_days(bigint, bigint, text, bigint, text[]);
"""


def flow_today(
    category: str,
    *,
    source: str = "from_partner_id",
    target: str = "to_partner_id",
    under: str = "null",
    purposes: Iterable[str] = CASEWORK,
) -> str:
    """SQL of a policy: this kind of data may leave today, by the columns that hold the numbers of both partners."""
    if purposes == CASEWORK:
        return f"portal_flow_days({source}, {target}, '{category}', {under}) @> {TODAY}"
    return f"portal_purpose_days({source}, {target}, '{category}', {under}, {_array(purposes)}) @> {TODAY}"


OF_BOTH = """exists (
 select from partnership_agreement_parties p where p.agreement_id = {table}.agreement_id and p.partner_id = {table}.from_partner_id)
and exists (
 select from partnership_agreement_parties p where p.agreement_id = {table}.agreement_id and p.partner_id = {table}.to_partner_id)"""


def under_agreement_of_both(table: str) -> Policy:
    """Rows of a table are written under an agreement of both partners, and under no other."""
    return Policy(
        name="under_agreement_of_both",
        role="web",
        command="INSERT",
        using=OF_BOTH.format(table=table),
        only_narrows=True,
    )


class FlowsToday(models.Func):
    """A condition of a query: this kind of data may leave today from the row's sender to its receiver, for one of these purposes."""

    template = f"%(function)s(%(expressions)s) @> {TODAY}"
    function = "portal_purpose_days"
    output_field = models.BooleanField()

    def __init__(self, category: str, purposes: Iterable[str] = CASEWORK) -> None:
        values = models.Value(list(purposes), output_field=ArrayField(models.TextField()))
        super().__init__(
            models.F("from_partner_id"),
            models.F("to_partner_id"),
            models.Value(str(category)),
            models.Value(None),
            values,
        )


class NoFlow(RuleError):
    """No agreement in force between the two partners names this kind of data, so it does not leave.

    Leave it out, or ask your coordinator for a version of the agreement that names it.
    """

    code = "no_flow"


def may_leave(
    category: str, *, source: int, target: int, under: int | None = None, purposes: Iterable[str] = CASEWORK
) -> bool:
    """Whether this kind of data may leave from one partner to another today (numbers of both), for one of these purposes. Within
    one's own house all may.

    `under`: the agreement under which something was sent: where open cases run to their end, its flows run on, too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_purpose_days(%s, %s, %s, %s, %s) @> portal_today()",
            [source, target, str(category), under, [str(purpose) for purpose in purposes]],
        )
        return bool(cursor.fetchone()[0])


def check_flows(
    *categories: str, source: Partner, target: Partner, under: int | None = None, purposes: Iterable[str] = CASEWORK
) -> None:
    """Raises NoFlow where one of these kinds of data may not leave from one partner to the other today, for one of these purposes."""
    for category in categories:
        if not may_leave(category, source=source.pk, target=target.pk, under=under, purposes=purposes):
            raise NoFlow(
                _(
                    "No agreement in force lets this go from %(one)s to %(other)s: %(data)s. Leave it out, or ask your coordinator."
                )
                % {"one": source, "other": target, "data": Category(category).label}
            )
