"""What the file of all data has of courses of help: phases, beds, legal matters, fellowships, mentors, releases, placements."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.custody.models import Release, ReleaseContact
from cases.fellowships.models import Fellowship, Milestone, Stipend, Touchpoint
from cases.legal.models import Disposal, Hearing, Matter
from cases.mentoring.models import MentorContact, MentorPair
from cases.phases.models import PhaseStay, Response, Review
from cases.placements.models import Placement
from cases.places.models import Situation, Stay
from cases.rights.information import Part
from partnership.pages.template_tags import day


def held_in_courses(of: dict[str, Any]) -> list[Part]:
    """Of somebody's participations at the own partner, phases, beds and legal matters. A lawyer's notes are the lawyer's: who asks for them, asks the lawyer."""
    of_matter = {"matter__enrolment__person": of["enrolment__person"], "partner": of["partner"]}
    of_fellowship = {"fellowship__enrolment__person": of["enrolment__person"], "partner": of["partner"]}
    of_pair = {"pair__enrolment__person": of["enrolment__person"], "partner": of["partner"]}
    of_release = {"release__enrolment__person": of["enrolment__person"], "partner": of["partner"]}
    matters = list(Matter.objects.filter(**of).select_related("lawyer").order_by("id"))
    return [
        Part(
            _("Phases"),
            [_("Phase"), _("Start"), _("Ended on"), _("Result")],
            [
                [str(p.phase), day(p.started_on), day(p.ended_on), p.get_result_display()]
                for p in PhaseStay.objects.filter(**of).select_related("phase").order_by("started_on", "id")
            ],
        ),
        Part(
            _("Reviews"),
            [_("Date"), _("Decision"), _("Present"), _("Note for the court")],
            [
                [day(r.held_on), r.get_decision_display(), ", ".join(r.present_names), r.note or "–"]
                for r in Review.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        Part(
            _("Responses"),
            [_("Date"), _("Kind"), _("What"), _("What for"), _("Decided by")],
            [
                [day(r.on), r.get_kind_display(), r.what or "", r.why or "", r.get_decided_by_display()]
                for r in Response.objects.filter(**of, removed_on=None).order_by("on", "id")
            ],
        ),
        Part(
            _("Stays"),
            [_("Bed"), _("First night"), _("Left on"), _("Nights away")],
            [
                [str(s.bed), day(s.started_on), day(s.ended_on), str(len(s.away))]
                for s in Stay.objects.filter(**of).select_related("bed").order_by("started_on", "id")
            ],
        ),
        Part(
            _("Work and housing"),
            [_("When"), _("Date"), _("Work and study"), _("Housing")],
            [
                [s.get_moment_display(), day(s.on), s.get_work_display(), s.get_housing_display()]
                for s in Situation.objects.filter(**of).order_by("on", "id")
            ],
        ),
        Part(
            _("Fellowships"),
            [_("First day"), _("Months"), _("Mentor")],
            [
                [day(f.started_on), str(f.months), f.mentor.full_name]
                for f in Fellowship.objects.filter(**of).select_related("mentor").order_by("id")
            ],
        ),
        Part(
            _("Milestones"),
            [_("Milestone"), _("Area"), _("By"), _("Reached on")],
            [
                [m.text or "", m.get_area_display(), day(m.due_on), day(m.reached_on)]
                for m in Milestone.objects.filter(**of_fellowship).order_by("id")
            ],
        ),
        Part(
            _("In touch"),
            [_("Date"), _("How"), _("Minutes")],
            [
                [day(t.on), t.get_kind_display(), str(t.minutes or "–")]
                for t in Touchpoint.objects.filter(**of_fellowship).order_by("on", "id")
            ],
        ),
        Part(
            _("Stipends"),
            [_("Month"), _("Euros"), _("Asked on"), _("Approved on"), _("Paid on")],
            [
                [
                    str(s.month),
                    str(s.amount),
                    day(s.asked_on),
                    day(getattr(s, "approval", None) and s.approval.approved_on),
                    day(getattr(s, "approval", None) and s.approval.paid_on),
                ]
                for s in Stipend.objects.filter(**of_fellowship).select_related("approval").order_by("month")
            ],
        ),
        Part(
            _("Mentors"),
            [_("First day"), _("Ended on"), _("Reason"), _("In touch every so many days"), _("Guardian")],
            [
                [
                    day(p.started_on),
                    day(p.ended_on),
                    p.get_end_reason_display() or "–",
                    str(p.agreed_every_days),
                    p.get_guardian_display() or "–",
                ]
                for p in MentorPair.objects.filter(**of).order_by("id")
            ],
        ),
        Part(
            _("Contacts with a mentor"),
            [_("Date"), _("How"), _("Minutes"), _("Topic"), _("Concern")],
            [
                [
                    day(c.on),
                    c.get_mode_display(),
                    str(c.minutes or "–"),
                    c.get_topic_display(),
                    c.concern or "–",
                ]
                for c in MentorContact.objects.filter(**of_pair).order_by("on", "id")
            ],
        ),
        Part(
            _("Legal matters"),
            [
                _("Opened on"),
                _("Offences"),
                _("Stage"),
                _("Case number"),
                _("Authority"),
                _("Closed on"),
                _("Lawyer's notes"),
            ],
            [
                [
                    day(m.opened_on),
                    "; ".join(m.offence_labels),
                    m.get_stage_display(),
                    m.case_number or "–",
                    m.authority or "–",
                    day(m.closed_on),
                    _("Only %(lawyer)s has them: ask there.") % {"lawyer": m.lawyer.full_name},
                ]
                for m in matters
            ],
        ),
        Part(
            _("Hearings"),
            [_("Time"), _("Kind"), _("Place"), _("Attendance")],
            [
                [
                    date_format(timezone.localtime(h.at), "SHORT_DATETIME_FORMAT"),
                    h.get_kind_display(),
                    h.place or "–",
                    h.get_attendance_display() or "–",
                ]
                for h in Hearing.objects.filter(**of_matter).order_by("at", "id")
            ],
        ),
        Part(
            _("Decisions in matters"),
            [_("Date"), _("Decided by"), _("Decision"), _("Length in days"), _("Treatment counted in it")],
            [
                [
                    day(d.on),
                    d.get_decided_by_display(),
                    d.get_sanction_display(),
                    str(d.length_days or "–"),
                    d.get_treatment_weighed_display(),
                ]
                for d in Disposal.objects.filter(**of_matter).order_by("on", "id")
            ],
        ),
        Part(
            _("Releases"),
            [_("Planned day"), _("Released"), _("Licence conditions"), _("About the conditions"), _("Naloxone")],
            [
                [
                    day(r.planned_on),
                    day(r.released_at),
                    ", ".join(r.condition_labels) or "–",
                    r.conditions_note or "–",
                    r.get_naloxone_display(),
                ]
                for r in Release.objects.filter(**of).order_by("id")
            ],
        ),
        Part(
            _("Contacts around a release"),
            [_("Date"), _("How"), _("How it went")],
            [
                [day(c.at), c.get_how_display(), c.get_outcome_display() or _("Planned")]
                for c in ReleaseContact.objects.filter(**of_release).order_by("at", "id")
            ],
        ),
        Part(
            _("Placements with employers"),
            [_("Employer"), _("Work"), _("First day"), _("Ended on"), _("Reason"), _("The employer may be told")],
            [
                [
                    p.offer.employer.name,
                    p.offer.work,
                    day(p.started_on),
                    day(p.ended_on),
                    p.get_end_reason_display(),
                    _in_words(p),
                ]
                for p in Placement.objects.filter(**of).select_related("offer__employer").order_by("id")
            ],
        ),
    ]


def _in_words(placement: Placement) -> str:
    """What the person agreed that the employer may be told, with the words that are kept for it; and since when no more."""
    words = [*placement.tell_labels, *filter(None, [placement.times, placement.skills, placement.needs])]
    if placement.consent_withdrawn_on:
        words.append(_("withdrawn %(day)s") % {"day": day(placement.consent_withdrawn_on)})
    return "; ".join(words) or "–"
