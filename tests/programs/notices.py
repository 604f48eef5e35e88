"""Trend notices that several tests begin with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from partnership.isolation.acting import Acting
from programs.notices import actions as notices
from programs.notices.models import Notice
from tests.world import World, run_as


def draft(world: World, by: Acting | None = None, **content: Any) -> Notice:
    """Of the caseworker, unless somebody else is said: pills seen in the city, for those who receive it alone."""
    by = by or world.caseworker
    values = {
        "kind": "harm",
        "substances": ["sedatives"],
        "seen_from": world.today - timedelta(days=3),
        "seen_to": world.today,
        "text": "Blue pills are sold as diazepam and are far stronger.",
        "tlp": "amber_strict",
        "valid_until": world.today + timedelta(days=30),
    } | content
    districts = values.pop("districts", [world.city])
    saved: Notice = run_as(by, notices.save_notice, notice=Notice(partner=by.partner, **values), districts=districts)
    return saved


def checked(world: World, notice: Notice | None = None, by: Acting | None = None, **content: Any) -> Notice:
    """By the manager, unless somebody else is said."""
    notice = notice or draft(world, **content)
    done: Notice = run_as(by or world.case_manager, notices.check_notice, notice=notice)
    return done


def shared_with(world: World, *receivers: Any, **content: Any) -> Notice:
    """A checked notice that these partners receive, or everybody where its colour says so."""
    notice = checked(world, **content)
    done: Notice = run_as(world.caseworker, notices.share_notice, notice=notice, receivers=receivers)
    return done
