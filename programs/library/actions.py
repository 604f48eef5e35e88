"""What can be done in the library: saying what a material is, adding a version, a second look at it, withdrawing; opening one."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation import object_store
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from programs.library import events
from programs.library.files import media_type_of
from programs.library.models import LibraryVisit, Resource, ResourceFile, ResourceUse, ResourceVersion

SHARING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who shares materials for a partner, and has the second look at them."""
WEB = ("https://", "http://")
CONTENT = ResourceFile._meta.get_field("content")


class OwnVersion(RuleError):
    """Whoever added a version can't be the one who checks it. Ask a colleague for a second look."""

    code = "own_version"
    status = 403


class VersionWaits(RuleError):
    """A version of this resource waits for a second look. Have it checked or discard it first."""

    code = "version_waits"
    status = 409


class VersionChecked(RuleError):
    """The version was checked, and stays as it is. Add the next one."""

    code = "version_checked"
    status = 409


class ResourceWithdrawn(RuleError):
    """The resource was withdrawn. Share another one in its place."""

    code = "resource_withdrawn"
    status = 409


@action("resource.save", roles=SHARING_ROLES, party=Party.OWNER, scope="library:write")
def save_resource(*, by: Acting, resource: Resource) -> Resource:
    """Says what a material of the acting partner is, or says it anew. Others see it once a version of it was checked.

    Raises ResourceWithdrawn, Invalid for another partner's programme, and ValidationError as the page would.
    """
    if resource.part_of and resource.part_of.partner_id != by.partner.pk:
        raise Invalid("part_of", _("Choose a programme of your own."))
    resource.full_clean(exclude=["latest"])
    if resource.pk is None:
        resource.save()
    else:
        _offered(resource)
        resource.save(update_fields=Resource.CONTENT)
    return resource


@action("resource.add_version", roles=SHARING_ROLES, party=Party.OWNER, scope="library:write", event="resource.added")
def add_version(
    *, by: Acting, resource: Resource, published_on: date, changes: str = "", link: str = "", content: bytes = b""
) -> ResourceVersion:
    """Adds the next version: a link or a file, never both. Colleagues are asked for a second look.

    Raises VersionWaits, ResourceWithdrawn, DateOutOfRange for a day to come, and Invalid for both or neither, or a file that the
    library does not take.
    """
    _offered(resource)
    if bool(link) == bool(content):
        raise Invalid("link", _("Give a link or a file."))
    if link and not link.startswith(WEB):
        raise Invalid("link", _("Give an address that begins with https://."))
    if published_on > timezone.localdate():
        raise DateOutOfRange(_("Choose today or a day before."))
    if resource.versions.filter(checked_by=None).exists():
        raise VersionWaits(_("A version waits for a second look. Have it checked or discard it first."))
    version = ResourceVersion.objects.create(
        partner_id=resource.partner_id,
        resource=resource,
        number=(resource.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        published_on=published_on,
        changes=changes,
        link=link,
        media_type=media_type_of(content) if content else "",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest() if content else "",
        added_by=by.user,
    )
    if content:
        name = object_store.put(content, CONTENT, version.partner_id, "library")
        ResourceFile.objects.create(
            partner_id=version.partner_id, version=version, name=name, content=b"" if name else content
        )
    announce(
        events.ADDED,
        f"resource.added:{version.pk}",
        tell=[
            {
                "partner": by.partner.pk,
                "roles": [str(role) for role in SHARING_ROLES],
                "not_user": by.user.pk,
                "url": reverse("resource", args=[resource.pk]),
            }
        ],
        resource=resource.pk,
    )
    return version


@action("resource.check", roles=SHARING_ROLES, party=Party.OWNER)
def check_version(*, by: Acting, version: ResourceVersion) -> ResourceVersion:
    """Somebody else of its partner says that a version may be shared: from now on everybody gets it, and it stays as it is.

    Raises OwnVersion, VersionChecked, ResourceWithdrawn.
    """
    resource = _offered(version.resource)
    version = _unchecked(version)
    if version.added_by_id == by.user.pk:
        raise OwnVersion(_("You added it: a colleague checks it."))
    version.checked_by, version.checked_at = by.user, timezone.now()
    version.save(update_fields=["checked_by", "checked_at"])
    resource.latest, resource.latest_at = version, version.checked_at
    resource.save(update_fields=["latest", "latest_at"])
    return version


@action("resource.discard_version", roles=SHARING_ROLES, party=Party.OWNER)
def discard_version(*, by: Acting, version: ResourceVersion) -> None:
    """Throws a version away that nobody else has seen, with its file. Raises VersionChecked."""
    version = _unchecked(version)
    names = [name for name in version.files.values_list("name", flat=True) if name]
    version.delete()
    transaction.on_commit(lambda: object_store.delete(names))


@action("resource.withdraw", roles=SHARING_ROLES, party=Party.OWNER, scope="library:write")
def withdraw_resource(*, by: Acting, resource: Resource, because: str) -> Resource:
    """Takes a resource out of the library: its versions open for its own partner alone, and its page says why.

    Raises ResourceWithdrawn, and Invalid without words.
    """
    if not because.strip():
        raise Invalid("because", _("Say why."))
    resource = _offered(resource)
    resource.withdrawn_why = because.strip()
    resource.save(update_fields=["withdrawn_why"])
    return resource


@action("resource.open", scope="library:read")
def open_version(*, by: Acting, version: ResourceVersion) -> bytes:
    """The bytes of a version's file; none where it is a link. That a partner opens what is another's is counted once a month, and
    neither who of it nor how often."""
    if version.partner_id != by.partner.pk:
        ResourceUse.objects.bulk_create(
            [
                ResourceUse(
                    partner=by.partner,
                    resource_id=version.resource_id,
                    owner_partner_id=version.partner_id,
                    month=timezone.localdate().replace(day=1),
                )
            ],
            ignore_conflicts=True,
        )
    return content_of(version)


def content_of(version: ResourceVersion) -> bytes:
    """The bytes of a version's file; none where it is a link."""
    file = ResourceFile.objects.filter(version=version).first()
    if file is None:
        return b""
    return object_store.content_of(file.name, CONTENT, file.partner_id) if file.name else bytes(file.content)


@action("library.visit")
def visit(*, by: Acting) -> LibraryVisit:
    """Notes that the user is in the library. What was published since the visit before is new to them; at the first visit nothing is."""
    visit, _is_first = LibraryVisit.objects.get_or_create(user=by.user, partner=by.partner)
    if visit.is_over:
        visit.new_since, visit.began_at = visit.began_at, timezone.now()
        visit.save(update_fields=["new_since", "began_at"])
    return visit


def _offered(resource: Resource) -> Resource:
    """The resource as it is stored, locked. Raises ResourceWithdrawn."""
    stored = Resource.objects.select_for_update(of=("self",)).filter(pk=resource.pk, withdrawn_why="").first()
    if stored is None:
        raise ResourceWithdrawn(_("This resource was withdrawn."))
    return stored


def _unchecked(version: ResourceVersion) -> ResourceVersion:
    """The version as it is stored, locked. Raises VersionChecked."""
    stored = ResourceVersion.objects.select_for_update().filter(pk=version.pk, checked_by=None).first()
    if stored is None:
        raise VersionChecked(_("This version was checked: it stays as it is."))
    return stored
