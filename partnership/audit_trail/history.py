"""The history of changes: a trigger on each table whose records matter, and the pages on which it is read.

The trigger writes what changed in the transaction of the change, whoever makes it, and as the owner of the tables: neither
pages nor jobs can write, change or forge it. Who acts, it takes from the signed context (`isolation.context`), by which action
from the transaction's setting (`actions.action`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Model

from partnership.actions import Right
from partnership.isolation.policies import TableRule

SILENT = ("keys.rotate", "import.load", "import.take_back", "demo.make")
"""Actions that leave no line: a value under a new key says the same as before; of what imports and the demo add, the import's
own page tells, as of what taking one back removes. What imports change, and change back, is recorded."""

_DIFFERENCE = """
    WITH pair AS ({pair}),
    change AS (
      SELECT nextval(pg_get_serial_sequence('public.partnership_recordchange', 'id')) AS id, coalesce(n, o) AS row,
             (SELECT jsonb_object_agg(key, value) FROM jsonb_each(o)
               WHERE key <> ALL (left_out) AND (n IS NULL OR value IS DISTINCT FROM n -> key)) AS before,
             (SELECT jsonb_object_agg(key, value) FROM jsonb_each(n)
               WHERE key <> ALL (left_out) AND (o IS NULL OR value IS DISTINCT FROM o -> key)) AS after
        FROM pair),
    told AS (
      INSERT INTO public.partnership_recordchange
        (id, record, object_id, partner_id, other_partner_id, at, user_id, acting_for_id, client_id, through, action, kind, fields)
      SELECT id, TG_ARGV[0], (row ->> TG_ARGV[4])::bigint, (row ->> TG_ARGV[1])::bigint, (row ->> TG_ARGV[2])::bigint,
             clock_timestamp(), nullif(who[3], '')::bigint, nullif(who[1], '')::bigint, nullif(who[4], '')::bigint,
             coalesce(nullif(who[5], ''), 'job'), act, '{kind}',
             ARRAY (SELECT jsonb_object_keys(coalesce(after, before)))
        FROM change WHERE before IS NOT NULL OR after IS NOT NULL)
    INSERT INTO public.partnership_recordchangecontent
      (change_id, record, object_id, partner_id, other_partner_id, is_about_person, before, after)
    SELECT id, TG_ARGV[0], (row ->> TG_ARGV[4])::bigint, (row ->> TG_ARGV[1])::bigint, (row ->> TG_ARGV[2])::bigint,
           TG_ARGV[5]::boolean, before, after
      FROM change WHERE (before IS NOT NULL OR after IS NOT NULL) AND act <> 'person.erase';"""

FUNCTION = f"""
CREATE FUNCTION portal_record_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Arguments: the record's name, the columns of its partner and of the second one, columns left out, the column of its
-- number, whether it is about a person.
DECLARE
  left_out text[] := string_to_array(TG_ARGV[3], ',');
  act text := coalesce(current_setting('portal.action', true), '');
  who text[] := public.portal_context();
BEGIN
  -- Silent are the owner, and the worker's imports; for the web role saying so changes nothing.
  IF act = 'keys.rotate' AND session_user NOT IN ('portal_web', 'portal_worker') THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    IF act IN ('import.load', 'demo.make') AND session_user <> 'portal_web' THEN RETURN NULL; END IF;
    {_DIFFERENCE.format(pair="SELECT NULL::jsonb AS o, to_jsonb(x) AS n FROM new_rows x", kind="created")}
  ELSIF TG_OP = 'UPDATE' THEN
    {
    _DIFFERENCE.format(
        pair="SELECT to_jsonb(x) AS o, to_jsonb(y) AS n FROM old_rows x JOIN new_rows y USING (id)", kind="changed"
    )
}
    IF act = 'person.erase' THEN
      DELETE FROM public.partnership_recordchangecontent c USING new_rows y
       WHERE c.record = TG_ARGV[0] AND c.object_id = y.id;
    END IF;
  ELSE
    IF act = 'import.take_back' AND session_user <> 'portal_web' THEN RETURN NULL; END IF;
    {_DIFFERENCE.format(pair="SELECT to_jsonb(x) AS o, NULL::jsonb AS n FROM old_rows x", kind="deleted")}
    IF act = 'person.erase' AND TG_ARGV[4] = 'id' THEN
      DELETE FROM public.partnership_recordchangecontent c USING old_rows x
       WHERE c.record = TG_ARGV[0] AND c.object_id = x.id;
    END IF;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_record_change() FROM PUBLIC;
"""  # noqa: S608 — texts of this module


class Recorded(TableRule):
    """Each change of a row leaves a line in the history of `record`.

    `partners`: columns of the owner and, where there is one, of the second party; none: everybody sees the history.
    `leaves_out`: columns that say nothing (or must not be copied, as secrets). `number`: the column of the record's number
    (a table of a many-to-many field tells of the record that has it).
    """

    def __init__(
        self,
        *,
        record: str,
        partners: Sequence[str] = (),
        leaves_out: Sequence[str] = (),
        about_person: bool = False,
        number: str = "id",
        through: str = "",
        name: str = "recorded",
    ) -> None:
        super().__init__(name=name, through=through)
        self.record, self.partners, self.leaves_out = record, tuple(partners), tuple(leaves_out)
        self.about_person, self.number = about_person, number

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        table = self.table(model)
        first, second = (*self.partners, "", "")[:2]
        left_out = ",".join(("changed_at", "version", *self.leaves_out))
        arguments = f"'{self.record}', '{first}', '{second}', '{left_out}', '{self.number}', '{self.about_person}'"
        return "; ".join(
            f"CREATE TRIGGER record_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION portal_record_change({arguments})"
            for event, rows in (
                ("INSERT", "NEW TABLE AS new_rows"),
                ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
                ("DELETE", "OLD TABLE AS old_rows"),
            )
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        table = self.table(model)
        return "; ".join(f"DROP TRIGGER record_{event} ON {table}" for event in ("insert", "update", "delete"))

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"record": self.record, "partners": self.partners, "leaves_out": self.leaves_out}
        kwargs |= {"about_person": self.about_person, "number": self.number}
        return path, args, kwargs


class RecordKind(NamedTuple):
    """What a history is of: the model, who may see it (as they see the record), the address of the record's page, and what other
    models its history tells of."""

    model: type[Model]
    sees: Right
    address: str
    also: tuple[type[Model], ...]


RECORDS: dict[str, RecordKind] = {}
"""Every record that has a history, by its name."""


def register(
    record: str, model: type[Model], *, sees: Right, address: str = "", also: tuple[type[Model], ...] = ()
) -> None:
    """Says on whose page the history of a record is read. `address`: the name of the record's page, with its number.

    `also`: models whose rows are `Recorded` as this record's.
    """
    RECORDS[record] = RecordKind(model, sees, address, also)
