"""What places and programmes of the demo are called in Finnish and Swedish, and what the programmes say of themselves."""

from __future__ import annotations

SWEDISH_PLACES = {
    "Helsinki": "Helsingfors",
    "Kontula": "Gårdsbacka",
    "Malmi": "Malm",
    "Itäkeskus": "Östra centrum",
    "Vantaa": "Vanda",
    "Espoo": "Esbo",
    "Turku": "Åbo",
    "Tampere": "Tammerfors",
}
PROGRAMMES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "Counselling instead of imprisonment": (
        ("Keskusteluapua rangaistuksen sijaan",
         "Keskusteluapua ja vapaaehtoista hoitoa ensikertalaisille, joilta on tavattu pieni määrä. Kuudesta kahteentoista tapaamista."),
        ("Samtalsstöd i stället för straff",
         "Samtalsstöd och frivillig vård för förstagångsförbrytare som har tagits med en liten mängd. Sex till tolv möten."),
    ),
    "Risk workshops": (
        ("Riskityöpajat", "Kolme iltaa ryhmässä: riskit, laki ja mistä saa apua."),
        ("Riskverkstäder", "Tre kvällar i grupp om risker, lagen och vägar ut."),
    ),
    "Diversion pilot": (
        ("Hoitoonohjauksen kokeilu",
         "Arviointi, keskusteluapua ja lausunto tuomioistuimelle: kuntoutus voi lieventää rangaistusta."),
        ("Försök med hänvisning till vård",
         "Bedömning, samtalsstöd och ett utlåtande till domstolen: rehabilitering kan lindra straffet."),
    ),
    "Opioid agonist treatment": (
        ("Opioidikorvaushoito", "Lääkehoito ja psykososiaalinen tuki."),
        ("Substitutionsbehandling", "Läkemedelsbehandling med psykosocialt stöd."),
    ),
    "Early intervention for young people": (
        ("Varhaista tukea nuorille",
         "13–24-vuotiaille, joiden käytöstä ollaan huolissaan, yhdessä perheen kanssa. Alle 18-vuotias tarvitsee huoltajan suostumuksen."),
        ("Tidigt stöd för unga",
         "För unga i åldern 13–24 år i riskzonen, tillsammans med familjen. Den som är under 18 år behöver vårdnadshavarens samtycke."),
    ),
    "Peer mentoring": (
        ("Vertaismentorointi", "Koulutettu mentori vuodeksi."),
        ("Kamratmentorskap", "En utbildad mentor i ett år."),
    ),
    "Legal aid and alternative sentencing": (
        ("Oikeusapu ja vaihtoehtoiset seuraamukset", "Neuvontaa ja avustamista vähäisissä hallussapitoasioissa."),
        ("Rättshjälp och alternativa påföljder", "Råd och biträde vid innehav av små mängder."),
    ),
    "Peer support groups": (
        ("Vertaistukiryhmät", "Viikoittaiset ryhmät, joita vetävät koulutettu vertainen ja ammattilainen."),
        ("Kamratstödsgrupper", "Grupper varje vecka, ledda av en utbildad kamrat och en yrkesperson."),
    ),
    "Vocational training and reintegration": (
        ("Ammatillinen koulutus ja paluu arkeen", "Opiskelua, työkokeilu ja asuminen hoidon jälkeen."),
        ("Yrkesutbildning och återanpassning", "Studier, arbetsprövning och boende efter vården."),
    ),
    "Training of police and social workers": (
        ("Koulutusta poliiseille ja sosiaalityöntekijöille", "Kursseja ja vaihtoa yli rajojen; ei ota vastaan asiakkaita."),
        ("Utbildning för poliser och socialarbetare", "Kurser och utbyte över gränserna; tar inte emot klienter."),
    ),
    "Neighbourhood mentors": (
        ("Lähiömentorit", "Työpajoja, vapaa-aikaa ja mentori omalta asuinalueelta."),
        ("Mentorer i stadsdelen", "Verkstäder, fritid och en mentor från den egna stadsdelen."),
    ),
}  # fmt: skip
"""By the name in English: name and description in Finnish, then in Swedish."""
