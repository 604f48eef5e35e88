from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases.arrests import iccs
        from cases.arrests import models as arrests_models
        from cases.assessments import models as assessments_models
        from cases.assessments.instruments import INSTRUMENTS
        from cases.consents import models as consents_models
        from cases.corrections import models as corrections_models
        from cases.custody import events as _custody_events  # noqa: F401
        from cases.custody import models as custody_models
        from cases.enrolments import events as _enrolment_events  # noqa: F401 — importing registers them
        from cases.enrolments import models as enrolments_models
        from cases.families import models as family_models
        from cases.fellowships import models as fellowship_models
        from cases.imports import events as _import_events  # noqa: F401
        from cases.imports import fields as imports_fields
        from cases.imports import models as imports_models
        from cases.legal import models as legal_models
        from cases.mentoring import models as mentoring_models
        from cases.messages import actions as _reminders  # noqa: F401 — the sender of letters asks it
        from cases.messages import models as messages_models
        from cases.my_page import events as _my_page_events  # noqa: F401
        from cases.my_page import models as my_page_models
        from cases.openings import concern
        from cases.openings import events as _opening_events  # noqa: F401
        from cases.overdoses import events as _overdose_events  # noqa: F401
        from cases.people import models as people_models
        from cases.permissions import (
            BEDS,
            CARE_TEAMS,
            ENROLMENTS,
            FAMILIES,
            FELLOWSHIPS,
            MATTERS,
            MENTORING,
            NOTICE,
            PEOPLE,
            PHASES,
            PLACEMENTS,
            PLANS,
            PROTECTION_GRANTS,
            RELEASES,
        )
        from cases.phases import models as phases_models
        from cases.placements import models as placement_models
        from cases.places import models as places_models
        from cases.planning import models as planning_models
        from cases.plans import models as plans_models
        from cases.protection import models as protection_models
        from cases.relations import models as relations_models
        from cases.rights import events as _rights_events  # noqa: F401
        from cases.rights import models as rights_models
        from cases.team import events as _team_events  # noqa: F401
        from cases.team import models as team_models
        from partnership.api import codes
        from partnership.audit_trail import history, read_log
        from partnership.pages import guard

        history.register("privacy_notice", rights_models.PrivacyNotice, sees=NOTICE, address="")
        read_log.is_about(people_models.Person, "pk", "same_as_id")
        for model in (
            arrests_models.Arrest,
            consents_models.Consent,
            enrolments_models.Enrolment,
            planning_models.Task,
            rights_models.SubjectRequest,
        ):
            read_log.is_about(model, "person_id")
        for part in (
            assessments_models.Assessment,
            enrolments_models.Goal,
            enrolments_models.Note,
            enrolments_models.Session,
            planning_models.Appointment,
            plans_models.Plan,
            phases_models.PhaseStay,
            phases_models.Response,
            phases_models.Review,
            places_models.Stay,
            places_models.Situation,
            legal_models.Matter,
            fellowship_models.Fellowship,
            custody_models.Release,
            placement_models.Placement,
            mentoring_models.MentorPair,
        ):
            read_log.is_about(part, "enrolment__person_id")
        read_log.is_about(custody_models.ReleaseContact, "release__enrolment__person_id")
        read_log.is_about(plans_models.Step, "goal__enrolment__person_id")
        for of_matter in (legal_models.Hearing, legal_models.Disposal, legal_models.MatterNote):
            read_log.is_about(of_matter, "matter__enrolment__person_id")
        for of_fellowship in (fellowship_models.Milestone, fellowship_models.Touchpoint, fellowship_models.Stipend):
            read_log.is_about(of_fellowship, "fellowship__enrolment__person_id")
        read_log.is_about(fellowship_models.StipendApproval, "stipend__fellowship__enrolment__person_id")
        read_log.is_about(mentoring_models.MentorContact, "pair__enrolment__person_id")
        read_log.is_about(team_models.TeamMember, "person_id")
        read_log.is_about(team_models.TeamItem, "member__person_id")
        read_log.is_about(consents_models.ConsentPaper, "consent__person_id")
        read_log.is_about(relations_models.Relation, "person_id", "other_id")
        read_log.is_about(family_models.FamilyConsent, "person_id", "other_id")
        read_log.linked_by(people_models.numbers_of)
        guard.door(concern.check_door)
        history.register(
            "person",
            people_models.Person,
            sees=PEOPLE,
            address="person",
            also=(relations_models.Relation, my_page_models.Card, messages_models.ContactWish),
        )
        history.register("consent", consents_models.Consent, sees=PEOPLE)
        history.register("enrolment", enrolments_models.Enrolment, sees=ENROLMENTS, address="enrolment")
        for entry in (
            enrolments_models.Session,
            enrolments_models.Goal,
            enrolments_models.Note,
            assessments_models.Assessment,
        ):
            noun = str(entry._meta.model_name)
            also = (plans_models.Step,) if noun == "goal" else ()
            history.register(noun, entry, sees=ENROLMENTS, address=f"{noun}_correct", also=also)
        history.register("plan", plans_models.Plan, sees=PLANS)
        history.register("protection_grant", protection_models.ProtectionGrant, sees=PROTECTION_GRANTS)
        history.register("team_member", team_models.TeamMember, sees=CARE_TEAMS, address="care_team_part")
        for name, of_a_course, sees, address in (
            ("phase", phases_models.Phase, PHASES, "phase_edit"),
            ("phase_stay", phases_models.PhaseStay, PHASES, ""),
            ("response", phases_models.Response, PHASES, ""),
            ("review", phases_models.Review, PHASES, ""),
            ("bed", places_models.Bed, BEDS, ""),
            ("stay", places_models.Stay, BEDS, ""),
            ("situation", places_models.Situation, BEDS, ""),
            ("matter", legal_models.Matter, MATTERS, "matter"),
            ("hearing", legal_models.Hearing, MATTERS, ""),
            ("disposal", legal_models.Disposal, MATTERS, ""),
            ("fellowship", fellowship_models.Fellowship, FELLOWSHIPS, "fellowship"),
            ("milestone", fellowship_models.Milestone, FELLOWSHIPS, ""),
            ("touchpoint", fellowship_models.Touchpoint, FELLOWSHIPS, ""),
            ("stipend_rule", fellowship_models.StipendRule, FELLOWSHIPS, ""),
            ("stipend", fellowship_models.Stipend, FELLOWSHIPS, ""),
            ("stipend_approval", fellowship_models.StipendApproval, FELLOWSHIPS, ""),
            ("mentor", mentoring_models.Mentor, MENTORING, ""),
            ("mentor_pair", mentoring_models.MentorPair, MENTORING, "mentor_pair"),
            ("mentor_contact", mentoring_models.MentorContact, MENTORING, ""),
            ("family_consent", family_models.FamilyConsent, FAMILIES, ""),
            ("parenting_group", family_models.ParentingGroup, FAMILIES, "parenting_group"),
            ("group_meeting", family_models.GroupMeeting, FAMILIES, ""),
            ("release", custody_models.Release, RELEASES, "release"),
            ("release_contact", custody_models.ReleaseContact, RELEASES, ""),
            ("placement", placement_models.Placement, PLACEMENTS, "placement"),
        ):
            history.register(name, of_a_course, sees=sees, address=address)
        codes.CODES |= {
            "sex": people_models.Sex.choices,
            "relation": relations_models.Kind.choices,
            "goal_area": enrolments_models.Goal.Area.choices,
            "goal_result": enrolments_models.Goal.Result.choices,
            "team_part": team_models.TeamMember.Part.choices,
            "team_item_kind": team_models.TeamItem.Kind.choices,
            "phase_result": phases_models.PhaseStay.Result.choices,
            "review_decision": phases_models.Review.Decision.choices,
            "review_present": phases_models.Review.Present.choices,
            "response_kind": phases_models.Response.Kind.choices,
            "response_decided_by": phases_models.Response.DecidedBy.choices,
            "bed_for_whom": places_models.Bed.ForWhom.choices,
            "bed_out_because": places_models.Stay.Out.choices,
            "licence_condition": custody_models.Condition.choices,
            "naloxone_at_release": custody_models.Naloxone.choices,
            "placement_consent_how": placement_models.Placement.How.choices,
            "placement_state": placement_models.Placement.State.choices,
            "placement_end_reason": placement_models.Placement.Ended.choices,
            "employer_is_told": placement_models.Tell.choices,
            "step_whose": plans_models.Step.Whose.choices,
            "primary_drug": enrolments_models.Substance.choices,
            "enrolment_end_reason": enrolments_models.Enrolment.EndReason.choices,
            "instrument": assessments_models.CHOICES,
            "instrument_item": [
                (f"{tool.code}.{item.code}", item.label) for tool in INSTRUMENTS.values() for item in tool.items
            ],
            "session_method": enrolments_models.Session.Method.choices,
            "session_attendance": enrolments_models.Session.Attendance.choices,
            "taken_back_why": corrections_models.Mistake.choices,
            "consent_scope": consents_models.Consent.Scope.choices,
            "consent_signed_how": consents_models.Consent.Signed.choices,
            "offence_group": arrests_models.OffenceGroup.choices,
            "iccs": list(iccs.CODES.items()),
            "upload_kind": imports_models.DataImport.Kind.choices,
            "upload_state": imports_models.DataImport.State.choices,
            "upload_consent": imports_models.DataImport.Consent.choices,
            "upload_load": imports_models.LOAD_CHOICES,
            "upload_problem": list(imports_fields.REASONS.items()),
        }
