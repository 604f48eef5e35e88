"""Bulk export of own arrests."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path

from cases.arrests.models import Arrest
from cases.openings.concern import open_to
from cases.permissions import ARRESTS
from partnership.api.export import ExportView


class ArrestExport(ExportView):
    """Own arrests."""

    resource, operation = "arrests", "export_arrests"
    sees = ARRESTS
    columns = (
        "id", "person_id", "arrest_number", "arrested_on", "district_id", "is_drug", "offence_group", "age_at_offence",
        "received_at", "changed_at",
    )  # fmt: skip

    def rows(self) -> QuerySet[Any]:
        return open_to(self.acting, Arrest.objects.filter(partner=self.acting.partner), "person")


urlpatterns = [
    path("exports/arrests", ArrestExport.as_view({"get": "export"}), name="export-arrests"),
]
