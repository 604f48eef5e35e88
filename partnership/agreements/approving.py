"""How a version of an agreement moves, in the database: who is asked next, and when it is in force. No page can pass a step over.

Triggers, because whoever approves last is a manager of one party, who may change nothing of the version itself.
"""

from __future__ import annotations

from typing import Any

from partnership.isolation.policies import TableRule

MOVES = """
-- A version that is asked for asks its first steps; one that comes back has the same steps to do again; for one that is refused
-- nobody waits any more; one that is in force takes the place of the one before and gives the agreement its days.
CREATE OR REPLACE FUNCTION portal_version_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.state = 'in_force' THEN
    IF EXISTS (SELECT FROM public.partnership_approvalstep s
                WHERE s.version_id = NEW.id AND s.round = NEW.round AND s.decision <> 'approved') THEN
      RAISE EXCEPTION 'Not everybody has approved it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.in_force_since := clock_timestamp();
    UPDATE public.partnership_agreementversion v SET superseded_on = least(v.superseded_on, NEW.valid_from, v.valid_to + 1)
     WHERE v.agreement_id = NEW.agreement_id AND v.id <> NEW.id AND v.state = 'in_force';
    UPDATE public.partnership_agreement a
       SET valid_from = least(a.valid_from, NEW.valid_from), valid_to = NEW.valid_to WHERE a.id = NEW.agreement_id;
  ELSIF NEW.state = 'asked' THEN
    IF NOT public.portal_ask_next(NEW.id, NEW.round) THEN
      RAISE EXCEPTION 'Nobody is asked to approve it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF NEW.state = 'draft' THEN
    NEW.round := OLD.round + 1;
    INSERT INTO public.partnership_approvalstep (version_id, round, position, partner_id, what, days, decision, words)
    SELECT s.version_id, NEW.round, s.position, s.partner_id, s.what, s.days, '', ''
      FROM public.partnership_approvalstep s WHERE s.version_id = NEW.id AND s.round = OLD.round ORDER BY s.id;
    DELETE FROM public.partnership_approvalstep s WHERE s.version_id = NEW.id AND s.round = OLD.round AND s.decision = '';
  ELSIF NEW.state = 'refused' THEN
    DELETE FROM public.partnership_approvalstep s WHERE s.version_id = NEW.id AND s.round = NEW.round AND s.decision = '';
  END IF;
  RETURN NEW;
END $$;
"""
FUNCTIONS = f"""
-- Asks the steps of a version that come next: those of the lowest position not asked yet.
CREATE FUNCTION portal_ask_next(of_version bigint, of_round integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.partnership_approvalstep s
     SET asked_at = clock_timestamp(), due_at = clock_timestamp() + make_interval(days => s.days)
   WHERE s.version_id = of_version AND s.round = of_round AND s.asked_at IS NULL
     AND s.position = (SELECT min(n.position) FROM public.partnership_approvalstep n
                        WHERE n.version_id = of_version AND n.round = of_round AND n.asked_at IS NULL);
  RETURN FOUND;
END $$;
{MOVES}
-- What a partner decided moves the version on. Locked first: of two who approve at one time the second sees the first.
CREATE FUNCTION portal_step_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM public.partnership_agreementversion v WHERE v.id = NEW.version_id FOR UPDATE;
  IF NEW.decision = 'returned' THEN
    UPDATE public.partnership_agreementversion SET state = 'draft' WHERE id = NEW.version_id;
  ELSIF NEW.decision = 'refused' THEN
    UPDATE public.partnership_agreementversion SET state = 'refused' WHERE id = NEW.version_id;
  ELSIF NOT EXISTS (SELECT FROM public.partnership_approvalstep s
                     WHERE s.version_id = NEW.version_id AND s.round = NEW.round AND s.asked_at IS NOT NULL AND s.decision = '')
        AND NOT public.portal_ask_next(NEW.version_id, NEW.round) THEN
    UPDATE public.partnership_agreementversion SET state = 'in_force' WHERE id = NEW.version_id;
  END IF;
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION portal_ask_next(bigint, integer), portal_version_moves(), portal_step_decided() FROM PUBLIC;
"""  # noqa: S608 — texts of this module
DROP_FUNCTIONS = """
DROP FUNCTION portal_step_decided(); DROP FUNCTION portal_version_moves(); DROP FUNCTION portal_ask_next(bigint, integer);
"""


class OnState(TableRule):
    """The state of a version moves its steps, and the version before it."""

    def __init__(self, *, name: str = "moves") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE TRIGGER {self.short_name} BEFORE UPDATE OF state ON {self.table(model)} FOR EACH ROW"
            " WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION portal_version_moves()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"


class OnDecision(TableRule):
    """What is decided in a step moves its version."""

    def __init__(self, *, name: str = "decided") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE TRIGGER {self.short_name} AFTER UPDATE OF decision ON {self.table(model)} FOR EACH ROW"
            " WHEN (OLD.decision IS DISTINCT FROM NEW.decision) EXECUTE FUNCTION portal_step_decided()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"
