"""Saved cohorts: saving one, archiving one and putting it back. What changes a cohort asks for a run."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.cohorts.models import Cohort, CohortPermit, WaitsFor
from metrics.cohorts.selection import MOST_DIMENSIONS, Selection
from metrics.permissions import COHORT_ROLES
from metrics.runs.actions import request_run, start
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Role


@action("cohort.save", roles=COHORT_ROLES, scope="cohorts:write")
def save_cohort(*, by: Acting, cohort: Cohort, selection: Selection) -> Cohort:
    """Saves a cohort of the acting partner; the next run computes it. An NGO's cohort holds its own programmes only.

    Raises RuleError for an NGO's selection of other partners, for more than two traits at once, and for a name that another
    cohort bears.
    """
    if len(selection.dimensions) > MOST_DIMENSIONS:
        raise RuleError(
            _(
                "Choose at most two traits besides programmes and years. With more, so few people would be left that somebody could be recognised."
            )
        )
    if by.role == Role.COORDINATOR:
        cohort.is_partnership_wide = cohort.is_shared
    else:
        if set(selection.partners) - {by.partner.pk}:
            raise RuleError(_("You can only choose your own programmes."))
        selection = Selection.from_json(selection.to_json() | {"partners": [by.partner.pk]})
    if cohort.pk is None:
        cohort.partner, cohort.created_by = by.partner, by.user
    cohort.selection, cohort.waits_for = selection.to_json(), ""
    try:
        cohort.full_clean(exclude=["created_by", "selection"])
    except ValidationError as error:
        raise RuleError(" ".join(error.messages)) from error
    cohort.save()
    request_run("cohort")
    transaction.on_commit(start)
    return cohort


@action("cohort.archive", roles=COHORT_ROLES, party=Party.OWNER, scope="cohorts:write")
def archive_cohort(*, by: Acting, cohort: Cohort, is_archived: bool) -> None:
    """Takes a cohort out of lists and later runs, or puts it back, for the next run to compute. Results that it had stay
    with their runs. Raises RuleError when its name has been given to another one meanwhile."""
    cohort.archived_at = timezone.now() if is_archived else None
    try:
        cohort.validate_constraints()
    except ValidationError as error:
        raise RuleError(" ".join(error.messages)) from error
    cohort.save(update_fields=["archived_at"])
    if not is_archived:
        request_run("cohort")
        transaction.on_commit(start)


@action("cohort.allow", roles=(Role.AUDITOR,))
def allow_cohort(*, by: Acting, cohort: Cohort) -> CohortPermit:
    """Lets a cohort have figures though six others of its programme have. Raises RuleError for one that does not wait for it."""
    if cohort.waits_for != WaitsFor.AUDITOR:
        raise RuleError(_("This cohort isn’t waiting for a decision. Somebody may have made it: reload the list."))
    permit, _is_new = CohortPermit.objects.get_or_create(
        cohort=cohort, digest=cohort.digest, defaults={"user": by.user}
    )
    request_run("cohort")
    transaction.on_commit(start)
    return permit
