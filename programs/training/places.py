"""Two things that the database says of rows which the asker does not see: how many places of a day are taken, and whether a
certificate's number is valid."""

from __future__ import annotations

from typing import Any

from partnership.isolation.policies import TableRule

FUNCTIONS = """
CREATE FUNCTION portal_count_seats() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Locked first, so that of two who take the last place one waits, and is refused by the table's check.
  PERFORM FROM public.programs_coursesession s WHERE s.id = coalesce(NEW.session_id, OLD.session_id) FOR UPDATE;
  UPDATE public.programs_coursesession s
     SET taken = (SELECT count(*) FROM public.programs_courseattendance a WHERE a.session_id = s.id)
   WHERE s.id = coalesce(NEW.session_id, OLD.session_id);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_count_seats() FROM PUBLIC;
-- Whoever knows a number learns yes or no, and nothing of the holder.
CREATE FUNCTION portal_certificate_valid(asked text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.programs_certificate c
                  WHERE c.number = asked AND c.revoked_on IS NULL
                    AND c.expires_on >= (now() AT TIME ZONE 'Europe/Helsinki')::date);
END $$;
REVOKE ALL ON FUNCTION portal_certificate_valid(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_certificate_valid(text) TO portal_web;
"""
DROP_FUNCTIONS = "DROP FUNCTION portal_certificate_valid(text); DROP FUNCTION portal_count_seats();"


class CountSeats(TableRule):
    """Rows of this table take places of their day."""

    def __init__(self, *, name: str = "count_seats") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE TRIGGER {self.short_name} AFTER INSERT OR DELETE ON {self.table(model)}"
            " FOR EACH ROW EXECUTE FUNCTION portal_count_seats()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"
