"""Agreements of tests: what may flow under them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from partnership.agreements.models import Agreement, AgreementVersion, DataFlow

Category, Purpose = DataFlow.Category, DataFlow.Purpose


def let_flow(
    agreement: Agreement,
    *categories: str,
    from_kind: str = "",
    to_kind: str = "",
    purposes: Iterable[str] = (Purpose.DIVERSION,),
) -> AgreementVersion:
    """A version in force since long ago that lets these kinds of data leave, from any party to any unless said."""
    version = AgreementVersion.objects.create(
        agreement=agreement,
        number=agreement.versions.count() + 1,
        state=AgreementVersion.State.IN_FORCE,
        valid_from=date(2000, 1, 1),
        in_force_since=timezone.now(),
    )
    DataFlow.objects.bulk_create(
        DataFlow(version=version, from_kind=from_kind, to_kind=to_kind, purpose=purpose, category=category)
        for category in categories
        for purpose in purposes
    )
    return version


def let_all_flow(agreement: Agreement) -> AgreementVersion:
    """As it was before agreements named what may flow: everything, among all parties, for what names people."""
    return let_flow(agreement, *Category.values, purposes=(Purpose.DIVERSION, Purpose.PROTECTION))
