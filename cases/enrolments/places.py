"""Places of programmes count themselves: whoever changes an enrolment, a trigger counts how many are open."""

from __future__ import annotations

from typing import Any

from partnership.isolation.policies import TableRule

COUNT = """
  -- In one order: who changes several programmes at one time waits for another, and never in a circle.
  PERFORM FROM public.programs_programme p WHERE p.id = ANY(changed) ORDER BY p.id FOR UPDATE;
  UPDATE public.programs_programme p SET places_taken = taken.n
    FROM (SELECT c.id, (SELECT count(*) FROM public.cases_enrolment e WHERE e.programme_id = c.id AND e.ended_on IS NULL) AS n
            FROM unnest(changed) AS c (id)) AS taken
   WHERE p.id = taken.id AND p.places_taken <> taken.n;"""

FUNCTIONS = f"""
CREATE FUNCTION portal_count_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN SELECT array_agg(DISTINCT programme_id) INTO changed FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN SELECT array_agg(DISTINCT programme_id) INTO changed FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT programme_id) INTO changed
      FROM (SELECT o.programme_id FROM old_rows o JOIN new_rows n USING (id)
             WHERE (o.programme_id, o.ended_on IS NULL) <> (n.programme_id, n.ended_on IS NULL)
             UNION ALL
            SELECT n.programme_id FROM old_rows o JOIN new_rows n USING (id) WHERE o.programme_id <> n.programme_id) AS different;
  END IF;{COUNT}
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_count_places() FROM PUBLIC;
-- Imports count once, when all is loaded or taken back: slices that are loaded at one time would wait for each other.
CREATE FUNCTION portal_count_places_of(partner bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint[] := ARRAY (SELECT id FROM public.programs_programme WHERE partner_id = partner);
BEGIN{COUNT}
END $$;
REVOKE ALL ON FUNCTION portal_count_places_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_count_places_of(bigint) TO portal_worker;
"""  # noqa: S608 — texts of this module
DROP_FUNCTIONS = "DROP FUNCTION portal_count_places_of(bigint); DROP FUNCTION portal_count_places();"


class CountPlaces(TableRule):
    """Rows of this table take places of their programme while they are open; what imports write, they count themselves."""

    def __init__(self, *, name: str = "count_places") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return "; ".join(
            f"CREATE TRIGGER count_places_{event.lower()} AFTER {event} ON {self.table(model)} REFERENCING {rows}"
            " FOR EACH STATEMENT WHEN (current_user <> 'portal_worker') EXECUTE FUNCTION portal_count_places()"
            for event, rows in (
                ("INSERT", "NEW TABLE AS new_rows"),
                ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
                ("DELETE", "OLD TABLE AS old_rows"),
            )
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return "; ".join(
            f"DROP TRIGGER count_places_{event} ON {self.table(model)}" for event in ("insert", "update", "delete")
        )
