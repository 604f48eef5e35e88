"""The demo's trend notices: one that everybody reads, one that the police have to answer, one that waits for a second look."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.notices import actions as notices
from programs.notices.models import Notice


def _notice(by: Acting, today: date, district: District, **content: Any) -> Notice:
    days = {"seen_from": today - timedelta(days=9), "seen_to": today - timedelta(days=1)}
    notice = Notice(partner=by.partner, valid_until=today + timedelta(days=40), **days, **content)
    return notices.save_notice(by=by, notice=notice, districts=[district])


def trends(writer: Acting, colleague: Acting, liaison: Acting, district: District, today: date) -> None:
    """`writer` and `colleague` are of one organisation; the liaison answers the first notice and not yet the second."""
    warning = _notice(
        writer,
        today,
        district,
        kind=Notice.Kind.HARM,
        substances=["nitazenes", "opioids"],
        text="Tablets sold as oxycodone hold nitazenes. In a week naloxone was needed more than once for one dose.",
        advice="Do not use alone. Keep naloxone at hand, and call 112: one dose may not be enough.",
        severity=Notice.Severity.URGENT,
        reliability="B",
        credibility=2,
        tlp=Notice.Tlp.CLEAR,
    )
    warning = notices.share_notice(by=writer, notice=notices.check_notice(by=colleague, notice=warning))
    notices.reply_to_notice(by=liaison, notice=warning, seen_here="yes", band="some")
    market = _notice(
        colleague,
        today,
        district,
        kind=Notice.Kind.MARKET,
        substances=["sedatives"],
        text="Benzodiazepines are cheaper than in spring, and sold by messages in groups that change weekly.",
        severity=Notice.Severity.WARN,
        reliability="C",
        credibility=3,
        tlp=Notice.Tlp.STRICT,
    )
    market = notices.check_notice(by=writer, notice=market)
    notices.share_notice(by=colleague, notice=market, receivers=[liaison.partner])
    _notice(
        writer,
        today,
        district,
        kind=Notice.Kind.METHOD,
        substances=["cathinones"],
        text="More people inject cathinones than smoke them. They come for needles several times a day.",
        severity=Notice.Severity.WARN,
        reliability="B",
        credibility=2,
        tlp=Notice.Tlp.GREEN,
    )
