"""What happens with partners' systems."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SECRET_OLD = declare("client.secret_old", sentence=_("The secret of an API client is old: make a new one"), client=int)
