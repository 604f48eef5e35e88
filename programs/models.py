"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from programs.catalogue.models import Programme
from programs.locations.models import Location, OpeningHours

__all__ = ["Location", "OpeningHours", "Programme"]
