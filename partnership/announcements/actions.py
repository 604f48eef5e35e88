"""What can be done with announcements: making, changing, deleting one."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from partnership.actions import Party, action
from partnership.announcements import events
from partnership.announcements.models import Announcement
from partnership.events import outbox
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.members.models import Partner, Role


@action("announcement.make", roles=(Role.COORDINATOR,), event="announcement.made")
def announce(*, by: Acting, title: str, text: str, shown_from: date, shown_until: date) -> Announcement:
    """Shows something to everybody in the partnership between two days, and tells everybody once."""
    announcement = Announcement(
        partner=by.partner, announced_by=by.user, title=title, text=text, shown_from=shown_from, shown_until=shown_until
    )
    announcement.full_clean()
    announcement.save()
    partners = Partner.objects.filter(is_active=True).values_list("pk", flat=True)
    tell: list[Tell] = [{"partner": pk, "url": reverse("home"), "not_user": by.user.pk} for pk in partners]
    outbox.announce(events.MADE, f"announcement:{announcement.pk}", tell=tell)
    return announcement


@action("announcement.change", roles=(Role.COORDINATOR,), party=Party.OWNER)
def change_announcement(*, by: Acting, announcement: Announcement) -> None:
    """Saves an announcement in its new words; nobody is told again."""
    announcement.full_clean()
    announcement.save()


@action("announcement.delete", roles=(Role.COORDINATOR,), party=Party.OWNER)
def delete_announcement(*, by: Acting, announcement: Announcement) -> None:
    """Takes an announcement back."""
    announcement.delete()
