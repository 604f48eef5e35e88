"""Care teams of the demo: two that wait for an answer, each led by another organisation."""

from __future__ import annotations

from datetime import date, timedelta

from cases.enrolments.models import Enrolment
from cases.team import actions as team
from partnership.isolation.acting import Acting


def care_team(lead: Acting, helpers: list[tuple[Acting, str]], today: date) -> None:
    """The newest participation of the lead's own that has a plan, or else the newest: each helper with its part, the plan, a task
    and an answer."""
    own = Enrolment.objects.filter(partner=lead.partner, responsible=lead.user).open().select_related("person")
    enrolment = own.filter(plan__isnull=False).order_by("-started_on", "-id").first() or own.order_by("-id").first()
    if enrolment is None:
        return
    members = [
        team.add_member(
            by=lead,
            enrolment=enrolment,
            to_partner=helper.partner,
            part=part,
            signed_on=today,
            signed_how="paper",
            told_right_to_withdraw=True,
            expires_on=today + timedelta(days=180),
            **({"guardian_missing_reason": "Lives alone"} if enrolment.person.is_minor else {}),
        )
        for helper, part in helpers
    ]
    team.share_plan(by=lead, enrolment=enrolment)
    for member, (helper, _part) in zip(members, helpers, strict=True):
        text = "Please tell me how the first visit went"
        team.write_item(by=lead, member=member, kind="task", text=text, due_on=today + timedelta(days=3))
        team.write_item(by=helper, member=member, kind="message", text="Came on time. We meet again next week.")
