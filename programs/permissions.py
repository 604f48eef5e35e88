"""Who sees what is offered."""

from partnership.actions import reading

PROGRAMMES = reading("programme", scope="directory:read")
