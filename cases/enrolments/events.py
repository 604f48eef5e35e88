"""What happens with enrolments. `partner` is whose enrolment it is, `user` who ended it."""

from partnership.events.registry import declare

SESSION_RECORDED = declare("session.recorded", partner=int, enrolment=int)
SESSION_CORRECTED = declare("session.corrected", partner=int, enrolment=int, attended_before=int)
"""A session was corrected, taken back or restored. `attended_before`: the attended sessions that were counted until then."""
ENDED = declare("enrolment.ended", partner=int, user=int, enrolment=int, reason=str)
CORRECTED = declare("enrolment.corrected", partner=int, user=int, enrolment=int)
"""The end of an enrolment was corrected, or taken back."""
MEASUREMENT_CONSENT = declare("measurement.consent", enrolment=int)
"""The consent to be counted in statistics was withdrawn, or given again."""
