"""The demo's anchor team of Helsinki: cases that wait for screening, are under way, or are to be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cases.people import actions as people
from cases.people.models import Person
from partnership.isolation.acting import Acting
from partnership.members.models import District
from referrals.anchor import actions as anchor
from referrals.anchor.models import AnchorCase, AnchorCheck, AnchorSeat


def anchor_team(liaison: Acting, social: Acting, youth: Acting, district: District, today: date) -> None:
    """The team with its seats; cases that the police and social services lead."""
    team = anchor.set_up_team(by=liaison, name="Anchor team Helsinki")
    seats = {}
    for acting, profession in ((social, "social"), (youth, "youth")):
        seat = anchor.offer_seat(by=liaison, team=team, to_partner=acting.partner, profession=profession)
        seats[acting.partner.pk] = anchor.take_seat(by=acting, seat=seat)
    of_police = team.seats.select_related("team").get(to_partner=liaison.partner)
    of_social, of_youth = seats[social.partner.pk], seats[youth.partner.pk]

    _open(liaison, of_police, ("Onni", "Salo", 14), ["crime"], "school", district, today, days_ago=1)
    waiting = _open(liaison, of_police, ("Ella", "Nurmi", 16), ["crime", "substances"], "police", district, today, 9)
    _share(liaison, waiting, [of_social, of_youth], today)
    _meet(
        liaison,
        waiting,
        today - timedelta(days=2),
        [
            ("Talk with her and her mother about the shoplifting", liaison, 3),
            ("Meet at the youth centre on Thursday", youth, -1),
            ("Look whether the family wants support at home", social, 7),
        ],
    )
    _open(
        social, of_social, ("Leo", "Hakanen", 15), ["substances", "other_need"], "family", district, today, days_ago=2
    )
    guided = _open(social, of_social, ("Sara", "Mäkinen", 17), ["substances"], "self", district, today, days_ago=20)
    _share(social, guided, [of_police, of_youth], today)
    _meet(social, guided, today - timedelta(days=12), [("Visit the youth station together", youth, 5)])
    guidance = anchor.add_guidance(by=social, case=guided, kind="substances")
    anchor.note_visit(by=social, guidance=guidance, visit="kept")
    for lead, seat, name in ((liaison, of_police, ("Eetu", "Laine", 16)), (social, of_social, ("Mila", "Rinne", 15))):
        _ended_three_months_ago(
            lead, _open(lead, seat, name, ["other_need"], "school", district, today, days_ago=120), today
        )


def _open(
    lead: Acting,
    seat: AnchorSeat,
    who: tuple[str, str, int],
    reasons: Sequence[str],
    source: str,
    district: District,
    today: date,
    days_ago: int,
) -> AnchorCase:
    """A case; taken, if it is older than three days."""
    first_names, last_name, age = who
    born_on = today.replace(day=1) - timedelta(days=round(365.25 * age) + 60)
    new = Person(
        partner=lead.partner,
        first_names=first_names,
        last_name=last_name,
        born_on=born_on,
        sex="unknown",
        district=district,
    )
    case = anchor.open_case(
        by=lead,
        person=people.save_person(by=lead, person=new, is_somebody_else=True),
        seat=seat,
        source=source,
        reasons=reasons,
        received_on=today - timedelta(days=days_ago),
    )
    return anchor.screen_case(by=lead, case=case, screening="taken") if days_ago > 3 else case


def _share(lead: Acting, case: AnchorCase, seats: list[AnchorSeat], today: date) -> None:
    anchor.note_guardian(by=lead, case=case, name="Guardian of the young person", told="yes")
    anchor.agree_exchange(
        by=lead,
        case=case,
        seats=seats,
        signed_on=today,
        signed_how="paper",
        told_right_to_withdraw=True,
        expires_on=today + timedelta(days=180),
        guardian_name="Guardian of the young person",
    )


def _meet(lead: Acting, case: AnchorCase, day: date, steps: Sequence[tuple[str, Acting, int]]) -> None:
    """A meeting; each step: what, who does it, and so many days after the meeting."""
    agreed = [anchor.AgreedStep(text, who.partner, day + timedelta(days=days)) for text, who, days in steps]
    present = ["young_person", "guardian", "police", "social", "youth"]
    anchor.record_meeting(by=lead, case=case, held_on=day, present=present, steps=agreed)


def _ended_three_months_ago(lead: Acting, case: AnchorCase, today: date) -> None:
    """Closed, and due to be looked at again since yesterday."""
    _meet(lead, case, today - timedelta(days=110), [("Talk at school", lead, 7)])
    anchor.add_guidance(by=lead, case=case, kind="youth_centre")
    anchor.close_case(by=lead, case=case, outcome="guided")
    AnchorCheck.objects.filter(case=case, months=3).update(look_on=today - timedelta(days=1))
