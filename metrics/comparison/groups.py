"""Who is compared with a programme's participants, and from which day on: see docs/metrics.md, "Comparison groups"."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.statistics import landmark
from metrics.statistics.matching import Lives

POOL = 100_000
"""Most arrests of comparison people, and most people referred: more would narrow no interval that participants do not narrow first."""
MOST_PARTICIPANTS = 50_000
"""Of a larger programme so many are compared, chosen by the same hash."""
RECENT = 365
"""Days within which participants must have been arrested before the index date to be like people who were just arrested."""
ANYWHERE = 0
"""Stands for all programmes together where a programme's number is wanted."""
REFERRED = "l.key IN (SELECT k.key FROM metrics_link k JOIN referrals_referral r ON r.person_id = k.person_id)"
DAY = np.timedelta64(1, "D")
EPOCH = np.datetime64("1970-01-01")
NO_DAY = np.datetime64("NaT", "s")
Array = NDArray[Any]


def rows_of(name: str, parameters: dict[str, Any] | None = None, **parts: str) -> pd.DataFrame:
    """What a statement of metrics/sql returns, as a frame, with days as dates."""
    with connection.cursor() as cursor:
        cursor.execute(follow_up_upkeep.statement(name, **parts), parameters or {})
        frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
    for column in frame.columns:
        if column.endswith("_on") or column == "index_date":
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame


class Register:
    """What the police and the partners have on record, read once for all programmes of a run: arrests, referrals, how far each
    district's feed goes, and what share of those enrolled let themselves be counted."""

    def __init__(self, as_of: date) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT district_id, least(min(complete_through), %s::date) FROM cases_feed GROUP BY district_id",
                [as_of],
            )
            self.feed_ends = {district: np.datetime64(day) for district, day in cursor.fetchall()}
            cursor.execute("SELECT id, name FROM partnership_district")
            self.district_names: dict[int, str] = dict(cursor.fetchall())
        consents = rows_of("comparison_consents")
        self.counted_share: dict[int, float] = {
            ANYWHERE if pd.isna(programme) else int(programme): share
            for programme, share in zip(consents.programme_id, consents.share, strict=True)
        }
        self.pool = self.arrests("true", str(POOL))
        if len(self.pool) == POOL:  # the last person may have more arrests than were read
            self.pool = self.pool[self.pool.person != self.pool.person.iloc[-1]]
        self.pool_log = _log(self.pool)
        # As many people referred, chosen by the same hash, and all of their arrests.
        self.referrals = rows_of("comparison_referrals").sort_values("person", kind="stable").head(POOL)
        last = int(self.referrals.person.iloc[-1]) if len(self.referrals) else 0
        self.of_referred = self.arrests(REFERRED + f" AND hashtextextended(l.key::text, 0) <= {last}", "ALL")
        self.referred_log = _log(self.of_referred)

    def arrests(self, whom: str, limit: str) -> pd.DataFrame:
        """Arrests of people, with what is known of these."""
        return rows_of("comparison_arrests", whom=whom, limit=limit)

    def followed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of those whom a feed covers on the index date and who were alive on it. `complete_through`: how far the feed
        of their district goes (where it has none, the earliest of all); `district`: its name."""
        earliest = min(self.feed_ends.values(), default=np.datetime64("NaT"))
        ends = rows.home.map(self.feed_ends).astype("datetime64[s]").fillna(earliest)
        rows = rows.assign(complete_through=ends, district=rows.district.map(self.district_names).fillna(""))
        return rows[(rows.index_date <= rows.complete_through) & ~(rows.died_on <= rows.index_date)]

    def participants(self, programme: int) -> pd.DataFrame:
        """A programme's participants, from the first day of their enrolment."""
        rows = rows_of("comparison_participants", {"programme": programme, "half_year": landmark.HALF_YEAR})
        if len(rows) > MOST_PARTICIPANTS:
            rows = rows.nsmallest(MOST_PARTICIPANTS, "person")
        # Participants stay participants, whatever happens later: intention to treat.
        return self.followed(
            rows.assign(left_on=NO_DAY, stands_for=1.0, district=rows.district.where(rows.district.notna(), rows.home))
        )

    def arrested(self, participants: pd.DataFrame, programme: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Comparison group (b): (those participants whose first programme this is, arrested within a year before; arrests of
        people who were not enrolled anywhere yet when as long had gone by, and had not been arrested again)."""
        days_since = (participants.index_date - participants.prior_on) / DAY
        ours = participants.assign(origin_on=participants.prior_on)[participants.is_first & (days_since <= RECENT)]
        # Several arrests of one day are one occasion; the pool is in order of person and day.
        occasions = self.pool.drop_duplicates(["person", "arrested_on"], keep="last")
        origins = occasions.rename(columns={"arrest": "origin", "arrested_on": "origin_on"})
        return ours, self._from_landmark(
            ours, origins, self.pool, self.pool_log, programme, self.counted_share.get(ANYWHERE, 1.0)
        )

    def referred(self, participants: pd.DataFrame, programme: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Comparison group (a): (participants who came by a referral; people referred to the programme who were not enrolled in
        it yet when as long had gone by); neither were arrested in between, which may have cost others their place."""
        came_so = participants.referred_on <= participants.index_date
        was_arrested = participants.prior_on > participants.referred_on
        ours = participants.assign(origin_on=participants.referred_on)[came_so & ~was_arrested]
        referrals = self.referrals[self.referrals.programme_id == programme]
        origins = referrals.rename(columns={"referral": "origin", "referred_on": "origin_on"}).assign(
            district=referrals.home
        )
        share = self.counted_share.get(programme, 1.0)
        theirs = self._from_landmark(ours, origins, self.of_referred, self.referred_log, programme, share)
        return ours, theirs[~(theirs.gone_on <= theirs.index_date)]

    def _from_landmark(
        self,
        ours: pd.DataFrame,
        origins: pd.DataFrame,
        arrests: pd.DataFrame,
        log: landmark.Arrests,
        programme: int,
        counted_share: float,
    ) -> pd.DataFrame:
        """The origins (arrests or referrals) of people who were not enrolled yet, nor arrested since, when a wait like those of our
        own people had gone by; followed from then on until they enrol (`left_on`). Not before the programme began.

        Who enrolled later and may not be counted is missing: who enrolled later and may be counted stands for these as well.
        """
        waits = _days(ours.index_date) - _days(ours.origin_on)
        if not (len(waits) and len(origins)):
            waits, origins = np.zeros(1), origins.iloc[:0]
        index = _days(origins.origin_on) + landmark.drawn_waits(
            origins.origin.to_numpy(dtype=np.int64), waits, programme
        )
        starts = np.where(origins.started_on.isna(), np.inf, _days(origins.started_on))
        is_waiting = (starts > index) & (index >= np.min(_days(ours.index_date), initial=np.inf))
        rows, index = origins[is_waiting], index[is_waiting]
        past_and_future = landmark.follow(rows.person.to_numpy(dtype=np.int64), index, log)
        groups = np.append(arrests.offence_group.to_numpy(dtype=object), "")  # the last one: of nobody's arrest
        rows = rows.assign(
            index_date=_dates(index),
            left_on=rows.started_on,
            stands_for=np.where(rows.started_on.isna(), 1.0, 1 / (counted_share or 1.0)),
            prior_arrests=past_and_future.prior,
            prior_drug_arrests=past_and_future.prior_drug,
            recent_arrests=past_and_future.recent,
            prior_group=groups[past_and_future.last],
            any_on=_dates(past_and_future.any_day),
            drug_on=_dates(past_and_future.drug_day),
        )
        return self.followed(rows[landmark.is_still_last(_days(rows.origin_on), past_and_future, log)])


def _log(arrests: pd.DataFrame) -> landmark.Arrests:
    """The same arrests, in the same order (that of the statement), as `landmark.follow` wants them."""
    return landmark.in_order(
        arrests.person.to_numpy(dtype=np.int64),
        _days(arrests.arrested_on),
        _days(arrests.offence_on),
        np.where(arrests.drug_offence_on.isna(), -1.0, _days(arrests.drug_offence_on)),
    )


def _days(column: pd.Series[Any]) -> NDArray[np.float64]:
    days: NDArray[np.float64] = ((column.to_numpy(dtype="datetime64[s]") - EPOCH) / DAY).astype(float)
    return days


def _dates(days: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Days as dates; what never happened has none."""
    finite = np.isfinite(days)
    dates: NDArray[np.datetime64] = np.where(
        finite, EPOCH + np.where(finite, days, 0).astype("timedelta64[D]"), np.datetime64("NaT")
    ).astype("datetime64[s]")
    return dates


def first_year_and_later(participants: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Comparison group (c): participants who started in the programme's first twelve months, and those who started later."""
    if participants.empty:
        return participants, participants
    end = participants.index_date.min() + pd.DateOffset(months=12)
    return participants[participants.index_date < end], participants[participants.index_date >= end]


def within(rows: pd.DataFrame, months: int) -> pd.DataFrame:
    """Those whose whole window the feed covers, with its last day as `last_day`. Who dies or enrols in it stays (see `lives`)."""
    last_day = (rows.index_date + pd.DateOffset(months=months)) if len(rows) else rows.index_date
    return rows.assign(last_day=last_day)[last_day <= rows.complete_through]


def lives(rows: pd.DataFrame, offences: str, last_day: pd.Series[Any]) -> Lives:
    """What happened to each up to the last day: re-arrest, or nobody could see it any more: death, or a comparison person's own
    enrolment. A death after the re-arrest does not take it back."""
    # Arrays, in which no day compares as false: a frame takes ten times as long for the few people of most programmes.
    event_on, died_on, left_on, index_on, end = (
        column.to_numpy(dtype="datetime64[s]")
        for column in (rows[f"{offences}_on"], rows.died_on, rows.left_on, rows.index_date, last_day)
    )
    out_on = np.fmin(died_on, left_on)
    event = (event_on <= end) & ~(event_on > out_on)
    seen_until = np.where(event, event_on, np.where(out_on <= end, out_on, NO_DAY))
    days = (seen_until - index_on) / DAY
    return Lives(np.where(np.isnan(days), np.inf, days), event)


def durations(rows: pd.DataFrame, offences: str) -> tuple[Array, Array]:
    """(days to the event or the end of follow-up, whether it was an event), over the whole follow-up."""
    followed = lives(rows, offences, rows.complete_through)
    to_the_end = ((rows.complete_through - rows.index_date) / DAY).to_numpy(dtype=float)
    return np.minimum(followed.days, to_the_end), followed.event
