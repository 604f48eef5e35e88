"""What forms have in common on which a programme is chosen for somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.catalogue.fit import NotTaken


class FitForm(forms.Form):
    """A form on which a programme is chosen for somebody. Where the programme does not fit and takes exceptions, it asks for the
    reason to go on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unfit_reason" in self.data or self.initial.get("unfit_reason"):
            self._ask_why()

    def _ask_why(self) -> None:
        self.fields["unfit_reason"] = forms.CharField(
            label=_("Reason to go on all the same"), required=False, max_length=500
        )

    def refuse_fit(self, error: NotTaken) -> None:
        """Says why the programme does not fit; and asks for a reason where that would help."""
        if error.can_go_on and "unfit_reason" not in self.fields:
            self._ask_why()
        self.add_error("programme", str(error))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("unfit_reason", "")
        return data
