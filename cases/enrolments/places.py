"""Places of programmes count themselves: whoever changes an enrolment, a bed or a stay, a trigger counts them.

One rule: where a programme has beds, its places are the beds in service and those taken are the stays; else its places are what its
partner says, and those taken are the open enrolments.
"""

from __future__ import annotations

from typing import Any

from partnership.isolation.policies import TableRule

COUNT = """
  -- In one order: who changes several programmes at one time waits for another, and never in a circle.
  PERFORM FROM public.programs_programme p WHERE p.id = ANY(changed) ORDER BY p.id FOR UPDATE;
  UPDATE public.programs_programme p SET beds = counted.beds, places_taken = counted.taken
    FROM (SELECT c.id, of_beds.beds, CASE WHEN of_beds.beds IS NULL THEN
                 (SELECT count(*) FROM public.cases_enrolment e WHERE e.programme_id = c.id AND e.ended_on IS NULL)
                 ELSE of_beds.taken END AS taken
            FROM unnest(changed) AS c (id)
           CROSS JOIN LATERAL
                 (SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE s.out_because IS NULL OR s.out_because = '') END AS beds,
                         count(s.enrolment_id) AS taken
                    FROM public.cases_bed b LEFT JOIN public.cases_stay s ON s.bed_id = b.id AND s.ended_on IS NULL
                   WHERE b.programme_id = c.id AND b.closed_on IS NULL) AS of_beds) AS counted
   WHERE p.id = counted.id AND (p.beds, p.places_taken) IS DISTINCT FROM (counted.beds, counted.taken);"""


def functions(count: str = COUNT) -> str:
    """What triggers call where enrolments change, and imports when all is loaded; `count`: SQL that counts the programmes `changed`."""
    return f"""
CREATE OR REPLACE FUNCTION portal_count_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
  END IF;{count}
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_count_places() FROM PUBLIC;
-- Imports count once, when all is loaded or taken back: slices that are loaded at one time would wait for each other.
CREATE OR REPLACE FUNCTION portal_count_places_of(partner bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint[] := ARRAY (SELECT id FROM public.programs_programme WHERE partner_id = partner);
BEGIN{count}
END $$;
REVOKE ALL ON FUNCTION portal_count_places_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_count_places_of(bigint) TO portal_worker;
"""  # noqa: S608 — texts of this module


COUNT_BEDS = f"""
CREATE FUNCTION portal_count_beds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint[];
BEGIN
  IF TG_OP = 'DELETE' THEN SELECT array_agg(DISTINCT programme_id) INTO changed FROM old_rows;
  ELSE SELECT array_agg(DISTINCT programme_id) INTO changed FROM new_rows;
  END IF;{COUNT}
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_count_beds() FROM PUBLIC;
"""  # noqa: S608 — texts of this module
DROP_FUNCTIONS = "DROP FUNCTION portal_count_places_of(bigint); DROP FUNCTION portal_count_places();"


class CountPlaces(TableRule):
    """Rows of this table are or take places of their programme while they are open; what imports write, they count themselves."""

    def __init__(self, *, function: str = "portal_count_places", name: str = "count_places") -> None:
        super().__init__(name=name)
        self.function = function

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return "; ".join(
            f"CREATE TRIGGER count_places_{event.lower()} AFTER {event} ON {self.table(model)} REFERENCING {rows}"
            f" FOR EACH STATEMENT WHEN (current_user <> 'portal_worker') EXECUTE FUNCTION {self.function}()"
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

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | ({} if self.function == "portal_count_places" else {"function": self.function})
