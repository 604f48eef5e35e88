"""Each role's jobs: the guide of a first visit, and the pages of help, which say each job step by step with a picture.

`scripts/help_pictures.py` takes the pictures, in each language.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Role


class Step(NamedTuple):
    """One job: what it is, the page where it begins, how it is done, and the name of its picture in `static/help/<language>/`."""

    title: str | Promise
    text: str | Promise
    page: str
    picture: str
    how: tuple[str | Promise, ...]


ADMINISTRATOR = "administrator"
"""Who administers the service acts for no partner, and so has no role in the house."""
_REFER = (
    _("Press “New referral” on your first page. Choose the kind and the programme."),
    _("Record the consent: what may be told, to whom, until when. Without it nothing is sent."),
    _("Press “Send”. Until then what you type is kept, also if you are signed out."),
)
_CASEWORK = (
    Step(_("See what needs you"), _("The first page shows new referrals with the time that is left, your tasks, today's appointments and people not met lately."), "home", "home", (
        _("Start at the top: today's appointments, then the referrals to answer, urgent ones first."),
        _("Each number leads to the list of exactly those rows."),
        _("Drafts, and forms that you began, wait here until you send them."),
    )),
    Step(_("Answer a referral"), _("Open it, read why the person comes, and accept, put on the waiting list or decline with a reason. The sender sees what became of it, and only that."), "referral_list", "answer", (
        _("Open the first referral on your first page."),
        _("Choose “Today” or another first day and press “Accept”. The waiting list and declining are beside it."),
        _("Now you see who it is. The sender is told, and the next referral is one tap away."),
    )),
    Step(_("Record what you do"), _("On the page of a participation: sessions, appointments, goals, scores, notes. Notes never leave your organisation."), "caseload", "meeting", (
        _("Open the person from your first page or your caseload."),
        _("Write the note, say whether the person came and when you meet next, and press “Save the meeting”."),
        _("A mistake? “Correct” beside the entry changes it or takes it back. The history is kept."),
    )),
    Step(_("Take on somebody who walks in"), _("Somebody came without a referral: person, programme and first day on one page."), "walk_in", "walk-in", (
        _("Press “Walk-in” on your first page and type the name and date of birth. Who is known already is shown."),
        _("Choose the programme and save. You land on the person's page, ready for the first meeting."),
    )),
    Step(_("Send somebody on"), _("Refer to another partner's programme with the person's consent; the form keeps what you type."), "referral_new", "refer", _REFER),
)  # fmt: skip
GUIDES: dict[str, tuple[Step, ...]] = {
    Role.CASEWORKER: _CASEWORK,
    Role.CASE_MANAGER: (
        *_CASEWORK,
        Step(_("Lead the team"), _("Who has how much, how full the programmes are; hand people over to a colleague."), "workload", "workload", (
            _("See who has how many people, and which programmes are full."),
            _("In the caseload choose people and hand them over. Their appointments go along."),
            _("Invite colleagues under “Members”. An invitation that nobody answered can be sent again."),
        )),
    ),
    Role.POLICE_LIAISON: (
        Step(_("Divert a person"), _("One page for the phone: who, what for, where to, consent, send. Programmes with free places near you come first."), "divert", "divert", (
            _("Type the identity code first: a mistyped one says so at once, and who is known already is shown."),
            _("Choose a programme near you and explain that the consent can be withdrawn. The person signs on the screen."),
            _("“Done, send” sends it. The next screen says what to tell the person."),
        )),
        Step(_("Follow your diversions"), _("Status, deadline and counts of sessions. What is said in treatment stays with the NGO."), "diversion_list", "diversions", (
            _("The list begins with what waits for you, is due soon or was sent within a week."),
            _("Open one to see how many sessions are done, and to print the letter to the person."),
        )),
        Step(_("Decide on an outcome"), _("When the NGO reports an outcome, it stands on your first page until you decide, with reasons."), "home", "decide", (
            _("Open the diversion under “Awaiting your decision”."),
            _("Choose the decision. If all conditions were met, the reasons are filled in: change them if yours are others."),
            _("Press “Decide”. The organisation is told at once."),
        )),
        Step(_("See how they turned out"), _("Your unit's diversions by quarter and outcome."), "diversion_outcomes", "outcomes", (
            _("Each quarter shows how many met their conditions, in full, in part or not, as numbers and shares."),
        )),
    ),
    Role.POLICE_DATA_OFFICER: (
        Step(_("Send arrests"), _("Upload a file, say what each column is, look at the rows that can't be taken, confirm. The mapping is remembered."), "import_new", "import", (
            _("Choose the file, CSV or Excel, as your system writes it."),
            _("Check the proposed columns and the rows with problems. Nothing is in the registers yet."),
            _("Confirm. An import that was a mistake can be taken back."),
        )),
        Step(_("Say through when they are complete"), _("Figures look no further than the day through which your feed is complete."), "home", "feeds", (
            _("With each file say up to which day all arrests are in it."),
            _("Your first page shows this day for each district, and warns when a file is late."),
        )),
        Step(_("Look at the quality"), _("Late feeds, missing months, sudden drops and codes without a class are shown to everybody who reads a figure."), "data_quality", "quality", (
            _("Each line says what is missing, since when, and what to do about it."),
        )),
    ),
    Role.COURT_OFFICER: (
        Step(_("See what waits for you"), _("When an outcome is reported on a diversion that is addressed to you, it stands on your first page until you decide."), "home", "addressed", (
            _("Your first page lists the diversions that are addressed to you, with their outcome."),
        )),
        Step(_("Decide"), _("Open the diversion, choose the decision, name the section of law and give your reasons. The police and the organisation are told."), "diversion_list", "case", (
            _("Read the outcome and the statements on attendance."),
            _("Choose the decision, name the section of law, give your reasons and press “Decide”."),
        )),
        Step(_("Refer somebody yourself"), _("A court or prosecutor referral carries a diversion agreement, too; you decide on it."), "referral_new", "refer", _REFER),
    ),
    Role.PROFESSIONAL: (
        Step(_("Refer somebody"), _("To another organisation's programme, with the person's consent; the form keeps what you type."), "referral_new", "refer", _REFER),
        Step(_("See what became of it"), _("Who was accepted, who waits, who was declined and why. What is said in treatment stays there."), "referral_list", "changes", (
            _("Your first page shows the referrals that changed last."),
            _("Open one to read its history, or to write to the organisation."),
        )),
    ),
    Role.COORDINATOR: (
        Step(_("Look at the whole"), _("Promises kept and missed, late feeds, agreements that expire: the first page. You see status and times, never who it is."), "home", "briefing", (
            _("Read the findings at the top. Each leads to its page."),
            _("Below you see which promises are kept least, what waits, and how far new partners have come."),
        )),
        Step(_("Read the figures"), _("Each figure names its definition, its denominator, its interval, its comparison and the day through which the data is complete."), "recidivism", "figures", (
            _("Begin with the sentence at the top of a page. The tables below give the details."),
            _("The question mark beside a word says what it means."),
        )),
        Step(_("Bring partners in"), _("Add a partner, invite its manager, and record the agreement under which data may flow."), "partner_new", "partner", (
            _("Give its name, kind and districts, and the address of its first manager, who is invited at once."),
            _("Record the agreement with its parties and promised times, and its version with what may leave and who approves it."),
        )),
        Step(_("Tell everybody"), _("An announcement stands on everybody's first page for as long as you say."), "announcement_new", "announcement", (
            _("Write it in a few words and say from when until when it is shown."),
        )),
    ),
    Role.AUDITOR: (
        Step(_("See who read what"), _("The log of reads: who opened which record, for whom, when. Nobody can change it."), "read_log", "read-log", (
            _("Search by person, days, reader, organisation or purpose. Equal lines are together."),
            _("Open a question for what you look into. You are told of new reads, and note there what you found."),
        )),
        Step(_("Look at what is unusual"), _("Each night the log is compared with everybody's own habit."), "unusual_reading", "unusual", (
            _("Look at what was read that day and ask about it. Then press “Mark as checked”."),
        )),
        Step(_("Watch over the rights"), _("Requests of persons with their deadlines, and people past retention, at every partner."), "request_list", "requests", (
            _("Late requests come first. Each page says by when it must be answered."),
        )),
    ),
    ADMINISTRATOR: (
        Step(_("Bring a partner in"), _("In the administration you add districts, partners and agreements. A partner's first manager invites everybody else."), "unmanaged_list", "first-managers", (
            _("Add the partner with its kind and districts. Districts have a name in each language."),
            _("Choose it in the list of partners without a manager, and type the address of its first manager."),
        )),
        Step(_("Help somebody who can't sign in"), _("Find the account. You can take away its second factor or close it."), "account_list", "accounts", (
            _("Search by name or email address."),
            _("Check who asks. Then remove the second factor: the person sets up a new one at the next sign-in and is written to."),
        )),
        Step(_("Send again what failed"), _("Events and emails that could not be delivered wait until you send them again."), "failed_events", "failed", (
            _("Read what went wrong, and send it again once the other side works."),
        )),
    ),
}  # fmt: skip
