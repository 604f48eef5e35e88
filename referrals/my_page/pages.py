"""What a person sends from My page about what was handed over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from cases.my_page.visits import Visit, back_to_page, person_page
from partnership.isolation.errors import RuleError
from referrals.first_appointments.models import FirstAnswer
from referrals.my_page import actions


@require_POST
@person_page
def my_consent_withdraw(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """The person takes a consent back."""
    try:
        actions.withdraw(visit=visit, consent_id=pk)
    except RuleError:
        return back_to_page("gone")
    return back_to_page("withdrawn")


@require_POST
@person_page
def my_first_appointment(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """The person is coming to the first appointment, or needs another time."""
    answer = FirstAnswer.Answer.MOVE if request.POST.get("answer") == "move" else FirstAnswer.Answer.COMING
    try:
        actions.answer_first(visit=visit, appointment_id=pk, answer=answer)
    except RuleError:
        return back_to_page("gone")
    return back_to_page(answer)
