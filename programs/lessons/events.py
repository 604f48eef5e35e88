"""What happens with lessons."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ASKED = declare("lesson.asked", sentence=_("A class asks for a lesson"), lesson=int)
ASSIGNED = declare("lesson.assigned", sentence=_("An officer comes to your class"), lesson=int)
CANCELLED = declare("lesson.cancelled", sentence=_("A lesson was cancelled"), lesson=int)
