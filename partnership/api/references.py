"""References of partners' systems: what a system calls a record in its own numbering, found by it and seen by that system alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from partnership.api.models import ExternalReference
from partnership.api.serializers import OwnReference, Resource, Strict
from partnership.isolation import encryption
from partnership.isolation.acting import Acting
from partnership.isolation.errors import InTheWay, RuleError

FUNCTIONS = """
CREATE FUNCTION portal_end_references() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN
  DELETE FROM public.partnership_externalreference r USING old_rows o WHERE r.record = TG_ARGV[0] AND r.object_id = o.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_end_references() FROM PUBLIC;
-- Where what identifies somebody is erased: those of all systems of the acting partner, which no page sees.
CREATE FUNCTION portal_forget_references(kind text, numbers bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM public.partnership_externalreference
   WHERE record = kind AND object_id = ANY (numbers) AND partner_id = public.portal_acting_partner()
$$;
REVOKE ALL ON FUNCTION portal_forget_references(text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_forget_references(text, bigint[]) TO portal_web;
"""

FUNCTION_OF_RECORDS = """
-- For the file of all data about a person: those of all systems of the acting partner, where a person acts and no system.
CREATE FUNCTION portal_references_of(kind text, numbers bigint[]) RETURNS TABLE (object_id bigint, system text, sealed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT r.object_id, c.name, r.reference FROM public.partnership_externalreference r
    JOIN public.partnership_apiclient c ON c.id = r.client_id
   WHERE r.record = kind AND r.object_id = ANY (numbers) AND r.partner_id = public.portal_acting_partner()
     AND public.portal_acting_client() IS NULL
   ORDER BY r.object_id, c.name, r.id
$$;
REVOKE ALL ON FUNCTION portal_references_of(text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_references_of(text, bigint[]) TO portal_web;
"""


class ReferenceTaken(RuleError):
    """Another record of this kind has this reference of your system already: `records` names it. Use that record, or another
    reference."""

    code = "reference_taken"
    status = 409


class NoSystem(RuleError):
    """A reference is a system's own. Call with the token of an API client, or leave the reference out."""

    code = "no_system"
    status = 403


class WithReference(Strict):
    external_reference = serializers.CharField(
        max_length=OwnReference.LONGEST, required=False, help_text=OwnReference.MEANING
    )


class ReferenceInput(Strict):
    external_reference = serializers.CharField(
        max_length=OwnReference.LONGEST, allow_null=True, help_text="Null: the record has none any more."
    )


def _index(by: Acting, reference: str) -> str:
    digest = hashlib.sha256(f"reference {by.client_id} {reference}".encode()).hexdigest()
    return encryption.fingerprint(by.partner.pk, digest)


def references_of(by: Acting, record: str, numbers: Iterable[int]) -> dict[int, str]:
    """Number of a record → the reference of the system that acts. One query; none where a person acts."""
    wanted = set(numbers)
    if by.client_id is None or not wanted:
        return {}
    rows = ExternalReference.objects.filter(client=by.client_id, record=record, object_id__in=wanted)
    return dict(rows.values_list("object_id", "reference"))


def shown_with(
    by: Acting, serializer_class: type[Resource], rows: Sequence[Any], *, only: Sequence[str], expanded: Sequence[str]
) -> dict[str, dict[int, str]]:
    """Kind of record → number → what the acting system calls it: of the rows, and of what they are shown with. `only`: fields that are
    shown; none: all."""
    is_shown = not only or "external_reference" in only
    numbers = {serializer_class.known_as(): {row.id for row in rows if is_shown}}
    for name in expanded:
        if name in serializer_class.expandable:
            attribute, related, _path = serializer_class.expandable[name]
            besides = {record.id for record in map(attrgetter(attribute), rows) if record is not None}
            numbers.setdefault(related.known_as(), set()).update(besides)
    return {record: references_of(by, record, of) for record, of in numbers.items() if record}


def number_of(by: Acting, record: str, reference: str) -> int:
    """The number of the record that the acting system calls so; 0: it calls none so."""
    rows = ExternalReference.objects.filter(client=by.client_id, record=record, reference_index=_index(by, reference))
    return rows.values_list("object_id", flat=True).first() or 0


def keep(by: Acting, record: str, number: int, reference: str | None) -> None:
    """Keeps the acting system's reference of a record; None or empty: forgets it. Raises ReferenceTaken, and NoSystem for a person."""
    if by.client_id is None:
        raise NoSystem(_("Only a partner's system has references of its own."))
    if not reference:
        ExternalReference.objects.filter(client=by.client_id, record=record, object_id=number).delete()
        return
    try:
        with transaction.atomic():
            ExternalReference.objects.update_or_create(
                partner=by.partner,
                client_id=by.client_id,
                record=record,
                object_id=number,
                defaults={
                    "reference": reference,
                    "reference_index": _index(by, reference),
                    "changed_at": timezone.now(),
                },
            )
    except IntegrityError as error:
        if "one_record_per_reference" in str(error):
            taken = number_of(by, record, reference)
            raise ReferenceTaken(
                _("Another record has this reference already."), records=[InTheWay(record, taken)]
            ) from error
        raise


class HeldReference(NamedTuple):
    """What a system of a partner calls a record."""

    number: int
    system: str
    reference: str


def held_of(owner: int, record: str, numbers: Collection[Any]) -> list[HeldReference]:
    """What systems of the acting partner, number `owner`, call these records: for a person's file of all data. None where a
    system acts."""
    text: Any = ExternalReference._meta.get_field("reference")
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id, system, sealed FROM portal_references_of(%s, %s)", [record, list(numbers)])
        return [HeldReference(number, system, text.open(sealed, owner)) for number, system, sealed in cursor]


def forget(record: str, numbers: Collection[Any]) -> None:
    """Forgets what the acting partner's systems call records of which nobody is to be known any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_forget_references(%s, %s)", [record, list(numbers)])
