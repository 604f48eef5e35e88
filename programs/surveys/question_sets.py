"""Sets of questions with which a survey can begin. The words are the portal's own, in three languages.

The situations of perceived safety are those of the Police Barometer, a survey of Finland's Ministry of the Interior: at home by day, in
the centre after dark, in one's own area late on Friday and Saturday. Its wording is not copied.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Three = tuple[str, str, str]
"""A text in Finnish, Swedish and English."""


class SetQuestion(NamedTuple):
    """A question of a set; `options` as in `Question`: answers, or the two ends of a scale."""

    kind: str
    text: Three
    options: tuple[Three, ...] = ()
    counted: tuple[int, ...] = ()


class QuestionSet(NamedTuple):
    """`label`: what the builder calls it; `title`: of the survey that begins with it."""

    label: str | Promise
    title: Three
    questions: tuple[SetQuestion, ...]


SAFE: tuple[Three, ...] = (
    ("Hyvin turvalliseksi", "Mycket trygg", "Very safe"),
    ("Melko turvalliseksi", "Ganska trygg", "Fairly safe"),
    ("Melko turvattomaksi", "Ganska otrygg", "Rather unsafe"),
    ("Hyvin turvattomaksi", "Mycket otrygg", "Very unsafe"),
)
NEVER_THERE: Three = ("En liiku siellä silloin", "Jag rör mig inte där då", "I'm not there at that time")
AGREE: tuple[Three, ...] = (
    ("täysin eri mieltä", "helt av annan åsikt", "disagree completely"),
    ("täysin samaa mieltä", "helt av samma åsikt", "agree completely"),
)


def _agree(finnish: str, swedish: str, english: str) -> SetQuestion:
    return SetQuestion("scale", (finnish, swedish, english), AGREE)


QUESTION_SETS: dict[str, QuestionSet] = {
    "safety": QuestionSet(
        _("Perceived safety"),
        ("Kuinka turvallista täällä on?", "Hur tryggt är det här?", "How safe is it here?"),
        (
            SetQuestion(
                "single",
                (
                    "Kuinka turvalliseksi tunnet olosi kotona päivällä?",
                    "Hur trygg känner du dig hemma på dagen?",
                    "How safe do you feel at home by day?",
                ),
                SAFE,
                (1, 2),
            ),
            SetQuestion(
                "single",
                (
                    "Kuinka turvalliseksi tunnet olosi keskustassa pimeän tultua?",
                    "Hur trygg känner du dig i centrum efter mörkrets inbrott?",
                    "How safe do you feel in the centre after dark?",
                ),
                (*SAFE, NEVER_THERE),
                (1, 2),
            ),
            SetQuestion(
                "single",
                (
                    "Kuinka turvalliseksi tunnet olosi omalla asuinalueellasi myöhään perjantai- ja lauantai-iltana?",
                    "Hur trygg känner du dig där du bor sent på fredags- och lördagskvällar?",
                    "How safe do you feel in your own area late on Friday and Saturday evenings?",
                ),
                (*SAFE, NEVER_THERE),
                (1, 2),
            ),
            SetQuestion(
                "scale",
                (
                    "Kuinka suuri ongelma huumeet ovat siellä, missä asut?",
                    "Hur stort problem är droger där du bor?",
                    "How big a problem are drugs where you live?",
                ),
                (
                    ("ei ongelma", "inget problem", "no problem"),
                    ("hyvin suuri ongelma", "mycket stort problem", "very big problem"),
                ),
            ),
            SetQuestion(
                "text",
                (
                    "Mikä saisi sinut tuntemaan olosi turvallisemmaksi?",
                    "Vad skulle få dig att känna dig tryggare?",
                    "What would make you feel safer?",
                ),
            ),
        ),
    ),
    "trust": QuestionSet(
        _("Trust and fair treatment"),
        ("Luottamus ja kohtelu", "Förtroende och bemötande", "Trust and treatment"),
        (
            _agree(
                "Poliisi kohtelee kaltaisiani ihmisiä reilusti.",
                "Polisen behandlar människor som jag rättvist.",
                "The police treat people like me fairly.",
            ),
            _agree(
                "Kun pyydän poliisilta apua, minua kuunnellaan.",
                "När jag ber polisen om hjälp blir jag lyssnad på.",
                "When I ask the police for help, they listen to me.",
            ),
            _agree(
                "Poliisi selittää, miksi se toimii niin kuin toimii.",
                "Polisen förklarar varför den gör som den gör.",
                "The police explain why they do what they do.",
            ),
            _agree(
                "Voin hakea apua järjestöistä ja palveluista ilman, että minua arvostellaan.",
                "Jag kan söka hjälp hos föreningar och tjänster utan att bli dömd.",
                "I can ask organisations and services for help without being judged.",
            ),
            SetQuestion(
                "single",
                (
                    "Kertoisitko poliisille, jos näkisit huumekauppaa koulun lähellä?",
                    "Skulle du berätta för polisen om du såg droghandel nära en skola?",
                    "Would you tell the police if you saw drugs being sold near a school?",
                ),
                (
                    ("Kyllä", "Ja", "Yes"),
                    ("Luultavasti", "Troligen", "Probably"),
                    ("Luultavasti en", "Troligen inte", "Probably not"),
                    ("En", "Nej", "No"),
                ),
                (1, 2),
            ),
        ),
    ),
    "stigma": QuestionSet(
        _("Stigma"),
        ("Mitä ajattelemme huumeita käyttävistä", "Vad vi tänker om dem som använder droger", "What we think of people who use drugs"),
        (
            _agree(
                "Huumeita käyttävä ihminen ansaitsee apua siinä missä muutkin.",
                "Den som använder droger förtjänar hjälp liksom alla andra.",
                "Somebody who uses drugs deserves help like anybody else.",
            ),
            _agree(
                "Voisin asua naapurina ihmiselle, joka on päihdehoidossa.",
                "Jag kunde bo granne med någon som får vård för droganvändning.",
                "I could live next door to somebody who is in treatment for drug use.",
            ),
            _agree(
                "Huumeiden käytön lopettaneeseen voi luottaa työpaikalla.",
                "Den som har slutat använda droger går att lita på på jobbet.",
                "Somebody who has stopped using drugs can be trusted at work.",
            ),
            _agree(
                "Kertoisin läheiselleni, jos minulla olisi ongelma huumeiden kanssa.",
                "Jag skulle berätta för en närstående om jag hade problem med droger.",
                "I would tell somebody close to me if I had a problem with drugs.",
            ),
        ),
    ),
    "workshop": QuestionSet(
        _("Before and after a workshop"),
        ("Ennen työpajaa ja sen jälkeen", "Före och efter workshoppen", "Before and after the workshop"),
        (
            _agree(
                "Tiedän, mitä huumeet tekevät keholle ja mielelle.",
                "Jag vet vad droger gör med kropp och sinne.",
                "I know what drugs do to body and mind.",
            ),
            _agree(
                "Tiedän, mistä saa apua, jos minulla tai kaverilla on ongelma huumeiden kanssa.",
                "Jag vet var man får hjälp om jag eller en vän har problem med droger.",
                "I know where to get help if I or a friend have a problem with drugs.",
            ),
            _agree(
                "Osaisin kieltäytyä, jos kaveri tarjoaisi huumeita.",
                "Jag skulle kunna säga nej om en vän bjöd på droger.",
                "I could say no if a friend offered me drugs.",
            ),
            SetQuestion(
                "number",
                (
                    "Kuinka moni sadasta ikäisestäsi on mielestäsi käyttänyt huumeita viime kuussa?",
                    "Hur många av hundra i din ålder tror du har använt droger den senaste månaden?",
                    "Of a hundred people of your age, how many do you think used drugs last month?",
                ),
            ),
        ),
    ),
}  # fmt: skip
CHOICES = [(code, each.label) for code, each in QUESTION_SETS.items()]
