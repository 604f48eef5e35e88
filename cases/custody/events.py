"""What happens around releases."""

from partnership.events.registry import declare

CONTACTS_CHANGED = declare("release.contacts_changed", partner=int, enrolment=int)
"""How a contact went was said, or taken back: whoever is told of the first one is told anew."""
