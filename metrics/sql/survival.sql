-- Time to the first re-arrest of each programme's participants, or of one cohort: how many left at each day, with or without
-- the event.
-- Parameters: {group}, {rows}, {kind} (any or drug), %(as_of)s, %(earliest)s: see fixed_windows.sql.
-- Returns: group, days since the index date, events, people leaving. Nobody followed for less than no time is in it.
WITH observed AS (
    SELECT {group} AS group_id, f.index_date, f.{kind}_on AS event_on,
           least(coalesce(d.complete_through, %(earliest)s::date), f.died_on) AS followed_to
      FROM ({rows}) f
      LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                   FROM cases_feed GROUP BY district_id) d USING (district_id)
)
SELECT group_id, least(event_on, followed_to) - index_date AS days, count(*) FILTER (WHERE event_on <= followed_to) AS events,
       count(*) AS leaving
  FROM observed WHERE followed_to >= index_date
 GROUP BY 1, 2
