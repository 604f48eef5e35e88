"""What the address of a figure's page asks for: which run, and which of the page's choices."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.runs.releases import latest_release
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import Role
from partnership.pages.number_format import typed


def choice(request: PartnerRequest, name: str, allowed: dict[str, Any], default: str) -> str:
    """A parameter of the address, or the default for nonsense."""
    value = request.GET.get(name, default)
    return value if value in allowed else default


def requested_run(request: PartnerRequest, *, of_release: bool = False) -> Run | None:
    """The run that ?run= names, or the newest finished one (`of_release`: the newest release, and for the coordinator a finished
    run before the first); None before the first. Raises Http404 for a run that is not done, and for what is no run's number."""
    number_text = request.GET.get("run", "")
    if not number_text:
        if not of_release:
            return runs.latest_run()
        is_coordinator = request.acting.role == Role.COORDINATOR
        return latest_release() or (runs.latest_run() if is_coordinator else None)
    number = typed(number_text)
    if number is None:
        raise Http404
    return get_object_or_404(Run, pk=number, state=Run.State.DONE)
