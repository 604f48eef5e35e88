"""How news call a resource."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from programs.library.models import Resource


@names("resource")
def named_resources(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The title of each."""
    seen = Resource.objects.seen_by(acting).filter(pk__in=numbers)
    return dict(seen.values_list("pk", "title"))
