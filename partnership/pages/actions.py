"""Actions on what a user keeps for themself: views of lists."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.pages.models import SavedView

MOST_VIEWS = 12


@action("saved_view.save")
def save_view(*, by: Acting, page: str, name: str, query: str) -> SavedView:
    """Saves filters, order and columns of a list (the name of its address) under a name; the same name replaces the view.

    Raises Invalid without a name, and when the user has as many views of the list as one may.
    """
    own = SavedView.objects.filter(user=by.user, partner=by.partner, page=page)
    if not name:
        raise Invalid("name", _("Give the view a name."))
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise Invalid("name", _("You have %(n)s views of this list: delete one first.") % {"n": MOST_VIEWS})
    view, _is_new = own.update_or_create(
        user=by.user, partner=by.partner, page=page, name=name, defaults={"query": query}
    )
    return view


@action("saved_view.delete", party=Party.OWNER)
def delete_view(*, by: Acting, view: SavedView) -> None:
    """Deletes one of the own views."""
    view.delete()
