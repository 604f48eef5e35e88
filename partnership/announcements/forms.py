"""The form of an announcement."""

from __future__ import annotations

from django import forms

from partnership.announcements.models import Announcement
from partnership.pages.form_fields import DateInput, ModelForm


class AnnouncementForm(ModelForm[Announcement]):
    class Meta:
        model = Announcement
        fields = ["title", "text", "shown_from", "shown_until"]
        widgets = {"shown_from": DateInput(), "shown_until": DateInput(), "text": forms.Textarea(attrs={"rows": 4})}
