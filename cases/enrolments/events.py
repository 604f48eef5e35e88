"""What happens with enrolments. `partner` is whose enrolment it is, `user` who ended it."""

from partnership.events.registry import declare

SESSION_RECORDED = declare("session.recorded", partner=int, enrolment=int)
ENDED = declare("enrolment.ended", partner=int, user=int, enrolment=int, reason=str)
MEASUREMENT_CONSENT = declare("measurement.consent", enrolment=int)
"""The consent to be counted in statistics was withdrawn, or given again."""
