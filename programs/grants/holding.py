"""What the database holds to of money, whoever writes: a grant is given out once, within its days, and spent within those of an
allocation; a key of shared costs shares out all of them.

Each check first locks what it adds up (`FOR NO KEY UPDATE`, which a foreign key's own lock does not block): of two who allocate what
is left at one time, the second waits, sees the first, and is refused. Errors bear the name of the rule as their constraint.
"""

from __future__ import annotations

from typing import Any

from partnership.isolation.policies import TableRule

FUNCTIONS = """
CREATE FUNCTION portal_allocation_fits() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE award record;
BEGIN
  SELECT g.amount, g.starts_on, g.ends_on, g.state INTO award
    FROM public.programs_grant g WHERE g.id = NEW.grant_id FOR NO KEY UPDATE;
  IF award.state IN ('applied', 'refused') OR NEW.starts_on < award.starts_on OR NEW.ends_on > award.ends_on THEN
    RAISE EXCEPTION 'Not within the days of an awarded grant.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_days';
  END IF;
  IF (SELECT sum(a.amount) FROM public.programs_allocation a WHERE a.grant_id = NEW.grant_id) > award.amount THEN
    RAISE EXCEPTION 'More than was awarded.' USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_award';
  END IF;
  IF EXISTS (SELECT FROM public.programs_spending s WHERE s.allocation_id = NEW.id
               AND NOT s.month BETWEEN date_trunc('month', NEW.starts_on)::date AND NEW.ends_on) THEN
    RAISE EXCEPTION 'Spent outside of its days.' USING ERRCODE = 'check_violation', CONSTRAINT = 'spending_within_days';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION portal_grant_covers() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.programs_allocation a WHERE a.grant_id = NEW.id
               AND (NEW.state IN ('applied', 'refused') OR a.starts_on < NEW.starts_on OR a.ends_on > NEW.ends_on)) THEN
    RAISE EXCEPTION 'Not within the days of an awarded grant.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_days';
  END IF;
  IF (SELECT sum(a.amount) FROM public.programs_allocation a WHERE a.grant_id = NEW.id) > NEW.amount THEN
    RAISE EXCEPTION 'More than was awarded.' USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_award';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION portal_spending_fits() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE days record;
BEGIN
  SELECT date_trunc('month', a.starts_on)::date AS first, a.ends_on AS last INTO days
    FROM public.programs_allocation a WHERE a.id = NEW.allocation_id FOR NO KEY UPDATE;
  IF NEW.month < days.first OR NEW.month > days.last THEN
    RAISE EXCEPTION 'Spent outside of its days.' USING ERRCODE = 'check_violation', CONSTRAINT = 'spending_within_days';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION portal_shares_add_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE asked bigint := coalesce(NEW.key_id, OLD.key_id);
BEGIN
  PERFORM FROM public.programs_costkey k WHERE k.id = asked FOR NO KEY UPDATE;
  IF (SELECT sum(s.percent) FROM public.programs_costshare s WHERE s.key_id = asked) <> 100 THEN
    RAISE EXCEPTION 'Shares do not add up.' USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_add_up';
  END IF;
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION portal_allocation_fits(), portal_grant_covers(), portal_spending_fits(), portal_shares_add_up() FROM PUBLIC;
"""
DROP_FUNCTIONS = """
DROP FUNCTION portal_shares_add_up(); DROP FUNCTION portal_spending_fits(); DROP FUNCTION portal_grant_covers();
DROP FUNCTION portal_allocation_fits();
"""


class Held(TableRule):
    """After a row is written, a function of the database says whether all still fits; `events`: when it is asked; `deferred`: at the
    end of the transaction, once all rows are written that belong together."""

    def __init__(
        self, *, function: str, events: str = "INSERT OR UPDATE", deferred: bool = False, name: str = "held"
    ) -> None:
        super().__init__(name=name)
        self.function, self.events, self.deferred = function, events, deferred

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        when = " DEFERRABLE INITIALLY DEFERRED" if self.deferred else ""
        return (
            f"CREATE {'CONSTRAINT ' if self.deferred else ''}TRIGGER {self.short_name} AFTER {self.events}"
            f" ON {self.table(model)}{when} FOR EACH ROW EXECUTE FUNCTION {self.function}()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"function": self.function, "events": self.events} | ({"deferred": True} if self.deferred else {})
        return path, args, kwargs
