"""What happens with the rights of people concerned."""

from partnership.events.registry import declare

ERASED = declare("person.erased", partner=int, person=int)
