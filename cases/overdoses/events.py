"""What happens with counts of overdoses."""

from partnership.events.registry import declare

COUNTED = declare("overdoses.counted")
