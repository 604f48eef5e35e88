"""What may leave from whom to whom. The one answer is the database's, `portal_flow_days`: actions ask it here, policies ask it there."""

from __future__ import annotations

from django.db import connection, models
from django.utils.translation import gettext as _

from partnership.agreements.models import DataFlow
from partnership.isolation.days import TODAY
from partnership.isolation.errors import RuleError
from partnership.isolation.policies import Policy
from partnership.members.models import Partner

Category = DataFlow.Category

FUNCTIONS = """
-- The days on which one kind of data may leave from one partner to another: those of agreements between them on which a version in
-- force names it. Under an agreement that lets open cases run to their end, what was sent under it goes on. Within one's own house
-- all days.
CREATE FUNCTION portal_flow_days(from_partner bigint, to_partner bigint, of_category text, under bigint DEFAULT NULL)
RETURNS datemultirange LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN from_partner = to_partner THEN public.portal_days(NULL, NULL) ELSE coalesce((
    SELECT range_agg(
             public.portal_days(
               a.valid_from, CASE WHEN a.open_cases_run AND a.id = under THEN NULL ELSE least(a.valid_to + 1, a.ended_on) END)
             * public.portal_days(v.valid_from, v.superseded_on))
      FROM public.partnership_agreement a
      JOIN public.partnership_agreementversion v ON v.agreement_id = a.id AND v.state = 'in_force'
      JOIN public.partnership_dataflow f ON f.version_id = v.id AND f.category = of_category
     WHERE a.valid_from IS NOT NULL
       AND f.from_kind IN ('', (SELECT p.kind FROM public.partnership_partner p WHERE p.id = from_partner))
       AND f.to_kind IN ('', (SELECT p.kind FROM public.partnership_partner p WHERE p.id = to_partner))
       AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                    WHERE p.agreement_id = a.id AND p.partner_id = from_partner)
       AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                    WHERE p.agreement_id = a.id AND p.partner_id = to_partner)), '{}') END
$$;
REVOKE ALL ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_flow_days(bigint, bigint, text, bigint) TO portal_web, portal_worker;
"""
DROP_FUNCTIONS = "DROP FUNCTION portal_flow_days(bigint, bigint, text, bigint);"


def flow_today(
    category: str, *, source: str = "from_partner_id", target: str = "to_partner_id", under: str = "null"
) -> str:
    """SQL of a policy: this kind of data may leave today, by the columns that hold the numbers of both partners."""
    return f"portal_flow_days({source}, {target}, '{category}', {under}) @> {TODAY}"


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
    """A condition of a query: this kind of data may leave today from the row's sender to its receiver."""

    template = f"%(function)s(%(expressions)s) @> {TODAY}"
    function = "portal_flow_days"
    output_field = models.BooleanField()

    def __init__(self, category: str) -> None:
        super().__init__(models.F("from_partner_id"), models.F("to_partner_id"), models.Value(str(category)))


class NoFlow(RuleError):
    """No agreement in force between the two partners names this kind of data, so it does not leave.

    Leave it out, or ask your coordinator for a version of the agreement that names it.
    """

    code = "no_flow"


def may_leave(category: str, *, source: int, target: int, under: int | None = None) -> bool:
    """Whether this kind of data may leave from one partner to another today (numbers of both). Within one's own house all may.

    `under`: the agreement under which something was sent: where open cases run to their end, its flows run on, too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_flow_days(%s, %s, %s, %s) @> portal_today()", [source, target, str(category), under]
        )
        return bool(cursor.fetchone()[0])


def check_flows(*categories: str, source: Partner, target: Partner, under: int | None = None) -> None:
    """Raises NoFlow where one of these kinds of data may not leave from one partner to the other today."""
    for category in categories:
        if not may_leave(category, source=source.pk, target=target.pk, under=under):
            raise NoFlow(
                _(
                    "No agreement in force lets this go from %(one)s to %(other)s: %(data)s. Leave it out, or ask your coordinator."
                )
                % {"one": source, "other": target, "data": Category(category).label}
            )
