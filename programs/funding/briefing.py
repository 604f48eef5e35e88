"""How news call a funding call, and a joint application."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from programs.funding.models import FundingCall, JointApplication


@names("funding_call")
def named_calls(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The title of each."""
    return dict(FundingCall.objects.filter(pk__in=numbers).values_list("pk", "title"))


@names("joint_application")
def named_applications(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The title of each, of those that the reader sees."""
    return dict(JointApplication.objects.filter(pk__in=numbers).values_list("pk", "title"))
