"""Materials and funding calls that several tests begin with."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from partnership.isolation.acting import Acting
from programs.funding import actions as funding
from programs.funding.models import CallInterest, FundingCall, JointApplication
from programs.library import actions as library
from programs.library.models import Resource, ResourceVersion
from tests.world import World, run_as

PDF = b"%PDF-1.7\na leaflet of the harbour"
titles = itertools.count(1)


def resource(world: World, by: Acting | None = None, **content: Any) -> Resource:
    """A leaflet of the caseworker's partner, unless somebody else is said; nobody has checked anything of it."""
    by = by or world.caseworker
    values = {
        "kind": "material",
        "title": f"Leaflet {next(titles)}",
        "about": "What to do when somebody does not wake up.",
        "audiences": ["workers"],
        "language": "en",
        "licence": "CC-BY-4.0",
    } | content
    saved: Resource = run_as(by, library.save_resource, resource=Resource(partner=by.partner, **values))
    return saved


def version(world: World, of: Resource, by: Acting | None = None, **content: Any) -> ResourceVersion:
    """A PDF, unless a link is said, that waits for a second look."""
    values: dict[str, Any] = {"published_on": world.today} | content
    if "link" not in values:
        values.setdefault("content", PDF)
    added: ResourceVersion = run_as(by or world.caseworker, library.add_version, resource=of, **values)
    return added


def shared_resource(world: World, content: bytes = PDF, link: str = "", **fields: Any) -> Resource:
    """One that every partner gets: added by the caseworker, checked by the manager."""
    made = resource(world, **fields)
    added = version(world, made, **({"link": link} if link else {"content": content}))
    run_as(world.case_manager, library.check_version, version=added)
    made.refresh_from_db()
    return made


def funding_call(world: World, by: Acting | None = None, **content: Any) -> FundingCall:
    """Of the caseworker's partner, unless somebody else is said; it closes in ten days."""
    by = by or world.caseworker
    values = {
        "funder": "A foundation",
        "title": f"Young people at the harbour {next(titles)}",
        "link": "https://foundation.example/call",
        "closes_on": world.today + timedelta(days=10),
        "most_eur": 50_000,
        "may_apply": ["ngo"],
        "themes": ["prevention"],
    } | content
    saved: FundingCall = run_as(by, funding.save_call, call=FundingCall(partner=by.partner, **values))
    return saved


def interest(call: FundingCall, by: Acting, part: str = "joins", brings: str = "") -> CallInterest:
    said: CallInterest = run_as(by, funding.say_interest, call=call, part=part, brings=brings)
    return said


def joint_application(world: World, call: FundingCall | None = None) -> JointApplication:
    """That the world's NGO leads and the police unit joins."""
    call = call or funding_call(world)
    interest(call, world.caseworker, "leads", "Places for ten")
    interest(call, world.liaison, brings="An officer a week")
    new = JointApplication(partner=world.ngo, call=call, title="Evenings at the harbour", plan="Two evenings a week.")
    begun: JointApplication = run_as(world.caseworker, funding.begin_application, application=new, joins=[world.police])
    return begun
