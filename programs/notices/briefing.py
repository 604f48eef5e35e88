"""How news call a trend notice."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from programs.notices.models import Notice


@names("notice")
def named_notices(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """Substances and kind of each."""
    return {notice.pk: str(notice) for notice in Notice.objects.seen_by(acting).filter(pk__in=numbers)}
