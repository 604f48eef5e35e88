"""The guide of a first visit, role by role, and the words that the portal uses."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Role


class Step(NamedTuple):
    title: str | Promise
    text: str | Promise
    page: str


_CASEWORK = (
    Step(_("See what needs you"), _("The first page shows new referrals with the time that is left, your tasks, today's appointments and people not met lately."), "home"),
    Step(_("Answer a referral"), _("Open it, read why the person comes, and accept, put on the waiting list or decline with a reason. The sender sees what became of it, and only that."), "referral_list"),
    Step(_("Record what you do"), _("On the page of a participation: sessions, appointments, goals, scores, notes. Notes never leave your organisation."), "caseload"),
    Step(_("Send somebody on"), _("Refer to another partner's programme with the person's consent; the form keeps what you type."), "referral_new"),
)  # fmt: skip
GUIDES: dict[str, tuple[Step, ...]] = {
    Role.CASEWORKER: _CASEWORK,
    Role.CASE_MANAGER: (
        *_CASEWORK,
        Step(_("Lead the team"), _("Who has how much, how full the programmes are; hand people over to a colleague."), "workload"),
    ),
    Role.POLICE_LIAISON: (
        Step(_("Divert a person"), _("One page for the phone: who, what for, where to, consent, send. Programmes with free places near you come first."), "divert"),
        Step(_("Follow your diversions"), _("Status, deadline and counts of sessions. What is said in treatment stays with the NGO."), "diversion_list"),
        Step(_("Decide on an outcome"), _("When the NGO reports an outcome, it stands on your first page until you decide, with reasons."), "home"),
        Step(_("See how they turned out"), _("Your unit's diversions by quarter and outcome."), "diversion_outcomes"),
    ),
    Role.POLICE_DATA_OFFICER: (
        Step(_("Send arrests"), _("Upload a file, say what each column is, look at the rows that can't be taken, confirm. The mapping is remembered."), "import_new"),
        Step(_("Say through when they are complete"), _("Figures look no further than the day through which your feed is complete."), "home"),
        Step(_("Look at the quality"), _("Late feeds, missing months, sudden drops and codes without a class are shown to everybody who reads a figure."), "data_quality"),
    ),
    Role.COURT_OFFICER: (
        Step(_("See what waits for you"), _("When an outcome is reported on a diversion that is addressed to you, it stands on your first page until you decide."), "home"),
        Step(_("Decide"), _("Open the diversion, choose the decision, name the section of law and give your reasons. The police and the organisation are told."), "diversion_list"),
        Step(_("Refer somebody yourself"), _("A court or prosecutor referral carries a diversion agreement, too; you decide on it."), "referral_new"),
    ),
    Role.PROFESSIONAL: (
        Step(_("Refer somebody"), _("To another organisation's programme, with the person's consent; the form keeps what you type."), "referral_new"),
        Step(_("See what became of it"), _("Who was accepted, who waits, who was declined and why. What is said in treatment stays there."), "referral_list"),
    ),
    Role.COORDINATOR: (
        Step(_("Look at the whole"), _("Promises kept and missed, late feeds, agreements that expire: the first page. You see status and times, never who it is."), "home"),
        Step(_("Read the figures"), _("Each figure names its definition, its denominator, its interval, its comparison and the day through which the data is complete."), "recidivism"),
        Step(_("Bring partners in"), _("Add a partner, invite its manager, and record the agreement under which data may flow."), "partner_new"),
        Step(_("Tell everybody"), _("An announcement stands on everybody's first page for as long as you say."), "announcement_new"),
    ),
    Role.AUDITOR: (
        Step(_("See who read what"), _("The log of reads: who opened which record, for whom, when. Nobody can change it."), "read_log"),
        Step(_("Look at what is unusual"), _("Each night the log is compared with everybody's own habit."), "unusual_reading"),
        Step(_("Watch over the rights"), _("Requests of persons with their deadlines, and people past retention, at every partner."), "request_list"),
    ),
}  # fmt: skip
