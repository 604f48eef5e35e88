"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from programs.catalogue.models import Programme
from programs.contacts.models import Contact, ServicePoint
from programs.locations.models import Location, OpeningHours
from programs.standards.models import PlanAdvice, PreventionPlan

__all__ = ["Contact", "Location", "OpeningHours", "PlanAdvice", "PreventionPlan", "Programme", "ServicePoint"]
