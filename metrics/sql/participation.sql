-- Who took part in a partner's programmes in a period, by person: each counts once a programme.
-- Parameters: %(partner)s; %(first)s, %(last)s: the period's first and last day; %(seed)s: see metrics.protection.counts.
-- Returns: programme, whether they came to at least one session in the period, whether they completed in it, people, the sum of their
--   hashes. Who: everybody whose participation was open on a day of the period. Sessions that were taken back don't count.
-- Index: enrolment_by_owner, session_list.
WITH people AS (
    SELECT e.programme_id, e.person_id,
           bool_or(EXISTS (SELECT FROM cases_session s
                            WHERE s.enrolment_id = e.id AND s.attendance = 'attended' AND s.taken_back_at IS NULL
                              AND s.held_on BETWEEN %(first)s AND %(last)s)) AS attended,
           bool_or(e.end_reason = 'completed' AND e.ended_on BETWEEN %(first)s AND %(last)s) AS completed
      FROM cases_enrolment e
     WHERE e.partner_id = %(partner)s AND e.started_on <= %(last)s AND (e.ended_on IS NULL OR e.ended_on >= %(first)s)
     GROUP BY e.programme_id, e.person_id
)
SELECT programme_id, attended, coalesce(completed, false), count(*), sum(hashint8extended(person_id, %(seed)s))
  FROM people GROUP BY 1, 2, 3
