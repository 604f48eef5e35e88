"""The demo's library and funding calls: a lesson in two versions, a public leaflet, a version that waits; calls and a joint draft."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from partnership.isolation.acting import Acting
from partnership.pages.pdf import document, section
from programs.catalogue.models import Programme
from programs.funding import actions as funding
from programs.funding.models import CallInterest, FundingCall, JointApplication
from programs.lessons import actions as lessons
from programs.lessons.models import LessonPlan
from programs.library import actions as library
from programs.library.models import Resource

Part, Theme = CallInterest.Part, FundingCall.Theme


def _paper(title: str, author: str, lines: list[str]) -> bytes:
    facts = {"title": title, "subtitle": "", "author": author, "footer": author, "warning": "", "headline": ""}
    return document(facts | {"sections": [section(title, lines)]})


def _shared(by: Acting, checks: Acting, versions: list[dict[str, Any]], **content: Any) -> Resource:
    resource = library.save_resource(by=by, resource=Resource(partner=by.partner, **content))
    for terms in versions:
        version = library.add_version(by=by, resource=resource, **terms)
        library.check_version(by=checks, version=version)
    return resource


def materials(writer: Acting, colleague: Acting, reader: Acting, programme: Programme, today: date) -> None:
    """`writer` and `colleague` are of one organisation, whose programme it is; `reader` is of another."""
    name = writer.partner.name
    cases = [
        {
            "published_on": today - timedelta(days=days),
            "changes": changes,
            "content": _paper(f"Drugs and the law: four cases, edition {edition}", name, [what, "Simulated: a demo."]),
        }
        for edition, days, changes, what in (
            (3, 400, "", "Four cases for groups of five, with what the law says and whom one can call."),
            (4, 30, "The fourth case is about messages and pictures.", "Four cases, the fourth about messages."),
        )
    ]
    lesson = _shared(
        writer,
        colleague,
        cases,
        kind=Resource.Kind.LESSON,
        title="Drugs and the law: four cases",
        about="Cases for an hour with a class, as part of the workshops. The officer answers, the teacher goes on.",
        audiences=[Resource.Audience.TEACHERS, Resource.Audience.POLICE],
        language="en",
        licence="CC-BY-SA-4.0",
        part_of=programme,
    )
    first = lesson.versions.get(number=1)
    plan = LessonPlan.objects.filter(partner=writer.partner).first()
    if plan:
        plan.resource_version, plan.material = first, ""
        lessons.save_lesson_plan(by=colleague, plan=plan)
    library.open_version(by=reader, version=first)
    leaflet = "Somebody does not wake up? Call 112, lay them on their side, give naloxone if you have it, and stay."
    _shared(
        writer,
        colleague,
        [{"published_on": today - timedelta(days=90), "content": _paper("Somebody does not wake up", name, [leaflet])}],
        kind=Resource.Kind.MATERIAL,
        title="Somebody does not wake up",
        about="One page to print and to leave at counters.",
        audiences=[Resource.Audience.PEOPLE_WHO_USE, Resource.Audience.PARENTS],
        language="en",
        licence="CC-BY-4.0",
        is_public=True,
    )
    _shared(
        colleague,
        writer,
        [{"published_on": today - timedelta(days=200), "link": "https://training.example.org/motivational-talks"}],
        kind=Resource.Kind.VIDEO,
        title="Talks that motivate: six hours on-line",
        about="For whoever begins to work with clients; each part ends with questions.",
        audiences=[Resource.Audience.WORKERS, Resource.Audience.VOLUNTEERS],
        language="fi",
        licence="reserved",
    )
    waiting = library.save_resource(
        by=writer,
        resource=Resource(
            partner=writer.partner,
            kind=Resource.Kind.TEMPLATE,
            title="Agreement on who does what at an event",
            about="A page to fill in together before an open day.",
            audiences=[Resource.Audience.WORKERS, Resource.Audience.POLICE],
            language="en",
            licence="CC0-1.0",
        ),
    )
    page = _paper("Who does what", name, ["Who opens the doors, who speaks, who stays until the end."])
    library.add_version(by=writer, resource=waiting, published_on=today, content=page)


def calls(lead: Acting, joins: Acting, unsure: Acting, office: Acting, today: date) -> None:
    """`lead` and `joins` begin a draft; `unsure` would join another call, that of the coordination `office`."""
    young = funding.save_call(
        by=lead,
        call=FundingCall(
            partner=lead.partner,
            funder="Harbour Foundation (simulated)",
            title="Evenings for young people, together with the police",
            link="https://foundation.example.org/evenings",
            opens_on=today - timedelta(days=20),
            closes_on=today + timedelta(days=21),
            least_eur=20_000,
            most_eur=80_000,
            may_apply=["ngo", "youth", "school"],
            themes=[Theme.PREVENTION, Theme.NEIGHBOURHOODS],
            about="Two years. At least two organisations, of which one works with the police. Own share of a tenth.",
        ),
    )
    funding.save_call(
        by=office,
        call=FundingCall(
            partner=office.partner,
            funder="City of Helsinki (simulated)",
            title="Small grants for people who use drugs and their relatives",
            link="https://city.example.org/small-grants",
            opens_on=today - timedelta(days=200),
            most_eur=5_000,
            may_apply=["ngo"],
            themes=[Theme.LOW_THRESHOLD, Theme.FAMILIES],
            about="Decided four times a year.",
        ),
    )
    research = funding.save_call(
        by=office,
        call=FundingCall(
            partner=office.partner,
            funder="Fund for Evaluation (simulated)",
            title="Does diversion work? Evaluation by partners",
            link="https://evaluation.example.org/diversion",
            opens_on=today + timedelta(days=10),
            closes_on=today + timedelta(days=120),
            least_eur=100_000,
            may_apply=["ngo", "police", "coordination"],
            themes=[Theme.RESEARCH, Theme.JUSTICE],
        ),
    )
    funding.say_interest(by=lead, call=young, part=Part.LEADS, brings="A house by the harbour, two workers")
    funding.say_interest(by=joins, call=young, part=Part.JOINS, brings="An officer two evenings a week")
    funding.say_interest(by=unsure, call=research, part=Part.JOINS, brings="Five years of data")
    draft = JointApplication(
        partner=lead.partner,
        call=young,
        title="Two evenings a week at the harbour",
        plan="For those of 13 to 17 who are outside anyway. Two workers and an officer, the same faces each week, for two years.",
        amount_eur=64_000,
    )
    funding.begin_application(by=lead, application=draft, joins=[joins.partner])
